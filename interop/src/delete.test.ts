import { test } from 'vitest';
import { commands, connect, eventually, expectStatus } from './harness/index.js';

const environment = await connect();
const { service } = environment;

test('deleting removes a workflow, its history and its visibility', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.completeWorkflow()]);
  await environment.closedHistory(execution);
  const query = `WorkflowId = '${execution.workflowId}'`;
  const listed = async (): Promise<number> =>
    (await service.listWorkflowExecutions({ namespace: 'default', query })).executions.length;
  await eventually('the workflow is listed', async () => ((await listed()) === 1 ? true : undefined));
  await service.deleteWorkflowExecution({ namespace: 'default', workflowExecution: execution });
  await eventually(
    'the workflow is gone',
    async () => {
      const described = await service
        .describeWorkflowExecution({ namespace: 'default', execution })
        .catch((error: Error & { code: number }) => error.code);
      return described === 5 && (await listed()) === 0 ? true : undefined;
    },
    25_000,
  );
  await expectStatus(environment.history(execution), 'NOT_FOUND');
  // The id is as good as new.
  expect((await environment.start(worker.taskQueue, { workflowId: execution.workflowId })).runId).not.toBe(
    execution.runId,
  );
});

test('deleting a running workflow ends it first', async () => {
  const execution = await environment.start(environment.uniqueId('queue'));
  await service.deleteWorkflowExecution({ namespace: 'default', workflowExecution: execution });
  await eventually(
    'the running workflow is gone',
    async () => {
      const described = service.describeWorkflowExecution({ namespace: 'default', execution });
      return (await described.catch((error: Error & { code: number }) => error.code)) === 5 ? true : undefined;
    },
    25_000,
  );
});

test('whoever waits for the end of a run hears that it was deleted', async ({ expect }) => {
  const execution = await environment.start(environment.uniqueId('queue'));
  const outcome = environment.closedHistory(execution).then(
    () => 'closed',
    (error: Error & { code: number }) => error.code,
  );
  await service.deleteWorkflowExecution({ namespace: 'default', workflowExecution: execution });
  // Deletion terminates first: the one who waits sees either the termination or that nothing is there any more.
  expect(['closed', 5]).toContain(await outcome);
});
