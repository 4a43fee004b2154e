import { enums, type history } from '@perdure/protocol';
import type { Draft } from '../draft.js';

const { EventType, UpdateAdmittedEventOrigin } = enums;

/** Which kinds of what was sent from outside reach the new run of a reset. */
export interface Reapplication {
  readonly reappliesSignals: boolean;
  readonly reappliesUpdates: boolean;
  readonly reappliesCancelRequest: boolean;
  readonly reappliesNexus: boolean;
}

const REAPPLICABLE: ReadonlySet<enums.EventType> = new Set([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED,
  EventType.EVENT_TYPE_NEXUS_OPERATION_STARTED,
  EventType.EVENT_TYPE_NEXUS_OPERATION_COMPLETED,
  EventType.EVENT_TYPE_NEXUS_OPERATION_FAILED,
  EventType.EVENT_TYPE_NEXUS_OPERATION_CANCELED,
  EventType.EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT,
]);

/** Whether a reset may have to send this event again: nothing else of the later runs of a chain has to be kept for it. */
export function isReapplicable(event: history.IHistoryEvent): boolean {
  return REAPPLICABLE.has(event.eventType ?? EventType.EVENT_TYPE_UNSPECIFIED);
}

/** Sends again what had reached another run from outside. */
export function reapply(draft: Draft, event: history.IHistoryEvent, which: Reapplication): void {
  const signal = event.workflowExecutionSignaledEventAttributes;
  if (signal != null && which.reappliesSignals) {
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
  if (cancel != null && which.reappliesCancelRequest && !draft.state.cancelRequested) {
    draft.event(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED, {
      workflowExecutionCancelRequestedEventAttributes: cancel,
    });
  }
  if (which.reappliesUpdates) reapplyUpdate(draft, event);
  if (which.reappliesNexus) reapplyNexus(draft, event);
}

const NEXUS_MEMBERS = [
  'nexusOperationStartedEventAttributes',
  'nexusOperationCompletedEventAttributes',
  'nexusOperationFailedEventAttributes',
  'nexusOperationCanceledEventAttributes',
  'nexusOperationTimedOutEventAttributes',
] as const;

/** What became of an operation that the new run has too: its handler will not tell it a second time. */
function reapplyNexus(draft: Draft, event: history.IHistoryEvent): void {
  for (const member of NEXUS_MEMBERS) {
    const attributes = event[member];
    if (attributes == null) continue;
    const operation = draft.state.nexusOperations.get(attributes.scheduledEventId ?? 0);
    if (operation === undefined || operation.attributes.requestId !== attributes.requestId) return;
    if (member === 'nexusOperationStartedEventAttributes' && operation.phase === 'started') return;
    draft.event(event.eventType ?? 0, { [member]: attributes }, { links: event.links });
  }
}

function reapplyUpdate(draft: Draft, event: history.IHistoryEvent): void {
  const request =
    event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest ??
    event.workflowExecutionUpdateAdmittedEventAttributes?.request;
  if (request == null || draft.state.updates.has(request.meta?.updateId ?? '')) return;
  draft.event(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED, {
    workflowExecutionUpdateAdmittedEventAttributes: {
      request,
      origin: UpdateAdmittedEventOrigin.UPDATE_ADMITTED_EVENT_ORIGIN_REAPPLY,
    },
  });
}
