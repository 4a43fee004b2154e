import type { history } from '@perdure/protocol';
import type { StateDraft } from '../state-draft.js';
import type { ExecutionReference, ExternalRequestState } from '../state.js';

/** A child is to be started. */
export function childInitiated(draft: StateDraft, event: history.IHistoryEvent): void {
  const initiatedEventId = event.eventId ?? 0;
  const attributes = event.startChildWorkflowExecutionInitiatedEventAttributes ?? {};
  draft.map('children').set(initiatedEventId, { initiatedEventId, attributes, startedEventId: 0, startedRunId: '' });
}

/** A buffered start has no event id yet; the flush brings it. */
export function childStarted(draft: StateDraft, event: history.IHistoryEvent): void {
  const attributes = event.childWorkflowExecutionStartedEventAttributes ?? {};
  const child = draft.state.children.get(attributes.initiatedEventId ?? 0);
  if (child === undefined) return;
  const startedRunId = attributes.workflowExecution?.runId ?? '';
  draft.map('children').set(child.initiatedEventId, { ...child, startedEventId: event.eventId ?? 0, startedRunId });
}

/** The child has closed, or could not be started. */
export function childClosed(draft: StateDraft, initiatedEventId: number | null | undefined): void {
  draft.map('children').delete(initiatedEventId ?? 0);
}

/** A signal is to be sent to another execution. */
export function externalSignalInitiated(draft: StateDraft, event: history.IHistoryEvent): void {
  const attributes = event.signalExternalWorkflowExecutionInitiatedEventAttributes ?? {};
  initiated(draft, {
    initiatedEventId: event.eventId ?? 0,
    kind: 'signal',
    target: reference(attributes),
    childWorkflowOnly: attributes.childWorkflowOnly ?? false,
    control: attributes.control ?? '',
    workflowTaskCompletedEventId: attributes.workflowTaskCompletedEventId ?? 0,
    signal: {
      name: attributes.signalName ?? '',
      input: attributes.input ?? undefined,
      header: attributes.header ?? undefined,
    },
    reason: '',
  });
}

/** Another execution is to be asked to cancel itself. */
export function externalCancelInitiated(draft: StateDraft, event: history.IHistoryEvent): void {
  const attributes = event.requestCancelExternalWorkflowExecutionInitiatedEventAttributes ?? {};
  initiated(draft, {
    initiatedEventId: event.eventId ?? 0,
    kind: 'cancel',
    target: reference(attributes),
    childWorkflowOnly: attributes.childWorkflowOnly ?? false,
    control: attributes.control ?? '',
    workflowTaskCompletedEventId: attributes.workflowTaskCompletedEventId ?? 0,
    signal: undefined,
    reason: attributes.reason ?? '',
  });
}

/** It is known what became of the request. */
export function externalRequestClosed(draft: StateDraft, initiatedEventId: number | null | undefined): void {
  draft.map('externalRequests').delete(initiatedEventId ?? 0);
}

function initiated(draft: StateDraft, request: ExternalRequestState): void {
  draft.map('externalRequests').set(request.initiatedEventId, request);
}

function reference(
  attributes:
    | history.ISignalExternalWorkflowExecutionInitiatedEventAttributes
    | history.IRequestCancelExternalWorkflowExecutionInitiatedEventAttributes,
): ExecutionReference {
  return {
    namespace: attributes.namespace ?? '',
    namespaceId: attributes.namespaceId ?? '',
    workflowId: attributes.workflowExecution?.workflowId ?? '',
    runId: attributes.workflowExecution?.runId ?? '',
  };
}
