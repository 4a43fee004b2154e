import { expect, test } from 'vitest';
import { GrpcServiceError, GrpcStatus } from '@perdure/client/transport';
import { RateLimit, retryDelayMs } from './index.js';

test('a rate limit lets one second of work through at once, and then at its rate', () => {
  let nowMs = 0;
  const limit = new RateLimit(4, () => nowMs);
  expect(Array.from({ length: 6 }, () => limit.take())).toEqual([0, 0, 0, 0, 250, 500]);
  expect(limit.tryTake()).toBe(false);
  nowMs = 500;
  expect(limit.tryTake()).toBe(false);
  nowMs = 750;
  expect(limit.tryTake()).toBe(true);
  nowMs = 60_000;
  expect(Array.from({ length: 5 }, () => limit.tryTake())).toEqual([true, true, true, true, false]);
});

test('what is given back can be taken again', () => {
  const limit = new RateLimit(1, () => 0);
  expect(limit.take()).toBe(0);
  limit.giveBack();
  expect(limit.take()).toBe(0);
});

test('rates below one a second start with one', () => {
  let nowMs = 0;
  const limit = new RateLimit(0.5, () => nowMs);
  expect(limit.take()).toBe(0);
  expect(limit.take()).toBe(2_000);
  nowMs = 4_000;
  expect(limit.tryTake()).toBe(true);
});

test('a limit of nothing is refused', () => {
  expect(() => new RateLimit(0, () => 0)).toThrow('A rate limit must be a positive number, not 0');
});

test('delays grow up to a limit, and are longer for a server that is overloaded', () => {
  const away = new GrpcServiceError(GrpcStatus.UNAVAILABLE, '');
  const overloaded = new GrpcServiceError(GrpcStatus.RESOURCE_EXHAUSTED, '');
  const middle = (): number => 0.5;
  expect([1, 2, 50].map((count) => retryDelayMs(count, away, middle))).toEqual([100, 170, 10_000]);
  expect(retryDelayMs(1, overloaded, middle)).toBe(1_000);
  expect([0, 1].map((random) => retryDelayMs(1, away, () => random))).toEqual([80, 120]);
});
