import type { Client, NexusOperationHandle } from '@perdure/client';
import { errordetails, type failure, type nexus } from '@perdure/protocol';
import * as rpcDefinitions from 'nexus-rpc';
import { describe, expect, it } from 'vitest';
import {
  alreadyExists,
  type ClientScenario,
  type Conversation,
  conversations,
  inTurn,
  itIsTheSame,
  payload,
  payloads,
  type Scenarios,
  type Script,
  SEARCH_ATTRIBUTES,
  WRAPPED,
} from './harness/index.js';

const SHOP = rpcDefinitions.service('shop', {
  order: rpcDefinitions.operation<number, string>({ name: 'place-order' }),
  typed: rpcDefinitions.operation<number, unknown>({ inputType: WRAPPED, outputType: WRAPPED } as never),
});

const service = (client: Parameters<ClientScenario>[0]) =>
  client.nexus.createServiceClient({ endpoint: 'shops', service: SHOP });

const summaryOf = ({ operationId, runId }: NexusOperationHandle) => ({ operationId, runId });

const FAILURE: failure.IFailure = {
  message: 'sold out',
  source: 'TypeScriptSDK',
  nexusOperationExecutionFailureInfo: { endpoint: 'shops', service: 'shop', operation: 'order', operationToken: 't' },
  cause: { message: 'deeper', source: 'other', applicationFailureInfo: { type: 'Cause', details: payloads('detail') } },
};

const INFO: nexus.INexusOperationExecutionInfo = {
  operationId: 'o1',
  runId: 'r1',
  endpoint: 'shops',
  service: 'shop',
  operation: 'order',
  status: 1,
  state: 2,
  scheduleToCloseTimeout: { seconds: 1 },
  scheduleToStartTimeout: { seconds: 2 },
  startToCloseTimeout: { seconds: 3 },
  attempt: 4,
  scheduleTime: { seconds: 5 },
  expirationTime: { seconds: 6 },
  closeTime: { seconds: 7 },
  lastAttemptCompleteTime: { seconds: 8 },
  lastAttemptFailure: FAILURE,
  nextAttemptScheduleTime: { seconds: 9 },
  executionDuration: { seconds: 10 },
  cancellationInfo: {
    requestedTime: { seconds: 11 },
    state: 3,
    attempt: 12,
    lastAttemptCompleteTime: { seconds: 13 },
    lastAttemptFailure: FAILURE,
    nextAttemptScheduleTime: { seconds: 14 },
    blockedReason: 'circuit open',
    reason: 'enough',
  },
  blockedReason: 'circuit open too',
  requestId: 'request',
  operationToken: 'token',
  stateTransitionCount: 15,
  searchAttributes: SEARCH_ATTRIBUTES,
  nexusHeader: { trace: 'on' },
  userMetadata: { summary: payload('one line'), details: payload('more lines') },
  identity: 'somebody',
  stateSizeBytes: 16,
};

const PAGES: Script = {
  ListNexusOperationExecutions: ({ nextPageToken }) =>
    (nextPageToken as Uint8Array).length > 0
      ? { operations: [{ operationId: 'b', status: 2 }] }
      : {
          operations: [
            {
              operationId: 'a',
              runId: 'r',
              endpoint: 'shops',
              service: 'shop',
              operation: 'order',
              scheduleTime: { seconds: 1 },
              closeTime: { seconds: 2 },
              status: 6,
              searchAttributes: SEARCH_ATTRIBUTES,
              stateTransitionCount: 3,
              executionDuration: { seconds: 4 },
            },
          ],
          nextPageToken: Buffer.from('second page'),
        },
};

const polls = (...answers: readonly object[]): Script => ({
  StartNexusOperationExecution: { runId: 'r1', started: true },
  PollNexusOperationExecution: inTurn(...answers),
});

const scenarios: Scenarios = {
  'inputs and endpoints of nothing': [
    async (client) => [
      summaryOf(await service(client).startOperation('order', undefined as never, { id: 'o1' })),
      client.nexus.createServiceClient({ endpoint: '', service: SHOP }).endpoint,
    ],
    () => polls({}),
  ],
  'the smallest operation': [
    async (client) => {
      const handle = await service(client).startOperation('order', 5, { id: 'o1' });
      return [summaryOf(handle), Object.keys(handle).sort(), Object.keys(service(client)).sort()];
    },
    () => polls({}),
  ],
  'an operation with everything': [
    async (client) =>
      summaryOf(
        await service(client).startOperation(SHOP.operations.order, 5, {
          id: 'o1',
          scheduleToCloseTimeout: '1m',
          scheduleToStartTimeout: 2_500,
          startToCloseTimeout: '3s',
          summary: 'in one line',
          idReusePolicy: 'REJECT_DUPLICATE',
          idConflictPolicy: 'USE_EXISTING',
          searchAttributes: [{ key: { name: 'CustomIntField', type: 'INT' }, value: 8 }],
          headers: { Trace: 'on', other: 'x' },
        }),
      ),
    () => polls({}),
  ],
  'types of inputs and outputs': [
    async (client) => [
      await service(client).executeOperation('typed', 5, { id: 'o1' }),
      await service(client).executeOperation(SHOP.operations.typed, 5, { id: 'o1' }),
      await client.nexus.getHandle('o1', { typeInfo: { outputType: WRAPPED } }).result(),
      await client.nexus.getHandle('o1', { runId: 'r2' }).result(),
    ],
    () => polls({ result: payload(6) }),
  ],
  'a result after several polls': [
    async (client) => {
      const handle = await service(client).startOperation('order', 5, { id: 'o1' });
      return [await handle.result(), summaryOf(handle)];
    },
    () =>
      polls(
        {},
        { runId: 'r9', waitStage: 1, operationToken: 't' },
        { runId: 'r9', waitStage: 2, result: payload('sold') },
      ),
  ],
  'a failure': [
    (client, _, attempt) => attempt(() => service(client).executeOperation('order', 5, { id: 'o1' })),
    () => polls({ failure: FAILURE }),
  ],
  'a failure of the simplest kind': [
    (client, _, attempt) => attempt(() => client.nexus.getHandle('o1').result()),
    () => polls({ failure: { message: 'no' } }),
  ],
  'a cancelled operation': [
    (client, _, attempt) => attempt(() => client.nexus.getHandle('o1').result()),
    () => polls({ failure: { message: 'cancelled', canceledFailureInfo: { details: payloads('why') } } }),
  ],
  'an operation that timed out': [
    (client, _, attempt) => attempt(() => client.nexus.getHandle('o1').result()),
    () => polls({ failure: { message: 'late', timeoutFailureInfo: { timeoutType: 3 } } }),
  ],
  'handles and what they ask': [
    async (client) => {
      const latest = client.nexus.getHandle('o1');
      const one = client.nexus.getHandle('o1', { runId: 'r1' });
      for (const handle of [latest, one]) {
        await handle.cancel('enough');
        await handle.cancel();
        await handle.terminate('stop');
        await handle.terminate();
      }
      return [Object.keys(latest).sort(), summaryOf(latest), summaryOf(one)];
    },
  ],
  descriptions: [
    async (client) => {
      const description = await client.nexus.getHandle('o1', { runId: 'r1' }).describe({});
      await client.nexus.getHandle('o1').describe();
      return [
        description,
        Object.keys(description).sort(),
        Object.keys(description.cancellationInfo ?? {}).sort(),
        await description.staticSummary(),
        await description.staticDetails(),
      ];
    },
    () => ({ DescribeNexusOperationExecution: { runId: 'r1', info: INFO } }),
  ],
  'a description of next to nothing': [
    async (client) => {
      const description = await client.nexus.getHandle('o1').describe();
      return [description, await description.staticSummary(), await description.staticDetails()];
    },
    () => ({ DescribeNexusOperationExecution: { info: { operationId: 'o1' } } }),
  ],
  'a cancellation of next to nothing': [
    (client) => client.nexus.getHandle('o1').describe(),
    () => ({ DescribeNexusOperationExecution: { info: { operationId: 'o1', cancellationInfo: {} } } }),
  ],
  'a description of nothing': [(client, _, attempt) => attempt(() => client.nexus.getHandle('o1').describe())],
  lists: [
    async (client) => {
      const listed: unknown[] = [];
      for await (const one of client.nexus.list({ query: 'a = 1', pageSize: 5 })) {
        listed.push(one, Object.keys(one).sort());
      }
      for await (const { operationId } of client.nexus.list()) listed.push(operationId);
      return listed;
    },
    () => PAGES,
  ],
  counts: [
    async (client) => [await client.nexus.count('a = 1'), await client.nexus.count()],
    () => ({
      CountNexusOperationExecutions: {
        count: 3,
        groups: [{ count: 2, groupValues: [SEARCH_ATTRIBUTES.indexedFields.CustomKeywordField] }, { count: 1 }],
      },
    }),
  ],
  'ids that are taken': [
    (client, _, attempt) => attempt(() => service(client).startOperation('order', 5, { id: 'o1' })),
    () => ({
      StartNexusOperationExecution: alreadyExists(errordetails.NexusOperationExecutionAlreadyStartedFailure, {
        startRequestId: 'x',
        runId: 'r0',
      }),
    }),
  ],
  'ids that are taken, by a server that says no more': [
    (client, _, attempt) => attempt(() => service(client).startOperation('order', 5, { id: 'o1' })),
    () => ({ StartNexusOperationExecution: { code: 6, details: 'the id is taken' } }),
  ],
  'a deadline that the server has for polls': [
    (client, _, attempt) => attempt(() => client.nexus.getHandle('o1').result()),
    () => polls({ code: 4, details: 'late' }, { result: payload(1) }),
  ],
  interceptors: [
    async (client, sdk) => {
      const seen: unknown[] = [];
      const names = ['startOperation', 'getResult', 'describe', 'cancel', 'terminate', 'list', 'count'] as const;
      const watching = Object.fromEntries(
        names.map((name) => [
          name,
          (input: never, next: (input: never) => unknown) => {
            seen.push([name, input]);
            return next(input);
          },
        ]),
      );
      const watched = new sdk.Client({ connection: client.connection, interceptors: { nexus: [watching] } });
      const started = await service(watched).startOperation('typed', 5, { id: 'o1', headers: { a: 'b' } });
      for (const handle of [started, watched.nexus.getHandle('o1')]) {
        await handle.result();
        await handle.describe();
        await handle.cancel('x');
        await handle.terminate();
      }
      for await (const { operationId } of watched.nexus.list()) seen.push(operationId);
      await watched.nexus.count();
      return seen;
    },
    () => ({ ...polls({ result: payload(6) }), DescribeNexusOperationExecution: { info: INFO } }),
  ],
};

const everything = (client: Client): (() => unknown)[] => {
  const handle = client.nexus.getHandle('o1');
  return [
    () => service(client).startOperation('order', 5, { id: 'o1' }),
    () => handle.result(),
    () => handle.describe(),
    () => handle.cancel('enough'),
    () => handle.terminate(),
    async () => {
      for await (const operation of client.nexus.list()) return operation;
      return undefined;
    },
    () => client.nexus.count(),
  ];
};

const METHODS = [
  ...['Start', 'Poll', 'Describe', 'RequestCancel', 'Terminate'].map((verb) => `${verb}NexusOperationExecution`),
  'ListNexusOperationExecutions',
  'CountNexusOperationExecutions',
];

const refusing = (code: number): Script =>
  Object.fromEntries(METHODS.map((method) => [method, { code, details: 'the server says no' }]));

const allRefused: ClientScenario = async (client, _, attempt) => {
  const outcomes: unknown[] = [];
  for (const step of everything(client)) outcomes.push(await attempt(step));
  return outcomes;
};

const messages = ({ outcome }: Conversation) => (outcome as { error: Error }[]).map(({ error }) => error.message);

const REFUSALS = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  FAILED_PRECONDITION: 9,
};

describe('Nexus operations that stand alone: the same requests and the same outcomes as the official client', () => {
  itIsTheSame(scenarios);

  it.each(Object.entries(REFUSALS))('%s', async (_, code) => {
    const { mine, reference } = await conversations(allRefused, refusing(code));
    expect(reference.calls).toHaveLength(METHODS.length);
    expect(mine).toEqual(reference);
  });
});

describe('Nexus operations that stand alone: where ours differs on purpose', () => {
  it('names what a server without them does not support', async () => {
    const { mine, reference } = await conversations(allRefused, refusing(12));
    const why = 'this server does not support Nexus operations without a workflow (UNIMPLEMENTED: the server says no)';
    expect(messages(mine)).toEqual(messages(reference).map((message) => `${message}: ${why}`));
    expect(mine.calls).toEqual(reference.calls);
  });

  it('says which run was not found', async () => {
    const { mine, reference } = await conversations(
      (client, _, attempt) => attempt(() => client.nexus.getHandle('o1', { runId: 'r1' }).describe()),
      refusing(5),
    );
    expect(reference.outcome).toMatchObject({ error: { operationId: 'o1', runId: undefined } });
    expect(mine.outcome).toMatchObject({
      error: { runId: 'r1', message: 'Nexus operation not found: operationId=o1 runId=r1' },
    });
  });

  it('has no operations but those of the service, whatever objects inherit', async () => {
    const { mine } = await conversations((client, _, attempt) =>
      Promise.all([attempt(() => service(client).startOperation('constructor' as 'order', 5, { id: 'o1' }))]),
    );
    expect(mine.calls).toEqual([]);
    expect(messages(mine)).toEqual(["Service shop has no operation 'constructor'"]);
  });

  it('refuses at once what cannot be meant', async () => {
    const { mine, reference } = await conversations((client, _, attempt) =>
      Promise.all([
        attempt(() => service(client).startOperation('order', 5, { id: '' })),
        attempt(() => service(client).startOperation('nope' as 'order', 5, { id: 'o1' })),
        attempt(() => service(client).startOperation('order', 5, { id: 'o1', idReusePolicy: 'NEVER' as never })),
      ]),
    );
    expect(reference.calls).toHaveLength(1);
    expect(mine.calls).toEqual([]);
    expect(messages(mine)).toEqual([
      'id is required',
      "Service shop has no operation 'nope'",
      expect.stringContaining("Invalid enum value: 'NEVER'. Use one of: ALLOW_DUPLICATE"),
    ]);
  });
});
