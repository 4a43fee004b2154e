import type { common } from '@perdure/protocol';
import { accept, type Decision } from '../decision.js';
import { Draft } from '../draft.js';
import type { ExecutionState } from '../state.js';
import type { DecideContext } from '../transition.js';
import { matchActivity, type ActivityIdentity } from './activity-close.js';

/** A running attempt says that it lives; the answer says whether it should stop. */
export function heartbeatActivity(
  state: ExecutionState,
  identity: ActivityIdentity,
  details: common.IPayloads | undefined,
  context: DecideContext,
): Decision<{ readonly cancelRequested: boolean }> {
  const activity = matchActivity(state, identity);
  if ('rejected' in activity) return activity;
  const draft = new Draft(state, context);
  draft.record({
    kind: 'activityHeartbeat',
    scheduledEventId: activity.scheduledEventId,
    timeMs: draft.nowMs,
    details,
  });
  return accept(draft.finish(), { cancelRequested: activity.cancelRequestedEventId !== 0 });
}
