import { enums, msToDuration, type failure } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from './limits.js';
import { backoffMs, explicitRetryPolicy, nextAttempt, retrySchedule, type FailedAttempt } from './retry.js';
import { applicationFailure } from './testing/commands.js';

const { RetryState, TimeoutType } = enums;
const schedule = (policy = {}) => retrySchedule(policy, DEFAULT_LIMITS);
const after = (failed: Partial<FailedAttempt>, policy = {}) =>
  nextAttempt(schedule(policy), {
    attempt: 1,
    failure: applicationFailure('broken'),
    nowMs: 0,
    deadlineMs: undefined,
    ...failed,
  });
const timeout = (timeoutType: enums.TimeoutType): failure.IFailure => ({ timeoutFailureInfo: { timeoutType } });
const NON_RETRYABLE = { retry: false, state: RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE };

test('an empty policy means one second, doubling, to at most a hundred seconds, without end', () => {
  expect(explicitRetryPolicy({}, DEFAULT_LIMITS)).toEqual({
    initialInterval: { seconds: 1, nanos: 0 },
    backoffCoefficient: 2,
    maximumInterval: { seconds: 100, nanos: 0 },
    maximumAttempts: 0,
    nonRetryableErrorTypes: [],
  });
  const waits = [1, 2, 3, 7, 8, 1_000, 100_000].map((attempt) => backoffMs(schedule(), attempt));
  expect(waits).toEqual([1_000, 2_000, 4_000, 64_000, 100_000, 100_000, 100_000]);
});

test('what the policy says stays as it was said', () => {
  const policy = {
    initialInterval: msToDuration(250),
    backoffCoefficient: 1,
    maximumInterval: msToDuration(5_000),
    maximumAttempts: 3,
    nonRetryableErrorTypes: ['A'],
  };
  expect(explicitRetryPolicy(policy, DEFAULT_LIMITS)).toEqual(policy);
  expect(backoffMs(schedule(policy), 9)).toBe(250);
});

test('without a policy nothing is retried', () => {
  const failed = { attempt: 1, failure: applicationFailure('broken'), nowMs: 0, deadlineMs: undefined };
  expect(nextAttempt(undefined, failed)).toEqual({ retry: false, state: RetryState.RETRY_STATE_RETRY_POLICY_NOT_SET });
});

test('attempts are counted from one, and the last one is final', () => {
  expect(after({ attempt: 2 }, { maximumAttempts: 3 })).toEqual({ retry: true, delayMs: 2_000 });
  expect(after({ attempt: 3 }, { maximumAttempts: 3 })).toEqual({
    retry: false,
    state: RetryState.RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED,
  });
});

test('an attempt may begin at the deadline, not after it', () => {
  expect(after({ nowMs: 500, deadlineMs: 1_500 })).toEqual({ retry: true, delayMs: 1_000 });
  expect(after({ nowMs: 501, deadlineMs: 1_500 })).toEqual({ retry: false, state: RetryState.RETRY_STATE_TIMEOUT });
});

test('the failure may ask for another delay, even none', () => {
  for (const delayMs of [0, 1, 9_000]) {
    const reason = applicationFailure('later', { nextRetryDelay: msToDuration(delayMs) });
    expect(after({ failure: reason, attempt: 5 })).toEqual({ retry: true, delayMs });
  }
});

test('what kind of failure it is decides whether to try again', () => {
  const retried = { retry: true, delayMs: 1_000 };
  expect(after({ failure: undefined })).toEqual(retried);
  expect(after({ failure: { message: 'unknown kind' } })).toEqual(retried);
  expect(after({ failure: { serverFailureInfo: {} } })).toEqual(retried);
  expect(after({ failure: { serverFailureInfo: { nonRetryable: true } } })).toEqual(NON_RETRYABLE);
  expect(after({ failure: { canceledFailureInfo: {} } })).toEqual(NON_RETRYABLE);
  expect(after({ failure: { terminatedFailureInfo: {} } })).toEqual(NON_RETRYABLE);
  expect(after({ failure: applicationFailure('x', { nonRetryable: true }) })).toEqual(NON_RETRYABLE);
  expect(after({ failure: applicationFailure('x', { type: 'A' }) }, { nonRetryableErrorTypes: ['A'] })).toEqual(
    NON_RETRYABLE,
  );
  expect(after({ failure: applicationFailure('x', { type: 'B' }) }, { nonRetryableErrorTypes: ['A'] })).toEqual(
    retried,
  );
});

test('only timeouts of an attempt are worth another one, unless excluded by name', () => {
  const retried = { retry: true, delayMs: 1_000 };
  expect(after({ failure: timeout(TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE) })).toEqual(retried);
  expect(after({ failure: timeout(TimeoutType.TIMEOUT_TYPE_HEARTBEAT) })).toEqual(retried);
  expect(after({ failure: timeout(TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START) })).toEqual(NON_RETRYABLE);
  expect(after({ failure: timeout(TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE) })).toEqual(NON_RETRYABLE);
  const excluded = { nonRetryableErrorTypes: ['TemporalTimeout:StartToClose'] };
  expect(after({ failure: timeout(TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE) }, excluded)).toEqual(NON_RETRYABLE);
  expect(after({ failure: timeout(TimeoutType.TIMEOUT_TYPE_HEARTBEAT) }, excluded)).toEqual(retried);
});

test('a policy that never retries may hold any interval: its default maximum fits a duration', () => {
  const policy = { initialInterval: { seconds: -4_611_686_018_427_388_000, nanos: 0 }, maximumAttempts: 1 };
  expect(explicitRetryPolicy(policy, DEFAULT_LIMITS).maximumInterval).toEqual({ seconds: 0, nanos: 0 });
});
