import { test } from 'vitest';
import { api, commands, connect, eventually, expectStatus } from './harness/index.js';

const environment = await connect();
const { service } = environment;
const { TASK_QUEUE_TYPE_WORKFLOW: workflowType, TASK_QUEUE_TYPE_ACTIVITY: activityType } = api.enums.TaskQueueType;

test('pollers are described while they poll, each type by itself', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const polled = worker.workflowTask();
  const pollers = await eventually('the poller is seen', async () => {
    const description = await describe(worker.taskQueue, workflowType);
    return description.pollers?.length ? description.pollers : undefined;
  });
  expect(pollers).toMatchObject([{ identity: worker.identity }]);
  expect(pollers[0]!.lastAccessTime).toBeTruthy();
  expect((await describe(worker.taskQueue, activityType)).pollers ?? []).toEqual([]);
  await environment.start(worker.taskQueue);
  await worker.complete(await polled, [commands.completeWorkflow()]);
});

test('a backlog is counted and goes down as tasks are taken', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  for (let count = 0; count < 3; count++) await environment.start(worker.taskQueue);
  const backlog = async (): Promise<number> => {
    const { stats } = await service.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name: worker.taskQueue },
      taskQueueType: workflowType,
      reportStats: true,
    });
    return Number(stats?.approximateBacklogCount ?? 0);
  };
  await eventually('three tasks wait', async () => ((await backlog()) === 3 ? true : undefined));
  for (let count = 0; count < 3; count++) await worker.step([commands.completeWorkflow()]);
  await eventually('none waits', async () => ((await backlog()) === 0 ? true : undefined));
  expect(await backlog()).toBe(0);
});

test('tasks of one queue go to many workers, each once', async ({ expect }) => {
  const queue = environment.scriptedWorker().taskQueue;
  const executions = await Promise.all(Array.from({ length: 12 }, () => environment.start(queue)));
  const seen: string[] = [];
  const work = async (): Promise<void> => {
    const worker = environment.workerOn(queue);
    while (seen.length < executions.length) {
      const task = await worker.pollWorkflowTask();
      if (!task.taskToken?.length) return;
      seen.push(task.workflowExecution!.runId!);
      await worker.complete(task, [commands.completeWorkflow()]);
      if (seen.length === executions.length) await Promise.all([1, 2, 3].map(() => environment.start(queue)));
    }
  };
  await Promise.all([work(), work(), work()]);
  const expected = executions.map(({ runId }) => runId);
  expect(seen.filter((runId) => expected.includes(runId)).sort()).toEqual([...expected].sort());
});

test('an empty poll ends empty at its deadline', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const poll = environment.rawConnection.withDeadline(Date.now() + 2500, () =>
    service.pollWorkflowTaskQueue({ namespace: 'default', taskQueue: { name: worker.taskQueue } }),
  );
  const answer = await poll.catch((error: Error & { code: number }) => error.code);
  // The server answers a moment before the deadline, if it is generous enough.
  if (typeof answer === 'number') expect(answer).toBe(4);
  else expect(answer.taskToken).toHaveLength(0);
});

test('a cancelled poll takes no task with it', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const abort = new AbortController();
  const poll = environment.rawConnection.withAbortSignal(abort.signal, () => worker.pollWorkflowTask());
  const outcome = poll.catch((error: Error & { code: number }) => error.code);
  await eventually('the poller is seen', async () =>
    (await describe(worker.taskQueue, workflowType)).pollers?.length ? true : undefined,
  );
  abort.abort();
  expect(await outcome).toBe(1);
  // The client reports the cancellation before it has sent it; after one more answer the server knows as well.
  await describe(worker.taskQueue, workflowType);
  const execution = await environment.start(worker.taskQueue);
  const task = await worker.step([commands.completeWorkflow()]);
  expect(task.workflowExecution!.runId).toBe(execution.runId);
  expect(task.attempt).toBe(1);
});

test('describing needs a name', async () => {
  await expectStatus(service.describeTaskQueue({ namespace: 'default' }), 'INVALID_ARGUMENT', /task ?queue/i);
});

async function describe(name: string, taskQueueType: number): Promise<api.service.IDescribeTaskQueueResponse> {
  return await service.describeTaskQueue({ namespace: 'default', taskQueue: { name }, taskQueueType });
}
