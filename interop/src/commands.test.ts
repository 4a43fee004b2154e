import { test } from 'vitest';
import { commands, connect, fromPayload, seconds, toPayload, toPayloads } from './harness/index.js';

const environment = await connect();

test('timers fire in the order of their deadlines', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.startTimer('late', 100), commands.startTimer('soon', 1)]);
  const task = await worker.step([commands.completeWorkflow()]);
  const [started, fired] = [task.history!.events![5]!, task.history!.events![6]!];
  expect(millis(fired.eventTime!) - millis(started.eventTime!)).toBeGreaterThanOrEqual(999);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=late startToFireTimeout=100s completed=4
    6 TimerStarted timerId=soon startToFireTimeout=1s completed=4
    7 TimerFired timerId=soon started=6
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('a cancelled timer never fires', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const both = { forceCreateNewWorkflowTask: true };
  await worker.step([commands.startTimer('t', 100)], both);
  await worker.step([commands.cancelTimer('t'), commands.startTimer('t', 1)]);
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=100s completed=4
    6 WorkflowTaskScheduled taskQueue=scripted
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 TimerCanceled timerId=t started=5 completed=8
    10 TimerStarted timerId=t startToFireTimeout=1s completed=8
    11 TimerFired timerId=t started=10
    12 WorkflowTaskScheduled taskQueue=scripted
    13 WorkflowTaskStarted scheduled=12
    14 WorkflowTaskCompleted scheduled=12 started=13
    15 WorkflowExecutionCompleted completed=14
  `);
});

test('a timer may be started and cancelled in one answer', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.startTimer('t', 100), commands.cancelTimer('t'), commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=100s completed=4
    6 TimerCanceled timerId=t started=5 completed=4
    7 WorkflowExecutionCompleted completed=4
  `);
});

test('complete, fail and cancel each write their terminal event', async ({ expect }) => {
  const terminal = async (command: Parameters<typeof worker.step>[0]): Promise<string | undefined> => {
    const execution = await environment.start(worker.taskQueue);
    await worker.step(command);
    return (await environment.closedTranscript(execution)).split('\n').at(-1);
  };
  const worker = environment.scriptedWorker();
  expect(await terminal([commands.completeWorkflow('a', 2)])).toMatchInlineSnapshot(
    `5 WorkflowExecutionCompleted result=['a',2] completed=4`,
  );
  expect(await terminal([commands.failWorkflow('no')])).toMatchInlineSnapshot(
    `5 WorkflowExecutionFailed failure={'message':'no','applicationFailureInfo':{'type':'Test'}} retryState=RETRY_POLICY_NOT_SET completed=4`,
  );
  expect(await terminal([commands.cancelWorkflow('details')])).toMatchInlineSnapshot(
    `5 WorkflowExecutionCanceled completed=4 details=['details']`,
  );
});

test('markers keep name, details and failure', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const marker = commands.recordMarker('version', { change: 'x', version: 3 });
  marker.recordMarkerCommandAttributes!.failure = { message: 'local activity failed' };
  await worker.step([marker, commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 MarkerRecorded markerName=version details={'change':['x'],'version':[3]} completed=4 failure={'message':'local activity failed'}
    6 WorkflowExecutionCompleted completed=4
  `);
});

test('search attributes are merged, and a null removes one', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue, {
    searchAttributes: { indexedFields: { CustomKeywordField: toPayload('old') } },
  });
  await worker.step(
    [commands.upsertSearchAttributes({ searchAttributes: { indexedFields: { CustomIntField: toPayload(7) } } })],
    { forceCreateNewWorkflowTask: true },
  );
  const cleared = { metadata: { encoding: Buffer.from('binary/null') } };
  await worker.step([
    commands.upsertSearchAttributes({ searchAttributes: { indexedFields: { CustomKeywordField: cleared } } }),
    commands.completeWorkflow(),
  ]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted searchAttributes={'CustomKeywordField':'old'}
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 UpsertWorkflowSearchAttributes completed=4 searchAttributes={'CustomIntField':7}
    6 WorkflowTaskScheduled taskQueue=scripted
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 UpsertWorkflowSearchAttributes completed=8 searchAttributes={'CustomKeywordField':null}
    10 WorkflowExecutionCompleted completed=8
  `);
  const description = await environment.service.describeWorkflowExecution({ namespace: 'default', execution });
  const { indexedFields } = description.workflowExecutionInfo!.searchAttributes!;
  expect(fromPayload(indexedFields!.CustomIntField!)).toBe(7);
  expect(indexedFields!.CustomKeywordField).toBeUndefined();
});

test('memo changes are merged', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const memo = { fields: { keep: toPayload(1), change: toPayload('old') } };
  const execution = await environment.start(worker.taskQueue, { memo });
  const upsertedMemo = { fields: { change: toPayload('new'), add: toPayload(true) } };
  await worker.step([commands.modifyProperties({ upsertedMemo }), commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted memo={'change':'old','keep':1}
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowPropertiesModified completed=4 upsertedMemo={'add':true,'change':'new'}
    6 WorkflowExecutionCompleted completed=4
  `);
  const description = await environment.service.describeWorkflowExecution({ namespace: 'default', execution });
  const { fields } = description.workflowExecutionInfo!.memo!;
  expect(Object.fromEntries(Object.entries(fields!).map(([key, value]) => [key, fromPayload(value)]))).toEqual({
    keep: 1,
    change: 'new',
    add: true,
  });
});

test('user metadata of a command is kept with its event', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const timer = { ...commands.startTimer('t', 100), userMetadata: { summary: toPayload('wait for supper') } };
  await worker.step([timer, commands.completeWorkflow()]);
  const started = (await environment.closedHistory(execution)).find((event) => event.timerStartedEventAttributes);
  expect(fromPayload(started!.userMetadata!.summary!)).toBe('wait for supper');
});

test('scheduling an activity writes every attribute that was given', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const schedule = commands.scheduleActivity('a', worker.taskQueue, {
    input: toPayloads('in'),
    header: { fields: { trace: toPayload('t') } },
    scheduleToCloseTimeout: seconds(50),
    scheduleToStartTimeout: seconds(40),
    startToCloseTimeout: seconds(30),
    heartbeatTimeout: seconds(20),
    retryPolicy: { maximumAttempts: 3, nonRetryableErrorTypes: ['Fatal'] },
    priority: { priorityKey: 4 },
  });
  await worker.step([schedule, commands.completeWorkflow()]);
  const show = [
    'header', 'scheduleToCloseTimeout', 'scheduleToStartTimeout', 'startToCloseTimeout', 'heartbeatTimeout', 'retryPolicy',
    'priority',
  ]; // prettier-ignore
  const lines = (await environment.closedTranscript(execution, { show })).split('\n');
  expect(lines[4]).toMatchInlineSnapshot(
    `5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted header={'trace':'t'} input=['in'] scheduleToCloseTimeout=50s scheduleToStartTimeout=40s startToCloseTimeout=30s heartbeatTimeout=20s completed=4 retryPolicy={'initialInterval':'1s','backoffCoefficient':2,'maximumInterval':'100s','maximumAttempts':3,'nonRetryableErrorTypes':['Fatal']} priority={'priorityKey':4}`,
  );
});

test('activity timeouts are completed and cut by one another and by the run timeout', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue, { workflowRunTimeout: seconds(100) });
  const none = { startToCloseTimeout: null };
  await worker.step([
    commands.scheduleActivity('only-start-to-close', worker.taskQueue, { startToCloseTimeout: seconds(5) }),
    commands.scheduleActivity('only-schedule-to-close', worker.taskQueue, {
      ...none,
      scheduleToCloseTimeout: seconds(7),
    }),
    commands.scheduleActivity('too-long', worker.taskQueue, {
      startToCloseTimeout: seconds(1000),
      heartbeatTimeout: seconds(2000),
    }),
    commands.completeWorkflow(),
  ]);
  const show = [
    'scheduleToCloseTimeout',
    'scheduleToStartTimeout',
    'startToCloseTimeout',
    'heartbeatTimeout',
    'retryPolicy',
  ];
  expect((await environment.closedTranscript(execution, { show })).split('\n').slice(4, 7).join('\n'))
    .toMatchInlineSnapshot(`
    5 ActivityTaskScheduled activityId=only-start-to-close activityType=act taskQueue=scripted scheduleToCloseTimeout=100s scheduleToStartTimeout=100s startToCloseTimeout=5s heartbeatTimeout={} completed=4 retryPolicy={'initialInterval':'1s','backoffCoefficient':2,'maximumInterval':'100s'}
    6 ActivityTaskScheduled activityId=only-schedule-to-close activityType=act taskQueue=scripted scheduleToCloseTimeout=7s scheduleToStartTimeout=7s startToCloseTimeout=7s heartbeatTimeout={} completed=4 retryPolicy={'initialInterval':'1s','backoffCoefficient':2,'maximumInterval':'100s'}
    7 ActivityTaskScheduled activityId=too-long activityType=act taskQueue=scripted scheduleToCloseTimeout=100s scheduleToStartTimeout=100s startToCloseTimeout=100s heartbeatTimeout=100s completed=4 retryPolicy={'initialInterval':'1s','backoffCoefficient':2,'maximumInterval':'100s'}
  `);
});

test('an activity may be requested to cancel in the answer that schedules it, before anyone took it', async ({
  expect,
}) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.scheduleActivity('a', worker.taskQueue), commands.requestCancelActivity(5)]);
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 ActivityTaskCancelRequested scheduled=5 completed=4
    7 ActivityTaskCanceled details=['ACTIVITY_ID_NOT_STARTED'] latestCancelRequestedEventId=6 scheduled=5
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('cancelling an activity that is waiting to be retried ends it at once', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([
    commands.scheduleActivity('a', worker.taskQueue, { retryPolicy: { initialInterval: seconds(100) } }),
    commands.startTimer('t', 1),
  ]);
  await worker.failActivity(await worker.activityTask(), 'first attempt');
  await worker.step([commands.requestCancelActivity(5)]);
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 TimerStarted timerId=t startToFireTimeout=1s completed=4
    7 TimerFired timerId=t started=6
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 ActivityTaskCancelRequested scheduled=5 completed=10
    12 ActivityTaskCanceled details=['ACTIVITY_ID_NOT_STARTED'] latestCancelRequestedEventId=11 scheduled=5
    13 WorkflowTaskScheduled taskQueue=scripted
    14 WorkflowTaskStarted scheduled=13
    15 WorkflowTaskCompleted scheduled=13 started=14
    16 WorkflowExecutionCompleted completed=15
  `);
});

function millis(time: { seconds?: unknown; nanos?: number | null }): number {
  return Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6;
}
