import { optionalTsToMs } from '@perdure/common';
import type { common, failure } from '@perdure/protocol';

/** What comes after a failed attempt. */
export type LocalRetry = { readonly kind: 'giveUp' } | { readonly kind: 'retry'; readonly delayMs: number };

const GIVE_UP: LocalRetry = { kind: 'giveUp' };

// The defaults of every Temporal SDK and server.
const DEFAULT_INITIAL_INTERVAL_MS = 1_000;
const DEFAULT_COEFFICIENT = 2;
const MAXIMUM_INTERVAL_FACTOR = 100;

/**
 * Whether and when a local activity is tried again.
 * @param attempt the number of the attempt that failed, from 1
 * @param remainingMs until the activity's schedule-to-close timeout; Infinity without one
 */
export function localRetry(
  policy: common.IRetryPolicy | undefined,
  attempt: number,
  reason: failure.IFailure,
  remainingMs: number,
): LocalRetry {
  const application = reason.applicationFailureInfo;
  if (application?.nonRetryable === true) return GIVE_UP;
  const type = application?.type;
  if (type && policy?.nonRetryableErrorTypes?.includes(type)) return GIVE_UP;
  const maximumAttempts = policy?.maximumAttempts ?? 0;
  if (maximumAttempts > 0 && attempt >= maximumAttempts) return GIVE_UP;
  const delayMs = optionalTsToMs(application?.nextRetryDelay) ?? backoffMs(policy, attempt);
  return delayMs < remainingMs ? { kind: 'retry', delayMs } : GIVE_UP;
}

function backoffMs(policy: common.IRetryPolicy | undefined, attempt: number): number {
  const initialMs = optionalTsToMs(policy?.initialInterval) || DEFAULT_INITIAL_INTERVAL_MS;
  const maximumMs = optionalTsToMs(policy?.maximumInterval) || initialMs * MAXIMUM_INTERVAL_FACTOR;
  const coefficient = policy?.backoffCoefficient || DEFAULT_COEFFICIENT;
  return Math.min(initialMs * coefficient ** (attempt - 1), maximumMs);
}
