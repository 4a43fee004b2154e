import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SystemClock } from './clock.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

it('never goes backwards, whatever the clock of the machine does', () => {
  const clock = new SystemClock();
  expect(clock.nowMs()).toBe(1_000_000);
  vi.setSystemTime(500_000);
  expect(clock.nowMs()).toBe(1_000_000);
  vi.setSystemTime(1_000_001);
  expect(clock.nowMs()).toBe(1_000_001);
});

it('does not call before the moment has come, however long that takes', () => {
  const clock = new SystemClock();
  const called: number[] = [];
  const inFiftyDaysMs = 50 * 86_400_000;
  clock.callAt(1_000_000 + inFiftyDaysMs, () => called.push(clock.nowMs()));
  vi.advanceTimersByTime(inFiftyDaysMs - 1);
  expect(called).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(called).toEqual([1_000_000 + inFiftyDaysMs]);
});

it('waits on when the clock of the machine was put back', () => {
  const clock = new SystemClock();
  const called: number[] = [];
  clock.callAt(1_001_000, () => called.push(1));
  vi.setSystemTime(990_000);
  vi.advanceTimersByTime(1000);
  expect(called).toEqual([]);
  vi.advanceTimersByTime(10_000);
  expect(called).toEqual([1]);
});

it('does not call what was cancelled', () => {
  const clock = new SystemClock();
  const timer = clock.callAt(1_000_100, () => expect.unreachable());
  timer.cancel();
  timer.cancel();
  vi.advanceTimersByTime(1000);
});
