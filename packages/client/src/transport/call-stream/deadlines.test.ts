import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deadlines } from './deadlines.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function stage() {
  const deadlines = new Deadlines();
  const expired: string[] = [];
  /** Gives what takes it back. */
  const add = (name: string, timeoutMs: number, onExpired = (): void => undefined): (() => void) => {
    const remove = (): void => deadlines.remove(entry, timeoutMs);
    const expire = (): void => {
      expired.push(name);
      remove();
      onExpired();
    };
    const entry = deadlines.add({ dueAtMs: performance.now() + timeoutMs, expire }, timeoutMs);
    return remove;
  };
  return { expired, add };
}

test('each expires when its own time is up, and those taken back never do', () => {
  const { expired, add } = stage();
  const takeFirstBack = add('first', 100);
  add('short', 20);
  vi.advanceTimersByTime(60);
  add('second', 100);
  const takeThirdBack = add('third', 100);
  expect(expired).toEqual(['short']);
  takeFirstBack();
  vi.advanceTimersByTime(99);
  expect(expired).toEqual(['short']);
  takeThirdBack();
  vi.advanceTimersByTime(1);
  expect(expired).toEqual(['short', 'second']);
});

test('one that is added when another expires has all of its time', () => {
  const { expired, add } = stage();
  add('one', 50, () => void add('next', 50));
  vi.advanceTimersByTime(99);
  expect(expired).toEqual(['one']);
  vi.advanceTimersByTime(1);
  expect(expired).toEqual(['one', 'next']);
});

test('many different times leave few timers behind', () => {
  const { add } = stage();
  for (let timeoutMs = 1_000; timeoutMs < 2_000; timeoutMs++) add('', timeoutMs)();
  expect(vi.getTimerCount()).toBeLessThan(20);
});
