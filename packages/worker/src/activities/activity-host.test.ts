import { activityInfo, heartbeat, log, setActivityOptions } from '@perdure/activity';
import { ApplicationFailure, defaultDataConverter, defaultPayloadConverter, type PayloadCodec } from '@perdure/common';
import { expect, test } from 'vitest';
import { startActivityHost } from '../testing/activity-host.js';
import { settled } from '../testing/manual-clock.js';
import { valuesOf } from '../testing/scripted-activity-server.js';

test('an activity is called with its arguments, and its result is the answer', async () => {
  const { server, host } = startActivityHost({ add: async (a: number, b: number) => a + b });
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
  const { server, host } = startActivityHost(new Counter());
  host.start();
  server.dispatch('next');
  await server.answered(1);
  server.dispatch('next');
  expect((await server.answered(2)).map(({ request }) => valuesOf(request.result))).toEqual([[1], [2]]);

  const ofMap = startActivityHost(new Map([['greet', (name: string) => `hello ${name}`]]));
  ofMap.host.start();
  ofMap.server.dispatch('greet', ['you']);
  expect(valuesOf((await ofMap.server.answered())[0]?.request.result)).toEqual(['hello you']);
});

test('an activity that nobody registered fails with the names of those that are', async () => {
  const { server, host } = startActivityHost({ a: async () => 1, notAFunction: 2, b: async () => 2 });
  host.start();
  server.dispatch('c');
  const [answer] = await server.answered();
  expect(answer?.request.failure).toMatchObject({
    message: 'Activity function c is not registered on this Worker, available activities: ["a","b"]',
    applicationFailureInfo: { type: 'NotFoundError', nonRetryable: false },
  });
});

test('the activity called default runs what has no other', async () => {
  const { server, host } = startActivityHost({ default: async () => activityInfo().activityType });
  host.start();
  server.dispatch('anything');
  expect(valuesOf((await server.answered())[0]?.request.result)).toEqual(['anything']);
});

test('an error becomes a failure with its class and its stack up to where the worker called in', async () => {
  const { server, host, logger } = startActivityHost({
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
  const { server, host, logger } = startActivityHost({
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
  const { server, host } = startActivityHost({ echo: async (value: unknown) => value, big: async () => 1n });
  host.start();
  server.dispatch('echo', [], { input: { payloads: [{ metadata: { encoding: Uint8Array.of(1) } }] } });
  await server.answered(1);
  server.dispatch('big');
  const [unreadable, unwritable] = await server.answered(2);
  expect(unreadable?.request.failure?.message).toMatch(/^Failed to parse activity args for activity echo: /);
  expect(unwritable?.request.failure?.applicationFailureInfo?.type).toBe('ValueError');
});

test('an activity knows what attempt it is, and what the last one said', async () => {
  const { server, host } = startActivityHost({ info: async () => ({ ...activityInfo(), taskToken: undefined }) });
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

test('codecs see everything that goes in and out', async () => {
  const flipped = (data: Uint8Array | null | undefined) => data?.map((byte) => byte ^ 0xff);
  const codec: PayloadCodec = {
    encode: async (payloads) => payloads.map(({ metadata, data }) => ({ metadata, data: flipped(data) })),
    decode: async (payloads) => payloads.map(({ metadata, data }) => ({ metadata, data: flipped(data) })),
  };
  const dataConverter = { ...defaultDataConverter, payloadCodecs: [codec] };
  const { server, host } = startActivityHost(
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
  const { server, host, logger } = startActivityHost(
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
  const { server, host } = startActivityHost({ nextDay });
  host.start();
  server.dispatch('nextDay', [0]);
  expect(valuesOf((await server.answered())[0]?.request.result)).toEqual([86_400_000]);
});
