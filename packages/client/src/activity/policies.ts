import { makeProtoEnumConverters } from '@perdure/common/internal';
import type { enums } from '@perdure/protocol';

/** Whether an id may be used again once the activity that had it is closed. */
export const ActivityIdReusePolicy = {
  ALLOW_DUPLICATE: 'ALLOW_DUPLICATE',
  /** Only if that activity did not complete. */
  ALLOW_DUPLICATE_FAILED_ONLY: 'ALLOW_DUPLICATE_FAILED_ONLY',
  REJECT_DUPLICATE: 'REJECT_DUPLICATE',
} as const;
/** One of {@link ActivityIdReusePolicy}. */
export type ActivityIdReusePolicy = (typeof ActivityIdReusePolicy)[keyof typeof ActivityIdReusePolicy];

/** Converts {@link ActivityIdReusePolicy} to and from `temporal.api.enums.v1.ActivityIdReusePolicy`. */
export const [encodeActivityIdReusePolicy, decodeActivityIdReusePolicy] = makeProtoEnumConverters<
  typeof enums.ActivityIdReusePolicy,
  'ACTIVITY_ID_REUSE_POLICY_'
>(
  { UNSPECIFIED: 0, ALLOW_DUPLICATE: 1, ALLOW_DUPLICATE_FAILED_ONLY: 2, REJECT_DUPLICATE: 3 },
  'ACTIVITY_ID_REUSE_POLICY_',
);

/** What starting does while an activity with the same id runs. */
export const ActivityIdConflictPolicy = {
  FAIL: 'FAIL',
  /** The handle is to the one that runs. */
  USE_EXISTING: 'USE_EXISTING',
} as const;
/** One of {@link ActivityIdConflictPolicy}. */
export type ActivityIdConflictPolicy = (typeof ActivityIdConflictPolicy)[keyof typeof ActivityIdConflictPolicy];

/** Converts {@link ActivityIdConflictPolicy} to and from `temporal.api.enums.v1.ActivityIdConflictPolicy`. */
export const [encodeActivityIdConflictPolicy, decodeActivityIdConflictPolicy] = makeProtoEnumConverters<
  typeof enums.ActivityIdConflictPolicy,
  'ACTIVITY_ID_CONFLICT_POLICY_'
>({ UNSPECIFIED: 0, FAIL: 1, USE_EXISTING: 2 }, 'ACTIVITY_ID_CONFLICT_POLICY_');

/** The state of an activity without a workflow. */
export const ActivityExecutionStatus = {
  RUNNING: 'RUNNING',
  COMPLETED: 'COMPLETED',
  FAILED: 'FAILED',
  CANCELED: 'CANCELED',
  TERMINATED: 'TERMINATED',
  TIMED_OUT: 'TIMED_OUT',
  PAUSED: 'PAUSED',
} as const;
/** One of {@link ActivityExecutionStatus}. */
export type ActivityExecutionStatus = (typeof ActivityExecutionStatus)[keyof typeof ActivityExecutionStatus];

/** Converts {@link ActivityExecutionStatus} to and from `temporal.api.enums.v1.ActivityExecutionStatus`. */
export const [encodeActivityExecutionStatus, decodeActivityExecutionStatus] = makeProtoEnumConverters<
  typeof enums.ActivityExecutionStatus,
  'ACTIVITY_EXECUTION_STATUS_'
>(
  { UNSPECIFIED: 0, RUNNING: 1, COMPLETED: 2, FAILED: 3, CANCELED: 4, TERMINATED: 5, TIMED_OUT: 6, PAUSED: 7 },
  'ACTIVITY_EXECUTION_STATUS_',
);

/** What a running activity is at. */
export const PendingActivityState = {
  /** It waits for a worker, or for its next attempt. */
  SCHEDULED: 'SCHEDULED',
  STARTED: 'STARTED',
  CANCEL_REQUESTED: 'CANCEL_REQUESTED',
  PAUSED: 'PAUSED',
  /** It shall pause, and its attempt goes on. */
  PAUSE_REQUESTED: 'PAUSE_REQUESTED',
} as const;
/** One of {@link PendingActivityState}. */
export type PendingActivityState = (typeof PendingActivityState)[keyof typeof PendingActivityState];

/** Converts {@link PendingActivityState} to and from `temporal.api.enums.v1.PendingActivityState`. */
export const [encodePendingActivityState, decodePendingActivityState] = makeProtoEnumConverters<
  typeof enums.PendingActivityState,
  'PENDING_ACTIVITY_STATE_'
>(
  { UNSPECIFIED: 0, SCHEDULED: 1, STARTED: 2, CANCEL_REQUESTED: 3, PAUSED: 4, PAUSE_REQUESTED: 5 },
  'PENDING_ACTIVITY_STATE_',
);
