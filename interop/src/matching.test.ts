import { test } from 'vitest';
import { api, commands, connect, eventTypes, eventually, toPayloads, type ScriptedWorker } from './harness/index.js';

const environment = await connect();
const { service } = environment;

// Temporal's server orders by priority with matching.useNewMatcher only, and each of four partitions of a queue by itself;
// it hands out eager activities with system.enableActivityEagerExecution only. Ours has one partition and needs no switch.
test('tasks of a higher priority go first', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const keys = [5, 3, 1, 4, 2];
  for (const priorityKey of keys) await environment.start(worker.taskQueue, { priority: { priorityKey } });
  await backlogOf(worker, keys.length);
  const order: unknown[] = [];
  for (let count = 0; count < keys.length; count += 1) {
    const task = await worker.step([commands.completeWorkflow()]);
    order.push(task.history!.events![0]!.workflowExecutionStartedEventAttributes!.priority!.priorityKey);
  }
  expect(order).toEqual([1, 2, 3, 4, 5]);
});

test('activities inherit the priority of their workflow unless they have one of their own', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  await environment.start(worker.taskQueue, { priority: { priorityKey: 4 } });
  const urgent = { priority: { priorityKey: 1 } };
  await worker.step([
    commands.scheduleActivity('inherits', worker.taskQueue),
    commands.scheduleActivity('urgent', worker.taskQueue, urgent),
  ]);
  await backlogOf(worker, 2, api.enums.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY);
  const order = [await worker.activityTask(), await worker.activityTask()];
  expect(order.map(({ activityId }) => activityId)).toEqual(['urgent', 'inherits']);
  expect(order.map(({ priority }) => priority?.priorityKey)).toEqual([1, 4]);
});

test('a worker limits how fast activities of its task queue start', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  await environment.start(worker.taskQueue);
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  await worker.step(ids.map((id) => commands.scheduleActivity(id, worker.taskQueue)));
  const firstMs = Date.now();
  for (const _ of ids) {
    await environment.rawConnection.withDeadline(Date.now() + 30_000, async () => {
      const task = await service.pollActivityTaskQueue({
        namespace: 'default',
        taskQueue: { name: worker.taskQueue },
        taskQueueMetadata: { maxTasksPerSecond: { value: 2 } },
      });
      await worker.completeActivity(task);
    });
  }
  // Two a second, and a burst of as many: the last of six comes two seconds after the first, or later.
  expect(Date.now() - firstMs).toBeGreaterThanOrEqual(1500);
});

test('an activity asked for eagerly comes with the answer, and not to the task queue', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const eager = { requestEagerExecution: true, input: toPayloads('in') };
  const reply = await worker.complete(await worker.workflowTask(), [
    commands.scheduleActivity('eager', worker.taskQueue, eager),
    commands.scheduleActivity('ordinary', worker.taskQueue),
  ]);
  expect(reply.activityTasks!.map(({ activityId }) => activityId)).toEqual(['eager']);
  await worker.completeActivity(reply.activityTasks![0]!, 'eagerly');
  const ordinary = await worker.activityTask();
  expect(ordinary.activityId).toBe('ordinary');
  await worker.completeActivity(ordinary);
  const completed = async (): Promise<number> =>
    eventTypes(await environment.history(execution)).filter((type) => type === 'ActivityTaskCompleted').length;
  expect(await completed()).toBe(2);
});

/** Waits until a task queue, whose size is counted a moment late, has `count` tasks waiting. */
async function backlogOf(worker: ScriptedWorker, count: number, taskQueueType = 1): Promise<void> {
  const taskQueue = { name: worker.taskQueue };
  await eventually(`${count} tasks in the backlog`, async () => {
    const request = { namespace: 'default', taskQueue, taskQueueType, reportStats: true };
    const { stats } = await service.describeTaskQueue(request);
    return Number(stats?.approximateBacklogCount ?? 0) === count ? true : undefined;
  });
}
