import type { common } from '@perdure/protocol';
import { ValueError } from './errors.js';
import { msOptionalToNumber, msOptionalToTs, msToNumber, msToTs, optionalTsToMs } from './time/index.js';
import type { Duration } from './time/index.js';

/** How failed workflows and activities are tried again. */
export interface RetryPolicy {
  /** Every interval is the one before, times this. At least 1; 2 by default. */
  backoffCoefficient?: number;
  /** The interval before the first retry; 1 second by default. */
  initialInterval?: Duration;
  /** How many attempts are made at most, the first included; unlimited by default. */
  maximumAttempts?: number;
  /** No interval grows longer than this; 100 times the first by default. */
  maximumInterval?: Duration;
  /** The types of application failures that are not tried again. */
  nonRetryableErrorTypes?: string[];
}

const DEFAULT_INITIAL_INTERVAL = '1 second';

/** The policy as `temporal.api.common.v1.RetryPolicy`. Throws a {@link ValueError} for a policy that cannot be followed. */
export function compileRetryPolicy(retryPolicy: RetryPolicy): common.IRetryPolicy {
  const { backoffCoefficient, initialInterval, maximumInterval, nonRetryableErrorTypes } = retryPolicy;
  if (backoffCoefficient !== undefined && backoffCoefficient <= 0) {
    throw new ValueError(`RetryPolicy.backoffCoefficient must be greater than 0, got ${backoffCoefficient}`);
  }
  const initialIntervalMs = msToNumber(initialInterval ?? DEFAULT_INITIAL_INTERVAL);
  const maximumIntervalMs = msOptionalToNumber(maximumInterval);
  if (initialIntervalMs === 0) throw new ValueError('RetryPolicy.initialInterval cannot be 0');
  if (maximumIntervalMs === 0) throw new ValueError('RetryPolicy.maximumInterval cannot be 0');
  if (maximumIntervalMs !== undefined && maximumIntervalMs < initialIntervalMs) {
    throw new ValueError(
      `RetryPolicy.maximumInterval cannot be less than its initialInterval (${maximumIntervalMs} ms, ${initialIntervalMs} ms)`,
    );
  }
  return {
    maximumAttempts: wireAttempts(retryPolicy.maximumAttempts),
    initialInterval: msToTs(initialIntervalMs),
    maximumInterval: msOptionalToTs(maximumIntervalMs),
    backoffCoefficient,
    nonRetryableErrorTypes,
  };
}

/** No limit is 0 on the wire, which is what leaving the field out says. */
function wireAttempts(maximumAttempts: number | undefined): number | undefined {
  if (maximumAttempts === undefined || maximumAttempts === Number.POSITIVE_INFINITY) return undefined;
  if (maximumAttempts <= 0) {
    throw new ValueError(`RetryPolicy.maximumAttempts must be a positive integer, got ${maximumAttempts}`);
  }
  if (!Number.isInteger(maximumAttempts)) {
    throw new ValueError(`RetryPolicy.maximumAttempts must be an integer, got ${maximumAttempts}`);
  }
  return maximumAttempts;
}

/** The policy of a `temporal.api.common.v1.RetryPolicy`, with durations in milliseconds; `undefined` if there is none. */
export function decompileRetryPolicy(retryPolicy?: common.IRetryPolicy | null): RetryPolicy | undefined {
  if (retryPolicy === undefined || retryPolicy === null) return undefined;
  return {
    backoffCoefficient: retryPolicy.backoffCoefficient ?? undefined,
    maximumAttempts: retryPolicy.maximumAttempts ?? undefined,
    maximumInterval: optionalTsToMs(retryPolicy.maximumInterval),
    initialInterval: optionalTsToMs(retryPolicy.initialInterval),
    nonRetryableErrorTypes: retryPolicy.nonRetryableErrorTypes ? [...retryPolicy.nonRetryableErrorTypes] : undefined,
  };
}
