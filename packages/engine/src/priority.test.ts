import { expect, test } from 'vitest';
import { effectivePriority } from './priority.js';

test('an activity or a child has the priority of its workflow, except where it says otherwise', () => {
  const workflow = { priorityKey: 3, fairnessKey: 'tenant', fairnessWeight: 2 };
  expect(effectivePriority(undefined, undefined)).toBeUndefined();
  expect(effectivePriority(undefined, workflow)).toEqual(workflow);
  expect(effectivePriority({ priorityKey: 1 }, undefined)).toEqual({ priorityKey: 1 });
  expect(effectivePriority({ priorityKey: 1 }, workflow)).toEqual({ ...workflow, priorityKey: 1 });
  expect(effectivePriority({ fairnessKey: 'other' }, workflow)).toEqual({ ...workflow, fairnessKey: 'other' });
});
