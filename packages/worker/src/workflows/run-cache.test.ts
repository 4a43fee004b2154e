import { expect, test } from 'vitest';
import { RunCache, type CachedRun } from './run-cache.js';

class Run implements CachedRun {
  isBusy = false;
  isDisposed = false;

  constructor(
    readonly runId: string,
    public sizeBytes = 10,
  ) {}

  dispose(): void {
    this.isDisposed = true;
  }
}

function cacheOf(limits: { maxRuns?: number; maxBytes?: number }, ...runs: readonly Run[]): RunCache<Run> {
  const cache = new RunCache<Run>({ maxRuns: 100, maxBytes: 1000, ...limits });
  for (const run of runs) cache.put(run);
  return cache;
}
const left = (runs: readonly Run[]) => runs.filter(({ isDisposed }) => !isDisposed).map(({ runId }) => runId);

test('the longest unused run goes when there are too many', () => {
  const runs = ['a', 'b', 'c'].map((id) => new Run(id));
  const cache = cacheOf({ maxRuns: 3 }, ...runs);
  cache.take('a');
  cache.put(new Run('d'));
  expect(left(runs)).toEqual(['a', 'c']);
  expect(cache.size).toBe(3);
});

test('runs go when they take too much memory, also when one of them has grown', () => {
  const runs = [new Run('a', 400), new Run('b', 400)] as const;
  const cache = cacheOf({ maxBytes: 1000 }, ...runs);
  runs[1].sizeBytes = 700;
  cache.put(runs[1]);
  expect(left(runs)).toEqual(['b']);
  expect(cache.sizeBytes).toBe(700);
});

test('a run with a task under way stays', () => {
  const busy = new Run('busy');
  busy.isBusy = true;
  const idle = new Run('idle');
  const cache = cacheOf({ maxRuns: 1 }, busy, idle, new Run('last'));
  expect(left([busy, idle])).toEqual(['busy']);
  expect(cache.take('busy')).toBe(busy);
});

test('a run that was just put stays, even if it alone takes too much', () => {
  const run = new Run('large', 5000);
  const cache = cacheOf({ maxBytes: 1000 }, new Run('small'), run);
  expect(cache.take('large')).toBe(run);
  expect(cache.size).toBe(1);
});

test('runs are let go by hand, one or all that meet a condition, and told of once', () => {
  const told: string[] = [];
  const cache = new RunCache<Run>({ maxRuns: 10, maxBytes: 1000 }, ({ runId }) => told.push(runId));
  for (const id of ['a', 'b', 'c']) cache.put(new Run(id));
  cache.evict('b');
  cache.evict('b');
  cache.evictWhere(({ runId }) => runId === 'c');
  expect(told).toEqual(['b', 'c']);
  expect([cache.size, cache.sizeBytes]).toEqual([1, 10]);
});
