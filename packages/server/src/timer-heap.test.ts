import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TimerHeap } from './timer-heap.js';

it('gives out what was put in, earliest first, whatever the order of putting in and taking out', () => {
  const operation = fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const heap = new TimerHeap<number>();
      let model: number[] = [];
      for (const dueMs of operations) {
        if (dueMs === undefined) {
          model = model.sort((left, right) => left - right);
          expect(heap.pop()?.dueMs).toBe(model.shift());
        } else {
          heap.push(dueMs, dueMs);
          model.push(dueMs);
        }
        expect(heap.size).toBe(model.length);
        expect(heap.peek()?.dueMs).toBe(model.length === 0 ? undefined : Math.min(...model));
      }
    }),
  );
});
