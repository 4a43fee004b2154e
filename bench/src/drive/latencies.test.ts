import { expect, test } from 'vitest';
import { Latencies } from './latencies.js';

test('percentiles are those of the sorted values', () => {
  const latencies = new Latencies();
  for (let value = 100; value >= 1; value--) latencies.add(value);
  expect(latencies.count).toBe(100);
  expect(latencies.percentile(50)).toBe(50);
  expect(latencies.percentile(99)).toBe(99);
  expect(latencies.percentile(100)).toBe(100);
});

test('nothing measured is zero', () => {
  expect(new Latencies().percentile(99)).toBe(0);
});
