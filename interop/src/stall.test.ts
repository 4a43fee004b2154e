import { setTimeout as delay } from 'node:timers/promises';
import { test, type TestContext } from 'vitest';
import { commands, DurableServer, seconds, type ScriptedWorker } from './harness/index.js';

const TIMEOUT_SECONDS = 3;
const once = { maximumAttempts: 1 };

/** What a worker sends while the server stands still, in time; the server goes on after the timeout. */
async function sentInTime(server: DurableServer, send: () => Promise<unknown>): Promise<void> {
  const { answer } = await server.suspend(async () => {
    await delay((TIMEOUT_SECONDS * 1000) / 2);
    const sent = send();
    await delay(TIMEOUT_SECONDS * 1000);
    return { answer: sent };
  });
  await answer;
}

async function serverFor({ onTestFinished }: TestContext): Promise<{ server: DurableServer; worker: ScriptedWorker }> {
  const server = await DurableServer.start();
  onTestFinished(async () => await server.close());
  return { server, worker: server.environment.scriptedWorker() };
}

test('a heartbeat that came while the server stood still keeps the activity alive', async (context) => {
  const { expect } = context;
  const { server, worker } = await serverFor(context);
  const execution = await server.environment.start(worker.taskQueue);
  const options = { heartbeatTimeout: seconds(TIMEOUT_SECONDS), retryPolicy: once };
  await worker.step([commands.scheduleActivity('a', worker.taskQueue, options)]);
  const task = await worker.activityTask();
  await sentInTime(server, async () => await worker.heartbeat(task, 'alive'));
  await worker.completeActivity(task, 'done');
  await worker.step([commands.completeWorkflow()]);
  expect(await server.environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 ActivityTaskStarted scheduled=5
    7 ActivityTaskCompleted result=['done'] scheduled=5 started=6
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('answers to an activity and to a workflow task that came while the server stood still count', async (context) => {
  const { expect } = context;
  const { server, worker } = await serverFor(context);
  const workflowTaskTimeout = seconds(TIMEOUT_SECONDS);
  const execution = await server.environment.start(worker.taskQueue, { workflowTaskTimeout });
  const options = { startToCloseTimeout: seconds(TIMEOUT_SECONDS), retryPolicy: once };
  await worker.step([commands.scheduleActivity('a', worker.taskQueue, options)]);
  await server.environment.service.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: execution,
    signalName: 'go on',
  });
  const activityTask = await worker.activityTask();
  const workflowTask = await worker.workflowTask();
  await sentInTime(
    server,
    async () => await Promise.all([worker.completeActivity(activityTask), worker.complete(workflowTask)]),
  );
  await worker.step([commands.completeWorkflow()]);
  expect(await server.environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 WorkflowExecutionSignaled signalName=go on
    7 WorkflowTaskScheduled taskQueue=scripted
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 ActivityTaskStarted scheduled=5
    11 ActivityTaskCompleted scheduled=5 started=10
    12 WorkflowTaskScheduled taskQueue=scripted
    13 WorkflowTaskStarted scheduled=12
    14 WorkflowTaskCompleted scheduled=12 started=13
    15 WorkflowExecutionCompleted completed=14
  `);
});
