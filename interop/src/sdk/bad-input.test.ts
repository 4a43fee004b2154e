import { fileURLToPath } from 'node:url';
import { afterAll, expect, inject, test } from 'vitest';
import { Client, Connection } from '@perdure/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@perdure/worker';

// What a newcomer gets wrong, and the one error that says what happened, where, and what to do.

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const workflowsPath = path('./careless-workflows.ts');
const address = inject('address');
if (Runtime._instance === undefined) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

const workerConnection = await NativeConnection.connect({ address });
const connection = await Connection.connect({ address });
const client = new Client({ connection });
const suffix = Math.random().toString(36).slice(2);
const taskQueue = `bad-input-${suffix}`;
const activities = { greet: async () => 'hello' };
const otherTaskQueue = `bad-answers-${suffix}`;
const worker = await Worker.create({ connection: workerConnection, taskQueue, workflowsPath, activities });
const otherWorker = await Worker.create({
  connection: workerConnection,
  taskQueue: otherTaskQueue,
  workflowsPath,
  activities: { charge: async () => ({ receipt: 7n }) },
});
const running = Promise.all([worker.run(), otherWorker.run()]);

afterAll(async () => {
  worker.shutdown();
  otherWorker.shutdown();
  await running;
  await connection.close();
  await workerConnection.close();
});

test.for<[string, object, RegExp]>([
  ['no task queue', { taskQueue: '' }, /needs a taskQueue: the name that clients give/],
  [
    'nothing to run',
    {},
    /nothing to do: give it workflows \(workflowsPath or workflowBundle\), activities, or nexusServices/,
  ],
  ['activities without a function', { activities: { price: 3 } }, /nothing to do/],
  [
    'activities that are still loaded',
    { activities: Promise.resolve(activities) },
    /not as a promise of one: await it/,
  ],
  ['activities without names', { activities: [activities.greet] }, /by their names: as an object or a map/],
  [
    'no such file',
    { workflowsPath: './nowhere.ts' },
    /there is no module at .*nowhere\.ts\. Give the path of the file/,
  ],
  ['a folder', { workflowsPath: path('.') }, /there is no module at .*sdk\/?, a folder without an index/],
  ['a URL', { workflowsPath: import.meta.url }, /got "file:.*", a URL: give fileURLToPath\(/],
  [
    'another namespace',
    { workflowsPath, namespace: 'not-there' },
    /Namespace 'not-there' does not exist on the server/,
  ],
  ['a number out of range', { workflowsPath, maxConcurrentActivityTaskExecutions: -1 }, /maxConcurrentActivityTaskExecutions must be a whole number of at least 1, got -1/], // prettier-ignore
  ['a duration nobody knows', { workflowsPath, shutdownGraceTime: '5 parsecs' }, /Invalid duration string: '5 parsecs'\. Use/], // prettier-ignore
  ['a path that looks like a package', { workflowsPath: 'src/workflows.ts' }, /Could not resolve "src\/workflows\.ts": what does not begin with .* is the name of a package.*fileURLToPath/], // prettier-ignore
  ['Node in a workflow', { workflowsPath: path('./bad-workflows/reads-files.ts') }, /'node:fs' cannot be imported by workflow code: .*reads-files\.ts -> node:fs\. .*move what needs it to an activity/], // prettier-ignore
  ['activities in a workflow', { workflowsPath: path('./bad-workflows/imports-activities.ts') }, /imports-activities\.ts -> .*reads-files\.ts -> node:fs\. .*import only its types/], // prettier-ignore
  [
    'a connection for clients',
    { workflowsPath, connection },
    /must be a NativeConnection: await NativeConnection\.connect/,
  ],
])('a worker is refused: %s', async ([, options, message]) => {
  const given = { connection: workerConnection, taskQueue, ...options } as WorkerOptions;
  await expect(Worker.create(given)).rejects.toThrow(message);
});

test('a server that is away: connections say so, and where it should be', async () => {
  const message =
    /127\.0\.0\.1:1 did not answer within 300 ms\. Is a server running there, and is the address right\? \(connect ECONNREFUSED 127\.0\.0\.1:1\)/;
  const nobody = { address: '127.0.0.1:1', connectTimeout: '300ms' } as const;
  await expect(Connection.connect(nobody)).rejects.toThrow(message);
  await expect(NativeConnection.connect({ address: nobody.address, connectTimeout: '300ms' } as never)).rejects.toThrow(
    /127\.0\.0\.1:1 did not answer/,
  );
  await expect(NativeConnection.connect({ address: 'http://localhost:7233' })).rejects.toThrow(/'hostname:port'; got/);
});

test.for<[string, object, RegExp]>([
  [
    'a bigint',
    { args: [10n] },
    /^Argument 1 of workflow "charged": Unable to convert 10 to payload: .* is a BigInt, .*\. Use plain data/,
  ],
  ['a function', { args: [() => 1] }, /to payload: .*JSON has no function\. Use plain data/],
  ['a circle', { args: [circle()] }, /Argument 1 of workflow "charged": .*\.self refers back to the value itself/],
  ['a text in place of the arguments', { args: 'pizza' }, /args must be the array of the arguments, got string/],
  ['no workflow id', { workflowId: undefined }, /Missing WorkflowOptions\.workflowId/],
])('a client cannot start a workflow with %s', async ([, options, message]) => {
  const given = { taskQueue, workflowId: `never-${suffix}`, ...options };
  await expect(client.workflow.start('charged', given as never)).rejects.toThrow(message);
});

test.for<[string, RegExp]>([
  ['ordr', /^Workflow type 'ordr' is not registered on this worker\. .*: carries, charged, chargedTooMuch\.$/],
  ['price', /^Workflow type 'price' is not a function\. .*: carries, charged, chargedTooMuch\.$/],
  [
    'chargedTooMuch',
    /^Argument 1 of activity "charge": Unable to convert \[object Object\] to payload: .* \.cents is a BigInt/,
  ],
])('%s fails its workflow task, and waits for a worker that can run it', async ([workflowType, message]) => {
  const handle = await client.workflow.start(workflowType, { taskQueue, workflowId: `${workflowType}-${suffix}` });
  const failureOf = async (): Promise<string> => {
    const { events } = await handle.fetchHistory();
    const failed = events?.find((event) => event.workflowTaskFailedEventAttributes);
    return failed?.workflowTaskFailedEventAttributes?.failure?.message ?? '';
  };
  await expect.poll(failureOf, { timeout: 10_000 }).toMatch(message);
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await handle.terminate();
});

test.for<[string, RegExp, string]>([
  ['local', /^Argument 1 of local activity "greet": .* \.lines\[0\]\.cents is a BigInt/, 'local'],
  ['child', /^Argument 2 of child workflow "charged": .* \.lines\[0\]\.cents is a BigInt/, 'child'],
  ['childMemo', /^Memo field "tooMuch": .* \.lines\[0\]\.cents is a BigInt/, 'childMemo'],
  ['signal', /^Argument 1 of signal "close": .* \.lines\[0\]\.cents is a BigInt/, 'signal'],
  ['continueAsNew', /^Argument 1 of workflow "carries": .* \.lines\[0\]\.cents is a BigInt/, 'continueAsNew'],
  ['memo', /^Memo field "tooMuch": .* \.lines\[0\]\.cents is a BigInt/, 'memo'],
  ['result', /^The result of workflow "carries": .* \.lines\[0\]\.cents is a BigInt/, ''],
])('what a workflow cannot send is named, with the line that sends it: %s', async ([by, message, caller]) => {
  const options = { taskQueue, workflowId: `${by}-${suffix}`, args: [by] };
  const handle = await client.workflow.start('carries', options);
  const failureOf = async () => {
    const { events } = await handle.fetchHistory();
    return events?.find((event) => event.workflowTaskFailedEventAttributes)?.workflowTaskFailedEventAttributes?.failure;
  };
  await expect.poll(async () => (await failureOf())?.message, { timeout: 10_000 }).toMatch(message);
  const line = new RegExp(`at (async )?(Object\\.|CARRIERS\\.)?${caller} \\(\\S*careless-workflows\\.ts:\\d+:\\d+\\)`);
  if (caller !== '') expect((await failureOf())?.stackTrace).toMatch(line);
  await handle.terminate();
});

test.for<[string, () => Promise<unknown>, RegExp]>([
  ['a signal', () => handleOfNobody().signal('close', 1, 2n), /^Argument 2 of signal "close": /],
  ['a query', () => handleOfNobody().query('total', 2n), /^Argument 1 of query "total": /],
  ['an update', () => handleOfNobody().executeUpdate('add', { args: [2n] }), /^Argument 1 of update "add": /],
  [
    'a signal with start',
    () =>
      client.workflow.signalWithStart('charged', {
        taskQueue,
        workflowId: `never-${suffix}`,
        signal: 'close',
        signalArgs: [{ at: 2n }],
      }),
    /^Argument 1 of signal "close": .* \.at is a BigInt/,
  ],
  [
    'a memo',
    () => client.workflow.start('charged', { taskQueue, workflowId: `never-${suffix}`, memo: { fine: 1, big: 2n } }),
    /^Memo field "big": /,
  ],
])('what a client cannot send is named: %s', async ([, send, message]) => {
  await expect(send()).rejects.toThrow(message);
});

function handleOfNobody() {
  return client.workflow.getHandle(`never-${suffix}`);
}

test('what an activity cannot answer is named', async () => {
  const handle = await client.workflow.start('charged', { taskQueue: otherTaskQueue, workflowId: `answer-${suffix}` });
  await expect(handle.result()).rejects.toMatchObject({
    cause: {
      cause: { message: expect.stringMatching(/^The result of activity "charge": .* \.receipt is a BigInt/) as string },
    },
  });
});

test('an activity that is not registered fails, and says which are', async () => {
  const handle = await client.workflow.start('charged', { taskQueue, workflowId: `charged-${suffix}` });
  await expect(handle.result()).rejects.toMatchObject({
    cause: {
      cause: {
        type: 'NotFoundError',
        message: 'Activity function charge is not registered on this Worker, available activities: ["greet"]',
      },
    },
  });
});

function circle(): object {
  const self: Record<string, unknown> = {};
  self['self'] = self;
  return self;
}
