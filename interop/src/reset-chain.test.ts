import { randomUUID } from 'node:crypto';
import { test } from 'vitest';
import type { api } from './harness/index.js';
import { commands, connect, expectStatus } from './harness/index.js';

const environment = await connect();
const { service } = environment;

type Worker = ReturnType<typeof environment.scriptedWorker>;
interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

test('what reached the runs that continued the base run is applied again', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const first = await chainOfRuns(worker);
  const runId = await reset(first);
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript({ ...first, runId })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=RESET_WORKFLOW failure={'message':'test','resetWorkflowFailureInfo':'{}'} baseRunId=<uuid> newRunId=<uuid>
    5 WorkflowExecutionSignaled signalName=one
    6 WorkflowExecutionSignaled signalName=two
    7 WorkflowExecutionSignaled signalName=three
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('the priority of the new run is set before its first task, after what is applied again', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  await signal(execution, 'again');
  const options = { workflowExecutionOptions: { priority: { priorityKey: 2 } }, updateMask: { paths: ['priority'] } };
  const runId = await reset(execution, { postResetOperations: [{ updateWorkflowOptions: options }] });
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript({ ...execution, runId }, { show: ['priority'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=RESET_WORKFLOW failure={'message':'test','resetWorkflowFailureInfo':'{}'} baseRunId=<uuid> newRunId=<uuid>
    5 WorkflowExecutionSignaled signalName=again
    6 WorkflowExecutionOptionsUpdated unsetVersioningOverride=true priority={'priorityKey':2}
    7 WorkflowTaskScheduled taskQueue=scripted
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 WorkflowExecutionCompleted completed=9
  `);
});

test('what reached a run that was retried is not applied to the run it retried', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const retryPolicy = { maximumAttempts: 2, initialInterval: { nanos: 1_000_000 } };
  const first = await environment.start(worker.taskQueue, { retryPolicy });
  await worker.step([commands.failWorkflow('broken')]);
  await worker.step([]);
  await signal(first, 'to the retry');
  await worker.step([commands.completeWorkflow()]);
  const runId = await reset(first);
  await worker.step([commands.completeWorkflow()]);
  expect(await signalsOf({ ...first, runId })).toEqual([]);
});

test('an operation after a reset is refused by its name if it cannot be done', async () => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  const refused = (operation: api.workflow.IPostResetOperation, code: 'INVALID_ARGUMENT', message: RegExp) =>
    expectStatus(reset(execution, { postResetOperations: [operation] }), code, message);
  await refused({}, 'INVALID_ARGUMENT', /op/i);
  await refused({ signalWorkflow: {} }, 'INVALID_ARGUMENT', /signal/i);
});

test('reset points of a run that was continued expire', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const first = await environment.start(worker.taskQueue);
  await worker.step([commands.continueAsNew({ workflowType: { name: 'scripted' } })]);
  await worker.step([]);
  const described = await service.describeWorkflowExecution({
    namespace: 'default',
    execution: { workflowId: first.workflowId },
  });
  const points = described.workflowExecutionInfo!.autoResetPoints!.points!;
  expect(points.map(({ runId, expireTime }) => [runId === first.runId, expireTime != null])).toEqual([[true, true]]);
});

/** Three runs, the first two continued as new, each with a signal. */
async function chainOfRuns(worker: Worker): Promise<Run> {
  const first = await environment.start(worker.taskQueue);
  for (const name of ['one', 'two', 'three']) {
    await worker.step([]);
    await signal(first, name);
    await worker.step(name === 'three' ? [] : [commands.continueAsNew({ workflowType: { name: 'scripted' } })]);
  }
  return first;
}

async function signal({ workflowId }: Run, signalName: string): Promise<void> {
  await service.signalWorkflowExecution({ namespace: 'default', workflowExecution: { workflowId }, signalName });
}

async function signalsOf(run: Run): Promise<unknown[]> {
  const events = await environment.closedHistory(run);
  return events.flatMap((event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? []);
}

async function reset(execution: Run, request: api.service.IResetWorkflowExecutionRequest = {}): Promise<string> {
  const response = await service.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: execution,
    workflowTaskFinishEventId: 4 as never,
    requestId: randomUUID(),
    reason: 'test',
    ...request,
  });
  return response.runId;
}
