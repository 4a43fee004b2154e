import { enums, type history } from '@perdure/protocol';
import { reject, type Rejection } from '../../rejection.js';
import type { Decision } from '../decision.js';
import { Draft } from '../draft.js';
import { initialState } from '../initial-state.js';
import { isClosed, type ExecutionState } from '../state.js';
import type { DecideContext, Transition } from '../transition.js';
import { terminateRun } from './close.js';
import { writeOptionsUpdate, type OptionsUpdate } from './options.js';
import { writeSignal, type Signal } from './outside-requests.js';
import { reapply, type Reapplication } from './reapply.js';
import { scheduleWorkflowTask } from './workflow-task.js';

const { EventType, TimeoutType, WorkflowTaskFailedCause } = enums;

/** A request to do a workflow task again. */
export interface ResetExecution extends Reapplication {
  /** The run whose history is taken up, and all of its events. */
  readonly base: ExecutionState;
  readonly events: readonly history.IHistoryEvent[];
  /** The runs of the chain from the one after the base run to its last one, oldest first. */
  readonly laterRuns: readonly LaterRun[];
  /** The run to end: the latest one, if it still runs. */
  readonly current: ExecutionState;
  /** Id of the event after which a workflow task ended; what came before its start is kept. */
  readonly workflowTaskFinishEventId: number;
  readonly reason: string;
  readonly requestId: string;
  readonly identity: string;
  /** Done to the new run before its first workflow task, in this order. */
  readonly operations: readonly PostResetOperation[];
}

/** What a reset does to the run it makes. */
export type PostResetOperation =
  { readonly kind: 'signal'; readonly signal: Signal } | { readonly kind: 'options'; readonly update: OptionsUpdate };

/** A run that follows the base run by continue-as-new. */
export interface LaterRun {
  readonly runId: string;
  /** In order; those that cannot be reapplied may be left out. */
  readonly events: readonly history.IHistoryEvent[];
}

const TASK_ENDS: ReadonlySet<enums.EventType> = new Set([
  EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
  EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
  EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
  EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
]);

/**
 * Opens a new run that shares the base run's past up to a workflow task and does that task again; what was sent from
 * outside afterwards is sent again. The latest run, if it still runs, is terminated.
 */
export function resetExecution(input: ResetExecution, context: DecideContext): Decision<{ readonly runId: string }> {
  if (input.current.createRequestId === input.requestId && input.requestId !== '')
    return { transitions: [], result: { runId: input.current.key.runId } };
  const startedEventId = taskStartBefore(input);
  if (typeof startedEventId !== 'number') return startedEventId;
  const before: Transition[] = [];
  const runId = context.newId();
  if (!isClosed(input.current)) before.push(terminatedByReset(input, runId, context));
  const draft = forkedRun(input, runId, startedEventId, context);
  draft.event(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, {
    workflowTaskFailedEventAttributes: {
      scheduledEventId: scheduledBefore(input.events, startedEventId),
      startedEventId,
      cause: WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW,
      failure: { message: input.reason, resetWorkflowFailureInfo: {} },
      identity: input.identity,
      baseRunId: input.base.key.runId,
      newRunId: runId,
    },
  });
  reapplyAll(draft, input);
  for (const operation of input.operations) perform(draft, operation);
  scheduleWorkflowTask(draft);
  rescheduleActivities(draft);
  return { transitions: [...before, draft.finish()], result: { runId } };
}

function taskStartBefore({ events, workflowTaskFinishEventId, base }: ResetExecution): number | Rejection {
  const finish = events[workflowTaskFinishEventId - 1];
  const refuse = (why: string): Rejection =>
    reject('INVALID_ARGUMENT', `Cannot reset run ${base.key.runId} to event ${workflowTaskFinishEventId}: ${why}`);
  if (finish === undefined || workflowTaskFinishEventId <= 1)
    return refuse(`WorkflowTaskFinishEventId must be > 1 && <= workflow last event ID ${events.length}.`);
  if (!TASK_ENDS.has(finish.eventType ?? 0))
    return refuse('it must be a WorkflowTaskStarted, Completed, Failed or TimedOut event.');
  if (finish.eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED) return workflowTaskFinishEventId;
  const startedEventId =
    finish.workflowTaskCompletedEventAttributes?.startedEventId ??
    finish.workflowTaskFailedEventAttributes?.startedEventId ??
    finish.workflowTaskTimedOutEventAttributes?.startedEventId ??
    0;
  const isSticky =
    finish.workflowTaskTimedOutEventAttributes?.timeoutType === TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START;
  if (startedEventId <= 0 || isSticky) return refuse('the workflow task it ends was never started.');
  return startedEventId;
}

function scheduledBefore(events: readonly history.IHistoryEvent[], startedEventId: number): number {
  return events[startedEventId - 1]?.workflowTaskStartedEventAttributes?.scheduledEventId ?? startedEventId - 1;
}

function terminatedByReset(input: ResetExecution, runId: string, context: DecideContext): Transition {
  const draft = new Draft(input.current, context);
  draft.record({ kind: 'resetTo', runId });
  terminateRun(draft, { reason: input.reason, details: undefined, identity: input.identity });
  return draft.finish();
}

/** A new run whose first events are those of the base run. */
function forkedRun(input: ResetExecution, runId: string, startedEventId: number, context: DecideContext): Draft {
  const { base, events, requestId } = input;
  const created = { ...base.key, namespace: base.namespace, runId, createRequestId: requestId || context.newId() };
  const draft = new Draft(initialState(created), context);
  draft.record({ kind: 'created', execution: created });
  for (const event of events.slice(0, startedEventId)) draft.copyEvent(event);
  draft.record({ kind: 'forked', timeMs: context.nowMs, baseRunId: base.key.runId });
  return draft;
}

/** Sends again what came after the point of the reset: to the base run, and to the runs that followed it. */
function reapplyAll(draft: Draft, input: ResetExecution): void {
  const { base, current, events, laterRuns, workflowTaskFinishEventId } = input;
  const buffered = (state: ExecutionState) => state.bufferedEvents.map(({ event }) => event);
  const baseEvents = [...events.slice(workflowTaskFinishEventId - 1), ...buffered(base)];
  for (const event of baseEvents) reapply(draft, event, input);
  for (const run of laterRuns) {
    const isCurrent = run.runId === current.key.runId;
    for (const event of isCurrent ? [...run.events, ...buffered(current)] : run.events) reapply(draft, event, input);
  }
}

function perform(draft: Draft, operation: PostResetOperation): void {
  if (operation.kind === 'signal') writeSignal(draft, operation.signal);
  else writeOptionsUpdate(draft, operation.update);
}

/** Activities that were under way in the base run begin again; nobody reports the old attempts to the new run. */
function rescheduleActivities(draft: Draft): void {
  for (const activity of draft.state.activities.values())
    draft.effect({ kind: 'activityTask', scheduledEventId: activity.scheduledEventId, stamp: activity.stamp });
  for (const child of draft.state.children.values()) {
    if (child.startedRunId === '') draft.effect({ kind: 'startChild', initiatedEventId: child.initiatedEventId });
  }
  for (const request of draft.state.externalRequests.values())
    draft.effect({ kind: 'externalRequest', initiatedEventId: request.initiatedEventId });
}
