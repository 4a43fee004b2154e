import * as ourActivity from '@perdure/activity';
import * as ourCommon from '@perdure/common';
import { startServer } from '@perdure/server';
import * as ours from '@perdure/testing';
import * as theirActivity from '@temporalio/activity';
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { InternalConnectionOptionsSymbol } from '@temporalio/client/lib/connection.js';
import * as theirCommon from '@temporalio/common';
import * as theirs from '@temporalio/testing';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';

/** What a scenario needs of an SDK. Both are used through our types. */
interface Sdk {
  readonly activity: typeof ourActivity;
  readonly common: typeof ourCommon;
  readonly testing: typeof ours;
}

const SDKS: readonly [Sdk, Sdk] = [
  { activity: ourActivity, common: ourCommon, testing: ours },
  { activity: theirActivity, common: theirCommon, testing: theirs } as unknown as Sdk,
];

type Options = NonNullable<ConstructorParameters<typeof ours.MockActivityEnvironment>[1]>;

function picture(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { message, name, cause, stack: _stack, ...rest } = value as Error & Record<string, unknown>;
  return { name, message, ...rest, cause: picture(cause) };
}

async function observed(run: Promise<unknown>): Promise<unknown> {
  return await run.then(
    (value) => ({ value }),
    (error: unknown) => ({ error: picture(error) }),
  );
}

function recording(): { logger: ourCommon.Logger; logged: unknown[] } {
  const logged: unknown[] = [];
  const log =
    (level: string) =>
    (message: string, meta: Record<string, unknown> = {}) => {
      const { durationMs, error, ...rest } = meta;
      logged.push([level, message, { ...rest, hasDuration: typeof durationMs, error: picture(error) }]);
    };
  const levels = {
    trace: log('TRACE'),
    debug: log('DEBUG'),
    info: log('INFO'),
    warn: log('WARN'),
    error: log('ERROR'),
  };
  return { logged, logger: { ...levels, log: (level, message, meta) => log(level)(message, meta) } };
}

/** Activities in a mocked environment, with either SDK. */
const ALONE: Readonly<Record<string, (sdk: Sdk) => Promise<unknown>>> = {
  'a result': async ({ testing }) =>
    observed(new testing.MockActivityEnvironment().run(async (a: number, b: string) => [a, b], 1, 'two')),
  'an error of its own': async ({ testing }) =>
    observed(
      new testing.MockActivityEnvironment().run(async () => {
        throw new TypeError('wrong');
      }),
    ),
  'a failure': async ({ testing, common }) =>
    observed(
      new testing.MockActivityEnvironment().run(async () => {
        throw common.ApplicationFailure.create({ message: 'no', type: 'No', nonRetryable: true, details: [1] });
      }),
    ),
  'what it knows': async ({ testing, activity }) =>
    new testing.MockActivityEnvironment({ attempt: 4, heartbeatDetails: 'page 4' }).run(async () => ({
      ...activity.activityInfo(),
      taskToken: String(activity.activityInfo().taskToken),
    })),
  heartbeats: async ({ testing, activity }) => {
    const heard: unknown[] = [];
    const environment = new testing.MockActivityEnvironment();
    environment.on('heartbeat', (...details) => heard.push(details));
    await environment.run(async () => {
      activity.heartbeat({ page: 1 });
      activity.Context.current().heartbeat();
    });
    return heard;
  },
  'a cancellation': async ({ testing, activity }) => {
    const environment = new testing.MockActivityEnvironment();
    const run = environment.run(async () => activity.sleep('1 minute'));
    environment.cancel();
    const { cancellationSignal, cancellationDetails } = environment.context;
    return [await observed(run), cancellationSignal.aborted, { ...cancellationDetails }];
  },
  'a cancellation with a reason': async ({ testing, activity, common }) => {
    const environment = new testing.MockActivityEnvironment();
    environment.on('heartbeat', () =>
      environment.cancel('TIMED_OUT', new common.ActivityCancellationDetails({ timedOut: true })),
    );
    return observed(
      environment.run(async () => {
        activity.heartbeat();
        const error: unknown = await activity.Context.current().cancelled.catch((thrown: unknown) => thrown);
        return [picture(error), { ...activity.Context.current().cancellationDetails }];
      }),
    );
  },
  'an environment that was cancelled before': async ({ testing, activity }) => {
    const environment = new testing.MockActivityEnvironment();
    environment.cancel('WORKER_SHUTDOWN');
    environment.cancel('CANCELLED');
    return [
      await observed(environment.run(async () => 'not interested')),
      await observed(environment.run(async () => activity.sleep(1))),
    ];
  },
  interceptors: async ({ testing }) => {
    const steps: string[] = [];
    const interceptors: Options['interceptors'] = ['outer', 'inner'].map((name) => (context) => ({
      inbound: {
        async execute(input, next) {
          steps.push(`${name} ${context.info.activityType} ${JSON.stringify(input)}`);
          return `${name}(${String(await next({ ...input, args: [name] }))})`;
        },
      },
    }));
    const environment = new testing.MockActivityEnvironment(undefined, { interceptors });
    return [await environment.run(async (...args: string[]) => args.join(), 'given'), steps];
  },
  logs: async ({ testing, activity, common }) => {
    const { logger, logged } = recording();
    const mocked = (): ours.MockActivityEnvironment =>
      new testing.MockActivityEnvironment({ activityId: 'a7' }, { logger });
    await mocked().run(async () => activity.log.warn('careful', { n: 1 }));
    const failing = async (error: Error) => Promise.reject(error);
    const benign = common.ApplicationFailureCategory.BENIGN;
    await observed(mocked().run(failing, new Error('no')));
    await observed(mocked().run(failing, common.ApplicationFailure.create({ message: 'no', category: benign })));
    await observed(mocked().run(failing, new common.CompleteAsyncError()));
    const cancelled = mocked();
    cancelled.cancel();
    await observed(cancelled.run(async () => activity.sleep(1)));
    return logged;
  },
  metrics: async ({ testing, activity, common }) =>
    observed(
      new testing.MockActivityEnvironment(undefined, { metricMeter: common.noopMetricMeter }).run(async () => {
        activity.metricMeter.createCounter('things').add(1);
        return 'counted';
      }),
    ),
};

describe('the testing packages', () => {
  it('export the same', () => {
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
    for (const [name, value] of Object.entries(theirs)) expect(typeof Reflect.get(ours, name)).toBe(typeof value);
  });

  it('tell an activity the same about itself', () => {
    expect(ours.defaultActivityInfo).toEqual(theirs.defaultActivityInfo);
  });

  it('have environments with the same members', () => {
    const membersOf = (type: object) =>
      Object.getOwnPropertyNames(type)
        .filter((name) => name !== 'constructor')
        .sort();
    const their = membersOf(theirs.TestWorkflowEnvironment.prototype);
    expect(membersOf(ours.TestWorkflowEnvironment.prototype)).toEqual(expect.arrayContaining(their));
    const makers = ['createFromExistingServer', 'createLocal', 'createTimeSkipping'];
    for (const maker of makers) expect(typeof Reflect.get(ours.TestWorkflowEnvironment, maker)).toBe('function');
  });
});

describe('an activity without a worker goes the same way under both', () => {
  it.each(Object.keys(ALONE))('with %s', async (name) => {
    const scenario = ALONE[name] ?? expect.unreachable(name);
    const [our, their] = [await scenario(SDKS[0]), await scenario(SDKS[1])];
    expect(our).toEqual(their);
  });
});

describe('an environment on a server that is there', () => {
  const address = inject('address');

  it('looks the same', async () => {
    const seen = [];
    for (const { testing } of SDKS) {
      const environment = await testing.TestWorkflowEnvironment.createFromExistingServer({
        address,
        connectionOptions: { metadata: { 'x-test': '1' } },
      });
      const before = Date.now();
      await environment.sleep(5);
      const now = await environment.currentTimeMs();
      const { options, namespace, supportsTimeSkipping, connectionOptions, client } = environment;
      seen.push({
        ...{ server: options.server, namespace, supportsTimeSkipping, address: environment.address },
        metadata: connectionOptions.metadata?.['x-test'],
        isNow: now >= before && now <= Date.now(),
        isOfItsNamespace: client.options.namespace,
        hasWorkflowClient: environment.workflowClient === client.workflow,
        hasActivityClient: environment.asyncCompletionClient === client.activity,
      });
      await environment.teardown();
    }
    expect(seen[0]).toEqual(seen[1]);
  });
});

describe("a server of ours whose time skips, with the official SDK's clients and workers", async () => {
  const server = await startServer({ store: { kind: 'memory' }, grpc: { port: 0 }, timeSkipping: true });
  const { address } = server;
  const nativeConnection = await NativeConnection.connect({ address });
  const options: ConnectionOptions = { address };
  const connection = await Connection.connect({
    ...options,
    [InternalConnectionOptionsSymbol]: { supportsTestService: true },
  } as ConnectionOptions);
  const testService = connection.testService ?? expect.unreachable('no test service');
  const client = new theirs.TimeSkippingWorkflowClient({ connection });
  const codePath = inject('workflowBundlePaths').temporal;
  const taskQueue = 'queue';
  const worker = await Worker.create({ connection: nativeConnection, taskQueue, workflowBundle: { codePath } });
  const running = worker.run();
  afterAll(async () => {
    worker.shutdown();
    await running;
    await connection.close();
    await nativeConnection.close();
    await server.stop();
  });

  it('skips while a result is waited for', async () => {
    const before = await testService.getCurrentTime({});
    await client.execute('sleeper', { taskQueue, workflowId: 'sleeper', args: [30 * 86_400_000] });
    const after = await testService.getCurrentTime({});
    expect(Number(after.time?.seconds) - Number(before.time?.seconds)).toBeGreaterThanOrEqual(30 * 86_400);
  });

  it('skips while the test sleeps', async () => {
    const handle = await client.start('sleeper', { taskQueue, workflowId: 'other', args: [86_400_000] });
    onTestFinished(() => void handle.terminate().catch(() => undefined));
    await testService.unlockTimeSkippingWithSleep({ duration: { seconds: (2 * 86_400) as never } });
    expect((await handle.describe()).status.name).toBe('COMPLETED');
  });
});
