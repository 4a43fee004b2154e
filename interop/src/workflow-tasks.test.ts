import { test } from 'vitest';
import { api, commands, connect, eventTypes, expectStatus, seconds, type ScriptedWorker } from './harness/index.js';

const environment = await connect();
const causes = api.enums.WorkflowTaskFailedCause;

test('a failed workflow task is written once and retried as a transient task', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  for (const attempt of [1, 2, 3]) {
    const task = await worker.workflowTask();
    expect(task.attempt).toBe(attempt);
    await environment.service.respondWorkflowTaskFailed({
      namespace: 'default',
      taskToken: task.taskToken,
      cause: causes.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
      failure: { message: `broken ${attempt}` },
      identity: 'worker',
    });
  }
  const last = await worker.step([commands.completeWorkflow()]);
  expect(last.attempt).toBe(4);
  expect(eventTypes(last.history!.events!)).toMatchInlineSnapshot(`
    [
      WorkflowExecutionStarted,
      WorkflowTaskScheduled,
      WorkflowTaskStarted,
      WorkflowTaskFailed,
      WorkflowTaskScheduled,
      WorkflowTaskStarted,
    ]
  `);
  expect(await environment.closedTranscript(execution, { show: ['attempt'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted attempt=1
    2 WorkflowTaskScheduled taskQueue=scripted attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=NON_DETERMINISTIC_ERROR failure={'message':'broken 1'}
    5 WorkflowTaskScheduled taskQueue=scripted attempt=4
    6 WorkflowTaskStarted scheduled=5
    7 WorkflowTaskCompleted scheduled=5 started=6
    8 WorkflowExecutionCompleted completed=7
  `);
});

test('a workflow task that nobody answers times out and is given out again', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue, { workflowTaskTimeout: seconds(1) });
  const lost = await worker.workflowTask();
  const second = await worker.workflowTask();
  expect(second.attempt).toBe(2);
  await expectStatus(worker.complete(lost, [commands.completeWorkflow()]), 'NOT_FOUND', /workflow task not found/i);
  await worker.complete(second, [commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution, { show: ['attempt'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted attempt=1
    2 WorkflowTaskScheduled taskQueue=scripted attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskTimedOut scheduled=2 started=3 timeoutType=START_TO_CLOSE
    5 WorkflowTaskScheduled taskQueue=scripted attempt=2
    6 WorkflowTaskStarted scheduled=5
    7 WorkflowTaskCompleted scheduled=5 started=6
    8 WorkflowExecutionCompleted completed=7
  `);
});

test('an event that arrives during a transient task makes its schedule part of the history', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  for (const attempt of [1, 2]) {
    const task = await worker.workflowTask();
    if (attempt === 2) await signal(execution, 'meanwhile');
    await fail(task);
  }
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution, { show: ['attempt'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted attempt=1
    2 WorkflowTaskScheduled taskQueue=scripted attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=WORKFLOW_WORKER_UNHANDLED_FAILURE failure={'message':'broken'}
    5 WorkflowExecutionSignaled signalName=meanwhile
    6 WorkflowTaskScheduled taskQueue=scripted attempt=1
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 WorkflowExecutionCompleted completed=8
  `);
});

test('forcing a new workflow task gives one without any new event', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const first = await worker.workflowTask();
  const { workflowTask: next } = await worker.complete(first, [commands.recordMarker('m')], {
    forceCreateNewWorkflowTask: true,
    returnNewWorkflowTask: true,
  });
  expect(next!.previousStartedEventId!.toString()).toBe('3');
  await worker.complete(next!, [commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 MarkerRecorded markerName=m completed=4
    6 WorkflowTaskScheduled taskQueue=scripted
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 WorkflowExecutionCompleted completed=8
  `);
});

test('a forced new task without asking for it in the reply goes to the task queue', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const reply = await worker.complete(await worker.workflowTask(), [], { forceCreateNewWorkflowTask: true });
  expect(reply.workflowTask ?? null).toBeNull();
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowTaskScheduled taskQueue=scripted
    6 WorkflowTaskStarted scheduled=5
    7 WorkflowTaskCompleted scheduled=5 started=6
    8 WorkflowExecutionCompleted completed=7
  `);
});

test('a signal that arrives while a workflow task runs is buffered behind its completion', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const task = await worker.workflowTask();
  await signal(execution, 'one');
  await signal(execution, 'two');
  expect(eventTypes(await environment.history(execution))).toEqual([
    'WorkflowExecutionStarted',
    'WorkflowTaskScheduled',
    'WorkflowTaskStarted',
  ]);
  await worker.complete(task, [commands.startTimer('t', 100)]);
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=100s completed=4
    6 WorkflowExecutionSignaled signalName=one
    7 WorkflowExecutionSignaled signalName=two
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('completing a workflow while a signal waits fails the task, and the worker sees the signal', async ({
  expect,
}) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const task = await worker.workflowTask();
  await signal(execution, 'wait for me');
  await expectStatus(worker.complete(task, [commands.completeWorkflow('too early')]), 'INVALID_ARGUMENT', /unhandled/i);
  await worker.step([commands.completeWorkflow('all handled')]);
  expect(await environment.closedTranscript(execution, { show: ['attempt'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted attempt=1
    2 WorkflowTaskScheduled taskQueue=scripted attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=UNHANDLED_COMMAND failure={'message':'UnhandledCommand','serverFailureInfo':'{}'}
    5 WorkflowExecutionSignaled signalName=wait for me
    6 WorkflowTaskScheduled taskQueue=scripted attempt=1
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 WorkflowExecutionCompleted result=['all handled'] completed=8
  `);
});

test('an answer to a workflow task is accepted once', async () => {
  const worker = environment.scriptedWorker();
  await environment.start(worker.taskQueue);
  const task = await worker.step([commands.startTimer('t', 100)]);
  await expectStatus(worker.complete(task), 'NOT_FOUND', /workflow task not found/i);
});

test('sticky: the next task goes to the sticky queue with the new events only', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const sticky = environment.uniqueId('sticky');
  const execution = await environment.start(worker.taskQueue);
  const polled = worker.workflowTask(sticky);
  await worker.step([commands.startTimer('t', 100)], stickyTo(sticky));
  await signal(execution, 'wake');
  const task = await polled;
  expect(eventTypes(task.history!.events!)).toMatchInlineSnapshot(`
    [
      WorkflowTaskCompleted,
      TimerStarted,
      WorkflowExecutionSignaled,
      WorkflowTaskScheduled,
      WorkflowTaskStarted,
    ]
  `);
  expect(task.previousStartedEventId!.toString()).toBe('3');
  await worker.complete(task, [commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=100s completed=4
    6 WorkflowExecutionSignaled signalName=wake
    7 WorkflowTaskScheduled taskQueue=<sticky>
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 WorkflowExecutionCompleted completed=9
  `);
});

test('sticky: a task nobody fetches in time falls back to the normal queue with the whole history', async ({
  expect,
}) => {
  const worker = environment.scriptedWorker();
  const sticky = environment.uniqueId('sticky');
  const execution = await environment.start(worker.taskQueue);
  await workOnStickyQueueOnce(worker, sticky, 1);
  await signal(execution, 'wake');
  const task = await worker.workflowTask();
  expect(eventTypes(task.history!.events!)).toMatchInlineSnapshot(`
    [
      WorkflowExecutionStarted,
      WorkflowTaskScheduled,
      WorkflowTaskStarted,
      WorkflowTaskCompleted,
      WorkflowTaskScheduled,
      WorkflowTaskStarted,
      WorkflowTaskCompleted,
      TimerStarted,
      WorkflowExecutionSignaled,
      WorkflowTaskScheduled,
      WorkflowTaskTimedOut,
      WorkflowTaskScheduled,
      WorkflowTaskStarted,
    ]
  `);
  await worker.complete(task, [commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution, { show: ['attempt'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted attempt=1
    2 WorkflowTaskScheduled taskQueue=scripted attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowTaskScheduled taskQueue=<sticky> attempt=1
    6 WorkflowTaskStarted scheduled=5
    7 WorkflowTaskCompleted scheduled=5 started=6
    8 TimerStarted timerId=t startToFireTimeout=100s completed=7
    9 WorkflowExecutionSignaled signalName=wake
    10 WorkflowTaskScheduled taskQueue=<sticky> attempt=1
    11 WorkflowTaskTimedOut scheduled=10 timeoutType=SCHEDULE_TO_START
    12 WorkflowTaskScheduled taskQueue=scripted attempt=1
    13 WorkflowTaskStarted scheduled=12
    14 WorkflowTaskCompleted scheduled=12 started=13
    15 WorkflowExecutionCompleted completed=14
  `);
});

test('ResetStickyTaskQueue sends the next task to the normal queue', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.startTimer('t', 100)], stickyTo(environment.uniqueId('sticky'), 60));
  await environment.service.resetStickyTaskQueue({ namespace: 'default', execution });
  await signal(execution, 'wake');
  const task = await worker.step([commands.completeWorkflow()]);
  expect(eventTypes(task.history!.events!)[0]).toBe('WorkflowExecutionStarted');
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=100s completed=4
    6 WorkflowExecutionSignaled signalName=wake
    7 WorkflowTaskScheduled taskQueue=scripted
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 WorkflowExecutionCompleted completed=9
  `);
});

test('ShutdownWorker releases the sticky queue at once', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const sticky = environment.uniqueId('sticky');
  const execution = await environment.start(worker.taskQueue);
  await workOnStickyQueueOnce(worker, sticky, 60);
  await environment.service.shutdownWorker({
    namespace: 'default',
    stickyTaskQueue: sticky,
    identity: worker.identity,
  });
  await signal(execution, 'wake');
  const task = await worker.step([commands.completeWorkflow()]);
  expect(eventTypes(task.history!.events!)[0]).toBe('WorkflowExecutionStarted');
});

test('a long history reaches the worker page by page', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  // More than a page of any server: 256 transactions on Temporal's, 1,000 events here.
  const signals = 1100;
  for (let index = 0; index < signals; index += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, offset) => signal(execution, `s${index + offset}`)));
  }
  const task = await worker.workflowTask();
  const events = [...task.history!.events!];
  let nextPageToken = task.nextPageToken;
  expect(nextPageToken?.length).toBeGreaterThan(0);
  while (nextPageToken?.length) {
    const page = await environment.service.getWorkflowExecutionHistory({
      namespace: 'default',
      execution,
      nextPageToken,
    });
    events.push(...page.history!.events!);
    nextPageToken = page.nextPageToken;
  }
  expect(events.map(({ eventId }) => Number(eventId))).toEqual(
    Array.from({ length: signals + 3 }, (_, index) => index + 1),
  );
  await worker.complete(task, [commands.completeWorkflow()]);
});

test('the reply carries the next workflow task when one is already due', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const task = await worker.workflowTask();
  await signal(execution, 'buffered');
  const { workflowTask: next } = await worker.complete(task, [], { returnNewWorkflowTask: true });
  expect(eventTypes(next!.history!.events!)).toMatchInlineSnapshot(`
    [
      WorkflowTaskCompleted,
      WorkflowExecutionSignaled,
      WorkflowTaskScheduled,
      WorkflowTaskStarted,
    ]
  `);
  await worker.complete(next!, [commands.completeWorkflow()]);
});

test('sdk metadata, metering and worker version of a completion are recorded', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.completeWorkflow()], {
    sdkMetadata: { coreUsedFlags: [1, 2], langUsedFlags: [3], sdkName: 'test-sdk', sdkVersion: '1.2.3' },
    meteringMetadata: { nonfirstLocalActivityExecutionAttempts: 7 },
  });
  const show = ['sdkMetadata', 'meteringMetadata', 'identity'];
  const lines = (await environment.closedTranscript(execution, { show })).split('\n');
  expect(lines[3]).toMatchInlineSnapshot(
    `4 WorkflowTaskCompleted scheduled=2 started=3 identity=scripted-scripted sdkMetadata={'coreUsedFlags':[1,2],'langUsedFlags':[3],'sdkName':'test-sdk','sdkVersion':'1.2.3'} meteringMetadata={'nonfirstLocalActivityExecutionAttempts':7}`,
  );
});

// A sticky queue is only used while it has pollers or had one a moment ago: this poller is gone when it returns.
async function workOnStickyQueueOnce(worker: ScriptedWorker, sticky: string, timeoutS: number): Promise<void> {
  const polled = worker.workflowTask(sticky);
  await worker.step([], { ...stickyTo(sticky, timeoutS), forceCreateNewWorkflowTask: true });
  await worker.complete(await polled, [commands.startTimer('t', 100)], stickyTo(sticky, timeoutS));
}

async function signal({ workflowId }: { workflowId: string }, signalName: string): Promise<void> {
  const workflowExecution = { workflowId };
  await environment.service.signalWorkflowExecution({ namespace: 'default', workflowExecution, signalName });
}

async function fail(task: api.service.IPollWorkflowTaskQueueResponse): Promise<void> {
  const cause = causes.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE;
  await environment.service.respondWorkflowTaskFailed({
    namespace: 'default',
    taskToken: task.taskToken,
    cause,
    failure: { message: 'broken' },
  });
}

function stickyTo(name: string, timeoutS = 10): api.service.IRespondWorkflowTaskCompletedRequest {
  return { stickyAttributes: { workerTaskQueue: { name, kind: 2 }, scheduleToStartTimeout: seconds(timeoutS) } };
}
