import * as ours from '@perdure/client';
import * as theirs from '@temporalio/client';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { connect, eventually } from './harness/index.js';
import { suiteActivities } from './suite-activities.js';

const environment = await connect();
const taskQueue = environment.uniqueId('parity');
await environment.worker('temporal', taskQueue, { activities: suiteActivities('temporal') });

const address = inject('address');
const connections = [await ours.Connection.connect({ address }), await theirs.Connection.connect({ address })] as const;
afterAll(() => Promise.all(connections.map((connection) => connection.close())));

type Sdk = Pick<typeof ours, 'WithStartWorkflowOperation'>;

/** What a client makes of the server: anything, with ids made readable. */
type Scenario = (client: ours.Client, sdk: Sdk, id: string) => Promise<unknown>;

const clients: readonly [ours.Client, ours.Client] = [
  new ours.Client({ connection: connections[0] }),
  new theirs.Client({ connection: connections[1] }) as unknown as ours.Client,
];

/** An error as far as applications look into it. */
function picture(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const {
    cause,
    stack: _stack,
    failure: _failure,
    metadata: _metadata,
    ...rest
  } = thrown as Error & Record<string, unknown>;
  const fields: Record<string, unknown> = rest;
  const name = thrown.name === 'GrpcServiceError' ? 'Error' : thrown.name;
  return { name, message: thrown.message, ...fields, ...(name === 'Error' ? { name } : {}), cause: picture(cause) };
}

async function observe(scenario: Scenario, client: ours.Client, sdk: Sdk): Promise<string> {
  const id = environment.uniqueId('parity');
  const observed = await scenario(client, sdk, id).then(
    (value) => ({ value }),
    (error: unknown) => ({ error: picture(error) }),
  );
  return readable(JSON.stringify(observed, undefined, 1), id);
}

function readable(text: string, id: string): string {
  return text
    .replaceAll(id, '<id>')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');
}

function start(client: ours.Client, type: string, workflowId: string, rest: object = {}) {
  return client.workflow.start(type, { taskQueue, workflowId, ...rest });
}

const caught = (call: Promise<unknown>): Promise<unknown> => call.then((value) => ({ value }), picture);

const scenarios: Readonly<Record<string, Scenario>> = {
  'a result': (client, _, id) =>
    client.workflow.execute('echo', { taskQueue, workflowId: id, args: [{ a: [1, null, 'text'] }] }),
  'a chain of runs': async (client, _, id) => {
    const handle = await start(client, 'countdown', id, { args: [2] });
    const unfollowed = client.workflow.getHandle(id, handle.firstExecutionRunId, { followRuns: false });
    return [await handle.result(), await caught(unfollowed.result())];
  },
  'a failed workflow': (client, _, id) =>
    client.workflow.execute('failing', { taskQueue, workflowId: id, args: ['application'] }),
  'a cancelled workflow': async (client, _, id) => {
    const handle = await start(client, 'sleeper', id, { args: [60_000] });
    await handle.cancel();
    return caught(handle.result());
  },
  'a terminated workflow': async (client, _, id) => {
    const handle = await start(client, 'sleeper', id, { args: [60_000] });
    await handle.terminate('enough');
    const silently = await start(client, 'sleeper', id, { args: [60_000] });
    await silently.terminate();
    return [await caught(handle.result()), await caught(silently.result())];
  },
  'a workflow that timed out': async (client, _, id) => {
    const handle = await client.workflow.start('echo', {
      taskQueue: 'nobody polls this',
      workflowId: id,
      args: [1],
      workflowRunTimeout: 50,
    });
    return caught(handle.result());
  },
  'an id that is taken': async (client, _, id) => {
    await start(client, 'cart', id);
    const again = await caught(start(client, 'cart', id));
    const existing = await start(client, 'cart', id, { workflowIdConflictPolicy: 'USE_EXISTING' });
    await existing.signal('checkOut');
    return [again, await existing.result()];
  },
  'options that are missing': async (client, _, id) => [
    await caught(client.workflow.start('echo', { workflowId: id } as never)),
    await caught(client.workflow.start('echo', { taskQueue } as never)),
  ],
  'a workflow that is not there': async (client, _, id) => {
    const handle = client.workflow.getHandle(id);
    return [
      await caught(handle.signal('add', 'x')),
      await caught(handle.query('items')),
      await caught(handle.cancel()),
      await caught(handle.terminate()),
      await caught(handle.describe()),
      await caught(handle.result()),
      await caught(handle.fetchHistory()),
      await caught(handle.executeUpdate('put', { args: ['x'] })),
      await caught(handle.getUpdateHandle('u').result()),
    ];
  },
  'signals and queries': async (client, _, id) => {
    const handle = await client.workflow.signalWithStart('cart', {
      taskQueue,
      workflowId: id,
      signal: 'add',
      signalArgs: ['apple'],
    });
    await handle.signal('add', 'pear');
    await handle.signalWithOptions('add', { args: ['plum'] });
    const seen = [
      await handle.query('items'),
      await handle.queryWithOptions('items', {}),
      await caught(handle.query('broken')),
      await caught(handle.query('unknown')),
    ];
    await handle.signal('checkOut');
    return [seen, await handle.result(), handle.workflowId, Object.keys(handle).includes('signaledRunId')];
  },
  updates: async (client, _, id) => {
    const handle = await start(client, 'cart', id);
    const slow = await handle.startUpdate('putSlowly', {
      args: ['pear', 20],
      updateId: 'slow',
      waitForStage: 'ACCEPTED',
    });
    const seen = [
      slow,
      await slow.result(),
      await handle.getUpdateHandle('slow').result(),
      // Only now: which of two that are under way ends first depends on the machine.
      await handle.executeUpdate('put', { args: ['apple'] }),
      await caught(handle.executeUpdate('put', { args: [''] })),
      await caught(handle.executeUpdate('putInVain')),
      await caught(handle.executeUpdate('unknown')),
    ];
    await handle.signal('checkOut');
    return [seen, await handle.result()];
  },
  'an update that takes longer than the caller waits': async (client, _, id) => {
    const handle = await start(client, 'cart', id);
    const slowly = () => handle.executeUpdate('putSlowly', { args: ['pear', 60_000] });
    const error = await caught(client.withDeadline(Date.now() + 500, slowly));
    await handle.terminate();
    // The message is the transport's: both quote it, and it names sockets and times.
    return { name: (error as Error).name, cause: ((error as Error).cause as { code: number }).code };
  },
  'update with start': async (client, sdk, id) => {
    const operation = (conflict: 'USE_EXISTING' | 'FAIL') =>
      new sdk.WithStartWorkflowOperation('cart', { taskQueue, workflowId: id, workflowIdConflictPolicy: conflict });
    const first = operation('USE_EXISTING');
    const second = operation('USE_EXISTING');
    const third = operation('FAIL');
    const seen = [
      await client.workflow.executeUpdateWithStart('put', { args: ['apple'], startWorkflowOperation: first }),
      await caught(client.workflow.executeUpdateWithStart('put', { args: ['x'], startWorkflowOperation: first })),
      await client.workflow.startUpdateWithStart('put', {
        args: ['pear'],
        updateId: 'second',
        waitForStage: 'ACCEPTED',
        startWorkflowOperation: second,
      }),
      await caught(client.workflow.executeUpdateWithStart('put', { args: ['x'], startWorkflowOperation: third })),
      await caught(third.workflowHandle()),
    ];
    const handle = await second.workflowHandle();
    await handle.signal('checkOut');
    return [seen, await handle.result()];
  },
  'a description': async (client, _, id) => {
    const handle = await start(client, 'echo', id, {
      args: [1],
      memo: { note: 'kept' },
      searchAttributes: { CustomIntField: [7] },
      staticSummary: 'one line',
      staticDetails: 'more lines',
      priority: { priorityKey: 2 },
    });
    await handle.result();
    const { raw: _raw, historySize: _size, taskQueue: _queue, ...rest } = await handle.describe();
    return [rest, await rest.staticSummary(), await rest.staticDetails()];
  },
  'lists, counts and histories': async (client, _, id) => {
    for (const number of [1, 2, 3]) await (await start(client, 'echo', `${id}-${number}`, { args: [number] })).result();
    const query = `WorkflowId STARTS_WITH '${id}' AND ExecutionStatus = 'Completed'`;
    await eventually('all are listed', async () =>
      (await client.workflow.count(query)).count === 3 ? true : undefined,
    );
    const ids: string[] = [];
    for await (const { workflowId, status } of client.workflow.list({ query, pageSize: 2 })) {
      ids.push(`${workflowId} ${status.name}`);
    }
    const histories: string[] = [];
    for await (const { workflowId, history } of client.workflow.list({ query }).intoHistories({ concurrency: 2 })) {
      histories.push(`${workflowId} ${(history as { events: unknown[] }).events.length}`);
    }
    const groups = await client.workflow.count(`${query} GROUP BY ExecutionStatus`);
    return [ids, histories.sort(), groups, await caught(client.workflow.count('nonsense ='))];
  },
  'queries of closed workflows': async (_, __, id) => {
    const rejecting = [
      new ours.Client({ connection: connections[0], workflow: { queryRejectCondition: 'NOT_OPEN' } }),
      new theirs.Client({ connection: connections[1], workflow: { queryRejectCondition: 'NOT_OPEN' } }),
    ] as const;
    const client = rejecting[_ === clients[0] ? 0 : 1] as unknown as ours.Client;
    const handle = await start(client, 'echo', id, { args: [1] });
    await handle.result();
    return caught(handle.query('items'));
  },
  'a namespace that is not there': (_, __, id) => {
    const client =
      _ === clients[0]
        ? new ours.Client({ connection: connections[0], namespace: 'nowhere' })
        : (new theirs.Client({ connection: connections[1], namespace: 'nowhere' }) as unknown as ours.Client);
    return caught(start(client, 'echo', id));
  },
  'activities completed from outside': async (client, _, id) => {
    const handle = await start(client, 'asynchronous', id);
    const activityId = await eventually('the activity runs', async () => {
      const { raw } = await handle.describe();
      return raw.pendingActivities?.[0]?.activityId ?? undefined;
    });
    const target = { workflowId: id, activityId };
    await client.activity.heartbeat(target, 'alive');
    await client.activity.complete(target, 'from outside');
    return [
      await handle.result(),
      await caught(client.activity.complete(target, 'again')),
      await caught(client.activity.heartbeat({ workflowId: id, activityId: 'unknown' })),
    ];
  },
};

describe('the same server, seen through both clients', () => {
  it.each(Object.keys(scenarios))('%s', async (name) => {
    const scenario = scenarios[name] as Scenario;
    const [mine, reference] = await Promise.all([
      observe(scenario, clients[0], ours),
      observe(scenario, clients[1], theirs as unknown as Sdk),
    ]);
    expect(mine).toEqual(reference);
  });
});

describe('exports', () => {
  it('gives errors the same names', () => {
    for (const [name, ourValue] of Object.entries(ours)) {
      const theirValue = (theirs as Readonly<Record<string, unknown>>)[name];
      if (typeof ourValue !== 'function' || !(ourValue.prototype instanceof Error)) continue;
      expect((theirValue as { prototype: Error }).prototype.name, name).toBe(ourValue.prototype.name);
    }
  });

  it('retries the same answers', () => {
    for (let code = 0; code <= 16; code++) {
      const status = { code, details: '', metadata: undefined as never };
      expect([code, ours.isRetryableError(status)]).toEqual([code, theirs.isRetryableError(status)]);
    }
  });
});
