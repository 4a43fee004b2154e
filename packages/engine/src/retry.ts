import { durationToMs, enums, type common, type failure } from '@perdure/protocol';
import type { Limits } from './limits.js';

const { RetryState, TimeoutType } = enums;

/** A retry policy with its defaults filled in. Milliseconds. */
export interface RetrySchedule {
  readonly initialIntervalMs: number;
  readonly backoffCoefficient: number;
  readonly maximumIntervalMs: number;
  /** 0 means unlimited. */
  readonly maximumAttempts: number;
  readonly nonRetryableErrorTypes: readonly string[];
}

/** Ten thousand years: the longest that google.protobuf.Duration allows. */
const MAXIMUM_DURATION_MS = 315_576_000_000 * 1000;

/** Fills in Temporal's defaults: 1 s, doubling, at most 100 times the initial interval, without end. */
export function retrySchedule(policy: common.IRetryPolicy, limits: Limits): RetrySchedule {
  const initialIntervalMs = durationToMs(policy.initialInterval) || limits.defaultActivityRetryInitialIntervalMs;
  return {
    initialIntervalMs,
    backoffCoefficient: policy.backoffCoefficient || limits.defaultActivityRetryBackoffCoefficient,
    maximumIntervalMs:
      durationToMs(policy.maximumInterval) ||
      // A policy that never retries is taken as it is, whatever its interval: the product must still fit a duration.
      Math.max(
        0,
        Math.min(initialIntervalMs * limits.defaultActivityRetryMaximumIntervalCoefficient, MAXIMUM_DURATION_MS),
      ),
    maximumAttempts: policy.maximumAttempts ?? 0,
    nonRetryableErrorTypes: policy.nonRetryableErrorTypes ?? [],
  };
}

/** The same policy as it is written to history, with every field set. */
export function explicitRetryPolicy(
  policy: common.IRetryPolicy | null | undefined,
  limits: Limits,
): common.IRetryPolicy {
  const schedule = retrySchedule(policy ?? {}, limits);
  return {
    initialInterval: policy?.initialInterval ?? secondsOf(schedule.initialIntervalMs),
    backoffCoefficient: schedule.backoffCoefficient,
    maximumInterval: durationToMs(policy?.maximumInterval)
      ? policy?.maximumInterval
      : secondsOf(schedule.maximumIntervalMs),
    maximumAttempts: schedule.maximumAttempts,
    nonRetryableErrorTypes: schedule.nonRetryableErrorTypes,
  };
}

function secondsOf(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

/** What follows a failed attempt. */
export type RetryVerdict =
  { readonly retry: true; readonly delayMs: number } | { readonly retry: false; readonly state: enums.RetryState };

/** An attempt that failed, and when. */
export interface FailedAttempt {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly failure: failure.IFailure | undefined;
  readonly nowMs: number;
  /** No attempt may begin after this moment. */
  readonly deadlineMs: number | undefined;
}

/** Decides whether a failed attempt is followed by another one, and when. */
export function nextAttempt(schedule: RetrySchedule | undefined, failed: FailedAttempt): RetryVerdict {
  if (schedule === undefined) return { retry: false, state: RetryState.RETRY_STATE_RETRY_POLICY_NOT_SET };
  if (!isRetryable(failed.failure, schedule.nonRetryableErrorTypes))
    return { retry: false, state: RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE };
  if (schedule.maximumAttempts > 0 && failed.attempt >= schedule.maximumAttempts) {
    return { retry: false, state: RetryState.RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED };
  }
  const askedDelayMs = durationToMs(failed.failure?.applicationFailureInfo?.nextRetryDelay);
  const delayMs = askedDelayMs ?? backoffMs(schedule, failed.attempt);
  if (failed.deadlineMs !== undefined && failed.nowMs + delayMs > failed.deadlineMs)
    return { retry: false, state: RetryState.RETRY_STATE_TIMEOUT };
  return { retry: true, delayMs };
}

/** Wait after the given failed attempt. */
export function backoffMs(schedule: RetrySchedule, attempt: number): number {
  const grown = schedule.initialIntervalMs * schedule.backoffCoefficient ** (attempt - 1);
  return Math.min(grown, schedule.maximumIntervalMs);
}

const TIMEOUT_TYPE_PREFIX = 'TemporalTimeout:';
const TIMEOUT_NAMES: ReadonlyMap<enums.TimeoutType, string> = new Map([
  [TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE, 'StartToClose'],
  [TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START, 'ScheduleToStart'],
  [TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE, 'ScheduleToClose'],
  [TimeoutType.TIMEOUT_TYPE_HEARTBEAT, 'Heartbeat'],
]);

function isRetryable(reason: failure.IFailure | undefined, nonRetryableErrorTypes: readonly string[]): boolean {
  if (reason === undefined) return true;
  if (reason.terminatedFailureInfo != null || reason.canceledFailureInfo != null) return false;
  if (reason.timeoutFailureInfo != null) return isRetryableTimeout(reason.timeoutFailureInfo, nonRetryableErrorTypes);
  if (reason.serverFailureInfo != null) return reason.serverFailureInfo.nonRetryable !== true;
  if (reason.applicationFailureInfo != null) {
    return (
      reason.applicationFailureInfo.nonRetryable !== true &&
      !nonRetryableErrorTypes.includes(reason.applicationFailureInfo.type ?? '')
    );
  }
  return true;
}

/** Waiting in a queue or in total too long does not get better by trying again. */
function isRetryableTimeout(info: failure.ITimeoutFailureInfo, nonRetryableErrorTypes: readonly string[]): boolean {
  const type = info.timeoutType ?? TimeoutType.TIMEOUT_TYPE_UNSPECIFIED;
  if (type !== TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE && type !== TimeoutType.TIMEOUT_TYPE_HEARTBEAT) return false;
  return !nonRetryableErrorTypes.includes(`${TIMEOUT_TYPE_PREFIX}${TIMEOUT_NAMES.get(type) ?? ''}`);
}
