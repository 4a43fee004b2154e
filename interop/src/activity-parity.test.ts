import * as ours from '@perdure/activity';
import { defaultDataConverter, noopMetricMeter } from '@perdure/common';
import {
  ActivityHost,
  ActivityRegistry,
  DefaultLogger,
  fixedPollerCount,
  FixedSizeSlots,
  NativeConnection,
  noWorkerMetrics,
  transportForWorker,
} from '@perdure/worker/internal';
import * as theirs from '@temporalio/activity';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type { api } from './harness/index.js';
import { commands, connect, eventTypes, eventually, fromPayloads, seconds, toPayloads } from './harness/index.js';

/** What activity code uses of either package. */
type Sdk = typeof theirs;
const OURS = ours as unknown as Sdk;

describe('the exports of @perdure/activity and @temporalio/activity', () => {
  const named = (exports: object) =>
    Object.keys(exports).filter((name) => name !== 'default' && name !== 'module.exports');

  it('are the same, of the same kinds', () => {
    const kinds = (exports: object) =>
      Object.fromEntries(
        named(exports)
          .sort()
          .map((name) => [name, typeof Reflect.get(exports, name)]),
      );
    expect(kinds(ours)).toEqual(kinds(theirs));
  });

  it('have types that fit into each other', () => {
    const info = (value: ours.Info): theirs.Info => value;
    const infoBack = (value: theirs.Info): ours.Info => value;
    const used = (
      context: ours.Context,
    ): Pick<theirs.Context, 'heartbeat' | 'sleep' | 'cancelled' | 'cancellationSignal' | 'info'> => context;
    expect([info, infoBack, used]).toHaveLength(3);
  });

  it('throw outside of an activity', () => {
    for (const sdk of [OURS, theirs]) {
      expect(() => sdk.activityInfo()).toThrow(Error);
      expect(() => sdk.Context.current()).toThrow(Error);
    }
  });
});

/** An activity, written once for both. */
interface Case {
  readonly run: (sdk: Sdk) => (...args: unknown[]) => unknown;
  readonly args?: readonly unknown[];
  /** Whether its workflow asks it to stop. */
  readonly isCancelled?: boolean;
  readonly attributes?: api.command.IScheduleActivityTaskCommandAttributes;
}

const untilCancelled = (sdk: Sdk): Promise<never> => {
  const context = sdk.Context.current();
  const timer = setInterval(() => context.heartbeat('beat'), 20);
  return context.cancelled.finally(() => clearInterval(timer));
};

const CASES: Readonly<Record<string, Case>> = {
  'a result': { run: () => (value) => value, args: [{ a: [1, null] }] },
  'no result': { run: () => () => undefined },
  'an error': {
    run: () => () => {
      throw new RangeError('out of range');
    },
  },
  'an error with a cause': {
    run: () => () => {
      throw new Error('outer', { cause: new TypeError('inner') });
    },
  },
  'a thrown text': {
    run: () => () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what happens then is what is tested
      throw 'text';
    },
  },
  'an application failure': {
    run: (sdk) => () => {
      throw sdk.ApplicationFailure.create({
        message: 'm',
        type: 'T',
        nonRetryable: true,
        details: [1, 'two'],
        nextRetryDelay: '3s',
        category: 'BENIGN',
      });
    },
  },
  'a cancellation of its own': {
    run: (sdk) => () => {
      throw new sdk.CancelledFailure('mine', ['detail']);
    },
  },
  'a result that cannot be converted': { run: () => () => 1n },
  'an argument that cannot be converted': {
    run: () => (value) => value,
    attributes: { input: { payloads: [{ metadata: { encoding: Buffer.from('x/y') } }] } },
  },
  'an argument that is not valid': {
    run: () => (value) => value,
    attributes: {
      input: { payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{') }] },
    },
  },
  'heartbeat details that cannot be converted': {
    run: (sdk) => async () => {
      sdk.heartbeat(1n);
      await sdk.Context.current().cancelled;
    },
  },
  'a confirmed cancellation': { run: (sdk) => () => untilCancelled(sdk), isCancelled: true },
  'a confirmed cancellation with details': {
    run: (sdk) => async () => {
      await untilCancelled(sdk).catch(() => undefined);
      throw new sdk.CancelledFailure('stopped', ['after', 2]);
    },
    isCancelled: true,
  },
  'a cancellation confirmed by an AbortError': {
    run: (sdk) => async () => {
      await untilCancelled(sdk).catch(() => undefined);
      throw new DOMException('aborted', 'AbortError');
    },
    isCancelled: true,
  },
  'a failure after cancellation': {
    run: (sdk) => async () => {
      await untilCancelled(sdk).catch(() => undefined);
      throw new Error('cleaning up failed');
    },
    isCancelled: true,
  },
  'a result after cancellation': {
    run: (sdk) => async () => {
      const error: unknown = await untilCancelled(sdk).catch((thrown: unknown) => thrown);
      const { cancellationSignal, cancellationDetails } = sdk.Context.current();
      const { name, message } = error as Error;
      const isSame = cancellationSignal.reason === error;
      return { name, message, isSame, isAborted: cancellationSignal.aborted, cancellationDetails };
    },
    isCancelled: true,
  },
  'a sleep that is interrupted': {
    run: (sdk) => async () => {
      const timer = setInterval(() => sdk.heartbeat(), 20);
      await sdk.sleep('1 minute').finally(() => clearInterval(timer));
    },
    isCancelled: true,
  },
  'what an activity knows of itself': {
    run: (sdk) => () => {
      const info: Record<string, unknown> = { ...sdk.activityInfo() };
      for (const name of ['taskToken', 'base64TaskToken', 'workflowExecution', 'taskQueue'])
        info[name] = typeof info[name];
      for (const name of ['scheduledTimestampMs', 'currentAttemptScheduledTimestampMs'])
        info[name] = Number(info[name]) > 1e12;
      return info;
    },
    attributes: { heartbeatTimeout: seconds(9), scheduleToCloseTimeout: seconds(99), priority: { priorityKey: 2 } },
  },
  'details of a failed attempt': {
    run: (sdk) => async () => {
      const { attempt, heartbeatDetails } = sdk.activityInfo();
      if (attempt === 2) return heartbeatDetails;
      sdk.heartbeat({ page: 1 });
      sdk.heartbeat({ page: 2 });
      throw sdk.ApplicationFailure.create({ message: 'again', nextRetryDelay: 1 });
    },
    attributes: { retryPolicy: { maximumAttempts: 2 } },
  },
  'an activity that is not registered': { run: () => () => 1, attributes: { activityType: { name: 'unheard of' } } },
};

const environment = await connect();
const registered = (sdk: Sdk) => Object.fromEntries(Object.entries(CASES).map(([name, { run }]) => [name, run(sdk)]));

const theirQueue = environment.uniqueId('theirs');
await environment.worker('temporal', theirQueue, {
  activities: registered(theirs),
  maxHeartbeatThrottleInterval: 50,
});

const ourQueue = environment.uniqueId('ours');
const connection = await NativeConnection.connect({ address: inject('address') });
const { transport, release } = connection[transportForWorker]('default', ourQueue);
const host = new ActivityHost({
  environment: {
    namespace: 'default',
    taskQueue: ourQueue,
    activities: new ActivityRegistry(registered(OURS)),
    dataConverter: defaultDataConverter,
    logger: new DefaultLogger('ERROR'),
    metricMeter: noopMetricMeter,
  },
  transport,
  stamp: { identity: 'ours' },
  slots: new FixedSizeSlots(50),
  pollers: fixedPollerCount(5),
  maxHeartbeatThrottleMs: 50,
  metrics: noWorkerMetrics,
  onFatalError: (error) => expect.unreachable(String(error)),
});
host.start();
afterAll(async () => {
  await host.shutdown({ graceMs: 0 });
  release();
  await connection.close();
});

/** How the activity of a case ends on a task queue, as the history has it. */
async function endOf(name: string, taskQueue: string): Promise<unknown> {
  const { args = [], isCancelled = false, attributes }: Case = CASES[name] ?? expect.unreachable(name);
  const workflow = environment.scriptedWorker();
  const execution = await environment.start(workflow.taskQueue);
  await workflow.step([
    commands.scheduleActivity('1', taskQueue, {
      activityType: { name },
      input: args.length > 0 ? toPayloads(...args) : null,
      retryPolicy: { maximumAttempts: 1 },
      ...attributes,
    }),
  ]);
  if (isCancelled) {
    await eventually('the activity runs', async () => {
      const { pendingActivities } = await environment.service.describeWorkflowExecution({
        namespace: 'default',
        execution,
      });
      return pendingActivities?.[0]?.lastHeartbeatTime ? true : undefined;
    });
    await environment.service.signalWorkflowExecution({
      namespace: 'default',
      workflowExecution: execution,
      signalName: 'stop',
    });
    await workflow.step([commands.requestCancelActivity(5)]);
  }
  await workflow.step([commands.completeWorkflow()]);
  const end = (await environment.history(execution)).find((event) =>
    /^ActivityTask(Completed|Failed|Canceled|TimedOut)$/.test(eventTypes([event])[0] ?? ''),
  );
  const values =
    end?.activityTaskCompletedEventAttributes?.result ?? end?.activityTaskCanceledEventAttributes?.details ?? undefined;
  return {
    type: eventTypes(end === undefined ? [] : [end]),
    values: fromPayloads(values),
    failure: shown(end?.activityTaskFailedEventAttributes?.failure),
  };
}

type Failure = NonNullable<api.history.IActivityTaskFailedEventAttributes['failure']>;

/** What our messages add on purpose, for people to read. */
const ADDED_ADVICE = /^The result of activity "[^"]*": |: none of the encodings .* can hold it\..*$/gs;

/** A failure without its stack traces, which name files. */
function shown(failure: Failure | null | undefined): unknown {
  if (!failure) return undefined;
  const { stackTrace, cause, applicationFailureInfo, ...others } = failure;
  const rest = { ...others, message: failure.message?.replace(ADDED_ADVICE, '') };
  const info = applicationFailureInfo && {
    ...applicationFailureInfo,
    details: fromPayloads(applicationFailureInfo.details),
  };
  return JSON.parse(JSON.stringify({ ...rest, info, hasStack: stackTrace !== '', cause: shown(cause) })) as unknown;
}

describe('an activity ends the same way for the server under both', () => {
  it.each(Object.keys(CASES))('with %s', async (name) => {
    const [theirEnd, ourEnd] = await Promise.all([endOf(name, theirQueue), endOf(name, ourQueue)]);
    expect(ourEnd).toEqual(theirEnd);
  });
});
