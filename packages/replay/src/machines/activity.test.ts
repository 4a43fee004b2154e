import type { history } from '@perdure/protocol';
import type { ScheduleActivityCommand } from '@perdure/common/activation';
import { describe, expect, test } from 'vitest';
import { eventOf, FakeContext } from '../testing/fake-context.js';
import { ActivityMachine, activityCancellation } from './activity.js';

function schedule(context: FakeContext, given: Partial<ScheduleActivityCommand> = {}): ActivityMachine {
  return new ActivityMachine(context, {
    kind: 'scheduleActivity',
    seq: 1,
    activityId: 'a-1',
    activityType: 'charge',
    taskQueue: 'queue',
    headers: {},
    arguments: [],
    cancellationType: activityCancellation.tryCancel,
    doNotEagerlyExecute: false,
    versioningIntent: 0,
    ...given,
  });
}

const cancel = { kind: 'requestCancelActivity', seq: 1 } as const;
const resultOf = (context: FakeContext) => context.takeJobs().map((job) => 'result' in job && job.result);

describe('an activity ends', () => {
  const ends: readonly [string, history.IHistoryEvent, object][] = [
    ['completed without a result', { activityTaskCompletedEventAttributes: {} }, { status: 'completed', result: undefined }],
    ['failed', { activityTaskFailedEventAttributes: { failure: { message: 'no' }, retryState: 4 } }, { status: 'failed', failure: { message: 'Activity task failed', cause: { message: 'no' }, activityFailureInfo: { retryState: 4, activityId: 'a-1' } } }],
    ['timed out', { activityTaskTimedOutEventAttributes: { failure: { message: 'late' } } }, { status: 'failed', failure: { message: 'Activity task timed out', cause: { message: 'late' } } }],
    ['cancelled', { activityTaskCanceledEventAttributes: {} }, { status: 'cancelled', failure: { message: 'Activity cancelled', cause: { canceledFailureInfo: {} } } }],
  ]; // prettier-ignore

  test.each(ends)('%s', (_, event, expected) => {
    const context = new FakeContext();
    schedule(context);
    const [scheduled] = context.record();
    context.happen(scheduled, { activityTaskStartedEventAttributes: {} });
    expect(context.takeJobs()).toEqual([]);
    context.happen(scheduled, event);
    expect(resultOf(context)).toMatchObject([expected]);
  });
});

describe('cancelling an activity', () => {
  test('before it was sent takes it back', () => {
    const context = new FakeContext();
    schedule(context).cancel(cancel);
    expect(context.commandTypes).toEqual([]);
    expect(resultOf(context)).toMatchObject([{ status: 'cancelled' }]);
  });

  test.each([
    ['tryCancel', ['REQUEST_CANCEL_ACTIVITY_TASK'], 1],
    ['waitCompleted', ['REQUEST_CANCEL_ACTIVITY_TASK'], 0],
    ['abandon', [], 1],
  ] as const)('with %s', (type, commands, toldAtOnce) => {
    const context = new FakeContext();
    const activity = schedule(context, { cancellationType: activityCancellation[type] });
    const [scheduled] = context.record();
    activity.cancel(cancel);
    activity.cancel(cancel);
    expect(context.commandTypes).toEqual(commands);
    expect(resultOf(context)).toHaveLength(toldAtOnce);
    // Whatever it does afterwards, workflow code has heard its end, or hears it now.
    context.happen(scheduled, { activityTaskCompletedEventAttributes: {} });
    expect(resultOf(context)).toHaveLength(1 - toldAtOnce);
  });

  test('names the event that scheduled it', () => {
    const context = new FakeContext();
    const activity = schedule(context);
    const [scheduledEventId] = context.record();
    activity.cancel(cancel);
    const differs = context.sent[0]?.differs;
    expect(context.sent[0]?.command.requestCancelActivityTaskCommandAttributes).toEqual({ scheduledEventId });
    expect(differs?.(eventOf({ activityTaskCancelRequestedEventAttributes: { scheduledEventId: 99 } }))).toMatch(/event 99/); // prettier-ignore
  });
});

test('an activity is told from another by its type and its id', () => {
  const context = new FakeContext();
  schedule(context);
  const differs = (activityType: string, activityId: string) =>
    context.sent[0]?.differs(eventOf({ activityTaskScheduledEventAttributes: { activityType: { name: activityType }, activityId } })); // prettier-ignore
  expect(differs('charge', 'a-1')).toBeUndefined();
  expect(differs('refund', 'a-1')).toBe('activity types differ: refund and charge');
  expect(differs('charge', 'a-2')).toBe('activity ids differ: a-2 and a-1');
});
