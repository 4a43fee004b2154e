import type {
  CallbackState,
  ExecutionState,
  NexusCancellation,
  NexusOperationState,
  NexusTries,
} from '@perdure/engine';
import { enums, msToTimestamp, type workflow } from '@perdure/protocol';
import type { NexusDelivery } from '../nexus/index.js';

const { CallbackState: Callback, NexusOperationCancellationState: Cancellation, PendingNexusOperationState } = enums;

/** Which requests are held back by a circuit breaker. */
export type HeldRequests = Pick<NexusDelivery, 'isHeld' | 'isCallbackHeld'>;

/** A Nexus operation that has not ended, as DescribeWorkflowExecution shows it. */
export function pendingNexusOperation(
  state: ExecutionState,
  operation: NexusOperationState,
  held: HeldRequests,
): workflow.IPendingNexusOperationInfo {
  const { attributes, phase, tries, operationToken, cancellation } = operation;
  const isHeld = phase === 'scheduled' && held.isHeld(state, operation, 'start');
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
    state: OPERATION_STATES[isHeld ? 'held' : phase],
    blockedReason: isHeld ? BLOCKED_REASON : '',
    ...triesInfo(tries),
    // A request that is under way counts.
    attempt: phase === 'scheduled' ? tries.completed + 1 : tries.completed,
    cancellationInfo: cancellation && cancellationInfo(cancellation, held.isHeld(state, operation, 'cancel')),
  };
}

/** Users of Temporal look for these words. */
const BLOCKED_REASON = 'The circuit breaker is open.';

const OPERATION_STATES = {
  scheduled: PendingNexusOperationState.PENDING_NEXUS_OPERATION_STATE_SCHEDULED,
  backoff: PendingNexusOperationState.PENDING_NEXUS_OPERATION_STATE_BACKING_OFF,
  started: PendingNexusOperationState.PENDING_NEXUS_OPERATION_STATE_STARTED,
  held: PendingNexusOperationState.PENDING_NEXUS_OPERATION_STATE_BLOCKED,
} as const;

function cancellationInfo(
  { requestedTimeMs, phase, tries }: NexusCancellation,
  isEndpointDown: boolean,
): workflow.INexusOperationCancellationInfo {
  const isHeld = phase === 'scheduled' && isEndpointDown;
  return {
    requestedTime: msToTimestamp(requestedTimeMs),
    state: CANCELLATION_STATES[isHeld ? 'held' : phase],
    blockedReason: isHeld ? BLOCKED_REASON : '',
    ...triesInfo(tries),
  };
}

const CANCELLATION_STATES = {
  waiting: Cancellation.NEXUS_OPERATION_CANCELLATION_STATE_UNSPECIFIED,
  scheduled: Cancellation.NEXUS_OPERATION_CANCELLATION_STATE_SCHEDULED,
  backoff: Cancellation.NEXUS_OPERATION_CANCELLATION_STATE_BACKING_OFF,
  succeeded: Cancellation.NEXUS_OPERATION_CANCELLATION_STATE_SUCCEEDED,
  failed: Cancellation.NEXUS_OPERATION_CANCELLATION_STATE_FAILED,
  held: Cancellation.NEXUS_OPERATION_CANCELLATION_STATE_BLOCKED,
} as const;

/** Somebody who is to be told of the end of the run. */
export function callbackInfo(
  run: ExecutionState,
  callbackState: CallbackState,
  held: HeldRequests,
): workflow.ICallbackInfo {
  const { callback, registeredTimeMs, phase, tries } = callbackState;
  const isHeld = phase === 'scheduled' && held.isCallbackHeld(run, callbackState);
  return {
    callback,
    trigger: { workflowClosed: {} },
    registrationTime: msToTimestamp(registeredTimeMs),
    state: CALLBACK_STATES[isHeld ? 'held' : phase],
    blockedReason: isHeld ? BLOCKED_REASON : '',
    ...triesInfo(tries),
  };
}

const CALLBACK_STATES = {
  standby: Callback.CALLBACK_STATE_STANDBY,
  scheduled: Callback.CALLBACK_STATE_SCHEDULED,
  backoff: Callback.CALLBACK_STATE_BACKING_OFF,
  succeeded: Callback.CALLBACK_STATE_SUCCEEDED,
  failed: Callback.CALLBACK_STATE_FAILED,
  held: Callback.CALLBACK_STATE_BLOCKED,
} as const;

function triesInfo({ completed, lastCompleteTimeMs, lastFailure, nextAttemptTimeMs }: NexusTries) {
  return {
    attempt: completed,
    lastAttemptCompleteTime: msToTimestamp(lastCompleteTimeMs),
    lastAttemptFailure: lastFailure,
    nextAttemptScheduleTime: msToTimestamp(nextAttemptTimeMs),
  };
}
