import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { Client, Connection } from '@perdure/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, bundleWorkflowCode } from '@perdure/worker';

const workflowsPath = fileURLToPath(new URL('./changed-workflows.ts', import.meta.url));
const address = inject('address');
if (Runtime._instance === undefined) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const workflowBundle = await bundleWorkflowCode({ workflowsPath });
const history = await checkoutHistory();

test.each([
  'withoutAnActivity',
  'withAnotherActivity',
  'withAnActivityMore',
  'inAnotherOrder',
  'withAChildMore',
  'withAnotherChild',
  'withoutThePatch',
  'withoutALocalActivity',
  'withAnotherLocalActivity',
  'endsEarly',
  'waitsForEver',
  'goesOnAtItsEnd',
  'remembersMore',
])('a checkout %s is told apart from the one that the history is of', async (changed) => {
  const message = await replayedAs(changed).then(
    () => expect.unreachable('the change was not noticed'),
    (error: unknown) => String(error),
  );
  // How many workflow tasks lie before an event depends on how quick the activities were.
  expect(message.replace(/\bevent \d+/g, 'event <number>')).toMatchSnapshot();
});

test.each(['checkout', 'withTheDeprecatedPatch'])('%s does what the history says', async (workflow) => {
  await replayedAs(workflow);
});

async function replayedAs(workflow: string): Promise<void> {
  const [started, ...rest] = history.events ?? [];
  const attributes = { ...started?.workflowExecutionStartedEventAttributes, workflowType: { name: workflow } };
  const events = [{ ...started, workflowExecutionStartedEventAttributes: attributes }, ...rest];
  await Worker.runReplayHistory({ workflowBundle }, { events }, 'checkout');
}

async function checkoutHistory() {
  const connection = await Connection.connect({ address });
  const workerConnection = await NativeConnection.connect({ address });
  const taskQueue = `changed-${Math.random().toString(36).slice(2)}`;
  const activities = { reserve: async () => 'reserved', charge: async () => 'charged' };
  const worker = await Worker.create({ connection: workerConnection, taskQueue, workflowBundle, activities });
  const recorded = await worker.runUntil(async () => {
    const client = new Client({ connection });
    const handle = await client.workflow.start('checkout', { taskQueue, workflowId: taskQueue });
    await handle.result();
    return await handle.fetchHistory();
  });
  await workerConnection.close();
  await connection.close();
  return recorded;
}
