import { test } from 'vitest';
import { commands, connect, eventTypes, PAIRS, seconds, toPayloads } from './harness/index.js';

const environment = await connect();
const { service } = environment;

test('a signal that is buffered behind the command goes to no run but makes the task try again', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const first = await environment.start(worker.taskQueue);
  const task = await worker.workflowTask();
  await signal(first.workflowId);
  await worker.complete(task, [commands.continueAsNew({})]).catch(() => undefined);
  await worker.step([commands.continueAsNew({})]);
  const types = eventTypes(await environment.closedHistory(first));
  expect(types.slice(3)).toMatchInlineSnapshot(`
    [
      WorkflowTaskFailed,
      WorkflowExecutionSignaled,
      WorkflowTaskScheduled,
      WorkflowTaskStarted,
      WorkflowTaskCompleted,
      WorkflowExecutionContinuedAsNew,
    ]
  `);
});

test('a workflow that fails after it continued as new is retried from that run', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const retryPolicy = { initialInterval: seconds(0.1), maximumAttempts: 2 };
  const { workflowId } = await environment.start(worker.taskQueue, { retryPolicy });
  await worker.step([commands.continueAsNew({ input: toPayloads('second'), retryPolicy })]);
  await worker.step([commands.failWorkflow('once')]);
  const task = await worker.step([commands.completeWorkflow('recovered')]);
  expect(task.attempt).toBe(1);
  const show = ['attempt'];
  const lines = (await environment.closedTranscript({ workflowId }, { show })).split('\n');
  expect(lines[0]).toMatchInlineSnapshot(
    `1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted input=['second'] continuedExecutionRunId=<uuid> initiator=RETRY continuedFailure={'message':'once','applicationFailureInfo':{'type':'Test'}} attempt=2`,
  );
});

test.for(PAIRS)('a client of $client follows the chain to the result, made by $worker', async (sdks, { expect }) => {
  const taskQueue = environment.uniqueId('chain');
  await environment.worker(sdks.worker, taskQueue);
  const client = environment.clientOf(sdks.client);
  const workflowId = environment.uniqueId('chain');
  const handle = await client.workflow.start('countdown', { workflowId, taskQueue, args: [3] });
  expect(await handle.result()).toBe('lift-off');
  const own = client.workflow.getHandle(workflowId, handle.firstExecutionRunId, { followRuns: false });
  await expect(own.result()).rejects.toThrow(/continued as new/i);
});

test('continue-as-new is suggested once a history has grown long', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const marker = Array.from({ length: 1000 }, () => commands.recordMarker('m'));
  for (let step = 0; step < 5; step += 1) {
    const before = await worker.workflowTask();
    const started = before.history!.events!.at(-1)!.workflowTaskStartedEventAttributes;
    if (step < 4) expect(started?.suggestContinueAsNew ?? false).toBe(false);
    await worker.complete(before, marker, { forceCreateNewWorkflowTask: true });
  }
  await worker.step([commands.completeWorkflow()]);
  const events = await environment.history(execution);
  const last = events.findLast((event) => event.workflowTaskStartedEventAttributes);
  expect(last!.workflowTaskStartedEventAttributes!.suggestContinueAsNew).toBe(true);
});

async function signal(workflowId: string): Promise<void> {
  const workflowExecution = { workflowId };
  await service.signalWorkflowExecution({ namespace: 'default', workflowExecution, signalName: 'news' });
}
