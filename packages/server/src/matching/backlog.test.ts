import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Backlog } from './backlog.js';
import type { PendingTask } from './task.js';

type Step = readonly ['push' | 'unshift', number] | readonly ['shift' | 'remove' | 'removeAgain', number];

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom('push' as const, 'unshift' as const), fc.integer({ min: 1, max: 3 })),
  fc.tuple(fc.constantFrom('shift' as const, 'remove' as const, 'removeAgain' as const), fc.nat()),
);

it('keeps its order whatever is put in, taken out or withdrawn', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const backlog = new Backlog();
      const model: PendingTask[] = [];
      const gone: PendingTask[] = [];
      let createdMs = 0;
      for (const [what, number] of steps) {
        const task: PendingTask = {
          priority: number,
          createdMs: (createdMs += 1),
          dispatch: () => {},
          abandon: () => {},
        };
        if (what === 'push') {
          const behind = model.findLastIndex(({ priority }) => priority <= number);
          model.splice(behind + 1, 0, task);
          backlog.push(task);
        } else if (what === 'unshift') {
          const before = model.findIndex(({ priority }) => priority >= number);
          model.splice(before < 0 ? model.length : before, 0, task);
          backlog.unshift(task);
        } else if (what === 'shift') expect(backlog.shift()).toBe(model.shift());
        else if (what === 'remove') {
          const [removed] = model.splice(number % Math.max(1, model.length), 1);
          if (removed === undefined) continue;
          gone.push(removed);
          backlog.remove(removed);
        } else if (gone.length > 0) backlog.remove(gone[number % gone.length]!);
        expect(backlog.length).toBe(model.length);
      }
      expect(backlog.drain()).toEqual(model);
    }),
  );
});

it('gives room back when most of what it holds has been withdrawn', () => {
  const backlog = new Backlog();
  const tasks = Array.from({ length: 5000 }, (_, index): PendingTask => ({
    priority: 3,
    createdMs: index,
    dispatch: () => {},
    abandon: () => {},
  }));
  for (const task of tasks) backlog.push(task);
  for (const task of tasks.slice(0, 4999)) backlog.remove(task);
  expect([backlog.length, backlog.oldestMs(), backlog.shift()]).toEqual([1, 4999, tasks[4999]]);
});
