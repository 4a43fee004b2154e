import { test } from 'vitest';
import { api, commands, connect, expectStatus, fromPayloads, seconds } from './harness/index.js';

const environment = await connect();
const { RetryState, TimeoutType } = api.enums;
const noRetry = { maximumAttempts: 1 };

test('schedule-to-start: nobody took the activity', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const nobody = environment.uniqueId('nobody');
  await worker.step([commands.scheduleActivity('a', nobody, { scheduleToStartTimeout: seconds(0.5) })]);
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=nobody completed=4
    6 ActivityTaskTimedOut failure={'message':'activity ScheduleToStart timeout','timeoutFailureInfo':{'timeoutType':'SCHEDULE_TO_START'}} scheduled=5 retryState=TIMEOUT
    7 WorkflowTaskScheduled taskQueue=scripted
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 WorkflowExecutionCompleted completed=9
  `);
});

test('schedule-to-close of an activity that nobody took is told as schedule-to-start', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const nobody = environment.uniqueId('nobody');
  await worker.step([commands.scheduleActivity('a', nobody, { scheduleToCloseTimeout: seconds(0.5) })]);
  await worker.step([commands.completeWorkflow()]);
  const [timedOut] = await timeouts(execution);
  expect(timedOut).toMatchObject({
    failure: {
      message: 'activity ScheduleToStart timeout',
      timeoutFailureInfo: { timeoutType: TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START },
    },
    retryState: RetryState.RETRY_STATE_TIMEOUT,
  });
});

test.for([{ startToCloseTimeout: seconds(1) }, { heartbeatTimeout: seconds(1) }])(
  'an attempt that times out when there is no time for another one: %o',
  async (timeout, { expect }) => {
    const worker = environment.scriptedWorker();
    const execution = await environment.start(worker.taskQueue);
    const retryPolicy = { initialInterval: seconds(0.1), backoffCoefficient: 100 };
    await worker.step([
      commands.scheduleActivity('a', worker.taskQueue, { scheduleToCloseTimeout: seconds(9), retryPolicy, ...timeout }),
    ]);
    await worker.failActivity(await worker.activityTask(), 'first');
    await worker.activityTask();
    await worker.step([commands.completeWorkflow()]);
    const [timedOut] = await timeouts(execution);
    expect(timedOut).toMatchObject({
      failure: {
        message: 'Not enough time to schedule next retry before activity ScheduleToClose timeout, giving up retrying',
        cause: { message: 'first' },
        timeoutFailureInfo: { timeoutType: TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE },
      },
      retryState: RetryState.RETRY_STATE_TIMEOUT,
    });
  },
);

test('start-to-close: the worker went silent, and without retries the timeout is final', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([
    commands.scheduleActivity('a', worker.taskQueue, { startToCloseTimeout: seconds(0.5), retryPolicy: noRetry }),
  ]);
  const task = await worker.activityTask();
  await worker.step([commands.completeWorkflow()]);
  await expectStatus(worker.completeActivity(task), 'NOT_FOUND');
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 ActivityTaskStarted scheduled=5
    7 ActivityTaskTimedOut failure={'message':'activity StartToClose timeout','timeoutFailureInfo':{'timeoutType':'START_TO_CLOSE'}} scheduled=5 started=6 retryState=MAXIMUM_ATTEMPTS_REACHED
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('start-to-close: with retries the activity is given out again', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const retryPolicy = { initialInterval: seconds(0.1) };
  await worker.step([
    commands.scheduleActivity('a', worker.taskQueue, { startToCloseTimeout: seconds(0.5), retryPolicy }),
  ]);
  const lost = await worker.activityTask();
  const second = await worker.activityTask();
  expect(second.attempt).toBe(2);
  await expectStatus(worker.completeActivity(lost), 'NOT_FOUND');
  await worker.completeActivity(second);
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution, { show: ['attempt'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted attempt=1
    2 WorkflowTaskScheduled taskQueue=scripted attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 ActivityTaskStarted scheduled=5 attempt=2 lastFailure={'message':'activity StartToClose timeout','timeoutFailureInfo':{'timeoutType':'START_TO_CLOSE'}}
    7 ActivityTaskCompleted scheduled=5 started=6
    8 WorkflowTaskScheduled taskQueue=scripted attempt=1
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('schedule-to-close spans all attempts', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const retryPolicy = { initialInterval: seconds(0.1), backoffCoefficient: 1 };
  await worker.step([
    commands.scheduleActivity('a', worker.taskQueue, { scheduleToCloseTimeout: seconds(3), retryPolicy }),
  ]);
  await worker.failActivity(await worker.activityTask(), 'first');
  await worker.activityTask();
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 ActivityTaskStarted scheduled=5 lastFailure={'message':'first','applicationFailureInfo':{'type':'Test'}}
    7 ActivityTaskTimedOut failure={'message':'activity ScheduleToClose timeout','cause':{'message':'first','applicationFailureInfo':{'type':'Test'}},'timeoutFailureInfo':{'timeoutType':'SCHEDULE_TO_CLOSE'}} scheduled=5 started=6 retryState=TIMEOUT
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('a retry that would pass schedule-to-close is not made', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const retryPolicy = { initialInterval: seconds(100) };
  await worker.step([
    commands.scheduleActivity('a', worker.taskQueue, { scheduleToCloseTimeout: seconds(60), retryPolicy }),
  ]);
  await worker.failActivity(await worker.activityTask(), 'only');
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 ActivityTaskStarted scheduled=5
    7 ActivityTaskFailed failure={'message':'only','applicationFailureInfo':{'type':'Test'}} scheduled=5 started=6 retryState=TIMEOUT
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('heartbeat: a silent worker loses the activity, and its last details stay with the timeout', async ({
  expect,
}) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([
    commands.scheduleActivity('a', worker.taskQueue, { heartbeatTimeout: seconds(0.5), retryPolicy: noRetry }),
  ]);
  await worker.heartbeat(await worker.activityTask(), 'half way');
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 ActivityTaskStarted scheduled=5
    7 ActivityTaskTimedOut failure={'message':'activity Heartbeat timeout','timeoutFailureInfo':{'timeoutType':'HEARTBEAT','lastHeartbeatDetails':['half way']}} scheduled=5 started=6 retryState=MAXIMUM_ATTEMPTS_REACHED
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('heartbeats keep an activity alive beyond its heartbeat timeout', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([
    commands.scheduleActivity('a', worker.taskQueue, { heartbeatTimeout: seconds(3), retryPolicy: noRetry }),
    commands.startTimer('pulse-1', 2),
  ]);
  const task = await worker.activityTask();
  await worker.heartbeat(task, 1);
  // Timers of the workflow itself pace the test: the server's clock decides, not the test's.
  await worker.step([commands.startTimer('pulse-2', 2)]);
  await worker.heartbeat(task, 2);
  await worker.step([]);
  await worker.completeActivity(task, 'alive');
  await worker.step([commands.completeWorkflow()]);
  expect(
    (await environment.closedTranscript(execution)).split('\n').filter((line) => line.includes('Activity')),
  ).toHaveLength(3);
});

test('a timed out activity by heartbeat is retried with its details', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const retryPolicy = { initialInterval: seconds(0.1) };
  await worker.step([
    commands.scheduleActivity('a', worker.taskQueue, { heartbeatTimeout: seconds(0.5), retryPolicy }),
  ]);
  await worker.heartbeat(await worker.activityTask(), 'page 7');
  const second = await worker.activityTask();
  expect(fromPayloads(second.heartbeatDetails)).toEqual(['page 7']);
  const { pendingActivities } = await environment.service.describeWorkflowExecution({
    namespace: 'default',
    execution,
  });
  expect(pendingActivities[0]!.lastFailure!.timeoutFailureInfo!.timeoutType).toBe(4);
  await worker.completeActivity(second);
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution, { show: ['attempt'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted attempt=1
    2 WorkflowTaskScheduled taskQueue=scripted attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 ActivityTaskStarted scheduled=5 attempt=2 lastFailure={'message':'activity Heartbeat timeout','timeoutFailureInfo':{'timeoutType':'HEARTBEAT'}}
    7 ActivityTaskCompleted scheduled=5 started=6
    8 WorkflowTaskScheduled taskQueue=scripted attempt=1
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

async function timeouts(execution: Parameters<typeof environment.closedHistory>[0]) {
  const events = await environment.closedHistory(execution);
  return events.flatMap(({ activityTaskTimedOutEventAttributes: attributes }) => (attributes ? [attributes] : []));
}
