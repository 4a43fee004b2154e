import { Client, Connection } from '@perdure/client';
import { GrpcServiceError, GrpcStatus } from '@perdure/client/transport';
import { ApplicationFailure, defaultDataConverter, noopMetricMeter, type PayloadCodec } from '@perdure/common';
import { log, operationInfo, TemporalOperationHandler } from '@perdure/nexus';
import * as nexus from 'nexus-rpc';
import { expect, onTestFinished, test } from 'vitest';
import { fixedPollerCount } from '../polling/index.js';
import { FixedSizeSlots } from '../slots/index.js';
import { noWorkerMetrics, type NexusMetrics } from '../telemetry/index.js';
import { ManualClock, settled } from '../testing/manual-clock.js';
import { RecordingLogger } from '../testing/recording-logger.js';
import { failureOf, resultOf, ScriptedNexusServer } from '../testing/scripted-nexus-server.js';
import { NexusHost, type NexusInterceptorsFactory, ServiceRegistry } from './index.js';
import type { NexusEnvironment } from './nexus-environment.js';

const client = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });

type Handlers = Readonly<
  Record<string, nexus.OperationHandler<unknown, unknown> | nexus.SyncOperationHandler<string, unknown>>
>;

function shopOf(handlers: Handlers): nexus.ServiceHandler {
  const operations = Object.fromEntries(Object.keys(handlers).map((name) => [name, nexus.operation()]));
  return nexus.serviceHandler(nexus.service('shop', operations), handlers as never);
}

function start(handlers: Handlers, environment: Partial<NexusEnvironment> = {}, slotCount = 10) {
  const server = new ScriptedNexusServer();
  const logger = new RecordingLogger();
  const clock = new ManualClock();
  const fatalErrors: unknown[] = [];
  const failures: string[] = [];
  const metrics: NexusMetrics & typeof noWorkerMetrics = {
    ...noWorkerMetrics,
    nexusTaskFailed: (reason) => void failures.push(reason),
  };
  const slots = new FixedSizeSlots(slotCount);
  const host = new NexusHost({
    transport: server,
    poller: { identity: 'tester', workerInstanceKey: 'key' },
    slots,
    pollers: fixedPollerCount(3),
    metrics,
    clock,
    onFatalError: (error) => fatalErrors.push(error),
    environment: {
      namespace: 'default',
      taskQueue: 'q',
      services: new ServiceRegistry([shopOf(handlers)]),
      dataConverter: defaultDataConverter,
      interceptors: [],
      client: () => client,
      logger,
      metricMeter: noopMetricMeter,
      ...environment,
    },
  });
  host.start();
  onTestFinished(async () => {
    const ended = host.shutdown({ graceMs: 0, abortPolls: AbortSignal.abort() });
    await clock.advance(1);
    await ended;
  });
  return { server, logger, clock, fatalErrors, failures, host, slots };
}

/** Runs until it is asked to stop, and says why. */
const untilAborted = ({ abortSignal }: nexus.OperationContext): Promise<never> =>
  new Promise((_resolve, reject) => {
    abortSignal.addEventListener('abort', () => reject(abortSignal.reason as Error));
  });

test('an operation is called with its input, in its context', async () => {
  const { server } = start({ greet: async (_ctx, name) => [`hello ${name}`, operationInfo()] });
  server.start('greet', 'you');
  const [answer] = await server.answered();
  expect(resultOf(answer)).toEqual(['hello you', { namespace: 'default', taskQueue: 'q', endpoint: '' }]);
  expect(answer?.request).toMatchObject({ identity: 'tester', namespace: 'default', taskToken: Uint8Array.of(1) });
  expect(server.polls[0]).toMatchObject({ taskQueue: { name: 'q' }, identity: 'tester', workerInstanceKey: 'key' });
});

test('outside of an operation there is no context', () => {
  expect(() => operationInfo()).toThrow(/No Nexus operation is running here/);
});

test('services and operations that are not registered are told by name, with those that are', async () => {
  const { server } = start({ greet: async () => 1, pay: async () => 2 });
  server.start('sing', 'you');
  server.dispatch({ cancelOperation: { service: 'bank', operation: 'pay' } });
  const answers = await server.answered(2);
  expect(answers.map(failureOf)).toEqual([
    [
      'NOT_FOUND',
      0,
      'The Nexus service \'shop\' has no operation \'sing\' on this worker; registered are: ["greet","pay"]',
      undefined,
    ],
    [
      'NOT_FOUND',
      0,
      'No handler is registered for the Nexus service \'bank\' on this worker; registered are: ["shop"]',
      undefined,
    ],
  ]);
});

test('a handler is asked to stop when time is up, and nothing is answered: nobody waits', async () => {
  const reasons: unknown[] = [];
  const { server, clock, failures, slots } = start({
    wait: async (ctx) => await untilAborted(ctx).catch((reason: unknown) => void reasons.push(reason)),
  });
  server.start('wait', '', { 'Request-Timeout': '1.5s' });
  await clock.advance(1_499);
  expect([reasons, slots.usedCount]).toEqual([[], 1]);
  await clock.advance(1);
  expect(reasons).toMatchObject([{ name: 'CancelledFailure', message: 'TIMED_OUT' }]);
  expect([server.answers, failures, slots.usedCount]).toEqual([[], ['timeout'], 0]);
});

test('an operation for an update is refused where the server would never tell its end', async () => {
  const update = new TemporalOperationHandler({
    start: (_ctx, nexusClient) => nexusClient.getWorkflowHandle('w').update('u'),
  });
  const { server } = start({ update }, { updateCallbacks: false });
  server.start('update', '');
  expect((await server.answered()).map(failureOf)).toMatchObject([
    ['NOT_IMPLEMENTED', 0, expect.stringMatching(/does not tell the end of updates/), undefined],
  ]);
});

test('a deadline that nobody understands is none', async () => {
  const { server } = start({ tell: async ({ requestDeadline }) => requestDeadline ?? 'none' });
  server.start('tell', '', { 'request-timeout': 'soon' });
  expect((await server.answered()).map(resultOf)).toEqual(['none']);
});

test('a worker that stops waits for handlers, then asks them to stop, and has others try again', async () => {
  const { server, clock, host } = start({ wait: untilAborted });
  server.start('wait', '');
  await settled();
  const ended = host.shutdown({ graceMs: 5_000, abortPolls: AbortSignal.abort() });
  await clock.advance(4_999);
  expect([server.waitingPollCount, server.answers]).toEqual([0, []]);
  await clock.advance(1);
  await ended;
  expect(server.answers.map(failureOf)).toEqual([
    ['UNAVAILABLE', 0, 'The worker stopped before the operation was handled', 'WORKER_SHUTDOWN'],
  ]);
});

test('a handler that ends within the grace time is answered for', async () => {
  let finish: (value: string) => void = () => undefined;
  const { server, clock, host } = start({ wait: () => new Promise<string>((resolve) => (finish = resolve)) });
  server.start('wait', '');
  await settled();
  const ended = host.shutdown({ graceMs: 5_000, abortPolls: AbortSignal.abort() });
  finish('in time');
  await clock.advance(1);
  await ended;
  expect(server.answers.map(resultOf)).toEqual(['in time']);
});

test('no more operations run at once than there are slots', async () => {
  let running = 0;
  let most = 0;
  const finish: (() => void)[] = [];
  const wait = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => finish.push(resolve));
    running--;
  };
  const { server } = start({ wait }, {}, 2);
  for (let count = 0; count < 5; count++) server.start('wait', '');
  for (let ended = 1; ended <= 5; ended++) {
    await settled();
    finish.shift()?.();
    await server.answered(ended);
  }
  expect([most, running, server.answers.length]).toEqual([2, 0, 5]);
});

test('an answer is given until the server hears it; one that it refuses is logged', async () => {
  const { server, clock, logger } = start({ greet: async () => 1 });
  server.answerErrors.push(
    new GrpcServiceError(GrpcStatus.UNAVAILABLE, ''),
    new GrpcServiceError(GrpcStatus.INTERNAL, ''),
  );
  server.start('greet', '');
  await clock.advance(1_000);
  expect(await server.answered()).toHaveLength(1);
  server.answerErrors.push(new GrpcServiceError(GrpcStatus.NOT_FOUND, ''));
  server.start('greet', '');
  await clock.advance(1_000);
  expect(logger.messages('WARN')).toEqual([
    'The answer of Nexus operation greet of shop did not arrive: 14 UNAVAILABLE: . Trying again',
    'The answer of Nexus operation greet of shop was not taken: nobody waits for it any more',
  ]);
});

test('a server that is away is polled again, and one that refuses ends the worker', async () => {
  const { server, clock, fatalErrors } = start({ greet: async () => 1 });
  await settled();
  server.pollErrors.push(new GrpcServiceError(GrpcStatus.UNAVAILABLE, 'away'));
  server.start('greet', '');
  await server.answered(1);
  await clock.advance(1_000);
  server.start('greet', '');
  await server.answered(2);
  expect(fatalErrors).toEqual([]);
  const refusal = new GrpcServiceError(GrpcStatus.PERMISSION_DENIED, 'no');
  server.pollErrors.push(refusal);
  server.start('greet', '');
  await server.answered(3);
  await settled();
  expect(fatalErrors).toEqual([refusal]);
});

test('interceptors go around calls, the first one outermost, and add to logs', async () => {
  const order: string[] = [];
  const interceptor =
    (name: string): NexusInterceptorsFactory =>
    () => ({
      inbound: {
        startOperation: async (input, next) => {
          order.push(name);
          return await next({ ...input, input: `${String(input.input)} ${name}` });
        },
        cancelOperation: async (input, next) => await next({ ...input, token: `${input.token} ${name}` }),
      },
      outbound: {
        getLogAttributes: (input, next) => next({ ...input, by: `${String(input.by ?? '')}${name}` }),
      },
    });
  const cancelled: string[] = [];
  const { server, logger } = start(
    {
      greet: {
        start: async (_ctx, input) => {
          log.info('greeting');
          return nexus.HandlerStartOperationResult.sync(input);
        },
        cancel: async (_ctx, token) => void cancelled.push(token),
      },
    },
    { interceptors: [interceptor('a'), interceptor('b')] },
  );
  server.start('greet', 'hello');
  await server.answered(1);
  server.dispatch({ cancelOperation: { service: 'shop', operation: 'greet', operationToken: 'token' } });
  const answers = await server.answered(2);
  expect([resultOf(answers[0]), order, cancelled]).toEqual(['hello a b', ['a', 'b'], ['token a b']]);
  expect(logger.lines.find(({ message }) => message === 'greeting')?.meta).toMatchObject({
    ...{ sdkComponent: 'nexus', by: 'ab', service: 'shop', operation: 'greet', namespace: 'default', taskQueue: 'q' },
  });
});

test('an interceptor that cannot be made fails the call, and the worker goes on', async () => {
  const interceptors = [
    () => {
      throw new Error('no interceptor');
    },
  ];
  const { server } = start({ greet: async () => 1 }, { interceptors });
  server.start('greet', '');
  expect((await server.answered()).map(failureOf)).toEqual([
    ['INTERNAL', 0, 'Handler error: INTERNAL', 'no interceptor'],
  ]);
});

/** Turns bytes around. */
const reversing: PayloadCodec = {
  encode: async (payloads) =>
    payloads.map((payload) => ({ ...payload, data: payload.data && Uint8Array.from(payload.data).reverse() })),
  decode: async (payloads) =>
    payloads.map((payload) => ({ ...payload, data: payload.data && Uint8Array.from(payload.data).reverse() })),
};

test('codecs see inputs, results and the details of failures', async () => {
  const { server } = start(
    {
      echo: async (_ctx, input) => input,
      fail: async () => {
        throw ApplicationFailure.nonRetryable('no', 'No', 'abc');
      },
    },
    { dataConverter: { ...defaultDataConverter, payloadCodecs: [reversing] } },
  );
  // Read and written in turned-around form: only a codec makes 21 of 12.
  server.dispatch({
    startOperation: {
      service: 'shop',
      operation: 'echo',
      payload: { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('21') },
    },
  });
  server.start('fail', '');
  const [echoed, failed] = await server.answered(2);
  expect(resultOf(echoed)).toBe(21);
  const failure = failed?.status === 'failed' ? failed.request.failure : undefined;
  const [detail] = failure?.cause?.applicationFailureInfo?.details?.payloads ?? [];
  expect(Buffer.from(detail?.data ?? []).toString()).toBe('"cba"');
});

test.each([
  ['a codec that fails is tried again', new Error('no key'), ['INTERNAL', 0, 'Handler error: INTERNAL', 'no key']],
  [
    'a codec that says that the input is wrong is not',
    ApplicationFailure.nonRetryable('torn', 'PayloadValidationError'),
    ['BAD_REQUEST', 0, 'The input of operation greet cannot be read', 'torn'],
  ],
])('%s', async (_name, error, expected) => {
  const decode = (): Promise<never> => Promise.reject(error);
  const dataConverter = { ...defaultDataConverter, payloadCodecs: [{ ...reversing, decode }] };
  const { server } = start({ greet: async () => 1 }, { dataConverter });
  server.start('greet', 'you');
  const [answer] = await server.answered();
  expect((failureOf(answer) as unknown[]).slice(0, 3)).toEqual(expected.slice(0, 3));
});

test('an error that cannot be converted is said without the converter', async () => {
  const failureConverter = {
    ...defaultDataConverter.failureConverter,
    errorToFailure: (): never => {
      throw new Error('no words');
    },
  };
  const { server } = start(
    {
      greet: async () => {
        throw new Error('secret');
      },
    },
    { dataConverter: { ...defaultDataConverter, failureConverter } },
  );
  server.start('greet', '');
  expect((await server.answered()).map(failureOf)).toEqual([
    ['INTERNAL', 0, 'The error of the operation handler cannot be converted', 'no words'],
  ]);
});

test('a request of a kind that is not known is refused', async () => {
  const { server } = start({ greet: async () => 1 });
  server.dispatch({});
  expect((await server.answered()).map((answer) => (failureOf(answer) as unknown[])[0])).toEqual(['NOT_IMPLEMENTED']);
});

test.each([
  ['nexusServices must be an array', 5],
  ['nexusServices[1] is no service handler', [shopOf({}), { name: 'shop' }]],
  ["Two of nexusServices are called 'shop'", [shopOf({}), shopOf({})]],
])('%s...', (message, services) => {
  expect(() => new ServiceRegistry(services as nexus.ServiceHandler[])).toThrow(message);
});
