import { reject } from '../../rejection.js';
import type { Decision } from '../decision.js';
import { accept } from '../decision.js';
import { Draft } from '../draft.js';
import { isClosed, type ActivityState, type ExecutionState } from '../state.js';
import type { DecideContext } from '../transition.js';

/** A worker's wish to take an activity attempt. */
export interface StartActivityTask {
  readonly scheduledEventId: number;
  /** The dispatch this answers; an older one is stale. */
  readonly stamp: number;
  readonly requestId: string;
  readonly identity: string;
}

/** A worker takes an activity attempt. */
export function startActivityTask(
  state: ExecutionState,
  input: StartActivityTask,
  context: DecideContext,
): Decision<ActivityState> {
  const activity = state.activities.get(input.scheduledEventId);
  const isGone = isClosed(state) || activity === undefined || activity.stamp !== input.stamp;
  if (isGone || activity.phase === 'backoff')
    return reject('NOT_FOUND', 'Activity task not found: it has closed or was dispatched again.');
  const draft = new Draft(state, context);
  if (activity.phase === 'started') {
    if (activity.requestId !== input.requestId) return reject('ALREADY_EXISTS', 'Activity task already started.');
    return accept(draft.finish(), activity);
  }
  recordStart(draft, activity, input.requestId, input.identity);
  const started = draft.state.activities.get(input.scheduledEventId) ?? activity;
  return accept(draft.finish(), started);
}

/** Starts activities in the same breath in which they were scheduled. */
export function startActivities(draft: Draft, scheduledEventIds: readonly number[], identity: string): void {
  for (const scheduledEventId of scheduledEventIds) {
    const activity = draft.state.activities.get(scheduledEventId);
    if (activity !== undefined) recordStart(draft, activity, draft.context.newId(), identity);
  }
}

function recordStart(draft: Draft, activity: ActivityState, requestId: string, identity: string): void {
  const { scheduledEventId, attempt } = activity;
  draft.record({
    kind: 'activityStarted',
    activity: { scheduledEventId, attempt, startedTimeMs: draft.nowMs, requestId, identity },
  });
}
