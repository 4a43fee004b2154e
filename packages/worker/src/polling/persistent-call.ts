import type { Logger } from '@perdure/common';
import { errorMessage } from '@perdure/common';
import type { Clock } from '../clock.js';
import { pause } from '../clock.js';
import { isUnrecoverable, retryDelayMs } from './outage.js';

/** Whether something can still be said to the server after it did not hear it. */
export interface PersistentCallOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends all trying. */
  readonly signal: AbortSignal;
}

/**
 * Makes a call again and again until the server has heard it or refuses it for good; rejects in the latter case, and when
 * the signal aborts. One line in the log however long it takes.
 */
export function callPersistently<T>(what: string, call: () => Promise<T>, options: PersistentCallOptions): Promise<T> {
  return call().catch((error: unknown) => callAgain(what, call, options, error));
}

/** Goes on with a call that has failed for the first time: see `callPersistently`. */
export async function callAgain<T>(
  what: string,
  call: () => Promise<T>,
  { clock, logger, signal }: PersistentCallOptions,
  firstError: unknown,
): Promise<T> {
  let error = firstError;
  for (let failureCount = 1; ; failureCount++) {
    if (signal.aborted || isUnrecoverable(error)) throw error;
    if (failureCount === 1)
      logger.warn(`${what} did not arrive: ${errorMessage(error) ?? ''}. Trying again`, { error });
    await pause(clock, retryDelayMs(failureCount, error), signal);
    try {
      return await call();
    } catch (thrown) {
      error = thrown;
    }
  }
}
