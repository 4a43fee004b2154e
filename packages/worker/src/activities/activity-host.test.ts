import {
  activityInfo,
  CancelledFailure,
  CompleteAsyncError,
  Context,
  heartbeat,
  log,
  setActivityOptions,
} from '@perdure/activity';
import {
  ApplicationFailure,
  defaultDataConverter,
  defaultPayloadConverter,
  noopMetricMeter,
  type PayloadCodec,
} from '@perdure/common';
import { GrpcServiceError, GrpcStatus } from '@perdure/client/transport';
import { expect, onTestFinished, test } from 'vitest';
import { fixedPollerCount } from '../polling/index.js';
import { FixedSizeSlots } from '../slots/index.js';
import { noWorkerMetrics } from '../telemetry/index.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { RecordingLogger } from '../testing/recording-logger.js';
import { ScriptedActivityServer, valuesOf } from '../testing/scripted-activity-server.js';
import { type ActivityEnvironment, ActivityHost, type ActivityHostOptions, ActivityRegistry } from './index.js';

function start(
  activities: object,
  options: Partial<Omit<ActivityHostOptions, 'environment'>> & { environment?: Partial<ActivityEnvironment> } = {},
) {
  const server = new ScriptedActivityServer();
  const logger = new RecordingLogger();
  const clock = new ManualClock();
  const fatalErrors: unknown[] = [];
  const { environment, ...rest } = options;
  const host = new ActivityHost({
    transport: server,
    stamp: { identity: 'tester' },
    slots: new FixedSizeSlots(10),
    pollers: fixedPollerCount(2),
    metrics: noWorkerMetrics,
    clock,
    onFatalError: (error) => fatalErrors.push(error),
    ...rest,
    environment: {
      namespace: 'default',
      taskQueue: 'q',
      activities: new ActivityRegistry(activities),
      dataConverter: defaultDataConverter,
      logger,
      metricMeter: noopMetricMeter,
      ...environment,
    },
  });
  onTestFinished(async () => {
    const ended = host.shutdown({ graceMs: 0 });
    await clock.advance(1);
    await ended;
  });
  return { server, logger, clock, fatalErrors, host };
}

/** Runs until it is cancelled, and says so. */
const untilCancelled = async (): Promise<never> => {
  heartbeat('progress');
  return await Context.current().cancelled;
};

const unavailable = () => new GrpcServiceError(GrpcStatus.UNAVAILABLE, 'nobody there');

test('an activity is called with its arguments, and its result is the answer', async () => {
  const { server, host } = start({ add: async (a: number, b: number) => a + b });
  host.start();
  server.dispatch('add', [1, 2]);
  const [answer] = await server.answered();
  expect(answer).toMatchObject({ status: 'completed', request: { identity: 'tester', namespace: 'default' } });
  expect(valuesOf(answer?.request.result)).toEqual([3]);
});

test('activities may be functions of a map, or methods of an object of a class', async () => {
  class Counter {
    private count = 0;
    async next(): Promise<number> {
      return ++this.count;
    }
  }
  const { server, host } = start(new Counter());
  host.start();
  server.dispatch('next');
  await server.answered(1);
  server.dispatch('next');
  expect((await server.answered(2)).map(({ request }) => valuesOf(request.result))).toEqual([[1], [2]]);

  const ofMap = start(new Map([['greet', (name: string) => `hello ${name}`]]));
  ofMap.host.start();
  ofMap.server.dispatch('greet', ['you']);
  expect(valuesOf((await ofMap.server.answered())[0]?.request.result)).toEqual(['hello you']);
});

test('an activity that nobody registered fails with the names of those that are', async () => {
  const { server, host } = start({ a: async () => 1, notAFunction: 2, b: async () => 2 });
  host.start();
  server.dispatch('c');
  const [answer] = await server.answered();
  expect(answer?.request.failure).toMatchObject({
    message: 'Activity function c is not registered on this Worker, available activities: ["a","b"]',
    applicationFailureInfo: { type: 'NotFoundError', nonRetryable: false },
  });
});

test('the activity called default runs what has no other', async () => {
  const { server, host } = start({ default: async () => activityInfo().activityType });
  host.start();
  server.dispatch('anything');
  expect(valuesOf((await server.answered())[0]?.request.result)).toEqual(['anything']);
});

test('an error becomes a failure with its class and its stack up to where the worker called in', async () => {
  const { server, host, logger } = start({
    fail: async () => {
      throw new RangeError('too much');
    },
  });
  host.start();
  server.dispatch('fail');
  const [answer] = await server.answered();
  const failure = answer?.request.failure;
  expect(failure).toMatchObject({ message: 'too much', applicationFailureInfo: { type: 'RangeError' } });
  expect(failure?.stackTrace).toContain('activity-host.test.ts');
  expect(failure?.stackTrace).not.toContain('activity-execution');
  expect(logger.messages('WARN')).toEqual(['Activity failed']);
});

test('a benign failure makes no noise', async () => {
  const { server, host, logger } = start({
    fail: async () => {
      throw ApplicationFailure.create({ message: 'as usual', category: 'BENIGN' });
    },
  });
  host.start();
  server.dispatch('fail');
  await server.answered();
  expect(logger.messages('WARN')).toEqual([]);
});

test('arguments that cannot be read, and results that cannot be written, fail the activity', async () => {
  const { server, host } = start({ echo: async (value: unknown) => value, big: async () => 1n });
  host.start();
  server.dispatch('echo', [], { input: { payloads: [{ metadata: { encoding: Uint8Array.of(1) } }] } });
  await server.answered(1);
  server.dispatch('big');
  const [unreadable, unwritable] = await server.answered(2);
  expect(unreadable?.request.failure?.message).toMatch(/^Failed to parse activity args for activity echo: /);
  expect(unwritable?.request.failure?.applicationFailureInfo?.type).toBe('ValueError');
});

test('an activity knows what attempt it is, and what the last one said', async () => {
  const { server, host } = start({ info: async () => ({ ...activityInfo(), taskToken: undefined }) });
  host.start();
  server.dispatch('info', [], {
    attempt: 3,
    heartbeatDetails: { payloads: [defaultPayloadConverter.toPayload({ page: 7 })] },
    heartbeatTimeout: { seconds: 5 },
    startToCloseTimeout: { seconds: 60 },
    retryPolicy: { maximumAttempts: 4 },
  });
  const [answer] = await server.answered();
  expect(valuesOf(answer?.request.result)).toMatchObject([
    {
      activityType: 'info',
      attempt: 3,
      heartbeatDetails: { page: 7 },
      heartbeatTimeoutMs: 5_000,
      inWorkflow: true,
      isLocal: false,
      namespace: 'default',
      retryPolicy: { maximumAttempts: 4 },
      startToCloseTimeoutMs: 60_000,
      taskQueue: 'q',
      workflowExecution: { workflowId: 'w-1', runId: 'r-1' },
      workflowType: 'order',
    },
  ]);
});

test('heartbeats go out at once, and then once in four fifths of the timeout, the latest only', async () => {
  let end = (): void => {};
  const { server, host, clock } = start({
    work: async () => {
      const context = Context.current();
      for (const step of [1, 2, 3]) context.heartbeat(step);
      await new Promise<void>((resolve) => (end = resolve));
    },
  });
  host.start();
  server.dispatch('work', [], { heartbeatTimeout: { seconds: 10 } });
  await settled();
  expect(server.heartbeats.map(({ details }) => valuesOf(details))).toEqual([[1]]);
  await clock.advance(7_999);
  expect(server.heartbeats).toHaveLength(1);
  await clock.advance(1);
  expect(server.heartbeats.map(({ details }) => valuesOf(details))).toEqual([[1], [3]]);
  await clock.advance(60_000);
  expect(server.heartbeats).toHaveLength(2);
  end();
  expect((await server.answered())[0]?.status).toBe('completed');
});

test('what a failed attempt said last reaches the next one, even if it was held back', async () => {
  const { server, host } = start({
    work: async () => {
      heartbeat('first');
      heartbeat('last');
      throw new Error('lost');
    },
  });
  host.start();
  server.dispatch('work');
  const [answer] = await server.answered();
  expect(valuesOf(answer?.request.lastHeartbeatDetails)).toEqual(['last']);
});

test('a heartbeat that did not arrive is sent again', async () => {
  const { server, host, clock, logger } = start({ untilCancelled });
  host.start();
  server.heartbeatAnswers.push(unavailable(), { cancelRequested: true });
  server.dispatch('untilCancelled');
  await clock.advance(30_000);
  expect(server.heartbeats.map(({ details }) => valuesOf(details))).toEqual([['progress'], ['progress']]);
  expect(logger.messages('WARN')).toEqual(['Activity heartbeat failed']);
  expect((await server.answered())[0]?.status).toBe('canceled');
});

test('an activity whose cancellation is confirmed is answered as cancelled, with its details', async () => {
  const seen: unknown[] = [];
  const { server, host } = start({
    work: async () => {
      const context = Context.current();
      heartbeat();
      await context.cancelled.catch((error: unknown) => seen.push(error));
      seen.push(context.cancellationSignal.reason, context.cancellationDetails);
      throw new CancelledFailure('given up', ['half done']);
    },
  });
  host.start();
  server.heartbeatAnswers.push({ cancelRequested: true });
  server.dispatch('work');
  const [answer] = await server.answered();
  expect(answer?.status).toBe('canceled');
  expect(valuesOf(answer?.request.details)).toEqual(['half done']);
  expect(seen[0]).toBeInstanceOf(CancelledFailure);
  expect(seen[0]).toMatchObject({ message: 'CANCELLED' });
  expect(seen[1]).toBe(seen[0]);
  expect(seen[2]).toMatchObject({ cancelRequested: true, workerShutdown: false });
});

test('an abort error confirms a cancellation too; any other error is a failure, and a result is a result', async () => {
  const cancelled = async (): Promise<void> => {
    heartbeat();
    await Context.current().cancelled.catch(() => undefined);
  };
  const { server, host } = start({
    aborts: async () => {
      await cancelled();
      throw new DOMException('aborted', 'AbortError');
    },
    fails: async () => {
      await cancelled();
      throw new Error('cleaning up failed');
    },
    finishes: async () => {
      await cancelled();
      return 'done all the same';
    },
  });
  host.start();
  for (const [index, name] of ['aborts', 'fails', 'finishes'].entries()) {
    server.heartbeatAnswers.push({ cancelRequested: true });
    server.dispatch(name);
    await server.answered(index + 1);
  }
  expect(server.answers.map(({ status }) => status)).toEqual(['canceled', 'failed', 'completed']);
});

test('a cancellation that nobody asked for is a failure', async () => {
  const { server, host } = start({
    work: async () => {
      throw new CancelledFailure('on my own');
    },
  });
  host.start();
  server.dispatch('work');
  const [answer] = await server.answered();
  expect(answer?.request.failure).toMatchObject({
    message: 'on my own',
    applicationFailureInfo: { type: 'CancelledFailure' },
  });
});

test.each([
  [{ activityPaused: true }, 'Activity paused', 'ActivityPause', 'paused'],
  [{ activityReset: true }, 'Activity reset', 'ActivityReset', 'reset'],
] as const)('an activity that is told %j stops as failed, to be run again', async (told, message, type, detail) => {
  const details: unknown[] = [];
  const { server, host } = start({
    work: () => untilCancelled().finally(() => details.push(Context.current().cancellationDetails)),
  });
  host.start();
  server.heartbeatAnswers.push(told);
  server.dispatch('work');
  const [answer] = await server.answered();
  expect(answer?.request.failure).toMatchObject({ message, applicationFailureInfo: { type } });
  expect(details).toMatchObject([{ [detail]: true, cancelRequested: false }]);
});

test('an activity that the server has given up is told, and not answered', async () => {
  let reason: unknown;
  let onEnd = (): void => {};
  const ended = new Promise<void>((resolve) => (onEnd = resolve));
  const { server, host } = start({
    work: async () => {
      heartbeat();
      await Context.current().cancelled.catch((error: unknown) => (reason = error));
      onEnd();
      return 'too late';
    },
    next: async () => 1,
  });
  host.start();
  server.heartbeatAnswers.push(new GrpcServiceError(GrpcStatus.NOT_FOUND, 'gone'));
  server.dispatch('work');
  await ended;
  server.dispatch('next');
  await server.answered(1);
  expect(reason).toMatchObject({ message: 'NOT_FOUND' });
  expect(server.answers).toHaveLength(1);
});

test('heartbeat details that cannot be converted cancel the activity and fail it', async () => {
  const { server, host } = start({
    work: async () => {
      heartbeat(1n);
      await Context.current().cancelled;
    },
  });
  host.start();
  server.dispatch('work');
  const [answer] = await server.answered();
  expect(answer?.request.failure?.message).toBe('HEARTBEAT_DETAILS_CONVERSION_FAILED');
  expect(server.heartbeats).toEqual([]);
});

test('an activity that somebody else completes is not answered, and its slot is free', async () => {
  const slots = new FixedSizeSlots(1);
  const { server, host } = start(
    {
      work: async () => {
        throw new CompleteAsyncError();
      },
      next: async () => 'next',
    },
    { slots, pollers: fixedPollerCount(1) },
  );
  host.start();
  server.dispatch('work');
  server.dispatch('next');
  const answers = await server.answered(1);
  expect(answers.map(({ request }) => valuesOf(request.result))).toEqual([['next']]);
});

test('a worker that stops waits for its activities, then cancels them, and they fail to be run elsewhere', async () => {
  const { server, host, clock } = start({ untilCancelled });
  host.start();
  server.dispatch('untilCancelled');
  await settled();
  let hasEnded = false;
  const ended = host.shutdown({ graceMs: 5_000 }).then(() => (hasEnded = true));
  await clock.advance(4_999);
  expect(hasEnded).toBe(false);
  expect(server.waitingPollCount).toBe(0);
  await clock.advance(1);
  await ended;
  expect(server.answers[0]?.request.failure).toMatchObject({
    message: 'Worker is shutting down and this activity did not complete in time',
    applicationFailureInfo: { type: 'WorkerShutdown' },
  });
});

test('a worker that stops waits for polls that the server ends, and runs what they bring', async () => {
  const { server, host } = start({ echo: async (value: unknown) => value }, { pollers: fixedPollerCount(2) });
  host.start();
  await settled();
  const giveUp = new AbortController();
  let hasEnded = false;
  const ended = host.shutdown({ graceMs: 5_000, abortPolls: giveUp.signal }).then(() => (hasEnded = true));
  await settled();
  expect([hasEnded, server.waitingPollCount]).toEqual([false, 2]);
  server.dispatch('echo', ['just in time']);
  expect(valuesOf((await server.answered())[0]?.request.result)).toEqual(['just in time']);
  await settled();
  // One poll ended with a task, and was the last of its kind; the other one is lost.
  expect([hasEnded, server.polls.length, server.waitingPollCount]).toEqual([false, 2, 1]);
  giveUp.abort();
  await ended;
});

test('a worker that stops runs the activities that come with the last answers to workflow tasks', async () => {
  const { server, host } = start({ echo: async (value: unknown) => value }, { pollers: fixedPollerCount(0) });
  host.start();
  expect(host.tryReserveEager()).toBe(true);
  let onLast = (): void => undefined;
  const lastEager = new Promise<void>((resolve) => (onLast = resolve));
  const ended = host.shutdown({ graceMs: 5_000, lastEager });
  await settled();
  expect(host.tryReserveEager()).toBe(false);
  const { encode, decode } = (await import('@perdure/protocol')).workflowservice.PollActivityTaskQueueResponse;
  host.runEager(decode(encode(server.dispatch('echo', ['eager']))));
  onLast();
  await ended;
  expect(valuesOf(server.answers[0]?.request.result)).toEqual(['eager']);
});

test('no more run at once than there are slots', async () => {
  const ends: (() => void)[] = [];
  const slots = new FixedSizeSlots(2);
  const { server, host } = start(
    { work: () => new Promise<void>((resolve) => ends.push(resolve)) },
    { slots, pollers: fixedPollerCount(5) },
  );
  host.start();
  for (let index = 0; index < 3; index++) server.dispatch('work');
  await settled();
  expect([ends.length, slots.usedCount, slots.availableCount]).toEqual([2, 2, 0]);
  ends[0]?.();
  await server.answered(1);
  await settled();
  expect(ends).toHaveLength(3);
  for (const end of ends) end();
  await server.answered(3);
});

test('eager activities run in slots that were kept for them', async () => {
  const slots = new FixedSizeSlots(2);
  const { server, host } = start({ echo: async (value: unknown) => value }, { slots, pollers: fixedPollerCount(0) });
  host.start();
  expect([host.tryReserveEager(), host.tryReserveEager(), host.tryReserveEager()]).toEqual([true, true, false]);
  const task = server.dispatch('echo', ['eager']);
  const { workflowservice } = await import('@perdure/protocol');
  const { encode, decode } = workflowservice.PollActivityTaskQueueResponse;
  host.runEager(decode(encode(task)));
  host.releaseEager();
  expect(valuesOf((await server.answered())[0]?.request.result)).toEqual(['eager']);
  await settled();
  expect(slots.availableCount).toBe(2);
});

test('while the server is away polls go on, with one line in the log', async () => {
  const { server, host, clock, logger } = start({ echo: async () => 1 });
  server.pollErrors.push(...Array.from({ length: 9 }, unavailable));
  host.start();
  await clock.advance(60_000);
  server.dispatch('echo');
  await server.answered();
  expect(logger.messages('WARN')).toHaveLength(1);
  expect(logger.messages('WARN')[0]).toContain(
    "Cannot poll task queue 'q' for activities: 14 UNAVAILABLE: nobody there",
  );
  expect(logger.messages('INFO')).toHaveLength(1);
});

test('a poll that nobody answers in time is made again, and is no outage', async () => {
  const { server, host, logger } = start({ echo: async () => 1 });
  server.pollErrors.push(new GrpcServiceError(GrpcStatus.DEADLINE_EXCEEDED, 'Deadline exceeded'));
  host.start();
  server.dispatch('echo');
  await server.answered();
  expect(logger.messages('WARN')).toEqual([]);
  expect(server.polls.length).toBeGreaterThan(2);
});

test('a poll that the server refuses for good is reported once, and not made again', async () => {
  const { server, host, clock, fatalErrors } = start({ echo: async () => 1 });
  const refusal = new GrpcServiceError(GrpcStatus.NOT_FOUND, 'Namespace default is not found.');
  server.pollErrors.push(refusal, refusal);
  host.start();
  await clock.advance(60_000);
  expect(fatalErrors).toEqual([refusal]);
  expect(server.polls).toHaveLength(2);
});

test('an answer is given until the server hears it', async () => {
  const { server, host, clock } = start({ echo: async () => 1 });
  server.answerErrors.push(unavailable(), unavailable());
  host.start();
  server.dispatch('echo');
  await clock.advance(10_000);
  expect(server.answers).toHaveLength(1);
});

test('an answer that the server refuses is logged, and not given again', async () => {
  const { server, host, clock, logger } = start({ echo: async () => 1 });
  server.answerErrors.push(new GrpcServiceError(GrpcStatus.NOT_FOUND, 'gone'));
  host.start();
  server.dispatch('echo');
  await clock.advance(10_000);
  expect(server.answers).toEqual([]);
  expect(logger.messages('WARN')).toEqual([
    'The answer of activity echo (1) was not taken: it timed out, or its workflow has closed',
  ]);
});

test('no more are started each second than the worker is set to', async () => {
  const startedAtMs: number[] = [];
  const { server, host, clock } = start(
    { work: async () => startedAtMs.push(clock.nowMs()) },
    { maxActivitiesPerSecond: 2, maxTaskQueueActivitiesPerSecond: 7, pollers: fixedPollerCount(1) },
  );
  host.start();
  for (let index = 0; index < 5; index++) server.dispatch('work');
  await clock.advance(1_500);
  expect(startedAtMs.map((atMs) => atMs - 1_000_000)).toEqual([0, 0, 500, 1_000, 1_500]);
  expect(server.polls[0]?.taskQueueMetadata?.maxTasksPerSecond?.value).toBe(7);
});

test('codecs see everything that goes in and out', async () => {
  const flipped = (data: Uint8Array | null | undefined) => data?.map((byte) => byte ^ 0xff);
  const codec: PayloadCodec = {
    encode: async (payloads) => payloads.map(({ metadata, data }) => ({ metadata, data: flipped(data) })),
    decode: async (payloads) => payloads.map(({ metadata, data }) => ({ metadata, data: flipped(data) })),
  };
  const dataConverter = { ...defaultDataConverter, payloadCodecs: [codec] };
  const { server, host } = start(
    {
      echo: async (value: unknown) => {
        heartbeat('beat');
        return value;
      },
    },
    { environment: { dataConverter } },
  );
  host.start();
  const encoded = await codec.encode([defaultPayloadConverter.toPayload('secret')]);
  server.dispatch('echo', [], { input: { payloads: encoded } });
  const [answer] = await server.answered();
  expect(answer?.request.result?.payloads).toEqual(
    encoded.map(({ metadata, data }) => ({ metadata, data, externalPayloads: [] })),
  );
  await settled();
  const [beat] = server.heartbeats;
  expect(valuesOf({ payloads: await codec.decode([...(beat?.details?.payloads ?? [])]) })).toEqual(['beat']);
});

test('interceptors go around the activity, the first outermost, and add to its logs', async () => {
  const calls: string[] = [];
  const interceptor = (name: string) => () => ({
    inbound: {
      execute: async (input: { args: unknown[]; headers: object }, next: (input: never) => Promise<unknown>) => {
        calls.push(`${name} ${Object.keys(input.headers).join()}`);
        return `${name}(${String(await next({ ...input, args: [...input.args, name] } as never))})`;
      },
    },
    outbound: {
      getLogAttributes: (
        input: Record<string, unknown>,
        next: (input: Record<string, unknown>) => Record<string, unknown>,
      ) => next({ ...input, [name]: true }),
    },
  });
  const { server, host, logger } = start(
    {
      work: async (...args: unknown[]) => {
        log.info('working');
        return args.join();
      },
    },
    { environment: { interceptors: [interceptor('a'), interceptor('b')] } },
  );
  host.start();
  server.dispatch('work', ['x'], { header: { fields: { trace: defaultPayloadConverter.toPayload(1) } } });
  const [answer] = await server.answered();
  expect(valuesOf(answer?.request.result)).toEqual(['a(b(x,a,b))']);
  expect(calls).toEqual(['a trace', 'b trace']);
  expect(logger.lines.find(({ message }) => message === 'working')?.meta).toMatchObject({
    sdkComponent: 'activity',
    activityType: 'work',
    workflowId: 'w-1',
    a: true,
    b: true,
  });
});

test('type information of an activity adapts its arguments and its result', async () => {
  const dateInfo = {
    transferTypeConverter: {
      toTransferType: (value: unknown) => (value as Date).getTime(),
      fromTransferType: (value: unknown) => new Date(value as number),
    },
  };
  const nextDay = async (date: Date): Promise<Date> => new Date(date.getTime() + 86_400_000);
  setActivityOptions({ typeInfo: { inputTypes: [dateInfo], outputType: dateInfo } }, nextDay);
  const { server, host } = start({ nextDay });
  host.start();
  server.dispatch('nextDay', [0]);
  expect(valuesOf((await server.answered())[0]?.request.result)).toEqual([86_400_000]);
});
