import { test } from 'vitest';
import { commands, connect, fromPayload } from './harness/index.js';

const environment = await connect();
const { service } = environment;

test('an execution keeps which builds of its worker completed its tasks', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  const seen = [await buildIds(execution)];
  for (const buildId of ['one', 'two', 'one']) {
    await signal(execution);
    await worker.step([], { workerVersionStamp: { buildId } });
    seen.push(await buildIds(execution));
  }
  await signal(execution);
  const workflowType = { name: 'scripted' };
  await worker.step([commands.continueAsNew({ workflowType })], { workerVersionStamp: { buildId: 'three' } });
  seen.push(await buildIds(execution), await buildIds({ workflowId: execution.workflowId }));
  await worker.step([commands.completeWorkflow()], { workerVersionStamp: { buildId: 'four' } });
  seen.push(await buildIds({ workflowId: execution.workflowId }));
  expect(seen).toMatchInlineSnapshot(`
    [
      [
        [
          unversioned,
        ],
        KeywordList,
      ],
      [
        [
          unversioned,
          unversioned:one,
        ],
        KeywordList,
      ],
      [
        [
          unversioned,
          unversioned:one,
          unversioned:two,
        ],
        KeywordList,
      ],
      [
        [
          unversioned,
          unversioned:one,
          unversioned:two,
        ],
        KeywordList,
      ],
      [
        [
          unversioned,
          unversioned:one,
          unversioned:two,
          unversioned:three,
        ],
        KeywordList,
      ],
      undefined,
      [
        [
          unversioned,
          unversioned:four,
        ],
        KeywordList,
      ],
    ]
  `);
});

test('a run that is retried leaves its builds behind, and is found by them', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const retryPolicy = { maximumAttempts: 2, initialInterval: { nanos: 1_000_000 } };
  const execution = await environment.start(worker.taskQueue, { retryPolicy });
  const buildId = environment.uniqueId('build');
  await worker.step([commands.failWorkflow('broken')], { workerVersionStamp: { buildId } });
  await worker.workflowTask();
  expect(await buildIds({ workflowId: execution.workflowId })).toBeUndefined();
  const found = () =>
    service.listWorkflowExecutions({ namespace: 'default', query: `BuildIds = 'unversioned:${buildId}'` });
  await expect
    .poll(async () => (await found()).executions?.map((each) => each.execution!.runId), { timeout: 10_000 })
    .toEqual([execution.runId]);
});

test('the oldest builds are left out when there are too many', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  for (let number = 0; number < 22; number += 1) {
    if (number > 0) await signal(execution);
    await worker.step([], { workerVersionStamp: { buildId: `${number}-`.padEnd(90, 'x') } });
  }
  const [entries] = (await buildIds(execution)) as [string[]];
  const numbers = entries.map((entry) => entry.replace(/-.*/, ''));
  expect([numbers.length, numbers.slice(0, 2)]).toEqual([20, ['unversioned', 'unversioned:3']]);
});

async function signal({ workflowId }: { workflowId: string }): Promise<void> {
  await service.signalWorkflowExecution({ namespace: 'default', workflowExecution: { workflowId }, signalName: 's' });
}

async function buildIds(execution: { workflowId: string; runId?: string }): Promise<unknown> {
  const described = await service.describeWorkflowExecution({ namespace: 'default', execution });
  const payload = described.workflowExecutionInfo!.searchAttributes?.indexedFields?.['BuildIds'];
  return payload == null ? undefined : [fromPayload(payload), Buffer.from(payload.metadata!['type']!).toString()];
}
