import { randomUUID } from 'node:crypto';
import { test } from 'vitest';
import { commands, connect, eventTypes, eventually, expectStatus, toPayloads } from './harness/index.js';

const environment = await connect();
const { service } = environment;

test('a cancel request is an event that wakes the workflow, which decides itself', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  await cancel(execution.workflowId, { identity: 'canceller', reason: 'enough' });
  await worker.step([commands.cancelWorkflow('cleaned')]);
  expect(await environment.closedTranscript(execution, { show: ['identity'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2 identity=scripted-scripted
    4 WorkflowTaskCompleted scheduled=2 started=3 identity=scripted-scripted
    5 WorkflowExecutionCancelRequested cause=enough identity=canceller
    6 WorkflowTaskScheduled taskQueue=scripted
    7 WorkflowTaskStarted scheduled=6 identity=scripted-scripted
    8 WorkflowTaskCompleted scheduled=6 started=7 identity=scripted-scripted
    9 WorkflowExecutionCanceled completed=8 details=['cleaned']
  `);
});

test('cancelling twice with one request id is one event; another request id is refused or ignored', async ({
  expect,
}) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  const requestId = randomUUID();
  await cancel(execution.workflowId, { requestId });
  await cancel(execution.workflowId, { requestId });
  await worker.step([commands.cancelWorkflow()]);
  const types = eventTypes(await environment.closedHistory(execution));
  expect(types.filter((type) => type === 'WorkflowExecutionCancelRequested')).toHaveLength(1);
});

test('terminating ends a workflow without asking it', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const task = await worker.workflowTask();
  await service.terminateWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: execution.workflowId },
    reason: 'no more',
    details: toPayloads('why'),
    identity: 'the operator',
  });
  expect(await environment.closedTranscript(execution, { show: ['identity'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2 identity=scripted-scripted
    4 WorkflowTaskFailed scheduled=2 started=3 cause=FORCE_CLOSE_COMMAND identity=history-service
    5 WorkflowExecutionTerminated reason=no more details=['why'] identity=the operator
  `);
  await expectStatus(worker.complete(task, [commands.completeWorkflow()]), 'NOT_FOUND');
});

test('only a running workflow can be terminated; cancelling a closed one changes nothing', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.completeWorkflow()]);
  const history = await environment.closedHistory(execution);
  const workflowExecution = { workflowId: execution.workflowId };
  await cancel(execution.workflowId);
  expect(await environment.history(execution)).toEqual(history);
  await expectStatus(
    service.terminateWorkflowExecution({ namespace: 'default', workflowExecution }),
    'NOT_FOUND',
    /already completed/i,
  );
  await expectStatus(cancel(environment.uniqueId('nobody')), 'NOT_FOUND');
});

test('a first-execution run id guards against ending another chain', async () => {
  const execution = await environment.start(environment.uniqueId('queue'));
  const workflowExecution = { workflowId: execution.workflowId };
  const request = { namespace: 'default', workflowExecution, firstExecutionRunId: randomUUID() };
  await expectStatus(service.terminateWorkflowExecution(request), 'NOT_FOUND');
  await service.terminateWorkflowExecution({ ...request, firstExecutionRunId: execution.runId });
});

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

async function cancel(
  workflowId: string,
  request: { identity?: string; reason?: string; requestId?: string } = {},
): Promise<void> {
  await service.requestCancelWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
    requestId: randomUUID(),
    ...request,
  });
}
