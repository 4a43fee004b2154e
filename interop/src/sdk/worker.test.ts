import { fileURLToPath } from 'node:url';
import { afterAll, expect, inject, test } from 'vitest';
import { Client, Connection, WorkflowUpdateFailedError } from '@perdure/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';

const workflowsPath = fileURLToPath(new URL('./order-workflows.ts', import.meta.url));
const address = inject('address');
if (Runtime._instance === undefined) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

const workerConnection = await NativeConnection.connect({ address });
const connection = await Connection.connect({ address });
const client = new Client({ connection });
const suffix = Math.random().toString(36).slice(2);
const taskQueue = `sdk-worker-${suffix}`;
const activities = { greet: async (name: string) => `hello ${name}` };
const worker = await Worker.create({
  connection: workerConnection,
  taskQueue,
  workflowsPath,
  activities,
  isolateExecutionTimeout: '300ms',
});
const running = worker.run();

afterAll(async () => {
  worker.shutdown();
  await running;
  await connection.close();
  await workerConnection.close();
});

test('a workflow runs on our worker: activities, a child, an update, a query, a signal', async () => {
  const handle = await client.workflow.start('order', { taskQueue, workflowId: `order-${suffix}`, args: ['world'] });
  expect(await handle.executeUpdate('add', { args: [5] })).toBe(6);
  await expect(handle.executeUpdate('add', { args: [-1] })).rejects.toThrow(WorkflowUpdateFailedError);
  expect(await handle.query('state')).toEqual({ isPickedUp: false, added: [5] });
  await handle.signal('pickedUp');
  expect(await handle.result()).toEqual([true, ['hello local world', 'hello world'], 8, true, 36]);
  await Worker.runReplayHistory({ workflowsPath }, await handle.fetchHistory(), handle.workflowId);
});

test('a run goes on with another worker, which has to replay it', async () => {
  const queue = `${taskQueue}-handover`;
  const options = { connection: workerConnection, taskQueue: queue, workflowsPath, activities };
  const handle = await (
    await Worker.create(options)
  ).runUntil(async () => {
    const begun = await client.workflow.start('order', {
      taskQueue: queue,
      workflowId: `moved-${suffix}`,
      args: ['you'],
    });
    expect(await begun.executeUpdate('add', { args: [1] })).toBe(2);
    return begun;
  });
  await (
    await Worker.create(options)
  ).runUntil(async () => {
    await handle.signal('pickedUp');
    expect(await handle.result()).toEqual([true, ['hello local you', 'hello you'], 8, true, 36]);
  });
});

test('a history that the code of today would not have made is refused, with the event and the hint', async () => {
  const handle = await client.workflow.start('doubled', { taskQueue, workflowId: `doubled-${suffix}`, args: [2] });
  expect(await handle.result()).toBe(4);
  const history = await handle.fetchHistory();
  const events = (history.events ?? []).map((event) =>
    event.timerStartedEventAttributes == null
      ? event
      : { ...event, timerStartedEventAttributes: { ...event.timerStartedEventAttributes, timerId: '7' } },
  );
  await expect(Worker.runReplayHistory({ workflowsPath }, { events })).rejects.toThrow(
    /event \d+ TimerStarted \(timer 7\).*order-workflows\.ts:\d+/s,
  );
});

test('an endless loop fails its workflow task, which says where it was; the worker goes on', async ({ expect }) => {
  const handle = await client.workflow.start('endless', { taskQueue, workflowId: `endless-${suffix}` });
  await expect
    .poll(
      async () =>
        (await handle.fetchHistory()).events
          ?.map((event) => event.workflowTaskFailedEventAttributes?.failure?.message ?? '')
          .find((message) => message.includes('deadlock')),
      { timeout: 10_000 },
    ) // prettier-ignore
    .toMatch(/it was stopped at endless \(\S*order-workflows\.ts:\d+:\d+\)/);
  await handle.terminate();
  const next = await client.workflow.start('doubled', { taskQueue, workflowId: `after-${suffix}`, args: [3] });
  expect(await next.result()).toBe(6);
});
