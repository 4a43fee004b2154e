import { expect } from 'vitest';
import { TESTED } from './tested-server.js';

/** Servers of others count calls, and slow down who makes many. */
const EVERY_MS = TESTED.address === undefined ? 50 : 500;

/** What must become so, however busy the machine is. */
export function eventually<Value>(
  read: () => Value | Promise<Value>,
  timeoutMs = 15_000,
): ReturnType<typeof expect.poll<Value>> {
  return expect.poll(read, { timeout: timeoutMs, interval: EVERY_MS });
}
