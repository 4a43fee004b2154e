import { makeProtoEnumConverters } from '@perdure/common/internal';
import type { enums } from '@perdure/protocol';

/** Whether an id may be used again once the operation that had it is closed. */
export const NexusOperationIdReusePolicy = {
  ALLOW_DUPLICATE: 'ALLOW_DUPLICATE',
  /** Only if that operation did not complete. */
  ALLOW_DUPLICATE_FAILED_ONLY: 'ALLOW_DUPLICATE_FAILED_ONLY',
  REJECT_DUPLICATE: 'REJECT_DUPLICATE',
} as const;
/** One of {@link NexusOperationIdReusePolicy}. */
export type NexusOperationIdReusePolicy =
  (typeof NexusOperationIdReusePolicy)[keyof typeof NexusOperationIdReusePolicy];

/** Converts {@link NexusOperationIdReusePolicy} to and from `temporal.api.enums.v1.NexusOperationIdReusePolicy`. */
export const [encodeNexusOperationIdReusePolicy, decodeNexusOperationIdReusePolicy] = makeProtoEnumConverters<
  typeof enums.NexusOperationIdReusePolicy,
  'NEXUS_OPERATION_ID_REUSE_POLICY_'
>(
  { UNSPECIFIED: 0, ALLOW_DUPLICATE: 1, ALLOW_DUPLICATE_FAILED_ONLY: 2, REJECT_DUPLICATE: 3 },
  'NEXUS_OPERATION_ID_REUSE_POLICY_',
);

/** What starting does while an operation with the same id runs. */
export const NexusOperationIdConflictPolicy = {
  FAIL: 'FAIL',
  /** The handle is to the one that runs. */
  USE_EXISTING: 'USE_EXISTING',
} as const;
/** One of {@link NexusOperationIdConflictPolicy}. */
export type NexusOperationIdConflictPolicy =
  (typeof NexusOperationIdConflictPolicy)[keyof typeof NexusOperationIdConflictPolicy];

/** Converts {@link NexusOperationIdConflictPolicy} to and from `temporal.api.enums.v1.NexusOperationIdConflictPolicy`. */
export const [encodeNexusOperationIdConflictPolicy, decodeNexusOperationIdConflictPolicy] = makeProtoEnumConverters<
  typeof enums.NexusOperationIdConflictPolicy,
  'NEXUS_OPERATION_ID_CONFLICT_POLICY_'
>({ UNSPECIFIED: 0, FAIL: 1, USE_EXISTING: 2 }, 'NEXUS_OPERATION_ID_CONFLICT_POLICY_');

/** The state of a Nexus operation that stands alone. */
export const NexusOperationExecutionStatus = {
  RUNNING: 'RUNNING',
  COMPLETED: 'COMPLETED',
  FAILED: 'FAILED',
  CANCELED: 'CANCELED',
  TERMINATED: 'TERMINATED',
  TIMED_OUT: 'TIMED_OUT',
} as const;
/** One of {@link NexusOperationExecutionStatus}. */
export type NexusOperationExecutionStatus =
  (typeof NexusOperationExecutionStatus)[keyof typeof NexusOperationExecutionStatus];

/** Converts {@link NexusOperationExecutionStatus} to and from `temporal.api.enums.v1.NexusOperationExecutionStatus`. */
export const [encodeNexusOperationExecutionStatus, decodeNexusOperationExecutionStatus] = makeProtoEnumConverters<
  typeof enums.NexusOperationExecutionStatus,
  'NEXUS_OPERATION_EXECUTION_STATUS_'
>(
  { UNSPECIFIED: 0, RUNNING: 1, COMPLETED: 2, FAILED: 3, CANCELED: 4, TERMINATED: 5, TIMED_OUT: 6 },
  'NEXUS_OPERATION_EXECUTION_STATUS_',
);

/** What a running operation is at. */
export const PendingNexusOperationState = {
  SCHEDULED: 'SCHEDULED',
  /** It waits for its next attempt. */
  BACKING_OFF: 'BACKING_OFF',
  STARTED: 'STARTED',
  /** It waits for something, such as a circuit breaker. */
  BLOCKED: 'BLOCKED',
} as const;
/** One of {@link PendingNexusOperationState}. */
export type PendingNexusOperationState = (typeof PendingNexusOperationState)[keyof typeof PendingNexusOperationState];

/** Converts {@link PendingNexusOperationState} to and from `temporal.api.enums.v1.PendingNexusOperationState`. */
export const [encodePendingNexusOperationState, decodePendingNexusOperationState] = makeProtoEnumConverters<
  typeof enums.PendingNexusOperationState,
  'PENDING_NEXUS_OPERATION_STATE_'
>({ UNSPECIFIED: 0, SCHEDULED: 1, BACKING_OFF: 2, STARTED: 3, BLOCKED: 4 }, 'PENDING_NEXUS_OPERATION_STATE_');

/** How far the request to cancel an operation has come. */
export const NexusOperationCancellationState = {
  SCHEDULED: 'SCHEDULED',
  /** It waits for its next attempt. */
  BACKING_OFF: 'BACKING_OFF',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  TIMED_OUT: 'TIMED_OUT',
  /** It waits for something, such as a circuit breaker. */
  BLOCKED: 'BLOCKED',
} as const;
/** One of {@link NexusOperationCancellationState}. */
export type NexusOperationCancellationState =
  (typeof NexusOperationCancellationState)[keyof typeof NexusOperationCancellationState];

/** Converts {@link NexusOperationCancellationState} to and from `temporal.api.enums.v1.NexusOperationCancellationState`. */
export const [encodeNexusOperationCancellationState, decodeNexusOperationCancellationState] = makeProtoEnumConverters<
  typeof enums.NexusOperationCancellationState,
  'NEXUS_OPERATION_CANCELLATION_STATE_'
>(
  { UNSPECIFIED: 0, SCHEDULED: 1, BACKING_OFF: 2, SUCCEEDED: 3, FAILED: 4, TIMED_OUT: 5, BLOCKED: 6 },
  'NEXUS_OPERATION_CANCELLATION_STATE_',
);
