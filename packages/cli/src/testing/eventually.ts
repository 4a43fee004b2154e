import { expect } from 'vitest';

/** What must become so, however busy the machine is. */
export function eventually<Value>(
  read: () => Value | Promise<Value>,
  timeoutMs = 15_000,
): ReturnType<typeof expect.poll<Value>> {
  return expect.poll(read, { timeout: timeoutMs });
}
