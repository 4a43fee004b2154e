import type { ActivityHandle, ActivityOptions, Client } from '@perdure/client';
import { ApplicationFailure } from '@perdure/common';
import { errordetails } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import {
  alreadyExists,
  type ClientScenario,
  conversations,
  inTurn,
  itIsTheSame,
  payload,
  payloads,
  type Scenarios,
  type Script,
  WRAPPED,
} from './harness/index.js';

const BASE = { id: 'a1', taskQueue: 'orders', startToCloseTimeout: '1 minute' } as const;

const start = (client: Client, rest: Partial<ActivityOptions> = {}) =>
  client.activity.start('charge', { ...BASE, ...rest });

const summaryOf = ({ activityId, runId }: ActivityHandle) => ({ activityId, runId });

const polls = (...answers: readonly object[]): Script => ({
  StartActivityExecution: { runId: 'r1', started: true },
  PollActivityExecution: inTurn(...answers),
});
const WITHOUT_STACK = Object.assign(ApplicationFailure.create({ message: 'no' }), { stack: undefined });

const WATCHED = [
  'start',
  'getResult',
  'describe',
  'cancel',
  'terminate',
  'list',
  'count',
  'pause',
  'unpause',
  'updateOptions',
  'restoreOriginalOptions',
];

const scenarios: Scenarios = {
  'options that are missing or wrong': [
    (client, _, attempt) =>
      Promise.all(
        [
          { id: undefined },
          { id: '' },
          { taskQueue: undefined },
          { taskQueue: '' },
          { startToCloseTimeout: undefined },
          { startToCloseTimeout: undefined, scheduleToCloseTimeout: '1s' },
          { startToCloseTimeout: 0 },
        ].map((rest) => attempt(async () => summaryOf(await start(client, rest as unknown as ActivityOptions)))),
      ),
    () => polls({}),
  ],
  'the smallest activity': [async (client) => summaryOf(await start(client)), () => polls({})],
  'an activity with everything': [
    async (client) =>
      summaryOf(
        await start(client, {
          args: [1, { two: 2 }],
          heartbeatTimeout: '10s',
          retry: {
            initialInterval: '2s',
            backoffCoefficient: 3,
            maximumAttempts: 4,
            maximumInterval: '1m',
            nonRetryableErrorTypes: ['Broke'],
          },
          startToCloseTimeout: 1_500,
          scheduleToStartTimeout: '5m',
          scheduleToCloseTimeout: '10m',
          summary: 'in one line',
          priority: { priorityKey: 1, fairnessKey: 'tenant', fairnessWeight: 2 },
          startDelay: '7s',
          idReusePolicy: 'REJECT_DUPLICATE',
          idConflictPolicy: 'USE_EXISTING',
          typedSearchAttributes: [{ key: { name: 'CustomIntField', type: 'INT' }, value: 8 }],
        }),
      ),
    () => polls({}),
  ],
  'types of arguments and results': [
    async (client) => {
      const typeInfo = { inputTypes: [WRAPPED], outputType: WRAPPED };
      const handle = await start(client, { args: [5], typeInfo });
      return [
        await handle.result(),
        await client.activity.execute('charge', { ...BASE, args: [5], typeInfo }),
        await client.activity.getHandleWithOptions('a1', { runId: 'r2', typeInfo }).result(),
        await client.activity.getHandleWithOptions('a1', {}).result(),
      ];
    },
    () => polls({ outcome: { result: payloads(6) } }),
  ],
  'handles and what they ask': [
    async (client) => {
      const latest = client.activity.getHandle('a1');
      const one = client.activity.getHandle('a1', 'r1');
      for (const handle of [latest, one]) {
        await handle.cancel('enough');
        await handle.terminate('stop');
        await handle.pause();
        await handle.pause({ reason: 'rain' });
        await handle.unpause();
        await handle.unpause({ reason: 'sun', jitter: '3s' });
        await handle.restoreOriginalOptions();
      }
      return [summaryOf(latest), summaryOf(one)];
    },
  ],
  'cancel and terminate without a reason': [
    async (client) => {
      const handle = client.activity.getHandle('a1');
      await (handle.cancel as () => Promise<void>)();
      await (handle.terminate as () => Promise<void>)();
    },
  ],
  'changed options': [
    async (client, _, attempt) => {
      const handle = client.activity.getHandle('a1', 'r1');
      return [
        await handle.updateOptions({
          taskQueue: 'other',
          scheduleToCloseTimeout: '1m',
          scheduleToStartTimeout: '2m',
          startToCloseTimeout: '3m',
          heartbeatTimeout: '4m',
          retry: { maximumAttempts: 3 },
          priority: { priorityKey: 4 },
          startDelay: '5m',
        }),
        await handle.updateOptions({
          scheduleToCloseTimeout: null,
          scheduleToStartTimeout: null,
          startToCloseTimeout: null,
          heartbeatTimeout: null,
          retry: null,
          priority: null,
          startDelay: null,
        }),
        await handle.updateOptions({ heartbeatTimeout: '1s', retry: undefined }),
        await handle.updateOptions({ retry: {}, priority: {} }),
        await handle.updateOptions({
          retry: { initialInterval: '1s', backoffCoefficient: 2 },
          priority: { fairnessKey: 'k' },
        }),
        await attempt(() => handle.updateOptions({})),
        await attempt(() => handle.updateOptions({ taskQueue: null as never })),
        await attempt(() => handle.updateOptions({ taskQueue: '' })),
        await handle.restoreOriginalOptions(),
      ];
    },
    () => ({
      UpdateActivityExecutionOptions: {
        activityOptions: {
          taskQueue: { name: 'other', kind: 1 },
          scheduleToCloseTimeout: { seconds: 1 },
          scheduleToStartTimeout: { seconds: 2 },
          startToCloseTimeout: { seconds: 3 },
          heartbeatTimeout: { seconds: 4 },
          retryPolicy: { maximumAttempts: 5, initialInterval: { seconds: 6 } },
          priority: { priorityKey: 7 },
          startDelay: { seconds: 8 },
        },
      },
    }),
  ],
  'options that the server does not tell': [
    async (client) => {
      const handle = client.activity.getHandle('a1', 'r1');
      return [await handle.updateOptions({ taskQueue: 'x' }), await handle.restoreOriginalOptions()];
    },
    () => ({ UpdateActivityExecutionOptions: { activityOptions: {} } }),
  ],
  'ids that are taken': [
    (client, _, attempt) => attempt(() => start(client)),
    () => ({
      StartActivityExecution: alreadyExists(errordetails.ActivityExecutionAlreadyStartedFailure, {
        startRequestId: 'x',
        runId: 'r0',
      }),
    }),
  ],
  'ids that are taken, by a server that says no more': [
    (client, _, attempt) => attempt(() => start(client)),
    () => ({ StartActivityExecution: { code: 6, details: 'the id is taken' } }),
  ],
  'an existing activity that is used': [
    async (client) => summaryOf(await start(client, { idConflictPolicy: 'USE_EXISTING' })),
    () => ({ StartActivityExecution: { runId: 'r0', started: false } }),
  ],
  'results by id and what is reported of them': [
    async (client) => {
      await client.activity.complete({ activityId: 'a1', runId: 'r1' }, 5);
      await client.activity.fail({ activityId: 'a1' }, WITHOUT_STACK);
      await client.activity.heartbeat({ activityId: 'a1' }, 'beat');
      await client.activity.reportCancellation({ activityId: 'a1' });
      return undefined;
    },
  ],
  interceptors: [
    async (client, sdk) => {
      const seen: unknown[] = [];
      const watching = Object.fromEntries(
        WATCHED.map((name) => [
          name,
          (input: object, next: (input: object) => unknown) => {
            seen.push([name, input]);
            return next(input);
          },
        ]),
      );
      const withHeader = {
        start: (input: object, next: (input: object) => unknown) =>
          next({ ...input, headers: { trace: payload('on') } }),
      };
      const watched = new sdk.Client({
        connection: client.connection,
        interceptors: { activity: [watching, withHeader as never] },
      });
      const started = await start(watched, { args: [1], typeInfo: { outputType: WRAPPED } });
      for (const handle of [started, watched.activity.getHandle('a1')]) {
        await handle.result();
        await handle.describe({ includeInput: true });
        await handle.cancel('enough');
        await handle.terminate('stop');
        await handle.pause();
        await handle.unpause({ reason: 'sun' });
        await handle.updateOptions({ taskQueue: 'other' });
        await handle.restoreOriginalOptions();
      }
      for await (const info of watched.activity.list('q')) seen.push(info);
      await watched.activity.count('q');
      return seen;
    },
    () => ({
      ...polls({ outcome: { result: payloads(6) } }),
      DescribeActivityExecution: { info: { activityType: { name: 'charge' } } },
      UpdateActivityExecutionOptions: { activityOptions: {} },
    }),
  ],
  'the namespace is not there': [
    (client, _, attempt) => attempt(() => start(client)),
    () => ({
      StartActivityExecution: {
        ...alreadyExists(errordetails.NamespaceNotFoundFailure, { namespace: 'nope' }),
        code: 5,
      },
    }),
  ],
};

const everything = (client: Client): (() => unknown)[] => {
  const handle = client.activity.getHandle('a1', 'r1');
  return [
    () => start(client),
    () => handle.result(),
    () => handle.describe(),
    () => handle.cancel('enough'),
    () => handle.terminate('stop'),
    () => handle.pause(),
    () => handle.unpause(),
    () => handle.updateOptions({ taskQueue: 'x' }),
    () => handle.restoreOriginalOptions(),
    async () => {
      for await (const info of client.activity.list('q')) return info;
      return undefined;
    },
    () => client.activity.count('q'),
  ];
};

const METHODS = [
  ...['Start', 'Poll', 'Describe', 'RequestCancel', 'Terminate', 'Pause', 'Unpause'].map(
    (verb) => `${verb}ActivityExecution`,
  ),
  'UpdateActivityExecutionOptions',
  'ListActivityExecutions',
  'CountActivityExecutions',
];

const refusing = (code: number): Script =>
  Object.fromEntries(METHODS.map((method) => [method, { code, details: 'the server says no' }]));

const allRefused: ClientScenario = async (client, _, attempt) => {
  const outcomes: unknown[] = [];
  for (const step of everything(client)) outcomes.push(await attempt(step));
  return outcomes;
};

/** The official client resends calls that were answered so; see client-parity.test.ts for how often. */
const REFUSALS = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  FAILED_PRECONDITION: 9,
};

describe('activities that stand alone: the same requests as the official client', () => {
  itIsTheSame(scenarios);

  it.each(Object.entries(REFUSALS))('%s', async (_, code) => {
    const { mine, reference } = await conversations(allRefused, refusing(code));
    expect(reference.calls).toHaveLength(METHODS.length + 1);
    expect(mine).toEqual(reference);
  });
});

describe('activities that stand alone: where ours differs on purpose', () => {
  it('names what a server without them does not support', async () => {
    const { mine, reference } = await conversations(allRefused, refusing(12));
    const messages = (mine.outcome as { error: Error }[]).map(({ error }) => error.message);
    const short = (reference.outcome as { error: Error }[]).map(({ error }) => error.message);
    const why = 'this server does not support activities without a workflow (UNIMPLEMENTED: the server says no)';
    expect(messages).toEqual(short.map((message) => `${message}: ${why}`));
    expect(mine.calls).toEqual(reference.calls);
  });

  it('says what is wrong with options instead of calling it unexpected', async () => {
    const wrong = [
      { idReusePolicy: 'NEVER' },
      { idConflictPolicy: 'NEVER' },
      { retry: { maximumAttempts: -1 } },
      { priority: { priorityKey: -1 } },
    ];
    const { mine, reference } = await conversations((client, _, attempt) =>
      Promise.all(wrong.map((rest) => attempt(() => start(client, rest as unknown as ActivityOptions)))),
    );
    const messages = ({ outcome }: typeof mine) => (outcome as { error: Error }[]).map(({ error }) => error.message);
    expect(new Set(messages(reference))).toEqual(new Set(['Unexpected error while making gRPC request']));
    expect(messages(mine)).toEqual([
      expect.stringContaining("Invalid enum value: 'NEVER'"),
      expect.stringContaining("Invalid enum value: 'NEVER'"),
      expect.stringContaining('RetryPolicy.maximumAttempts must be a positive integer'),
      expect.stringContaining('priorityKey must be a positive integer'),
    ]);
    expect(mine.calls).toEqual([]);
  });
});
