import { enums } from '@perdure/protocol';
import { accept, type Decision } from '../decision.js';
import { Draft } from '../draft.js';
import { isClosed, type ExecutionState, type ExternalRequestState } from '../state.js';
import type { DecideContext } from '../transition.js';
import { scheduleWorkflowTask } from './workflow-task.js';
import { writeOutsideEvent } from './write-event.js';

const { CancelExternalWorkflowExecutionFailedCause, EventType, SignalExternalWorkflowExecutionFailedCause } = enums;

/** What became of a signal or cancel request to another execution. */
export type ExternalOutcome = 'delivered' | 'executionNotFound' | 'namespaceNotFound' | 'signalLimitExceeded';

/** Records the outcome; hearing it twice changes nothing. After the close nobody is left to know. */
export function recordExternalOutcome(
  state: ExecutionState,
  initiatedEventId: number,
  outcome: ExternalOutcome,
  context: DecideContext,
): Decision {
  const draft = new Draft(state, context);
  const request = state.externalRequests.get(initiatedEventId);
  if (request === undefined) return accept(draft.finish());
  if (isClosed(state)) draft.record({ kind: 'externalRequestDone', initiatedEventId });
  else {
    if (request.kind === 'signal') writeSignalOutcome(draft, request, outcome);
    else writeCancelOutcome(draft, request, outcome);
    scheduleWorkflowTask(draft);
  }
  return accept(draft.finish());
}

function target({ target: { namespace, namespaceId, workflowId, runId } }: ExternalRequestState) {
  return { namespace, namespaceId, workflowExecution: { workflowId, runId } };
}

function writeSignalOutcome(draft: Draft, request: ExternalRequestState, outcome: ExternalOutcome): void {
  const { initiatedEventId, control } = request;
  if (outcome === 'delivered') {
    writeOutsideEvent(draft, EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED, {
      externalWorkflowExecutionSignaledEventAttributes: { initiatedEventId, ...target(request), control },
    });
    return;
  }
  writeOutsideEvent(draft, EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, {
    signalExternalWorkflowExecutionFailedEventAttributes: {
      cause: SIGNAL_CAUSES[outcome],
      ...target(request),
      initiatedEventId,
      control,
    },
  });
}

function writeCancelOutcome(draft: Draft, request: ExternalRequestState, outcome: ExternalOutcome): void {
  const { initiatedEventId, control } = request;
  if (outcome === 'delivered') {
    writeOutsideEvent(draft, EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED, {
      externalWorkflowExecutionCancelRequestedEventAttributes: { initiatedEventId, ...target(request) },
    });
    return;
  }
  const cause =
    outcome === 'namespaceNotFound'
      ? CancelExternalWorkflowExecutionFailedCause.CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND
      : CancelExternalWorkflowExecutionFailedCause.CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND;
  writeOutsideEvent(draft, EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, {
    requestCancelExternalWorkflowExecutionFailedEventAttributes: {
      cause,
      ...target(request),
      initiatedEventId,
      control,
    },
  });
}

const SIGNAL_CAUSES: Readonly<
  Record<Exclude<ExternalOutcome, 'delivered'>, enums.SignalExternalWorkflowExecutionFailedCause>
> = {
  executionNotFound:
    SignalExternalWorkflowExecutionFailedCause.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND,
  namespaceNotFound:
    SignalExternalWorkflowExecutionFailedCause.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND,
  signalLimitExceeded:
    SignalExternalWorkflowExecutionFailedCause.SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_COUNT_LIMIT_EXCEEDED,
};
