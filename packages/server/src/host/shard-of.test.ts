import { expect, it } from 'vitest';
import { shardOf } from './shard-of.js';

it('an execution belongs to the same shard for ever', () => {
  expect([1, 4, 16, 512].map((count) => shardOf('namespace', 'workflow', count))).toEqual([0, 3, 15, 287]);
});

it('executions are spread evenly', () => {
  const counts = new Array<number>(8).fill(0);
  for (let index = 0; index < 8000; index += 1) {
    const shardId = shardOf('7d7a21d1-43e4-4a43-bf65-a4bd8c8c52ee', `order-${index}`, 8);
    counts[shardId] = (counts[shardId] ?? 0) + 1;
  }
  for (const count of counts) expect(count).toBeGreaterThan(850);
});

it('namespace and workflow id are not confused', () => {
  const ids = new Set([shardOf('a', 'bc', 65_536), shardOf('ab', 'c', 65_536), shardOf('abc', '', 65_536)]);
  expect(ids.size).toBe(3);
});
