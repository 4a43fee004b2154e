import type { enums } from '@perdure/protocol';
import { makeProtoEnumConverters } from '../enum-converters.js';

/** Which of an activity's or workflow's timeouts passed. */
export const TimeoutType = {
  START_TO_CLOSE: 'START_TO_CLOSE',
  SCHEDULE_TO_START: 'SCHEDULE_TO_START',
  SCHEDULE_TO_CLOSE: 'SCHEDULE_TO_CLOSE',
  HEARTBEAT: 'HEARTBEAT',

  /** @deprecated Use START_TO_CLOSE. */
  TIMEOUT_TYPE_START_TO_CLOSE: 'START_TO_CLOSE',
  /** @deprecated Use SCHEDULE_TO_START. */
  TIMEOUT_TYPE_SCHEDULE_TO_START: 'SCHEDULE_TO_START',
  /** @deprecated Use SCHEDULE_TO_CLOSE. */
  TIMEOUT_TYPE_SCHEDULE_TO_CLOSE: 'SCHEDULE_TO_CLOSE',
  /** @deprecated Use HEARTBEAT. */
  TIMEOUT_TYPE_HEARTBEAT: 'HEARTBEAT',
  /** @deprecated Use undefined. */
  TIMEOUT_TYPE_UNSPECIFIED: undefined,
} as const;
/** One of {@link TimeoutType}. */
export type TimeoutType = (typeof TimeoutType)[keyof typeof TimeoutType];

/** Converts {@link TimeoutType} to and from `temporal.api.enums.v1.TimeoutType`. */
export const [encodeTimeoutType, decodeTimeoutType] = makeProtoEnumConverters<
  typeof enums.TimeoutType,
  'TIMEOUT_TYPE_'
>({ UNSPECIFIED: 0, START_TO_CLOSE: 1, SCHEDULE_TO_START: 2, SCHEDULE_TO_CLOSE: 3, HEARTBEAT: 4 }, 'TIMEOUT_TYPE_');

/** Why a failed activity or child workflow was not tried again. */
export const RetryState = {
  IN_PROGRESS: 'IN_PROGRESS',
  NON_RETRYABLE_FAILURE: 'NON_RETRYABLE_FAILURE',
  TIMEOUT: 'TIMEOUT',
  MAXIMUM_ATTEMPTS_REACHED: 'MAXIMUM_ATTEMPTS_REACHED',
  RETRY_POLICY_NOT_SET: 'RETRY_POLICY_NOT_SET',
  INTERNAL_SERVER_ERROR: 'INTERNAL_SERVER_ERROR',
  CANCEL_REQUESTED: 'CANCEL_REQUESTED',

  /** @deprecated Use IN_PROGRESS. */
  RETRY_STATE_IN_PROGRESS: 'IN_PROGRESS',
  /** @deprecated Use NON_RETRYABLE_FAILURE. */
  RETRY_STATE_NON_RETRYABLE_FAILURE: 'NON_RETRYABLE_FAILURE',
  /** @deprecated Use TIMEOUT. */
  RETRY_STATE_TIMEOUT: 'TIMEOUT',
  /** @deprecated Use MAXIMUM_ATTEMPTS_REACHED. */
  RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED: 'MAXIMUM_ATTEMPTS_REACHED',
  /** @deprecated Use RETRY_POLICY_NOT_SET. */
  RETRY_STATE_RETRY_POLICY_NOT_SET: 'RETRY_POLICY_NOT_SET',
  /** @deprecated Use INTERNAL_SERVER_ERROR. */
  RETRY_STATE_INTERNAL_SERVER_ERROR: 'INTERNAL_SERVER_ERROR',
  /** @deprecated Use CANCEL_REQUESTED. */
  RETRY_STATE_CANCEL_REQUESTED: 'CANCEL_REQUESTED',
  /** @deprecated Use undefined. */
  RETRY_STATE_UNSPECIFIED: undefined,
} as const;
/** One of {@link RetryState}. */
export type RetryState = (typeof RetryState)[keyof typeof RetryState];

/** Converts {@link RetryState} to and from `temporal.api.enums.v1.RetryState`. */
export const [encodeRetryState, decodeRetryState] = makeProtoEnumConverters<typeof enums.RetryState, 'RETRY_STATE_'>(
  {
    UNSPECIFIED: 0,
    IN_PROGRESS: 1,
    NON_RETRYABLE_FAILURE: 2,
    TIMEOUT: 3,
    MAXIMUM_ATTEMPTS_REACHED: 4,
    RETRY_POLICY_NOT_SET: 5,
    INTERNAL_SERVER_ERROR: 6,
    CANCEL_REQUESTED: 7,
  },
  'RETRY_STATE_',
);

/** How much noise an application failure makes: a benign one is logged at DEBUG only and counts in no failure metric. */
export const ApplicationFailureCategory = {
  BENIGN: 'BENIGN',
} as const;
/** One of {@link ApplicationFailureCategory}. */
export type ApplicationFailureCategory = (typeof ApplicationFailureCategory)[keyof typeof ApplicationFailureCategory];

/** Converts {@link ApplicationFailureCategory} to and from `temporal.api.enums.v1.ApplicationErrorCategory`. */
export const [encodeApplicationFailureCategory, decodeApplicationFailureCategory] = makeProtoEnumConverters<
  typeof enums.ApplicationErrorCategory,
  'APPLICATION_ERROR_CATEGORY_'
>({ UNSPECIFIED: 0, BENIGN: 1 }, 'APPLICATION_ERROR_CATEGORY_');
