import { setTimeout as timeout } from 'node:timers/promises';

/** Node's timers hold at most 2^31 - 1 ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** Waits by the machine's clock, for however long. */
export async function pauseMs(ms: number): Promise<void> {
  let leftMs = ms;
  for (; leftMs > LONGEST_MS; leftMs -= LONGEST_MS) await timeout(LONGEST_MS);
  await timeout(leftMs);
}
