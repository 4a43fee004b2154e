import { expect, it } from 'vitest';
import { SparePolls } from './spare-polls.js';

function taken(spare: SparePolls): number {
  let count = 0;
  while (spare.take()) count += 1;
  return count;
}

it('knows nothing before a second is over', () => {
  const spare = new SparePolls(0);
  for (const nowMs of [0, 500, 999]) spare.note(100, nowMs);
  expect(taken(spare)).toBe(0);
});

it('gives up half of what waited at the busiest moment of a second', () => {
  const spare = new SparePolls(0);
  for (const [waiting, nowMs] of [
    [80, 100],
    [21, 600],
    [60, 1000],
  ] as const)
    spare.note(waiting, nowMs);
  expect(taken(spare)).toBe(10);
  spare.note(60, 2000);
  expect(taken(spare)).toBe(30);
});

it('leaves a few polls for bursts', () => {
  const spare = new SparePolls(0);
  spare.note(4, 500);
  spare.note(4, 1500);
  expect(taken(spare)).toBe(0);
});

it('does not go by a second in which nothing happened', () => {
  const spare = new SparePolls(0);
  spare.note(50, 5000);
  expect(taken(spare)).toBe(0);
});
