import { randomUUID } from 'node:crypto';
import { test } from 'vitest';
import { acceptance, api, commands, commandsFor, connect, eventTypes, expectStatus, response, toPayloads, updatesOf } from './harness/index.js'; // prettier-ignore

const environment = await connect();
const { service } = environment;
const { RESET_REAPPLY_TYPE_NONE: reapplyNone, RESET_REAPPLY_TYPE_SIGNAL: reapplySignals } = api.enums.ResetReapplyType;
const { RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL: excludeSignals } = api.enums.ResetReapplyExcludeType;

test('a reset ends the run and goes on from the chosen task in a new one', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.scheduleActivity('a', worker.taskQueue)]);
  await worker.completeActivity(await worker.activityTask(), 'kept');
  await worker.step([commands.startTimer('t', 100)]);
  const runId = await reset(execution, 9, { reason: 'wrong turn' });
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 ActivityTaskStarted scheduled=5
    7 ActivityTaskCompleted result=['kept'] scheduled=5 started=6
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 TimerStarted timerId=t startToFireTimeout=100s completed=10
    12 WorkflowExecutionTerminated reason=wrong turn
  `);
  const task = await worker.step([commands.completeWorkflow('another way')]);
  expect(task.workflowExecution!.runId).toBe(runId);
  const show = ['originalExecutionRunId', 'firstExecutionRunId'];
  expect(await environment.closedTranscript({ ...execution, runId }, { show })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted originalExecutionRunId=<uuid> firstExecutionRunId=<uuid>
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 ActivityTaskStarted scheduled=5
    7 ActivityTaskCompleted result=['kept'] scheduled=5 started=6
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskFailed scheduled=8 started=9 cause=RESET_WORKFLOW failure={'message':'wrong turn','resetWorkflowFailureInfo':'{}'} baseRunId=<uuid> newRunId=<uuid>
    11 WorkflowTaskScheduled taskQueue=scripted
    12 WorkflowTaskStarted scheduled=11
    13 WorkflowTaskCompleted scheduled=11 started=12
    14 WorkflowExecutionCompleted result=['another way'] completed=13
  `);
});

test('signals after the reset point are applied again', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await workflowWithSignals(worker);
  const runId = await reset(execution, 3);
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript({ ...execution, runId })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=RESET_WORKFLOW failure={'message':'test','resetWorkflowFailureInfo':'{}'} baseRunId=<uuid> newRunId=<uuid>
    5 WorkflowExecutionSignaled signalName=one input=['one']
    6 WorkflowExecutionSignaled signalName=two input=['two']
    7 WorkflowTaskScheduled taskQueue=scripted
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 WorkflowExecutionCompleted completed=9
  `);
});

test('signals may be left out, by reapply type or by exclusion', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  for (const request of [{ resetReapplyType: reapplyNone }, { resetReapplyExcludeTypes: [excludeSignals] }]) {
    const execution = await workflowWithSignals(worker);
    const runId = await reset(execution, 3, request);
    await worker.step([commands.completeWorkflow()]);
    const types = eventTypes(await environment.closedHistory({ ...execution, runId }));
    expect(types).not.toContain('WorkflowExecutionSignaled');
  }
});

test('updates after the reset point are delivered again, and only signals if asked so', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await workflowWithUpdate(worker);
  const runId = await reset(execution, 3);
  const task = await worker.step([commands.completeWorkflow()]);
  expect(eventTypes(task.history!.events!)).toContain('WorkflowExecutionUpdateAdmitted');
  const hide = ['protocolInstanceId', 'acceptedRequestMessageId', 'acceptedRequest', 'request', 'meta'];
  expect(await environment.closedTranscript({ ...execution, runId }, { hide })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=RESET_WORKFLOW failure={'message':'test','resetWorkflowFailureInfo':'{}'} baseRunId=<uuid> newRunId=<uuid>
    5 WorkflowExecutionUpdateAdmitted origin=UPDATE_ADMITTED_EVENT_ORIGIN_REAPPLY
    6 WorkflowTaskScheduled taskQueue=scripted
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 WorkflowExecutionCompleted completed=8
  `);
  const other = await workflowWithUpdate(worker);
  const otherRunId = await reset(other, 3, { resetReapplyType: reapplySignals });
  await worker.step([commands.completeWorkflow()]);
  expect(eventTypes(await environment.closedHistory({ ...other, runId: otherRunId }))).not.toContain(
    'WorkflowExecutionUpdateAdmitted',
  );
});

test('a closed workflow can be reset', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.failWorkflow('broken')]);
  await environment.closedHistory(execution);
  const runId = await reset(execution, 4);
  await worker.step([commands.completeWorkflow('repaired')]);
  expect(eventTypes(await environment.closedHistory({ ...execution, runId })).at(-1)).toBe(
    'WorkflowExecutionCompleted',
  );
  expect(eventTypes(await environment.history(execution)).at(-1)).toBe('WorkflowExecutionFailed');
});

test('an activity that runs at the reset point is scheduled again', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.scheduleActivity('a', worker.taskQueue)]);
  const lost = await worker.activityTask();
  await service.signalWorkflowExecution({ namespace: 'default', workflowExecution: execution, signalName: 's' });
  await worker.step([]);
  const runId = await reset(execution, 8);
  await expectStatus(worker.completeActivity(lost), 'NOT_FOUND');
  await worker.step([]);
  await worker.completeActivity(await worker.activityTask(), 'again');
  await worker.step([commands.completeWorkflow()]);
  expect(eventTypes(await environment.closedHistory({ ...execution, runId }))).toContain('ActivityTaskCompleted');
});

test('a reset needs a workflow task to go back to', async () => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.startTimer('t', 100)]);
  await expectStatus(reset(execution, 1), 'INVALID_ARGUMENT', /workflow ?task/i);
  await expectStatus(reset(execution, 99), 'INVALID_ARGUMENT', /finish id|event/i);
  await expectStatus(reset({ workflowId: environment.uniqueId('nobody'), runId: randomUUID() }, 4), 'NOT_FOUND');
});

test('a workflow task that no worker has taken can be gone back to', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  for (const signalName of ['kept', 'again'])
    await service.signalWorkflowExecution({ namespace: 'default', workflowExecution: execution, signalName });
  const runId = await reset(execution, 4);
  await worker.step([commands.completeWorkflow()]);
  const options = { show: ['identity', 'requestId'] };
  expect(await environment.closedTranscript({ ...execution, runId }, options)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowExecutionSignaled signalName=kept
    4 WorkflowTaskStarted scheduled=2 identity=history-service requestId=emptyUuid
    5 WorkflowTaskFailed scheduled=2 started=4 cause=RESET_WORKFLOW failure={'message':'test','resetWorkflowFailureInfo':'{}'} identity=history-service baseRunId=<uuid> newRunId=<uuid>
    6 WorkflowExecutionSignaled signalName=again
    7 WorkflowTaskScheduled taskQueue=scripted
    8 WorkflowTaskStarted scheduled=7 identity=scripted-scripted requestId=<uuid>
    9 WorkflowTaskCompleted scheduled=7 started=8 identity=scripted-scripted
    10 WorkflowExecutionCompleted completed=9
  `);
});

test('a reset with the same request id is done once', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.startTimer('t', 100)]);
  const requestId = randomUUID();
  const runId = await reset(execution, 4, { requestId });
  expect(await reset(execution, 4, { requestId })).toBe(runId);
});

type Worker = ReturnType<typeof environment.scriptedWorker>;
interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

async function workflowWithSignals(worker: Worker): Promise<Run> {
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  for (const signalName of ['one', 'two']) {
    const input = toPayloads(signalName);
    await service.signalWorkflowExecution({ namespace: 'default', workflowExecution: execution, signalName, input });
  }
  await worker.step([]);
  return execution;
}

async function workflowWithUpdate(worker: Worker): Promise<Run> {
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  const outcome = service.updateWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: execution.workflowId },
    waitPolicy: {
      lifecycleStage:
        api.enums.UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED,
    },
    request: { meta: { updateId: randomUUID() }, input: { name: 'set' } },
  });
  const task = await worker.workflowTask();
  const messages = updatesOf(task).flatMap((received) => [acceptance(received), response(received, { success: 1 })]);
  await worker.complete(task, commandsFor(messages), { messages });
  await outcome;
  return execution;
}

async function reset(
  execution: Run,
  workflowTaskFinishEventId: number,
  request: api.service.IResetWorkflowExecutionRequest = {},
): Promise<string> {
  const response = await service.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: execution,
    workflowTaskFinishEventId: workflowTaskFinishEventId as never,
    requestId: randomUUID(),
    reason: 'test',
    ...request,
  });
  return response.runId;
}
