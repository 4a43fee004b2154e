import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { FixedSizeSlots } from './index.js';

const never = new AbortController().signal;

test('slots are handed out up to their number, and again when they come back', async () => {
  const slots = new FixedSizeSlots(1);
  const held = slots.tryReserve();
  expect([slots.availableCount, slots.usedCount, slots.tryReserve()]).toEqual([0, 0, undefined]);
  held?.markUsed({ type: 'activity', activityType: 'a' });
  expect(slots.usedCount).toBe(1);
  held?.release();
  held?.release();
  expect([slots.availableCount, slots.usedCount]).toEqual([1, 0]);
});

test('who waits first is served first, before anybody who comes later', async () => {
  const slots = new FixedSizeSlots(1);
  const order: string[] = [];
  const held = slots.tryReserve();
  const waiting = ['a', 'b'].map(async (name) => {
    const slot = await slots.reserve(never);
    order.push(name);
    expect(slots.tryReserve()).toBeUndefined();
    slot?.release();
  });
  held?.release();
  await Promise.all(waiting);
  expect(order).toEqual(['a', 'b']);
  expect(slots.availableCount).toBe(1);
});

test('who gives up gets none, and takes none', async () => {
  const slots = new FixedSizeSlots(1);
  const held = slots.tryReserve();
  const givingUp = new AbortController();
  const waiting = slots.reserve(givingUp.signal);
  givingUp.abort();
  expect(await waiting).toBeUndefined();
  expect(await slots.reserve(givingUp.signal)).toBeUndefined();
  held?.release();
  expect(slots.availableCount).toBe(1);
});

test('those who wait with one signal give up together, and leave no listener behind', async () => {
  const slots = new FixedSizeSlots(1);
  const held = slots.tryReserve();
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = [first, second, first].map(({ signal }) => slots.reserve(signal));
  first.abort();
  expect(await Promise.all([waiting[0], waiting[2]])).toEqual([undefined, undefined]);
  held?.release();
  expect(await waiting[1]).toBeDefined();
  expect(getEventListeners(second.signal, 'abort')).toEqual([]);
});

test('no slots at all are refused', () => {
  expect(() => new FixedSizeSlots(0)).toThrow('A worker needs at least one slot, not 0');
});
