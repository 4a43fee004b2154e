import type { CallbackState, NexusCancellation, NexusOperationState, NexusTries } from '@perdure/engine';
import { enums, msToTimestamp, type workflow } from '@perdure/protocol';

const { CallbackState: Callback, NexusOperationCancellationState: Cancellation, PendingNexusOperationState } = enums;

/** A Nexus operation that has not ended, as DescribeWorkflowExecution shows it. */
export function pendingNexusOperation(operation: NexusOperationState): workflow.IPendingNexusOperationInfo {
  const { attributes, phase, tries, operationToken, cancellation } = operation;
  return {
    endpoint: attributes.endpoint,
    service: attributes.service,
    operation: attributes.operation,
    operationId: operationToken,
    operationToken,
    scheduleToCloseTimeout: attributes.scheduleToCloseTimeout,
    scheduleToStartTimeout: attributes.scheduleToStartTimeout,
    startToCloseTimeout: attributes.startToCloseTimeout,
    scheduledTime: msToTimestamp(operation.scheduledTimeMs),
    scheduledEventId: operation.scheduledEventId,
    state: OPERATION_STATES[phase],
    ...triesInfo(tries),
    // A request that is under way counts.
    attempt: phase === 'scheduled' ? tries.completed + 1 : tries.completed,
    cancellationInfo: cancellation && cancellationInfo(cancellation),
  };
}

const OPERATION_STATES = {
  scheduled: PendingNexusOperationState.PENDING_NEXUS_OPERATION_STATE_SCHEDULED,
  backoff: PendingNexusOperationState.PENDING_NEXUS_OPERATION_STATE_BACKING_OFF,
  started: PendingNexusOperationState.PENDING_NEXUS_OPERATION_STATE_STARTED,
} as const;

function cancellationInfo({
  requestedTimeMs,
  phase,
  tries,
}: NexusCancellation): workflow.INexusOperationCancellationInfo {
  return { requestedTime: msToTimestamp(requestedTimeMs), state: CANCELLATION_STATES[phase], ...triesInfo(tries) };
}

const CANCELLATION_STATES = {
  waiting: Cancellation.NEXUS_OPERATION_CANCELLATION_STATE_UNSPECIFIED,
  scheduled: Cancellation.NEXUS_OPERATION_CANCELLATION_STATE_SCHEDULED,
  backoff: Cancellation.NEXUS_OPERATION_CANCELLATION_STATE_BACKING_OFF,
  succeeded: Cancellation.NEXUS_OPERATION_CANCELLATION_STATE_SUCCEEDED,
  failed: Cancellation.NEXUS_OPERATION_CANCELLATION_STATE_FAILED,
} as const;

/** Somebody who is to be told of the end of the run. */
export function callbackInfo({ callback, registeredTimeMs, phase, tries }: CallbackState): workflow.ICallbackInfo {
  return {
    callback,
    trigger: { workflowClosed: {} },
    registrationTime: msToTimestamp(registeredTimeMs),
    state: CALLBACK_STATES[phase],
    ...triesInfo(tries),
  };
}

const CALLBACK_STATES = {
  standby: Callback.CALLBACK_STATE_STANDBY,
  scheduled: Callback.CALLBACK_STATE_SCHEDULED,
  backoff: Callback.CALLBACK_STATE_BACKING_OFF,
  succeeded: Callback.CALLBACK_STATE_SUCCEEDED,
  failed: Callback.CALLBACK_STATE_FAILED,
} as const;

function triesInfo({ completed, lastCompleteTimeMs, lastFailure, nextAttemptTimeMs }: NexusTries) {
  return {
    attempt: completed,
    lastAttemptCompleteTime: msToTimestamp(lastCompleteTimeMs),
    lastAttemptFailure: lastFailure,
    nextAttemptScheduleTime: msToTimestamp(nextAttemptTimeMs),
  };
}
