import { enums, type history } from '@perdure/protocol';
import { reject, type Rejection } from '../../rejection.js';
import type { Decision } from '../decision.js';
import { Draft } from '../draft.js';
import { initialState } from '../initial-state.js';
import { isClosed, type ExecutionState } from '../state.js';
import type { DecideContext, Transition } from '../transition.js';
import { terminateRun } from './close.js';
import { scheduleWorkflowTask } from './workflow-task.js';

const { EventType, TimeoutType, WorkflowTaskFailedCause } = enums;

/** A request to do a workflow task again. */
export interface ResetExecution {
  /** The run whose history is taken up, and all of its events. */
  readonly base: ExecutionState;
  readonly events: readonly history.IHistoryEvent[];
  /** The run to end: the latest one, if it still runs. */
  readonly current: ExecutionState;
  /** Id of the event after which a workflow task ended; what came before its start is kept. */
  readonly workflowTaskFinishEventId: number;
  readonly reason: string;
  readonly requestId: string;
  readonly identity: string;
  readonly reappliesSignals: boolean;
  readonly reappliesUpdates: boolean;
  readonly reappliesCancelRequest: boolean;
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
  reapply(draft, input);
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

/** Sends again what reached the base run from outside after the point of the reset. */
function reapply(draft: Draft, input: ResetExecution): void {
  for (const event of input.events.slice(input.workflowTaskFinishEventId - 1)) {
    const signal = event.workflowExecutionSignaledEventAttributes;
    if (signal != null && input.reappliesSignals) {
      draft.event(
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
        { workflowExecutionSignaledEventAttributes: signal },
        { links: event.links },
      );
    }
    const options = event.workflowExecutionOptionsUpdatedEventAttributes;
    // A start that was attached stays attached, whatever is reapplied: its request id must find this run.
    if (options != null) {
      draft.event(
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
        { workflowExecutionOptionsUpdatedEventAttributes: options },
        { links: event.links },
      );
    }
    const cancel = event.workflowExecutionCancelRequestedEventAttributes;
    if (cancel != null && input.reappliesCancelRequest && !draft.state.cancelRequested) {
      draft.event(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED, {
        workflowExecutionCancelRequestedEventAttributes: cancel,
      });
    }
    const request =
      event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest ??
      event.workflowExecutionUpdateAdmittedEventAttributes?.request;
    if (request != null && input.reappliesUpdates && !draft.state.updates.has(request.meta?.updateId ?? '')) {
      draft.event(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED, {
        workflowExecutionUpdateAdmittedEventAttributes: {
          request,
          origin: enums.UpdateAdmittedEventOrigin.UPDATE_ADMITTED_EVENT_ORIGIN_REAPPLY,
        },
      });
    }
  }
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
