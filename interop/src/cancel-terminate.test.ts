import { test } from 'vitest';
import type { api } from './harness/index.js';
import { commands, connect, eventTypes, expectStatus, PAIRS, toPayloads } from './harness/index.js';

const environment = await connect();
const { service } = environment;

test('a cancellation is an event that the workflow may obey', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.startTimer('t', 100)]);
  await cancel(execution, { reason: 'changed my mind' });
  await worker.step([commands.cancelTimer('t'), commands.cancelWorkflow('cleaned up')]);
  expect(await environment.closedTranscript(execution, { show: ['identity'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2 identity=scripted-scripted
    4 WorkflowTaskCompleted scheduled=2 started=3 identity=scripted-scripted
    5 TimerStarted timerId=t startToFireTimeout=100s completed=4
    6 WorkflowExecutionCancelRequested cause=changed my mind identity=canceller
    7 WorkflowTaskScheduled taskQueue=scripted
    8 WorkflowTaskStarted scheduled=7 identity=scripted-scripted
    9 WorkflowTaskCompleted scheduled=7 started=8 identity=scripted-scripted
    10 TimerCanceled timerId=t started=5 completed=9 identity=scripted-scripted
    11 WorkflowExecutionCanceled completed=9 details=['cleaned up']
  `);
});

test('a workflow may ignore its cancellation', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await cancel(execution);
  await worker.step([commands.completeWorkflow('anyway')]);
  expect(eventTypes(await environment.closedHistory(execution)).at(-1)).toBe('WorkflowExecutionCompleted');
});

test('cancelling twice requests it once', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const requestId = crypto.randomUUID();
  await cancel(execution, { requestId });
  await cancel(execution, { requestId });
  await cancel(execution, { requestId: crypto.randomUUID() });
  await worker.step([commands.cancelWorkflow()]);
  const types = eventTypes(await environment.closedHistory(execution));
  expect(types.filter((type) => type === 'WorkflowExecutionCancelRequested')).toHaveLength(1);
});

test('a cancellation during a workflow task waits behind its completion', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const task = await worker.workflowTask();
  await cancel(execution);
  await worker.complete(task, [commands.startTimer('t', 100)]);
  await worker.step([commands.cancelWorkflow()]);
  const types = eventTypes(await environment.closedHistory(execution));
  expect(types.slice(3, 7)).toEqual([
    'WorkflowTaskCompleted',
    'TimerStarted',
    'WorkflowExecutionCancelRequested',
    'WorkflowTaskScheduled',
  ]);
});

test('termination ends a run at once, whatever it waits for', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.startTimer('t', 100), commands.scheduleActivity('a', worker.taskQueue)]);
  const activity = await worker.activityTask();
  await terminate(execution, { reason: 'enough', details: toPayloads('why', 42) });
  expect(await environment.closedTranscript(execution, { show: ['identity'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2 identity=scripted-scripted
    4 WorkflowTaskCompleted scheduled=2 started=3 identity=scripted-scripted
    5 TimerStarted timerId=t startToFireTimeout=100s completed=4
    6 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    7 WorkflowExecutionTerminated reason=enough details=['why',42] identity=terminator
  `);
  await expectStatus(worker.completeActivity(activity), 'NOT_FOUND', /already completed/);
  await expectStatus(worker.heartbeat(activity), 'NOT_FOUND', /already completed/);
});

test('termination while a workflow task runs fails that task', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const task = await worker.workflowTask();
  await service.signalWorkflowExecution({ namespace: 'default', workflowExecution: execution, signalName: 'buffered' });
  await terminate(execution, { reason: 'enough' });
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=FORCE_CLOSE_COMMAND
    5 WorkflowExecutionSignaled signalName=buffered
    6 WorkflowExecutionTerminated reason=enough
  `);
  await expectStatus(worker.complete(task, [commands.completeWorkflow()]), 'NOT_FOUND');
});

test('a closed run cannot be terminated, and stays as it is when it is asked to cancel itself', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.completeWorkflow()]);
  const before = await environment.closedTranscript(execution);
  await expectStatus(terminate(execution), 'NOT_FOUND', /already completed/);
  await cancel(execution).catch((error: unknown) => expect(error).toMatchObject({ code: 5 }));
  expect(await environment.transcript(execution)).toBe(before);
});

test('an execution that does not exist can be neither cancelled nor terminated', async () => {
  const nobody = { workflowId: environment.uniqueId('nobody') };
  await expectStatus(cancel(nobody), 'NOT_FOUND');
  await expectStatus(terminate(nobody), 'NOT_FOUND');
});

test('firstExecutionRunId guards against ending the wrong chain', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const first = await environment.start(worker.taskQueue);
  await worker.step([commands.continueAsNew({})]);
  const current = { workflowId: first.workflowId };
  const other = { firstExecutionRunId: crypto.randomUUID() };
  await expectStatus(cancel(current, other), 'NOT_FOUND');
  await expectStatus(terminate(current, other), 'NOT_FOUND');
  expect(eventTypes(await environment.history(current))).not.toContain('WorkflowExecutionTerminated');
  await terminate(current, { firstExecutionRunId: first.runId });
  expect(eventTypes(await environment.closedHistory(current)).at(-1)).toBe('WorkflowExecutionTerminated');
});

test('cancelling and terminating by a run id that is closed leaves the current run alone', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const first = await environment.start(worker.taskQueue);
  await worker.step([commands.continueAsNew({})]);
  await expectStatus(terminate(first), 'NOT_FOUND');
  const types = eventTypes(await environment.history({ workflowId: first.workflowId }));
  expect(types).toEqual(['WorkflowExecutionStarted', 'WorkflowTaskScheduled']);
});

test.for(PAIRS)('client of $client, worker of $worker: cancel and terminate', async (sdks, { expect }) => {
  const taskQueue = environment.uniqueId('sleepers');
  await environment.worker(sdks.worker, taskQueue);
  const start = async (): Promise<{
    workflowId: string;
    cancel(): Promise<unknown>;
    terminate(reason?: string): Promise<unknown>;
    result(): Promise<unknown>;
  }> =>
    await environment.clientOf(sdks.client).workflow.start('sleeper', {
      workflowId: environment.uniqueId('sleeper'),
      taskQueue,
      args: [100_000],
    });
  const [cancelled, terminated] = await Promise.all([start(), start()]);
  await cancelled.cancel();
  await expect(cancelled.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  expect(eventTypes(await environment.history(cancelled)).at(-1)).toBe('WorkflowExecutionCanceled');
  await terminated.terminate('stop it');
  await expect(terminated.result()).rejects.toMatchObject({ cause: { name: 'TerminatedFailure', message: 'stop it' } });
});

async function cancel(
  workflowExecution: { workflowId: string; runId?: string },
  request: api.service.IRequestCancelWorkflowExecutionRequest = {},
): Promise<void> {
  await service.requestCancelWorkflowExecution({
    namespace: 'default',
    workflowExecution,
    identity: 'canceller',
    ...request,
  });
}

async function terminate(
  workflowExecution: { workflowId: string; runId?: string },
  request: api.service.ITerminateWorkflowExecutionRequest = {},
): Promise<void> {
  await service.terminateWorkflowExecution({
    namespace: 'default',
    workflowExecution,
    identity: 'terminator',
    ...request,
  });
}
