import type { ActivityState } from './state.js';

/** A worker has the activity at this moment. */
export function isActivityRunning(activity: ActivityState): boolean {
  return activity.phase === 'started';
}
