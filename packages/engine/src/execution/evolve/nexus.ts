import { durationToMs, timestampToMs, type history } from '@perdure/protocol';
import type { FailedTryFact } from '../facts.js';
import { NO_TRIES, type NexusCancellation, type NexusOperationState, type NexusTimeouts } from '../nexus-state.js';
import type { NexusTries } from '../nexus-state.js';
import type { StateDraft } from '../state-draft.js';

/** An operation is to be started. */
export function nexusScheduled(draft: StateDraft, event: history.IHistoryEvent): void {
  const attributes = event.nexusOperationScheduledEventAttributes ?? {};
  const scheduledEventId = event.eventId ?? 0;
  draft.map('nexusOperations').set(scheduledEventId, {
    scheduledEventId,
    attributes,
    scheduledTimeMs: timestampToMs(event.eventTime) ?? 0,
    phase: 'scheduled',
    tries: NO_TRIES,
    startedTimeMs: undefined,
    operationToken: '',
    cancellation: undefined,
    timeouts: nexusTimeouts(attributes),
  });
}

/** A zero duration means the timeout is not set. */
export function nexusTimeouts(attributes: history.INexusOperationScheduledEventAttributes): NexusTimeouts {
  return {
    scheduleToCloseMs: durationToMs(attributes.scheduleToCloseTimeout) || undefined,
    scheduleToStartMs: durationToMs(attributes.scheduleToStartTimeout) || undefined,
    startToCloseMs: durationToMs(attributes.startToCloseTimeout) || undefined,
  };
}

/** The handler has begun; a cancellation that waited for this is due now. */
export function nexusStarted(draft: StateDraft, event: history.IHistoryEvent): void {
  const attributes = event.nexusOperationStartedEventAttributes ?? {};
  const operation = draft.state.nexusOperations.get(attributes.scheduledEventId ?? 0);
  if (operation === undefined) return;
  const { cancellation } = operation;
  change(draft, operation, {
    phase: 'started',
    tries: lastTry(operation.tries, event, undefined),
    startedTimeMs: timestampToMs(event.eventTime) ?? 0,
    operationToken: attributes.operationToken || (attributes.operationId ?? ''),
    cancellation: cancellation?.phase === 'waiting' ? { ...cancellation, phase: 'scheduled' } : cancellation,
  });
}

/** The operation has ended, one way or the other. */
export function nexusEnded(draft: StateDraft, scheduledEventId: number | null | undefined): void {
  draft.map('nexusOperations').delete(scheduledEventId ?? 0);
}

/** The workflow wants the operation to stop. It may have ended in an event that is still buffered. */
export function nexusCancelRequested(draft: StateDraft, event: history.IHistoryEvent): void {
  const { scheduledEventId, workflowTaskCompletedEventId } = event.nexusOperationCancelRequestedEventAttributes ?? {};
  const operation = draft.state.nexusOperations.get(scheduledEventId ?? 0);
  if (operation === undefined) return;
  const cancellation: NexusCancellation = {
    requestedEventId: event.eventId ?? 0,
    workflowTaskCompletedEventId: workflowTaskCompletedEventId ?? 0,
    requestedTimeMs: timestampToMs(event.eventTime) ?? 0,
    phase: operation.phase === 'started' ? 'scheduled' : 'waiting',
    tries: NO_TRIES,
  };
  change(draft, operation, { cancellation });
}

/** The handler knows of the wish to cancel, or cannot be told. */
export function nexusCancelAnswered(draft: StateDraft, event: history.IHistoryEvent): void {
  const completed = event.nexusOperationCancelRequestCompletedEventAttributes;
  const failed = event.nexusOperationCancelRequestFailedEventAttributes;
  const operation = draft.state.nexusOperations.get((completed ?? failed)?.scheduledEventId ?? 0);
  if (operation?.cancellation === undefined) return;
  const { cancellation } = operation;
  const tries = lastTry(cancellation.tries, event, failed?.failure ?? undefined);
  const phase = completed == null ? 'failed' : 'succeeded';
  change(draft, operation, { cancellation: { ...cancellation, phase, tries } });
}

/** The try that settled it. */
function lastTry(
  { completed }: NexusTries,
  event: history.IHistoryEvent,
  lastFailure: NexusTries['lastFailure'],
): NexusTries {
  const lastCompleteTimeMs = timestampToMs(event.eventTime) ?? 0;
  return { completed: completed + 1, lastCompleteTimeMs, lastFailure, nextAttemptTimeMs: undefined };
}

/** A request had no answer that counts; it is made again after its backoff. */
export function nexusTryFailed(
  draft: StateDraft,
  request: 'start' | 'cancel',
  scheduledEventId: number,
  failed: FailedTryFact,
): void {
  const operation = existing(draft, scheduledEventId);
  if (request === 'start') {
    change(draft, operation, { phase: 'backoff', tries: afterFailure(operation.tries, failed) });
  } else if (operation.cancellation !== undefined) {
    const tries = afterFailure(operation.cancellation.tries, failed);
    change(draft, operation, { cancellation: { ...operation.cancellation, phase: 'backoff', tries } });
  }
}

/** One more try, which failed. */
export function afterFailure({ completed }: NexusTries, failed: FailedTryFact): NexusTries {
  const { completedTimeMs, failure, nextAttemptTimeMs } = failed;
  return { completed: completed + 1, lastCompleteTimeMs: completedTimeMs, lastFailure: failure, nextAttemptTimeMs };
}

/** A request may be made again. */
export function nexusBackoffEnded(draft: StateDraft, request: 'start' | 'cancel', scheduledEventId: number): void {
  const operation = existing(draft, scheduledEventId);
  const again = (tries: NexusTries): NexusTries => ({ ...tries, nextAttemptTimeMs: undefined });
  if (request === 'start') change(draft, operation, { phase: 'scheduled', tries: again(operation.tries) });
  else if (operation.cancellation !== undefined) {
    const { cancellation } = operation;
    change(draft, operation, {
      cancellation: { ...cancellation, phase: 'scheduled', tries: again(cancellation.tries) },
    });
  }
}

function existing(draft: StateDraft, scheduledEventId: number): NexusOperationState {
  const operation = draft.state.nexusOperations.get(scheduledEventId);
  if (operation === undefined)
    throw new Error(`Invariant violated: no pending Nexus operation was scheduled by event ${scheduledEventId}`);
  return operation;
}

function change(draft: StateDraft, operation: NexusOperationState, changes: Partial<NexusOperationState>): void {
  draft.map('nexusOperations').set(operation.scheduledEventId, { ...operation, ...changes });
}
