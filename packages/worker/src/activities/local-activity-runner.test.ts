import { activityInfo, CompleteAsyncError, Context, heartbeat } from '@perdure/activity';
import { ApplicationFailure, defaultDataConverter, defaultPayloadConverter, noopMetricMeter } from '@perdure/common';
import { enums } from '@perdure/protocol';
import type { LocalActivityRequest, LocalActivityResult } from '@perdure/replay';
import { expect, test } from 'vitest';
import { FixedSizeSlots } from '../slots/index.js';
import { noWorkerMetrics } from '../telemetry/index.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { RecordingLogger } from '../testing/recording-logger.js';
import { ActivityRegistry, LocalActivityRunner } from './index.js';

const OWNER = { workflowId: 'w-1', runId: 'r-1', workflowType: 'order' };
const { TimeoutType } = enums;

function runnerOf(activities: object, slotCount = 10) {
  const clock = new ManualClock();
  const slots = new FixedSizeSlots(slotCount);
  const runner = new LocalActivityRunner({
    environment: {
      namespace: 'default',
      taskQueue: 'q',
      activities: new ActivityRegistry(activities),
      dataConverter: defaultDataConverter,
      logger: new RecordingLogger(),
      metricMeter: noopMetricMeter,
    },
    slots,
    metrics: noWorkerMetrics,
    clock,
  });
  let seq = 0;
  const run = (activityType: string, request: Partial<LocalActivityRequest> = {}) => {
    const running = runner.run(
      {
        seq: ++seq,
        activityId: String(seq),
        activityType,
        arguments: [],
        headers: {},
        attempt: 1,
        originalScheduleTimeMs: clock.nowMs(),
        ...request,
      },
      OWNER,
    );
    const ended: { result?: LocalActivityResult } = {};
    void running.result.then((result) => (ended.result = result));
    return { ...running, ended };
  };
  return { clock, slots, runner, run };
}

/** Fails with the number of its attempt. */
const fail = async (): Promise<never> => {
  throw new Error(`attempt ${activityInfo().attempt}`);
};
const forever = (): Promise<never> => new Promise(() => {});
const untilCancelled = (): Promise<never> => Context.current().cancelled;
const seconds = (count: number) => ({ seconds: count });

test('a local activity runs with its arguments, and says when it was done', async () => {
  const { clock, run } = runnerOf({ double: async (value: number) => value * 2 });
  const { result } = run('double', { arguments: [defaultPayloadConverter.toPayload(21)] });
  expect(await result).toEqual({
    status: 'completed',
    result: defaultPayloadConverter.toPayload(42),
    attempt: 1,
    completedAtMs: clock.nowMs(),
  });
});

test('it knows that it is local, and its heartbeats go nowhere', async () => {
  const { run } = runnerOf({
    info: async () => {
      heartbeat('anybody?');
      const { isLocal, workflowExecution, taskQueue, attempt } = activityInfo();
      return { isLocal, workflowExecution, taskQueue, attempt };
    },
  });
  const result = await run('info').result;
  expect(result.status === 'completed' && defaultPayloadConverter.fromPayload(result.result ?? {})).toEqual({
    isLocal: true,
    workflowExecution: { workflowId: 'w-1', runId: 'r-1' },
    taskQueue: 'q',
    attempt: 1,
  });
});

test('a failure is tried again after ever longer pauses, until the attempts are used up', async () => {
  const { clock, run } = runnerOf({ fail });
  const retryPolicy = { initialInterval: seconds(1), backoffCoefficient: 3, maximumAttempts: 3 };
  const { ended } = run('fail', { retryPolicy });
  await clock.advance(999);
  expect(clock.delaysMs).toEqual([1]);
  await clock.advance(1 + 2_999);
  expect(ended.result).toBeUndefined();
  await clock.advance(1);
  expect(ended.result).toMatchObject({ status: 'failed', attempt: 3, failure: { message: 'attempt 3' } });
});

test('a pause above the threshold is left to a timer of the server', async () => {
  const { clock, run } = runnerOf({ fail });
  const retryPolicy = { initialInterval: seconds(10), backoffCoefficient: 10 };
  const { ended } = run('fail', { retryPolicy, localRetryThreshold: seconds(30) });
  await clock.advance(10_000);
  expect(ended.result).toMatchObject({
    status: 'backoff',
    attempt: 2,
    backoff: { seconds: 100, nanos: 0 },
    failure: { message: 'attempt 2' },
  });
});

test.each([
  ['is not retryable', ApplicationFailure.nonRetryable('no'), {}],
  [
    'is of a type that the policy excludes',
    ApplicationFailure.retryable('no', 'Broken'),
    { nonRetryableErrorTypes: ['Broken'] },
  ],
])('a failure that %s is final', async (_what, error, retryPolicy) => {
  const { run } = runnerOf({
    work: async () => {
      throw error;
    },
  });
  expect(await run('work', { retryPolicy }).result).toMatchObject({ status: 'failed', attempt: 1 });
});

test('a failure may say when it is tried again', async () => {
  const { clock, run } = runnerOf({
    work: async () => {
      throw ApplicationFailure.create({ message: 'later', nextRetryDelay: '7s' });
    },
  });
  run('work', { retryPolicy: { maximumAttempts: 2 } });
  await settled();
  expect(clock.delaysMs).toEqual([7_000]);
});

test('an attempt that takes too long is told, and tried again without waiting for it', async () => {
  const reasons: unknown[] = [];
  const { clock, slots, run } = runnerOf({
    work: async () => {
      void Context.current().cancelled.catch((error: Error) => reasons.push(error.message));
      return await forever();
    },
  });
  const { ended } = run('work', {
    startToCloseTimeout: seconds(2),
    retryPolicy: { initialInterval: seconds(1), maximumAttempts: 2 },
  });
  await clock.advance(2_000);
  expect([reasons, slots.usedCount]).toEqual([['TIMED_OUT'], 0]);
  await clock.advance(3_000);
  expect(ended.result).toMatchObject({
    status: 'failed',
    attempt: 2,
    failure: {
      message: 'Activity timed out',
      timeoutFailureInfo: { timeoutType: TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE },
    },
  });
});

test('all attempts together may not take longer than from scheduling to close', async () => {
  const { clock, run } = runnerOf({ forever, fail });
  const late = run('forever', { scheduleToCloseTimeout: seconds(3), originalScheduleTimeMs: clock.nowMs() - 1_000 });
  await clock.advance(2_000);
  expect(late.ended.result).toMatchObject({
    status: 'failed',
    failure: { timeoutFailureInfo: { timeoutType: TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE } },
  });
  // The pause would end too late: what is known is the failure.
  const failing = run('fail', { scheduleToCloseTimeout: seconds(3), retryPolicy: { initialInterval: seconds(2) } });
  await clock.advance(2_000);
  expect(failing.ended.result).toMatchObject({ status: 'failed', attempt: 2, failure: { message: 'attempt 2' } });
});

test('one that waits too long for a slot fails without having run', async () => {
  const { clock, run } = runnerOf({ forever }, 1);
  run('forever');
  const { ended } = run('forever', { scheduleToStartTimeout: seconds(1) });
  await clock.advance(1_000);
  expect(ended.result).toMatchObject({
    status: 'failed',
    failure: { timeoutFailureInfo: { timeoutType: TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START } },
  });
});

test('slots are handed on when they are free', async () => {
  const { run } = runnerOf({ echo: async () => 'x' }, 1);
  const results = await Promise.all([run('echo').result, run('echo').result, run('echo').result]);
  expect(results.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
});

test('one that runs is cancelled when it says so', async () => {
  const { run } = runnerOf({ untilCancelled });
  const running = run('untilCancelled', { retryPolicy: {} });
  await settled();
  running.cancel();
  expect(await running.result).toMatchObject({
    status: 'cancelled',
    failure: { message: 'CANCELLED', canceledFailureInfo: {} },
  });
});

test('one that waits, for a slot or for its next attempt, is cancelled at once', async () => {
  const { clock, slots, run } = runnerOf({ fail }, 1);
  const failing = run('fail');
  await settled();
  expect(clock.delaysMs).toEqual([1_000]);
  failing.cancel();
  expect((await failing.result).status).toBe('cancelled');
  const held = slots.tryReserve();
  const waiting = run('fail');
  await settled();
  waiting.cancel();
  expect((await waiting.result).status).toBe('cancelled');
  held?.release();
  expect(slots.availableCount).toBe(1);
});

test('one that was cancelled and fails is not tried again', async () => {
  const { clock, run } = runnerOf({
    work: async () => {
      await Context.current().cancelled.catch(() => undefined);
      throw new Error('cleaning up failed');
    },
  });
  const running = run('work');
  await settled();
  running.cancel();
  expect(await running.result).toMatchObject({ status: 'failed', failure: { message: 'cleaning up failed' } });
  expect(clock.delaysMs).toEqual([]);
});

test('when the worker stops, what can be tried again is left for another worker', async () => {
  const { runner, run } = runnerOf({ untilCancelled });
  const { result } = run('untilCancelled');
  await settled();
  runner.cancelAll();
  expect(await result).toMatchObject({
    status: 'backoff',
    backoff: { seconds: 1 },
    failure: { applicationFailureInfo: { type: 'WorkerShutdown' } },
  });
});

test('one that wants to be completed by somebody else is told that it cannot', async () => {
  const { run } = runnerOf({
    work: async () => {
      throw new CompleteAsyncError();
    },
  });
  expect(await run('work').result).toMatchObject({
    status: 'failed',
    failure: { message: expect.stringContaining('Local activities cannot be completed from elsewhere') },
  });
});
