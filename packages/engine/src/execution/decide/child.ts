import { enums, type history } from '@perdure/protocol';
import { accept, type Decision } from '../decision.js';
import { Draft, type EventAttributes } from '../draft.js';
import { isAbandoned } from '../evolve/close.js';
import { isClosed, type ChildState, type ExecutionState } from '../state.js';
import type { DecideContext } from '../transition.js';
import { scheduleWorkflowTask } from './workflow-task.js';
import { writeOutsideEvent } from './write-event.js';

const { EventType } = enums;

/** The child runs. Hearing it twice, or after the end, changes nothing. */
export function recordChildStarted(
  state: ExecutionState,
  initiatedEventId: number,
  runId: string,
  context: DecideContext,
): Decision {
  const draft = new Draft(state, context);
  const child = state.children.get(initiatedEventId);
  if (child === undefined || child.startedRunId !== '') return accept(draft.finish());
  if (isClosed(state)) recordStartAfterClose(draft, child, runId);
  else {
    writeStarted(draft, child, runId);
    scheduleWorkflowTask(draft);
  }
  return accept(draft.finish());
}

/** An abandoned child lives on. Any other has to hear of the close that its start overtook. */
function recordStartAfterClose(draft: Draft, child: ChildState, runId: string): void {
  const { initiatedEventId } = child;
  if (isAbandoned(child)) {
    draft.record({ kind: 'abandonedChildStarted', initiatedEventId });
    return;
  }
  draft.record({ kind: 'childStartedTooLate', initiatedEventId, runId });
  draft.effect({ kind: 'parentClosePolicy', initiatedEventId });
}

/** The child could not be started. */
export function recordChildStartFailed(
  state: ExecutionState,
  initiatedEventId: number,
  cause: enums.StartChildWorkflowExecutionFailedCause,
  context: DecideContext,
): Decision {
  const draft = new Draft(state, context);
  const child = state.children.get(initiatedEventId);
  if (child === undefined || child.startedRunId !== '') return accept(draft.finish());
  if (isClosed(state)) {
    draft.record({ kind: 'abandonedChildStarted', initiatedEventId });
    return accept(draft.finish());
  }
  const { namespace, namespaceId, workflowId, workflowType, control } = child.attributes;
  writeOutsideEvent(draft, EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED, {
    startChildWorkflowExecutionFailedEventAttributes: {
      namespace,
      namespaceId,
      workflowId,
      workflowType,
      cause,
      control,
      initiatedEventId,
    },
  });
  scheduleWorkflowTask(draft);
  return accept(draft.finish());
}

/** How a child closed, as its closing event says. */
export interface ChildClose {
  readonly initiatedEventId: number;
  readonly workflowId: string;
  /** The run that closed: the last of the child's chain. */
  readonly runId: string;
  readonly firstRunId: string;
  readonly closeEvent: history.IHistoryEvent;
}

/** The child has closed. The news may overtake that of its start, which is then written first. */
export function recordChildClosed(state: ExecutionState, close: ChildClose, context: DecideContext): Decision {
  const draft = new Draft(state, context);
  const child = state.children.get(close.initiatedEventId);
  if (child === undefined || isClosed(state)) return accept(draft.finish());
  if (child.startedRunId === '') writeStarted(draft, child, close.firstRunId);
  const { type, attributes } = closingEvent(draft.state.children.get(close.initiatedEventId) ?? child, close);
  writeOutsideEvent(draft, type, attributes);
  scheduleWorkflowTask(draft);
  return accept(draft.finish());
}

function writeStarted(draft: Draft, child: ChildState, runId: string): void {
  const { namespace, namespaceId, workflowId, workflowType, header } = child.attributes;
  writeOutsideEvent(draft, EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED, {
    childWorkflowExecutionStartedEventAttributes: {
      namespace,
      namespaceId,
      initiatedEventId: child.initiatedEventId,
      workflowExecution: { workflowId, runId },
      workflowType,
      header,
    },
  });
}

function closingEvent(child: ChildState, close: ChildClose): { type: enums.EventType; attributes: EventAttributes } {
  const { closeEvent } = close;
  const common = {
    namespace: child.attributes.namespace,
    namespaceId: child.attributes.namespaceId,
    workflowExecution: { workflowId: close.workflowId, runId: close.runId },
    workflowType: child.attributes.workflowType,
    initiatedEventId: child.initiatedEventId,
    startedEventId: child.startedEventId,
  };
  const completed = closeEvent.workflowExecutionCompletedEventAttributes;
  if (completed != null) {
    return {
      type: EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED,
      attributes: { childWorkflowExecutionCompletedEventAttributes: { ...common, result: completed.result } },
    };
  }
  const failed = closeEvent.workflowExecutionFailedEventAttributes;
  if (failed != null) {
    const { failure, retryState } = failed;
    return {
      type: EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED,
      attributes: { childWorkflowExecutionFailedEventAttributes: { ...common, failure, retryState } },
    };
  }
  const canceled = closeEvent.workflowExecutionCanceledEventAttributes;
  if (canceled != null) {
    return {
      type: EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED,
      attributes: { childWorkflowExecutionCanceledEventAttributes: { ...common, details: canceled.details } },
    };
  }
  const timedOut = closeEvent.workflowExecutionTimedOutEventAttributes;
  if (timedOut != null) {
    return {
      type: EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT,
      attributes: { childWorkflowExecutionTimedOutEventAttributes: { ...common, retryState: timedOut.retryState } },
    };
  }
  return {
    type: EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED,
    attributes: { childWorkflowExecutionTerminatedEventAttributes: common },
  };
}

/** This run's parent has heard of its close (or is gone). */
export function recordParentNotified(state: ExecutionState, context: DecideContext): Decision {
  const draft = new Draft(state, context);
  if (state.parentToNotify) draft.record({ kind: 'parentNotified' });
  return accept(draft.finish());
}

/** A child has been told of the close of this run (or is gone). */
export function recordParentCloseDutyDone(
  state: ExecutionState,
  initiatedEventId: number,
  context: DecideContext,
): Decision {
  const draft = new Draft(state, context);
  if (state.parentCloseDuties.some((duty) => duty.initiatedEventId === initiatedEventId))
    draft.record({ kind: 'parentCloseDutyDone', initiatedEventId });
  return accept(draft.finish());
}
