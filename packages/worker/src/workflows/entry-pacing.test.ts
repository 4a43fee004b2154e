import { expect, test } from 'vitest';
import { EntryPacing } from './entry-pacing.js';

/** Enters every `everyMs`, each time for `count` workflows, and gives the delays. */
function enter(pacing: EntryPacing, times: number, everyMs: number, count: number, fromMs = 0, costMs = 0): number[] {
  return Array.from({ length: times }, (_, index) => {
    const delayMs = pacing.delayMs(fromMs + index * everyMs);
    pacing.entered(count, costMs);
    return delayMs;
  });
}

test('the first of a burst go at once, those that follow closely wait', () => {
  expect(enter(new EntryPacing(), 6, 0.1, 5)).toEqual([0, 0, 0, 0, 2, 2]);
});

test('what comes now and then never waits', () => {
  expect(new Set(enter(new EntryPacing(), 1000, 3, 5))).toEqual(new Set([0]));
});

test('once a wait has brought nobody along, no more are made for a while', () => {
  const delays = enter(new EntryPacing(), 400, 0.1, 1);
  expect(delays.filter((delayMs) => delayMs > 0)).toHaveLength(2);
});

test('waits that bring others along go on', () => {
  const delays = enter(new EntryPacing(), 100, 0.1, 3);
  expect(delays.filter((delayMs) => delayMs > 0).length).toBeGreaterThan(80);
});

test('the more an entry costs, the longer others are waited for, within bounds', () => {
  const longest = (costMs: number): number => Math.max(...enter(new EntryPacing(), 300, 0.1, 5, 0, costMs));
  expect(longest(0.075)).toBe(2);
  expect(longest(0.3)).toBe(6);
  expect(longest(50)).toBe(10);
});

test('a clock that is set back makes nothing wait longer than an interval', () => {
  const pacing = new EntryPacing();
  enter(pacing, 10, 1, 5, 1_000_000);
  expect(Math.max(...enter(pacing, 10, 1, 5, 0))).toBeLessThanOrEqual(2);
});
