/** The time, and what happens later. */
export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number;
  /** Runs something once after a while, unless the function that it gives is called before. */
  schedule(delayMs: number, run: () => void): () => void;
}

const MAX_DELAY_MS = 2 ** 31 - 1;

/** The clock of the machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  schedule(delayMs, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), MAX_DELAY_MS));
    return () => clearTimeout(timer);
  },
};

/** Resolves after a while, or early when the signal aborts. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.schedule(delayMs, finish);
    signal.addEventListener('abort', finish, { once: true });
  });
}
