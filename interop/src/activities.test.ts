import { test } from 'vitest';
import { commands, connect, expectStatus, fromPayloads, seconds, toPayload, toPayloads } from './harness/index.js';

const environment = await connect();
const last = (transcript: string, count: number): string => transcript.split('\n').slice(-count).join('\n');

test('an activity task carries what the workflow asked for', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const schedule = commands.scheduleActivity('the-id', worker.taskQueue, {
    input: toPayloads('in', 2),
    header: { fields: { trace: toPayload('t') } },
    heartbeatTimeout: seconds(5),
  });
  await worker.step([schedule]);
  const task = await worker.activityTask();
  expect(task).toMatchObject({
    workflowNamespace: 'default',
    workflowType: { name: 'scripted' },
    workflowExecution: execution,
    activityType: { name: 'act' },
    activityId: 'the-id',
    attempt: 1,
  });
  expect(fromPayloads(task.input)).toEqual(['in', 2]);
  expect(Number(task.heartbeatTimeout!.seconds)).toBe(5);
  expect(Number(task.startToCloseTimeout!.seconds)).toBe(10);
  expect(task.header!.fields!.trace).toBeTruthy();
  expect(task.retryPolicy!.backoffCoefficient).toBe(2);
  await worker.completeActivity(task, 'out');
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution, { show: ['attempt', 'identity'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted attempt=1
    2 WorkflowTaskScheduled taskQueue=scripted attempt=1
    3 WorkflowTaskStarted scheduled=2 identity=scripted-scripted
    4 WorkflowTaskCompleted scheduled=2 started=3 identity=scripted-scripted
    5 ActivityTaskScheduled activityId=the-id activityType=act taskQueue=scripted input=['in',2] completed=4
    6 ActivityTaskStarted scheduled=5 identity=scripted-scripted attempt=1
    7 ActivityTaskCompleted result=['out'] scheduled=5 started=6 identity=scripted-scripted
    8 WorkflowTaskScheduled taskQueue=scripted attempt=1
    9 WorkflowTaskStarted scheduled=8 identity=scripted-scripted
    10 WorkflowTaskCompleted scheduled=8 started=9 identity=scripted-scripted
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('a started event is written only when the activity closes', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.scheduleActivity('a', worker.taskQueue)]);
  const task = await worker.activityTask();
  expect(last(await environment.transcript(execution), 1)).toMatchInlineSnapshot(
    `5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4`,
  );
  await worker.completeActivity(task);
  await worker.step([commands.completeWorkflow()]);
  expect(last(await environment.closedTranscript(execution), 6)).toMatchInlineSnapshot(`
    6 ActivityTaskStarted scheduled=5
    7 ActivityTaskCompleted scheduled=5 started=6
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('an answer to an activity is accepted once', async () => {
  const worker = environment.scriptedWorker();
  await environment.start(worker.taskQueue);
  await worker.step([commands.scheduleActivity('a', worker.taskQueue)]);
  const task = await worker.activityTask();
  await worker.completeActivity(task);
  await expectStatus(
    worker.completeActivity(task),
    'NOT_FOUND',
    /invalid activityID|activity task not found|already completed|started/i,
  );
  await expectStatus(worker.failActivity(task, 'late'), 'NOT_FOUND');
  await expectStatus(worker.heartbeat(task), 'NOT_FOUND');
});

test('an activity can be completed, failed, heartbeaten and cancelled by id', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const once = { retryPolicy: { maximumAttempts: 1 } };
  await worker.step([
    commands.scheduleActivity('completes', worker.taskQueue, once),
    commands.scheduleActivity('fails', worker.taskQueue, once),
    commands.scheduleActivity('cancels', worker.taskQueue, once),
    commands.startTimer('t', 100),
  ]);
  for (let count = 0; count < 3; count++) await worker.activityTask();
  const target = { namespace: 'default', workflowId: execution.workflowId, identity: 'by-id' };
  const { service } = environment;
  await service.recordActivityTaskHeartbeatById({ ...target, activityId: 'completes', details: toPayloads(1) });
  await service.respondActivityTaskCompletedById({ ...target, activityId: 'completes', result: toPayloads('done') });
  await worker.step([commands.requestCancelActivity(7)]);
  await service.respondActivityTaskFailedById({ ...target, activityId: 'fails', failure: { message: 'no' } });
  await worker.step([]);
  await service.respondActivityTaskCanceledById({ ...target, activityId: 'cancels', details: toPayloads('stopped') });
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=completes activityType=act taskQueue=scripted completed=4
    6 ActivityTaskScheduled activityId=fails activityType=act taskQueue=scripted completed=4
    7 ActivityTaskScheduled activityId=cancels activityType=act taskQueue=scripted completed=4
    8 TimerStarted timerId=t startToFireTimeout=100s completed=4
    9 ActivityTaskStarted scheduled=5
    10 ActivityTaskCompleted result=['done'] scheduled=5 started=9
    11 WorkflowTaskScheduled taskQueue=scripted
    12 WorkflowTaskStarted scheduled=11
    13 WorkflowTaskCompleted scheduled=11 started=12
    14 ActivityTaskCancelRequested scheduled=7 completed=13
    15 ActivityTaskStarted scheduled=6
    16 ActivityTaskFailed failure={'message':'no'} scheduled=6 started=15 retryState=MAXIMUM_ATTEMPTS_REACHED
    17 WorkflowTaskScheduled taskQueue=scripted
    18 WorkflowTaskStarted scheduled=17
    19 WorkflowTaskCompleted scheduled=17 started=18
    20 ActivityTaskStarted scheduled=7
    21 ActivityTaskCanceled details=['stopped'] latestCancelRequestedEventId=14 scheduled=7 started=20
    22 WorkflowTaskScheduled taskQueue=scripted
    23 WorkflowTaskStarted scheduled=22
    24 WorkflowTaskCompleted scheduled=22 started=23
    25 WorkflowExecutionCompleted completed=24
  `);
  await expectStatus(service.respondActivityTaskCompletedById({ ...target, activityId: 'nope' }), 'NOT_FOUND');
});

test('retries happen behind the history, with attempt and last failure in the final started event', async ({
  expect,
}) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const retryPolicy = { initialInterval: seconds(0.2), backoffCoefficient: 1 };
  await worker.step([commands.scheduleActivity('a', worker.taskQueue, { retryPolicy })]);
  for (const attempt of [1, 2]) {
    const task = await worker.activityTask();
    expect(task.attempt).toBe(attempt);
    await worker.failActivity(task, `failure ${attempt}`);
  }
  const task = await worker.activityTask();
  expect(task.attempt).toBe(3);
  await worker.completeActivity(task, 'finally');
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution, { show: ['attempt'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted attempt=1
    2 WorkflowTaskScheduled taskQueue=scripted attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 ActivityTaskStarted scheduled=5 attempt=3 lastFailure={'message':'failure 2','applicationFailureInfo':{'type':'Test'}}
    7 ActivityTaskCompleted result=['finally'] scheduled=5 started=6
    8 WorkflowTaskScheduled taskQueue=scripted attempt=1
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('backoff grows by the coefficient up to the maximum interval', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const retryPolicy = { initialInterval: seconds(1), backoffCoefficient: 1.5, maximumInterval: seconds(2) };
  await worker.step([commands.scheduleActivity('a', worker.taskQueue, { retryPolicy })]);
  const intervalsMs: number[] = [];
  for (let attempt = 1; attempt <= 3; attempt++) {
    await worker.failActivity(await worker.activityTask(), 'again');
    const { pendingActivities } = await environment.service.describeWorkflowExecution({
      namespace: 'default',
      execution,
    });
    const { nextAttemptScheduleTime, lastAttemptCompleteTime } = pendingActivities[0]!;
    intervalsMs.push(Math.round(millis(nextAttemptScheduleTime!) - millis(lastAttemptCompleteTime!)));
  }
  expect(intervalsMs).toEqual([1000, 1500, 2000]);
});

test('maximum attempts end the retries with the last failure', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const retryPolicy = { initialInterval: seconds(0.05), maximumAttempts: 2 };
  await worker.step([commands.scheduleActivity('a', worker.taskQueue, { retryPolicy })]);
  await worker.failActivity(await worker.activityTask(), 'one');
  await worker.failActivity(await worker.activityTask(), 'two');
  await worker.step([commands.failWorkflow('gave up')]);
  expect(last(await environment.closedTranscript(execution, { show: ['attempt'] }), 7)).toMatchInlineSnapshot(`
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 ActivityTaskStarted scheduled=5 attempt=2 lastFailure={'message':'one','applicationFailureInfo':{'type':'Test'}}
    7 ActivityTaskFailed failure={'message':'two','applicationFailureInfo':{'type':'Test'}} scheduled=5 started=6 retryState=MAXIMUM_ATTEMPTS_REACHED
    8 WorkflowTaskScheduled taskQueue=scripted attempt=1
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionFailed failure={'message':'gave up','applicationFailureInfo':{'type':'Test'}} retryState=RETRY_POLICY_NOT_SET completed=10
  `);
});

test('non-retryable failures end an activity at once, by type or by flag', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const byType = await environment.start(worker.taskQueue);
  const retryPolicy = { nonRetryableErrorTypes: ['Fatal'] };
  await worker.step([commands.scheduleActivity('a', worker.taskQueue, { retryPolicy })]);
  await worker.failActivity(await worker.activityTask(), 'fatal', { type: 'Fatal' });
  await worker.step([commands.completeWorkflow()]);
  const failed = (transcript: string): string | undefined =>
    transcript.split('\n').find((line) => line.includes('ActivityTaskFailed'));
  expect(failed(await environment.closedTranscript(byType))).toMatchInlineSnapshot(
    `7 ActivityTaskFailed failure={'message':'fatal','applicationFailureInfo':{'type':'Fatal'}} scheduled=5 started=6 retryState=NON_RETRYABLE_FAILURE`,
  );
  const byFlag = await environment.start(worker.taskQueue);
  await worker.step([commands.scheduleActivity('a', worker.taskQueue)]);
  await worker.failActivity(await worker.activityTask(), 'flagged', { nonRetryable: true });
  await worker.step([commands.completeWorkflow()]);
  expect(failed(await environment.closedTranscript(byFlag))).toMatchInlineSnapshot(
    `7 ActivityTaskFailed failure={'message':'flagged','applicationFailureInfo':{'type':'Test','nonRetryable':true}} scheduled=5 started=6 retryState=NON_RETRYABLE_FAILURE`,
  );
});

test('a failure may say when the next attempt is due', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  await environment.start(worker.taskQueue);
  const retryPolicy = { initialInterval: seconds(3600) };
  await worker.step([commands.scheduleActivity('a', worker.taskQueue, { retryPolicy })]);
  await worker.failActivity(await worker.activityTask(), 'soon again', { nextRetryDelay: seconds(0.2) as never });
  expect((await worker.activityTask()).attempt).toBe(2);
});

test('heartbeat details reach the next attempt, and the pending activity shows them with the last failure', async ({
  expect,
}) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([
    commands.scheduleActivity('a', worker.taskQueue, { retryPolicy: { initialInterval: seconds(0.5) } }),
  ]);
  const first = await worker.activityTask();
  expect(first.heartbeatDetails ?? null).toBeNull();
  expect(await worker.heartbeat(first, { progress: 40 })).toMatchObject({ cancelRequested: false });
  await worker.failActivity(first, 'dropped');
  const { pendingActivities } = await environment.service.describeWorkflowExecution({
    namespace: 'default',
    execution,
  });
  const [pending] = pendingActivities;
  expect(pending).toMatchObject({
    activityId: 'a',
    activityType: { name: 'act' },
    attempt: 2,
    state: 1,
    maximumAttempts: 0,
    lastFailure: { message: 'dropped' },
    lastWorkerIdentity: worker.identity,
  });
  expect(fromPayloads(pending!.heartbeatDetails)).toEqual([{ progress: 40 }]);
  const second = await worker.activityTask();
  expect(fromPayloads(second.heartbeatDetails)).toEqual([{ progress: 40 }]);
});

test('cancellation reaches a running activity through its heartbeat', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.scheduleActivity('a', worker.taskQueue, { heartbeatTimeout: seconds(30) })], {
    forceCreateNewWorkflowTask: true,
  });
  const activity = await worker.activityTask();
  await worker.step([commands.requestCancelActivity(5)]);
  expect(await worker.heartbeat(activity)).toMatchObject({ cancelRequested: true });
  await environment.service.respondActivityTaskCanceled({
    namespace: 'default',
    taskToken: activity.taskToken,
    details: toPayloads('cleaned up'),
  });
  await worker.step([commands.cancelWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 WorkflowTaskScheduled taskQueue=scripted
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 ActivityTaskCancelRequested scheduled=5 completed=8
    10 ActivityTaskStarted scheduled=5
    11 ActivityTaskCanceled details=['cleaned up'] latestCancelRequestedEventId=9 scheduled=5 started=10
    12 WorkflowTaskScheduled taskQueue=scripted
    13 WorkflowTaskStarted scheduled=12
    14 WorkflowTaskCompleted scheduled=12 started=13
    15 WorkflowExecutionCanceled completed=14
  `);
});

test('answering "cancelled" without being asked is refused', async () => {
  const worker = environment.scriptedWorker();
  await environment.start(worker.taskQueue);
  await worker.step([commands.scheduleActivity('a', worker.taskQueue)]);
  const { taskToken } = await worker.activityTask();
  const answer = environment.service.respondActivityTaskCanceled({ namespace: 'default', taskToken });
  await expectStatus(answer, 'INVALID_ARGUMENT', /cancel/i);
});

test('an activity of a closed workflow is told so', async () => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.scheduleActivity('a', worker.taskQueue)]);
  const task = await worker.activityTask();
  const workflowExecution = { workflowId: execution.workflowId };
  await environment.service.terminateWorkflowExecution({ namespace: 'default', workflowExecution });
  await expectStatus(worker.heartbeat(task), 'NOT_FOUND', /already completed/i);
  await expectStatus(worker.completeActivity(task), 'NOT_FOUND', /already completed/i);
});

function millis(time: { seconds?: unknown; nanos?: number | null }): number {
  return Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6;
}
