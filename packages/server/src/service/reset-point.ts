import { enums, timestampToMs } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';
import { readAllEvents } from '../history/index.js';
import type { RunTarget } from '../shard/index.js';
import type { Services } from './services.js';

const { EventType } = enums;

/** Where a reset is to go back to, said for many executions at once. */
export type ResetPointWanted =
  | { readonly kind: 'first' }
  | { readonly kind: 'last' }
  | { readonly kind: 'event'; readonly eventId: number }
  /** The first workflow task that this build of the worker completed, in this run or an earlier one of its chain. */
  | { readonly kind: 'build'; readonly buildId: string; readonly currentRunOnly: boolean };

/** A run, and the event in it after which a workflow task had ended. */
export interface ResetPoint {
  readonly runId: string;
  readonly eventId: number;
}

/** Finds it. Throws FAILED_PRECONDITION if the execution has no such point. */
export async function findResetPoint(
  services: Services,
  target: RunTarget,
  wanted: ResetPointWanted,
): Promise<ResetPoint> {
  const { live, state } = await services.host.read(target, (each) => ({ live: each, state: each.state }));
  const { runId } = state.key;
  if (wanted.kind === 'event') return { runId, eventId: wanted.eventId };
  if (wanted.kind === 'build') {
    const nowMs = services.clock.nowMs();
    const point = state.resetPoints.find(
      (each) =>
        each.buildId === wanted.buildId &&
        (each.runId === runId || !wanted.currentRunOnly) &&
        (timestampToMs(each.expireTime) ?? Infinity) > nowMs,
    );
    if (point == null) throw noPoint(target, `build "${wanted.buildId}" completed none of its workflow tasks`);
    return { runId: point.runId ?? runId, eventId: point.firstWorkflowTaskCompletedId ?? 0 };
  }
  if (wanted.kind === 'last' && state.lastCompletedWorkflowTaskEventId > 0)
    return { runId, eventId: state.lastCompletedWorkflowTaskEventId };
  let scheduledEventId: number | undefined;
  for await (const { eventType, eventId } of readAllEvents(services.store, live, state)) {
    if (eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED) return { runId, eventId };
    if (eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED) scheduledEventId ??= eventId;
  }
  if (scheduledEventId === undefined) throw noPoint(target, 'it has no workflow task yet');
  return { runId, eventId: scheduledEventId + 1 };
}

function noPoint({ workflowId, runId }: RunTarget, why: string): ServiceError {
  return new ServiceError('FAILED_PRECONDITION', `Workflow ${workflowId}, run ${runId}, cannot be reset: ${why}.`);
}
