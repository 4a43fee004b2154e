import { test } from 'vitest';
import {
  api,
  commands,
  connect,
  expectStatus,
  fromPayloads,
  toPayloads,
  type ScriptedWorker,
} from './harness/index.js';

const environment = await connect();
const { service } = environment;
const answeredType = api.enums.QueryResultType.QUERY_RESULT_TYPE_ANSWERED;
const failedType = api.enums.QueryResultType.QUERY_RESULT_TYPE_FAILED;

test('a query on an idle workflow is a task of its own and leaves no history', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  const before = await environment.transcript(execution);
  const answer = query(execution.workflowId, 'state', 'arg');
  const task = await worker.workflowTask();
  expect(task.query).toMatchObject({ queryType: 'state' });
  expect(fromPayloads(task.query!.queryArgs)).toEqual(['arg']);
  expect(task.history!.events).toHaveLength(4);
  await answerQuery(task, 'the answer');
  expect(fromPayloads((await answer).queryResult)).toEqual(['the answer']);
  expect(await environment.transcript(execution)).toBe(before);
});

test('a query on a workflow with a task due rides on that task', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  await service.signalWorkflowExecution({ namespace: 'default', workflowExecution: execution, signalName: 'wake' });
  const answer = query(execution.workflowId, 'state');
  const task = await taskWithQuery(worker);
  const queryResults = resultsFor(task, { resultType: answeredType, answer: toPayloads('after the signal') });
  await worker.complete(task, [], { queryResults });
  expect(fromPayloads((await answer).queryResult)).toEqual(['after the signal']);
});

test('a failing query tells its message', async () => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  const refused = expectStatus(query(execution.workflowId, 'broken'), 'INVALID_ARGUMENT', /no such query/);
  await service.respondQueryTaskCompleted({
    namespace: 'default',
    taskToken: (await worker.workflowTask()).taskToken,
    completedType: failedType,
    errorMessage: 'no such query',
  });
  await refused;
});

test('a closed workflow still answers', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.completeWorkflow('result')]);
  await environment.closedHistory(execution);
  const answer = query(execution.workflowId, 'state');
  const task = await worker.workflowTask();
  expect(task.history!.events!.at(-1)!.workflowExecutionCompletedEventAttributes).toBeTruthy();
  await answerQuery(task, 'final state');
  expect(fromPayloads((await answer).queryResult)).toEqual(['final state']);
});

test('reject conditions keep closed workflows from being asked', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const { QUERY_REJECT_CONDITION_NOT_OPEN: notOpen, QUERY_REJECT_CONDITION_NOT_COMPLETED_CLEANLY: notClean } =
    api.enums.QueryRejectCondition;
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.failWorkflow('unclean')]);
  await environment.closedHistory(execution);
  const status = api.enums.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED;
  for (const queryRejectCondition of [notOpen, notClean]) {
    const response = await service.queryWorkflow({
      namespace: 'default',
      execution: { workflowId: execution.workflowId },
      query: { queryType: 'state' },
      queryRejectCondition,
    });
    expect(response.queryRejected?.status).toBe(status);
    expect(response.queryResult ?? null).toBeNull();
  }
});

test('a query waits for the first workflow task', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const answer = query(execution.workflowId, 'state');
  await worker.step([]);
  await answerQuery(await worker.workflowTask(), 'started by now');
  expect(fromPayloads((await answer).queryResult)).toEqual(['started by now']);
});

test('a query that no worker ever takes ends with its deadline', async () => {
  const execution = await environment.start(environment.uniqueId('nobody'));
  const asked = environment.rawConnection.withDeadline(Date.now() + 1000, () => query(execution.workflowId, 'state'));
  await expectStatus(asked, 'DEADLINE_EXCEEDED');
});

test('a query on an unknown workflow is refused', async () => {
  await expectStatus(query(environment.uniqueId('nobody'), 'state'), 'NOT_FOUND');
  await expectStatus(
    service.queryWorkflow({ namespace: 'default', execution: { workflowId: 'x' } }),
    'INVALID_ARGUMENT',
    /query/i,
  );
});

test('two queries at once get their own answers', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  const answers = [query(execution.workflowId, 'left'), query(execution.workflowId, 'right')];
  for (let count = 0; count < 2; count++) {
    const task = await worker.workflowTask();
    await answerQuery(task, `answer to ${task.query!.queryType}`);
  }
  const results = (await Promise.all(answers)).map((response) => fromPayloads(response.queryResult)[0]);
  expect(results).toEqual(['answer to left', 'answer to right']);
});

async function query(
  workflowId: string,
  queryType: string,
  ...args: unknown[]
): Promise<api.service.IQueryWorkflowResponse> {
  const queryArgs = args.length ? toPayloads(...args) : null;
  return await service.queryWorkflow({
    namespace: 'default',
    execution: { workflowId },
    query: { queryType, queryArgs },
  });
}

async function answerQuery(task: api.service.IPollWorkflowTaskQueueResponse, answer: unknown): Promise<void> {
  await service.respondQueryTaskCompleted({
    namespace: 'default',
    taskToken: task.taskToken,
    completedType: answeredType,
    queryResult: toPayloads(answer),
  });
}

// The query may reach the server a moment after the task was handed out; it then comes with the next one.
async function taskWithQuery(worker: ScriptedWorker): Promise<api.service.IPollWorkflowTaskQueueResponse> {
  for (;;) {
    const task = await worker.workflowTask();
    if (Object.keys(task.queries ?? {}).length > 0) return task;
    await worker.complete(task, [], { forceCreateNewWorkflowTask: true });
  }
}

function resultsFor(
  task: api.service.IPollWorkflowTaskQueueResponse,
  result: { resultType: number; answer: ReturnType<typeof toPayloads> },
): Record<string, typeof result> {
  return Object.fromEntries(Object.keys(task.queries ?? {}).map((id) => [id, result]));
}
