import { ActionTimes } from './spec/index.js';
import type { ScheduleState } from './state.js';

/** The times of a schedule. They cost a little to make: keep them as long as the spec stays the same. */
export function timesOf({ schedule, incarnation }: Pick<ScheduleState, 'schedule' | 'incarnation'>): ActionTimes {
  return new ActionTimes(schedule.spec ?? {}, incarnation);
}
