import { test } from 'vitest';
import {
  api,
  commands,
  connect,
  errorDetails,
  eventTypes,
  expectStatus,
  fromPayloads,
  seconds,
  toPayloads,
  type ScriptedWorker,
  PAIRS,
} from './harness/index.js';

type WorkflowTask = api.service.IPollWorkflowTaskQueueResponse;
const environment = await connect();
const { service } = environment;
const { QueryResultType } = api.enums;

test('a failing handler hands its failure to the caller', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step();
  const refused = expectStatus(query(execution), 'INVALID_ARGUMENT', /broken on purpose/);
  const task = await worker.workflowTask();
  await service.respondQueryTaskCompleted({
    namespace: 'default',
    taskToken: task.taskToken,
    completedType: QueryResultType.QUERY_RESULT_TYPE_FAILED,
    errorMessage: 'broken on purpose',
    failure: { message: 'broken on purpose', applicationFailureInfo: { type: 'Broken' } },
  });
  expect(errorDetails(await refused)).toMatchInlineSnapshot(`
    [
      {
        type: QueryFailedFailure,
        value: {
          failure: {
            applicationFailureInfo: {
              type: Broken,
            },
            message: broken on purpose,
          },
        },
      },
    ]
  `);
});

test('an answer to a query is accepted once', async () => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step();
  const answer = query(execution);
  const task = await worker.workflowTask();
  await respond(task, 'once');
  await answer;
  await expectStatus(respond(task, 'again'), 'NOT_FOUND', /query task|not found|expired/i);
});

test('a query of a workflow whose start is delayed is refused until its first task', async () => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue, { workflowStartDelay: seconds(3600) });
  await expectStatus(query(execution), 'FAILED_PRECONDITION');
});

test('a query with no worker about says so', { timeout: 60_000 }, async () => {
  // An eager task needs no poller, so that nobody has ever polled this task queue.
  const { eagerWorkflowTask: task } = await service.startWorkflowExecution({
    namespace: 'default',
    workflowId: environment.uniqueId('wf'),
    workflowType: { name: 'scripted' },
    taskQueue: { name: environment.uniqueId('nobody-polls') },
    requestEagerExecution: true,
  });
  await service.respondWorkflowTaskCompleted({ namespace: 'default', taskToken: task!.taskToken });
  const execution = { workflowId: task!.workflowExecution!.workflowId! };
  await expectStatus(query(execution), 'FAILED_PRECONDITION', /no poller seen for task queue.* recently/);
});

test('a run that closed before any worker saw it cannot be queried', async () => {
  const execution = await environment.start(environment.uniqueId('nobody-polls'));
  await service.terminateWorkflowExecution({ namespace: 'default', workflowExecution: execution });
  await expectStatus(query(execution), 'FAILED_PRECONDITION', /closed before WorkflowTaskStarted/);
});

test('a query sees the signal that was sent before it', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step();
  await service.signalWorkflowExecution({ namespace: 'default', workflowExecution: execution, signalName: 'before' });
  const answer = query(execution);
  const task = await polledWithQuery(worker);
  expect(eventTypes(task.history!.events!)).toContain('WorkflowExecutionSignaled');
  await worker.complete(task, [], { queryResults: answers(task, 'after the signal') });
  expect(fromPayloads((await answer).queryResult)).toEqual(['after the signal']);
});

test('a query that rides and fails fails alone', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const refused = expectStatus(query(execution), 'INVALID_ARGUMENT', /sorry/);
  const task = await polledWithQuery(worker);
  const [queryId] = Object.keys(task.queries!);
  const failed = { resultType: QueryResultType.QUERY_RESULT_TYPE_FAILED, errorMessage: 'sorry' };
  await worker.complete(task, [commands.completeWorkflow()], { queryResults: { [queryId!]: failed } });
  await refused;
  expect(eventTypes(await environment.history(execution)).at(-1)).toBe('WorkflowExecutionCompleted');
});

test('a query that arrives while a task runs is answered with what that task did', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const running = await worker.workflowTask();
  const answer = query(execution);
  const directly = worker.workflowTask();
  await worker.complete(running, [commands.startTimer('t', 100)]);
  const task = await directly;
  expect(task.query!.queryType).toBe('state');
  expect(eventTypes(task.history!.events!).at(-1)).toBe('TimerStarted');
  await respond(task, 'after the task');
  expect(fromPayloads((await answer).queryResult)).toEqual(['after the task']);
});

test('sticky: the worker that has the run cached is asked without history', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const sticky = environment.uniqueId('sticky');
  const execution = await environment.start(worker.taskQueue);
  const polled = worker.workflowTask(sticky);
  await worker.step([commands.startTimer('t', 100)], stickyTo(sticky));
  const answer = query(execution);
  const task = await polled;
  expect(task.query!.queryType).toBe('state');
  expect(task.history?.events ?? []).toEqual([]);
  await respond(task, 'from the cache');
  expect(fromPayloads((await answer).queryResult)).toEqual(['from the cache']);
});

test('sticky: when that worker is gone, another one is asked with the whole history', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const sticky = environment.uniqueId('sticky');
  const execution = await environment.start(worker.taskQueue);
  const polled = worker.workflowTask(sticky);
  await worker.step([], { ...stickyTo(sticky), forceCreateNewWorkflowTask: true });
  await worker.complete(await polled, [commands.startTimer('t', 100)], stickyTo(sticky));
  // Nobody polls the sticky queue any more, though somebody did a moment ago.
  const answer = query(execution);
  const task = await worker.workflowTask();
  expect(eventTypes(task.history!.events!)[0]).toBe('WorkflowExecutionStarted');
  await respond(task, 'replayed');
  expect(fromPayloads((await answer).queryResult)).toEqual(['replayed']);
});

test.for(PAIRS)(
  'client of $client, worker of $worker: queries before and after a restart',
  async (sdks, { expect }) => {
    const taskQueue = environment.uniqueId('cart');
    const first = await environment.worker(sdks.worker, taskQueue);
    const workflowId = environment.uniqueId('cart');
    const handle = await environment.clientOf(sdks.client).workflow.start('cart', { workflowId, taskQueue });
    await handle.signal('add', 'bread');
    expect(await handle.query('items')).toEqual(['bread']);
    await expect(handle.query('broken')).rejects.toThrow(/this query is broken/);
    await expect(handle.query('no such query')).rejects.toThrow(/no such query/);
    await first.stop();
    await environment.worker(sdks.worker, taskQueue);
    await handle.signal('add', 'milk');
    expect(await handle.query('items')).toEqual(['bread', 'milk']);
    await handle.signal('checkOut');
    await handle.result();
    expect(await handle.query('items')).toEqual(['bread', 'milk']);
    const types = eventTypes(await environment.history({ workflowId }));
    expect(types.filter((type) => type === 'WorkflowExecutionSignaled')).toHaveLength(3);
  },
);

async function query(execution: { workflowId: string }): Promise<api.service.QueryWorkflowResponse> {
  return await service.queryWorkflow({ namespace: 'default', execution, query: { queryType: 'state' } });
}

/** Polls until a workflow task carries a query: one that is given out too early goes back by a failed attempt. */
async function polledWithQuery(worker: ScriptedWorker): Promise<WorkflowTask> {
  for (;;) {
    const task = await worker.workflowTask();
    if (Object.keys(task.queries ?? {}).length > 0) return task;
    await service.respondWorkflowTaskFailed({ namespace: 'default', taskToken: task.taskToken, cause: 1 });
  }
}

function answers(task: WorkflowTask, value: unknown): Record<string, api.query.IWorkflowQueryResult> {
  const result = { resultType: QueryResultType.QUERY_RESULT_TYPE_ANSWERED, answer: toPayloads(value) };
  return Object.fromEntries(Object.keys(task.queries ?? {}).map((queryId) => [queryId, result]));
}

async function respond(task: WorkflowTask, value: unknown): Promise<void> {
  await service.respondQueryTaskCompleted({
    namespace: 'default',
    taskToken: task.taskToken,
    completedType: QueryResultType.QUERY_RESULT_TYPE_ANSWERED,
    queryResult: toPayloads(value),
  });
}

function stickyTo(name: string): api.service.IRespondWorkflowTaskCompletedRequest {
  return { stickyAttributes: { workerTaskQueue: { name, kind: 2 }, scheduleToStartTimeout: seconds(10) } };
}
