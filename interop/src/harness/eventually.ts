import { setTimeout as delay } from 'node:timers/promises';

/**
 * Polls `probe` until it returns something other than `undefined`, for state that the API only shows by polling
 * (visibility lists, backlog counters). Throws with `what` after `timeoutMs`.
 */
export async function eventually<T>(what: string, probe: () => Promise<T | undefined>, timeoutMs = 10_000): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadlineMs) throw new Error(`${what}: not so within ${timeoutMs} ms`);
    await delay(50);
  }
}
