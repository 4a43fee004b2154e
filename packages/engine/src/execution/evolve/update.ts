import type { history, update } from '@perdure/protocol';
import type { StateDraft } from '../state-draft.js';
import type { UpdateState } from '../state.js';

/** The update waits for a workflow task. */
export function updateAdmitted(draft: StateDraft, updateId: string, request: update.IRequest): void {
  draft.map('updates').set(updateId, {
    updateId,
    phase: 'admitted',
    request,
    sentWithWorkflowTask: 0,
    acceptedEventId: 0,
    completedEventId: 0,
  });
}

/** A workflow task took the updates to a worker. */
export function updatesSent(draft: StateDraft, updateIds: readonly string[], workflowTaskNumber: number): void {
  for (const updateId of updateIds)
    change(draft, updateId, { phase: 'sent', sentWithWorkflowTask: workflowTaskNumber });
}

/** The update was rejected, or its run closed before it was accepted. */
export function updateDropped(draft: StateDraft, updateId: string): void {
  draft.map('updates').delete(updateId);
}

/** A workflow task ended without an answer: what it carried must be carried again. */
export function resendUpdates(draft: StateDraft): void {
  for (const entry of draft.state.updates.values()) {
    if (entry.phase === 'sent') change(draft, entry.updateId, { phase: 'admitted', sentWithWorkflowTask: 0 });
  }
}

/** The update is in history; its outcome follows. */
export function updateAccepted(draft: StateDraft, event: history.IHistoryEvent): void {
  const attributes = event.workflowExecutionUpdateAcceptedEventAttributes ?? {};
  const updateId = attributes.acceptedRequest?.meta?.updateId || (attributes.protocolInstanceId ?? '');
  draft.map('updates').set(updateId, {
    updateId,
    phase: 'accepted',
    request: undefined,
    sentWithWorkflowTask: 0,
    acceptedEventId: event.eventId ?? 0,
    completedEventId: 0,
  });
  draft.set({ acceptedUpdateCount: draft.state.acceptedUpdateCount + 1 });
}

/** The update has its outcome, which stays in history: all that is kept here is that there is one, and where. */
export function updateCompleted(draft: StateDraft, event: history.IHistoryEvent): void {
  const attributes = event.workflowExecutionUpdateCompletedEventAttributes ?? {};
  change(draft, attributes.meta?.updateId ?? '', {
    phase: 'completed',
    completedEventId: event.eventId ?? 0,
  });
}

/** Written by a reset for updates of the base run that have to be delivered again. */
export function updateAdmittedByEvent(draft: StateDraft, event: history.IHistoryEvent): void {
  const request = event.workflowExecutionUpdateAdmittedEventAttributes?.request ?? {};
  updateAdmitted(draft, request.meta?.updateId ?? '', request);
}

function change(draft: StateDraft, updateId: string, changes: Partial<UpdateState>): void {
  const entry = draft.state.updates.get(updateId);
  if (entry === undefined)
    throw new Error(`Invariant violated: update ${JSON.stringify(updateId)} is unknown to its run`);
  draft.map('updates').set(updateId, { ...entry, ...changes });
}
