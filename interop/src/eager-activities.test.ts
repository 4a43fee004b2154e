import { test } from 'vitest';
import { commands, connect } from './harness/index.js';

const environment = await connect();
// Temporal's server needs system.enableActivityEagerExecution for this.
const eager = { requestEagerExecution: true };

test('an activity that may run eagerly comes with the reply, and nobody else gets it', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const schedule = commands.scheduleActivity('a', worker.taskQueue, eager);
  const { activityTasks } = await worker.complete(await worker.workflowTask(), [schedule]);
  expect(activityTasks).toHaveLength(1);
  expect(activityTasks![0]).toMatchObject({ activityId: 'a', attempt: 1, workflowExecution: execution });
  await worker.completeActivity(activityTasks![0]!, 'eagerly');
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=a activityType=act taskQueue=scripted completed=4
    6 ActivityTaskStarted scheduled=5
    7 ActivityTaskCompleted result=['eagerly'] scheduled=5 started=6
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('an activity that does not ask for it goes to the task queue', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  await environment.start(worker.taskQueue);
  const schedule = commands.scheduleActivity('a', worker.taskQueue);
  const { activityTasks } = await worker.complete(await worker.workflowTask(), [schedule]);
  expect(activityTasks ?? []).toEqual([]);
  expect((await worker.activityTask()).activityId).toBe('a');
});

test('an eager activity that fails is retried through the task queue', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  await environment.start(worker.taskQueue);
  const retryPolicy = { initialInterval: { nanos: 100_000_000 } };
  const schedule = commands.scheduleActivity('a', worker.taskQueue, { ...eager, retryPolicy });
  const { activityTasks } = await worker.complete(await worker.workflowTask(), [schedule]);
  await worker.failActivity(activityTasks![0]!, 'first');
  expect((await worker.activityTask()).attempt).toBe(2);
});
