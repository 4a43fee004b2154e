import { ApplicationFailure, defaultFailureConverter, defaultPayloadConverter } from '@perdure/common';
import { enums, type failure } from '@perdure/protocol';

const { TimeoutType } = enums;

const TIMEOUT_TYPES = {
  startToClose: TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE,
  scheduleToStart: TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START,
  scheduleToClose: TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE,
} as const;

/** The timeouts of a local activity. */
export type LocalActivityTimeout = keyof typeof TIMEOUT_TYPES;

/** The failure of a local activity that took too long. */
export function timeoutFailure(timeout: LocalActivityTimeout): failure.IFailure {
  return { message: 'Activity timed out', timeoutFailureInfo: { timeoutType: TIMEOUT_TYPES[timeout] } };
}

/** The failure of a local activity that was cancelled while nobody ran it. */
export function cancelledFailure(): failure.IFailure {
  return { message: 'CANCELLED', canceledFailureInfo: {} };
}

/** The failure of a local activity that wants to be completed by somebody else. */
export function unsupportedAsyncFailure(activityType: string): failure.IFailure {
  const error = ApplicationFailure.nonRetryable(
    `Local activity ${activityType} threw CompleteAsyncError. Local activities cannot be completed from elsewhere: ` +
      'call it through proxyActivities instead',
    'CompleteAsyncError',
  );
  return { ...defaultFailureConverter.errorToFailure(error, defaultPayloadConverter), stackTrace: '' };
}
