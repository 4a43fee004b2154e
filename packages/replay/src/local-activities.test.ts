import { enums } from '@perdure/protocol';
import type { ScheduleLocalActivityCommand } from '@perdure/common/activation';
import { describe, expect, test } from 'vitest';
import { LocalActivities } from './local-activities.js';
import { activityCancellation } from './machines/activity.js';
import { localActivityMarkerCommand, readLocalActivityMarker } from './machines/local-activity.js';
import { eventOf, FakeContext } from './testing/fake-context.js';
import type { LocalActivityResult } from './workflow-task.js';

const command = (seq: number, given: Partial<ScheduleLocalActivityCommand> = {}): ScheduleLocalActivityCommand => ({
  kind: 'scheduleLocalActivity',
  ...{ seq, activityId: `id-${seq}`, activityType: 'greet', headers: {}, arguments: [], attempt: 1 },
  cancellationType: activityCancellation.waitCompleted,
  ...given,
});
const done: LocalActivityResult = {
  status: 'completed',
  attempt: 1,
  completedAtMs: 7000,
  result: { data: new Uint8Array([1]) },
};
const cancel = { kind: 'requestCancelLocalActivity', seq: 1 } as const;
const life = new FakeContext();

function scheduled(...commands: readonly ScheduleLocalActivityCommand[]): LocalActivities {
  const activities = new LocalActivities(() => 5000);
  for (const item of commands) activities.schedule(item);
  return activities;
}

describe('in life', () => {
  test('each is run once, and ends once, in the order of the ends', () => {
    const activities = scheduled(command(1), command(2));
    expect(activities.takeRequests().map(({ seq }) => seq)).toEqual([1, 2]);
    expect(activities.takeRequests()).toEqual([]);
    activities.finish(2, done);
    activities.finish(1, done);
    activities.finish(2, done);
    expect([activities.takeResult(), activities.takeResult()].map((end) => end?.job.seq)).toEqual([2, 1]);
    expect(activities.takeResult()).toBeUndefined();
    expect(activities.hasPending).toBe(false);
  });

  test('one that goes on after a backoff keeps its attempt and when it was first scheduled', () => {
    const activities = scheduled(command(1, { attempt: 3, originalScheduleTime: { seconds: 2 } }));
    expect(activities.takeRequests()).toMatchObject([{ attempt: 3, originalScheduleTimeMs: 2000 }]);
    activities.finish(1, { status: 'backoff', attempt: 3, completedAtMs: 1, failure: {}, backoff: { seconds: 60 } });
    expect(activities.takeResult()?.job.result).toEqual({
      status: 'backoff',
      attempt: 4,
      backoffDuration: { seconds: 60 },
      originalScheduleTime: { seconds: 2 },
    });
  });

  test('what it timed out with is wrapped, what it threw is not', () => {
    const failureOf = (failure: object) => {
      const activities = scheduled(command(1));
      activities.finish(1, { status: 'failed', attempt: 1, completedAtMs: 1, failure });
      return activities.takeResult()?.job.result;
    };
    expect(failureOf({ message: 'thrown' })).toEqual({ status: 'failed', failure: { message: 'thrown' } });
    const timeout = { timeoutFailureInfo: { timeoutType: enums.TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE } };
    expect(failureOf(timeout)).toMatchObject({
      failure: { cause: timeout, activityFailureInfo: { activityId: 'id-1' } },
    });
  });
});

describe('cancelled', () => {
  test('before it has begun, it never begins', () => {
    const activities = scheduled(command(1));
    activities.cancel(cancel, life);
    expect(activities.takeRequests()).toEqual([]);
    expect(activities.takeResult()).toMatchObject({
      job: { result: { status: 'cancelled' } },
      completedAtMs: life.clockMs,
    });
  });

  test.each([
    ['tryCancel', 1, 'cancelled'],
    ['waitCompleted', 1, undefined],
    ['abandon', 0, 'cancelled'],
  ] as const)('while it runs, with %s', (type, requests, toldAtOnce) => {
    const activities = scheduled(command(1, { cancellationType: activityCancellation[type] }));
    activities.takeRequests();
    activities.cancel(cancel, life);
    activities.cancel(cancel, life);
    expect(activities.takeCancellations()).toHaveLength(requests);
    expect(activities.takeResult()?.job.result.status).toBe(toldAtOnce);
    activities.finish(1, done);
    expect(activities.takeResult()?.job.result.status).toBe(toldAtOnce === undefined ? 'completed' : undefined);
  });

  test('on replay, without a marker, it is run and asked to stop when the run goes on', () => {
    const activities = scheduled(command(1));
    const replaying = new FakeContext();
    replaying.isReplaying = true;
    activities.cancel(cancel, replaying);
    expect(activities.takeResult()).toBeUndefined();
    expect(activities.takeRequests()).toHaveLength(1);
    expect(activities.takeCancellations()).toEqual([{ seq: 1 }]);
  });
});

describe('on replay', () => {
  const recorded = (seq: number, result: LocalActivityResult, given: Partial<ScheduleLocalActivityCommand> = {}) => {
    const marker = localActivityMarkerCommand(command(seq, given), result, { seconds: 4 });
    const event = eventOf({
      eventId: 9,
      eventType: marker.eventType as enums.EventType,
      markerRecordedEventAttributes: marker.command.recordMarkerCommandAttributes ?? {},
    });
    return readLocalActivityMarker(event) as NonNullable<ReturnType<typeof readLocalActivityMarker>>;
  };

  test('they end in the order of their markers, each when it has been asked for', () => {
    const activities = scheduled(command(2));
    activities.foresee([recorded(2, done), recorded(1, done)]);
    expect(activities.takeRecorded()?.job.seq).toBe(2);
    expect(activities.takeRecorded()).toBeUndefined();
    activities.schedule(command(1));
    expect(activities.takeRecorded()?.job.seq).toBe(1);
  });

  test.each<[string, LocalActivityResult]>([
    ['completed', done],
    ['failed', { status: 'failed', attempt: 2, completedAtMs: 1500, failure: { message: 'no' } }],
    [
      'backoff',
      {
        status: 'backoff',
        attempt: 2,
        completedAtMs: 1500,
        failure: { message: 'no' },
        backoff: { seconds: 60, nanos: 0 },
      },
    ],
    [
      'cancelled',
      { status: 'cancelled', attempt: 1, completedAtMs: 0, failure: { message: 'stop', canceledFailureInfo: {} } },
    ],
  ])('a marker says again how it %s', (_, result) => {
    expect(recorded(1, result)).toMatchObject({
      seq: 1,
      activityType: 'greet',
      result,
      originalScheduleTime: { seconds: 4 },
    });
  });

  test('another activity under the same number is another', () => {
    const activities = scheduled(command(1, { activityType: 'part' }));
    activities.foresee([recorded(1, done)]);
    expect(() => activities.takeRecorded()).toThrow(
      /local activity greet, number 1\), but .* local activity part, number 1/,
    );
  });
});
