import { expect } from 'vitest';

/** What must become so, however busy the machine is. */
export function eventually<Value>(read: () => Value | Promise<Value>): ReturnType<typeof expect.poll<Value>> {
  return expect.poll(read, { timeout: 15_000 });
}
