import { expect, it } from 'vitest';
import { activityPollersOf, workflowPollersOf } from './poller-counts.js';

it('polls ten times by default, and more with the work, as far as there are slots', () => {
  expect(workflowPollersOf({}, 40)).toEqual({
    normal: { minimum: 2, initial: 2, maximum: 10 },
    sticky: { minimum: 8, initial: 8, maximum: 30 },
  });
  expect(activityPollersOf({}, 100)).toEqual({ minimum: 10, initial: 10, maximum: 50 });
  expect(activityPollersOf({}, Infinity)).toEqual({ minimum: 10, initial: 10, maximum: 200 });
  expect(activityPollersOf({}, 4)).toEqual({ minimum: 10, initial: 10, maximum: 10 });
});

it('polls as often as it is told', () => {
  const five = { minimum: 5, initial: 5, maximum: 5 };
  expect(activityPollersOf({ maxConcurrentActivityTaskPolls: 5 }, 100)).toEqual(five);
  expect(activityPollersOf({ activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 5 } }, 100)).toEqual(five);
  const workflowTaskPollerBehavior = { type: 'simple-maximum' } as const;
  expect(workflowPollersOf({ workflowTaskPollerBehavior, nonStickyToStickyPollRatio: 0.5 }, 100)).toEqual({
    normal: five,
    sticky: five,
  });
});

it('scales between the bounds it is given', () => {
  const scaling = { type: 'autoscaling', minimum: 3, initial: 4, maximum: 9 } as const;
  const count = { minimum: 3, initial: 4, maximum: 9 };
  expect(activityPollersOf({ activityTaskPollerBehavior: scaling }, 100)).toEqual(count);
  expect(workflowPollersOf({ workflowTaskPollerBehavior: scaling }, 100)).toEqual({ normal: count, sticky: count });
  expect(activityPollersOf({ activityTaskPollerBehavior: { type: 'autoscaling' } }, 100)).toEqual({
    minimum: 1,
    initial: 5,
    maximum: 100,
  });
});

it('refuses numbers that make no sense, and names the option', () => {
  expect(() => activityPollersOf({ maxConcurrentActivityTaskPolls: 0 }, 100)).toThrow(
    'maxConcurrentActivityTaskPolls must be a whole number of at least 1, got 0',
  );
  expect(() =>
    workflowPollersOf({ workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 6, maximum: 5 } }, 100),
  ).toThrow(
    'workflowTaskPollerBehavior must have whole numbers with 1 <= minimum <= initial <= maximum, got 6, 5 and 5',
  );
});
