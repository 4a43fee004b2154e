import { test } from 'vitest';
import {
  api,
  commands,
  connect,
  eventTypes,
  eventually,
  expectStatus,
  fromPayload,
  toPayload,
} from './harness/index.js';

const environment = await connect();
const { service } = environment;
const status = api.enums.WorkflowExecutionStatus;

test('lists and counts by id, type, status and start time', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const type = environment.uniqueId('listed');
  const workflowType = { name: type };
  const before = new Date().toISOString();
  const open = await environment.start(environment.uniqueId('nobody'), { workflowType });
  const done = await environment.start(worker.taskQueue, { workflowType });
  await worker.step([commands.completeWorkflow()]);
  await environment.closedHistory(done);
  const ids = async (query: string): Promise<string[]> => {
    const { executions } = await service.listWorkflowExecutions({ namespace: 'default', query });
    return executions.map((info) => info.execution!.workflowId!).sort();
  };
  const both = [open.workflowId, done.workflowId].sort();
  const settled = `WorkflowType = '${type}' AND ExecutionStatus = 'Completed'`;
  await eventually('the closed one is listed', async () => ((await ids(settled)).length === 1 ? true : undefined));
  expect(await ids(`WorkflowType = '${type}'`)).toEqual(both);
  expect(await ids(settled)).toEqual([done.workflowId]);
  expect(await ids(`WorkflowType = '${type}' AND ExecutionStatus = 'Running'`)).toEqual([open.workflowId]);
  expect(await ids(`WorkflowId = '${open.workflowId}'`)).toEqual([open.workflowId]);
  expect(await ids(`WorkflowId IN ('${open.workflowId}', '${done.workflowId}')`)).toEqual(both);
  expect(await ids(`WorkflowType = '${type}' AND StartTime >= '${before}'`)).toEqual(both);
  expect(await ids(`WorkflowType = '${type}' AND StartTime < '${before}'`)).toEqual([]);
  const count = await service.countWorkflowExecutions({ namespace: 'default', query: `WorkflowType = '${type}'` });
  expect(Number(count.count)).toBe(2);
  const grouped = await service.countWorkflowExecutions({
    namespace: 'default',
    query: `WorkflowType = '${type}' GROUP BY ExecutionStatus`,
  });
  const groups = grouped.groups.map((group) => [fromPayload(group.groupValues![0]!), Number(group.count)]);
  expect(Object.fromEntries(groups)).toEqual({ Running: 1, Completed: 1 });
});

test('a list comes page by page, newest first', async ({ expect }) => {
  const type = environment.uniqueId('paged');
  const queue = environment.uniqueId('nobody');
  const started: string[] = [];
  for (let count = 0; count < 5; count++)
    started.push((await environment.start(queue, { workflowType: { name: type } })).workflowId);
  const query = `WorkflowType = '${type}'`;
  await eventually('all five are listed', async () => {
    const { count } = await service.countWorkflowExecutions({ namespace: 'default', query });
    return Number(count) === 5 ? true : undefined;
  });
  const pages: string[][] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await service.listWorkflowExecutions({ namespace: 'default', query, pageSize: 2, nextPageToken });
    if (page.executions.length > 0) pages.push(page.executions.map((info) => info.execution!.workflowId!));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken?.length);
  expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
  expect(pages.flat()).toEqual(started.reverse());
});

test('a listed execution tells what it is', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue, {
    memo: { fields: { note: toPayload('m') } },
    searchAttributes: { indexedFields: { CustomKeywordField: toPayload('k') } },
  });
  await worker.step([commands.completeWorkflow()]);
  await environment.closedHistory(execution);
  const query = `WorkflowId = '${execution.workflowId}' AND ExecutionStatus = 'Completed'`;
  const info = await eventually('the closed one is listed', async () => {
    return (await service.listWorkflowExecutions({ namespace: 'default', query })).executions[0];
  });
  expect(info).toMatchObject({
    execution,
    type: { name: 'scripted' },
    status: status.WORKFLOW_EXECUTION_STATUS_COMPLETED,
    taskQueue: worker.taskQueue,
  });
  expect(Number(info.historyLength)).toBe(5);
  expect(fromPayload(info.memo!.fields!.note!)).toBe('m');
  expect(fromPayload(info.searchAttributes!.indexedFields!.CustomKeywordField!)).toBe('k');
  expect(info.closeTime).toBeTruthy();
});

test('a search attribute that a workflow sets can be searched for', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const value = environment.uniqueId('value');
  const execution = await environment.start(worker.taskQueue);
  const searchAttributes = { indexedFields: { CustomKeywordField: toPayload(value) } };
  await worker.step([commands.upsertSearchAttributes({ searchAttributes })]);
  const found = await eventually('the value is found', async () => {
    const query = `CustomKeywordField = '${value}'`;
    return (await service.listWorkflowExecutions({ namespace: 'default', query })).executions[0];
  });
  expect(found.execution!.workflowId).toBe(execution.workflowId);
});

test('scan, open and closed lists show the same executions', async ({ expect }) => {
  const type = environment.uniqueId('scanned');
  const execution = await environment.start(environment.uniqueId('nobody'), { workflowType: { name: type } });
  const query = `WorkflowType = '${type}'`;
  await eventually('it is scanned', async () => {
    return (await service.scanWorkflowExecutions({ namespace: 'default', query })).executions[0];
  });
  const open = await service.listOpenWorkflowExecutions({
    namespace: 'default',
    startTimeFilter: {},
    executionFilter: { workflowId: execution.workflowId },
  });
  expect(open.executions.map((info) => info.execution!.runId)).toEqual([execution.runId]);
  const closed = await service.listClosedWorkflowExecutions({
    namespace: 'default',
    startTimeFilter: {},
    executionFilter: { workflowId: execution.workflowId },
  });
  expect(closed.executions).toEqual([]);
});

test.for([
  ['a half query', `WorkflowId =`],
  ['an unknown attribute', `NoSuchAttribute = 'x'`],
  ['a status that does not exist', `ExecutionStatus = 'Asleep'`],
  ['a time that is none', `StartTime > 'yesterday-ish'`],
])('%s is refused', async ([, query]) => {
  await expectStatus(service.listWorkflowExecutions({ namespace: 'default', query }), 'INVALID_ARGUMENT');
  await expectStatus(service.countWorkflowExecutions({ namespace: 'default', query }), 'INVALID_ARGUMENT');
});

test('a running execution is described with its pending work and its configuration', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const first = await service.describeWorkflowExecution({ namespace: 'default', execution });
  expect(first.pendingWorkflowTask).toMatchObject({ state: 1, attempt: 1 });
  const task = await worker.workflowTask();
  const started = await service.describeWorkflowExecution({ namespace: 'default', execution });
  expect(started.pendingWorkflowTask).toMatchObject({ state: 2, attempt: 1 });
  await worker.complete(task, [commands.scheduleActivity('a', worker.taskQueue), commands.startTimer('t', 100)]);
  const idle = await service.describeWorkflowExecution({
    namespace: 'default',
    execution: { workflowId: execution.workflowId },
  });
  expect(idle.pendingWorkflowTask ?? null).toBeNull();
  expect(idle.pendingActivities).toMatchObject([{ activityId: 'a', state: 1, attempt: 1 }]);
  expect(idle.workflowExecutionInfo).toMatchObject({
    execution,
    status: status.WORKFLOW_EXECUTION_STATUS_RUNNING,
    firstRunId: execution.runId,
  });
  expect(Number(idle.workflowExecutionInfo!.historyLength)).toBe(6);
  expect(Number(idle.workflowExecutionInfo!.historySizeBytes)).toBeGreaterThan(100);
  expect(idle.executionConfig).toMatchObject({ taskQueue: { name: worker.taskQueue } });
  await worker.activityTask();
  const running = await service.describeWorkflowExecution({ namespace: 'default', execution });
  expect(running.pendingActivities).toMatchObject([{ state: 2, lastWorkerIdentity: worker.identity }]);
  expect(eventTypes(await environment.history(execution))).toHaveLength(6);
});
