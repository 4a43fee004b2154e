import { test } from 'vitest';
import { api, commands, connect, eventTypes, eventually, expectStatus, fromPayload, seconds, toPayload, toPayloads } from './harness/index.js'; // prettier-ignore

const environment = await connect();

test('the first event carries everything the start request said', async ({ expect }) => {
  const queue = environment.uniqueId('queue');
  const execution = await environment.start(queue, {
    input: toPayloads('first', { second: 2 }),
    workflowExecutionTimeout: seconds(300),
    workflowRunTimeout: seconds(200),
    workflowTaskTimeout: seconds(5),
    retryPolicy: {
      initialInterval: seconds(2),
      backoffCoefficient: 3,
      maximumInterval: seconds(9),
      maximumAttempts: 4,
    },
    memo: { fields: { note: toPayload('remember') } },
    searchAttributes: { indexedFields: { CustomKeywordField: toPayload('blue') } },
    header: { fields: { trace: toPayload('t-1') } },
    priority: { priorityKey: 2, fairnessKey: 'tenant', fairnessWeight: 1.5 },
    identity: 'the starter',
  });
  const show = [
    'workflowExecutionTimeout', 'workflowRunTimeout', 'workflowTaskTimeout', 'retryPolicy', 'header', 'priority', 'identity',
    'attempt', 'startToCloseTimeout',
  ]; // prettier-ignore
  expect(await environment.transcript(execution, { show })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=queue input=['first',{'second':2}] workflowExecutionTimeout=300s workflowRunTimeout=200s workflowTaskTimeout=5s identity=the starter retryPolicy={'initialInterval':'2s','backoffCoefficient':3,'maximumInterval':'9s','maximumAttempts':4} attempt=1 memo={'note':'remember'} searchAttributes={'CustomKeywordField':'blue'} header={'trace':'t-1'} priority={'priorityKey':2,'fairnessKey':'tenant','fairnessWeight':1.5}
    2 WorkflowTaskScheduled taskQueue=queue startToCloseTimeout=5s attempt=1
  `);
  const [started] = await environment.history(execution);
  expect(started?.workflowExecutionStartedEventAttributes?.workflowExecutionExpirationTime).toBeTruthy();
});

test('defaults are filled in: task timeout, retry policy coefficients, run timeout no longer than execution timeout', async ({
  expect,
}) => {
  const execution = await environment.start(environment.uniqueId('queue'), {
    workflowExecutionTimeout: seconds(60),
    workflowRunTimeout: seconds(600),
    retryPolicy: { maximumAttempts: 2 },
  });
  const show = ['workflowExecutionTimeout', 'workflowRunTimeout', 'workflowTaskTimeout', 'retryPolicy'];
  expect(await environment.transcript(execution, { show })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=queue workflowExecutionTimeout=60s workflowRunTimeout=60s workflowTaskTimeout=10s retryPolicy={'initialInterval':'1s','backoffCoefficient':2,'maximumInterval':'100s','maximumAttempts':2}
    2 WorkflowTaskScheduled taskQueue=queue
  `);
});

test('memo, search attributes, user metadata and timeouts are described', async ({ expect }) => {
  const execution = await environment.start(environment.uniqueId('queue'), {
    memo: { fields: { note: toPayload('remember') } },
    searchAttributes: { indexedFields: { CustomKeywordField: toPayload('blue') } },
    userMetadata: { summary: toPayload('a summary'), details: toPayload('some details') },
    workflowRunTimeout: seconds(120),
  });
  const description = await environment.service.describeWorkflowExecution({ namespace: 'default', execution });
  expect(fromPayload(description.workflowExecutionInfo!.memo!.fields!.note!)).toBe('remember');
  expect(fromPayload(description.workflowExecutionInfo!.searchAttributes!.indexedFields!.CustomKeywordField!)).toBe(
    'blue',
  );
  expect(fromPayload(description.executionConfig!.userMetadata!.summary!)).toBe('a summary');
  expect(Number(description.executionConfig!.workflowRunTimeout!.seconds)).toBe(120);
  const [started] = await environment.history(execution);
  expect(fromPayload(started!.userMetadata!.details!)).toBe('some details');
});

test('an unknown search attribute refuses the start', async () => {
  const searchAttributes = { indexedFields: { NoSuchField: toPayload(1) } };
  const start = environment.start(environment.uniqueId('queue'), { searchAttributes });
  await expectStatus(start, 'INVALID_ARGUMENT', /NoSuchField/);
});

test('links of the start request stay with the first event', async ({ expect }) => {
  const eventRef = { eventId: 5 as never, eventType: 11 };
  const links = [{ workflowEvent: { namespace: 'default', workflowId: 'caller', runId: 'run', eventRef } }];
  const execution = await environment.start(environment.uniqueId('queue'), { links });
  const [started] = await environment.history(execution);
  expect(started?.links?.[0]?.workflowEvent?.workflowId).toBe('caller');
});

test('a start delay holds back the first workflow task', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue, { workflowStartDelay: seconds(1) });
  expect(eventTypes(await environment.history(execution))).toEqual(['WorkflowExecutionStarted']);
  const task = await worker.step([commands.completeWorkflow()]);
  const [started, scheduled] = task.history!.events!;
  expect(millis(scheduled!.eventTime!) - millis(started!.eventTime!)).toBeGreaterThanOrEqual(999);
  const attributes = started!.workflowExecutionStartedEventAttributes!;
  expect(Number(attributes.firstWorkflowTaskBackoff!.seconds)).toBe(1);
});

test('a signal does not cut a start delay short, and is there when the delay is over', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue, { workflowStartDelay: seconds(1) });
  const workflowExecution = { workflowId: execution.workflowId };
  await environment.service.signalWorkflowExecution({ namespace: 'default', workflowExecution, signalName: 'hurry' });
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowExecutionSignaled signalName=hurry
    3 WorkflowTaskScheduled taskQueue=scripted
    4 WorkflowTaskStarted scheduled=3
    5 WorkflowTaskCompleted scheduled=3 started=4
    6 WorkflowExecutionCompleted completed=5
  `);
});

test('start delay and cron schedule exclude each other', async () => {
  const start = { workflowStartDelay: seconds(1), cronSchedule: '* * * * *' };
  await expectStatus(environment.start(environment.uniqueId('queue'), start), 'INVALID_ARGUMENT', /delay/i);
});

test('a cron workflow runs again with the last result after each completion', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const first = await environment.start(worker.taskQueue, { cronSchedule: '@every 1s' });
  await worker.step([commands.completeWorkflow('tick')]);
  const second = await worker.step([commands.completeWorkflow('tock')]);
  expect(await environment.closedTranscript(first, { hide: ['newExecutionRunId'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted initiator=CRON_SCHEDULE cronSchedule=@every 1s
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionCompleted result=['tick'] completed=4
  `);
  expect(await environment.transcript(runOf(second), { hide: ['newExecutionRunId'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted continuedExecutionRunId=<uuid> initiator=CRON_SCHEDULE lastCompletionResult=['tick'] cronSchedule=@every 1s
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionCompleted result=['tock'] completed=4
  `);
  expect(second.workflowExecution!.runId).not.toBe(first.runId);
  await environment.service.terminateWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: first.workflowId },
  });
});

test('a bad cron schedule is refused', async () => {
  const start = environment.start(environment.uniqueId('queue'), { cronSchedule: 'every now and then' });
  await expectStatus(start, 'INVALID_ARGUMENT', /cron/i);
});

test('a failed workflow with a retry policy runs again until attempts are used up', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const retryPolicy = { initialInterval: seconds(1), maximumAttempts: 2 };
  const first = await environment.start(worker.taskQueue, { retryPolicy, input: toPayloads('in') });
  await worker.step([commands.failWorkflow('first')]);
  const second = await worker.step([commands.failWorkflow('second')]);
  const show = ['attempt', 'firstWorkflowTaskBackoff'];
  expect(await environment.closedTranscript(first, { show })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted input=['in'] attempt=1 firstWorkflowTaskBackoff={}
    2 WorkflowTaskScheduled taskQueue=scripted attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionFailed failure={'message':'first','applicationFailureInfo':{'type':'Test'}} retryState=IN_PROGRESS completed=4 newExecutionRunId=<uuid>
  `);
  expect(await environment.closedTranscript(runOf(second), { show })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted input=['in'] continuedExecutionRunId=<uuid> initiator=RETRY continuedFailure={'message':'first','applicationFailureInfo':{'type':'Test'}} attempt=2 firstWorkflowTaskBackoff=1s
    2 WorkflowTaskScheduled taskQueue=scripted attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionFailed failure={'message':'second','applicationFailureInfo':{'type':'Test'}} retryState=MAXIMUM_ATTEMPTS_REACHED completed=4
  `);
});

test('a non-retryable failure of a workflow ends it at once', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const retryPolicy = { nonRetryableErrorTypes: ['Test'] };
  const execution = await environment.start(worker.taskQueue, { retryPolicy });
  await worker.step([commands.failWorkflow('hopeless')]);
  expect((await environment.closedTranscript(execution)).split('\n').at(-1)).toMatchInlineSnapshot(
    `5 WorkflowExecutionFailed failure={'message':'hopeless','applicationFailureInfo':{'type':'Test'}} retryState=NON_RETRYABLE_FAILURE completed=4`,
  );
});

test('the run timeout closes a run, and the execution timeout a chain of retries', async ({ expect }) => {
  const queue = environment.uniqueId('queue');
  const once = await environment.start(queue, { workflowRunTimeout: seconds(1) });
  const retried = await environment.start(queue, {
    workflowRunTimeout: seconds(1),
    workflowExecutionTimeout: seconds(2),
    retryPolicy: { initialInterval: seconds(60) },
  });
  expect(await environment.closedTranscript(once)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=queue
    2 WorkflowTaskScheduled taskQueue=queue
    3 WorkflowExecutionTimedOut retryState=RETRY_POLICY_NOT_SET
  `);
  expect(await environment.closedTranscript(retried)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=queue
    2 WorkflowTaskScheduled taskQueue=queue
    3 WorkflowExecutionTimedOut retryState=TIMEOUT
  `);
});

test('an eager start hands the first workflow task to the starter', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const response = await environment.service.startWorkflowExecution({
    namespace: 'default',
    workflowId: environment.uniqueId('wf'),
    workflowType: { name: 'scripted' },
    taskQueue: { name: worker.taskQueue },
    requestId: environment.uniqueId('request'),
    requestEagerExecution: true,
  });
  const task = response.eagerWorkflowTask!;
  expect(eventTypes(task.history!.events!)).toMatchInlineSnapshot(`
    [
      WorkflowExecutionStarted,
      WorkflowTaskScheduled,
      WorkflowTaskStarted,
    ]
  `);
  await worker.complete(task, [commands.completeWorkflow()]);
  const execution = runOf(task);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted eagerExecutionAccepted=true
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionCompleted completed=4
  `);
  const [started] = await environment.history(execution);
  expect(started!.workflowExecutionStartedEventAttributes!.eagerExecutionAccepted).toBe(true);
});

test('an eager workflow task that times out goes to the task queue', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const response = await environment.service.startWorkflowExecution({
    namespace: 'default',
    workflowId: environment.uniqueId('wf'),
    workflowType: { name: 'scripted' },
    taskQueue: { name: worker.taskQueue },
    requestId: environment.uniqueId('request'),
    requestEagerExecution: true,
    workflowTaskTimeout: seconds(1),
  });
  const again = await worker.step([commands.completeWorkflow()]);
  expect(again.attempt).toBe(2);
  expect(await environment.closedTranscript(runOf(response.eagerWorkflowTask!))).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted eagerExecutionAccepted=true
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskTimedOut scheduled=2 started=3 timeoutType=START_TO_CLOSE
    5 WorkflowTaskScheduled taskQueue=scripted
    6 WorkflowTaskStarted scheduled=5
    7 WorkflowTaskCompleted scheduled=5 started=6
    8 WorkflowExecutionCompleted completed=7
  `);
});

test('listing shows a start with its type and status', async ({ expect }) => {
  const execution = await environment.start(environment.uniqueId('queue'));
  const query = `WorkflowId = '${execution.workflowId}'`;
  const info = await eventually('the start is listed', async () => {
    const list = await environment.service.listWorkflowExecutions({ namespace: 'default', query });
    return list.executions[0];
  });
  expect(info.type?.name).toBe('scripted');
  expect(info.status).toBe(api.enums.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING);
});

function runOf(task: { workflowExecution?: api.common.IWorkflowExecution | null }): {
  workflowId: string;
  runId: string;
} {
  return { workflowId: task.workflowExecution!.workflowId!, runId: task.workflowExecution!.runId! };
}

function millis(time: { seconds?: unknown; nanos?: number | null }): number {
  return Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6;
}
