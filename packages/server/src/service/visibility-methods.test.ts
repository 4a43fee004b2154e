import { enums, services as api, type workflowservice } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { json, Served } from './testing/served.js';

const { WorkflowExecutionStatus } = enums;
const { methods } = api.WorkflowService;
const namespace = 'default';

async function ids(served: Served, query: string): Promise<(string | undefined)[]> {
  const { executions } = await served.call(methods.ListWorkflowExecutions, { namespace, query });
  return executions.map(({ execution }) => execution?.workflowId);
}

test('a list sees every execution acknowledged before it, with what it carries', async () => {
  const served = await Served.start();
  const { id } = served.services.namespaces.resolve(namespace);
  await served.services.namespaces.addSearchAttributes(id, { Colour: 'Keyword' });
  const runId = await served.startWorkflow('w', {
    memo: { fields: { note: json('n') } },
    searchAttributes: { indexedFields: { Colour: json('blue') } },
  });
  const { executions } = await served.call(methods.ListWorkflowExecutions, { namespace, query: "Colour = 'blue'" });
  expect(executions).toMatchObject([
    {
      execution: { workflowId: 'w', runId },
      type: { name: 'type' },
      taskQueue: 'queue',
      status: WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING,
      rootExecution: { workflowId: 'w', runId },
      memo: { fields: { note: { data: json('n').data } } },
      searchAttributes: {
        indexedFields: { Colour: { data: json('blue').data, metadata: { type: new TextEncoder().encode('Keyword') } } },
      },
      closeTime: undefined,
    },
  ]);
  await served.terminate('w');
  const closed = await served.call(methods.ScanWorkflowExecutions, {
    namespace,
    query: "ExecutionStatus = 'Terminated'",
  });
  expect(closed.executions).toMatchObject([{ execution: { runId }, historyLength: 3 }]);
  expect(closed.executions[0]?.closeTime).toBeDefined();
});

test('pages follow one another without gaps or repetitions, in the same order as one large page', async () => {
  const served = await Served.start();
  for (let index = 0; index < 7; index += 1) await served.startWorkflow(`w${index}`);
  for (const id of ['w1', 'w4', 'w5']) await served.terminate(id);
  const all = await ids(served, '');
  expect(new Set(all).size).toBe(7);
  expect(new Set(all.slice(0, 4))).toEqual(new Set(['w0', 'w2', 'w3', 'w6']));
  const paged: (string | undefined)[] = [];
  let nextPageToken = new Uint8Array();
  do {
    const page = await served.call(methods.ListWorkflowExecutions, { namespace, pageSize: 3, nextPageToken });
    expect(page.executions.length).toBeLessThanOrEqual(3);
    paged.push(...page.executions.map(({ execution }) => execution?.workflowId));
    nextPageToken = new Uint8Array(page.nextPageToken);
  } while (nextPageToken.length > 0);
  expect(paged).toEqual(all);
});

test('counts are whole or by status', async () => {
  const served = await Served.start();
  for (const id of ['a', 'b', 'c']) await served.startWorkflow(id);
  await served.terminate('b');
  expect(await served.call(methods.CountWorkflowExecutions, { namespace })).toMatchObject({ count: 3, groups: [] });
  const { count, groups } = await served.call(methods.CountWorkflowExecutions, {
    namespace,
    query: 'GROUP BY ExecutionStatus',
  });
  const shown = groups.map((group) => [
    JSON.parse(new TextDecoder().decode(group.groupValues[0]?.data)) as string,
    group.count,
  ]);
  expect([count, shown]).toEqual([
    3,
    [
      ['Running', 2],
      ['Terminated', 1],
    ],
  ]);
});

test('open and closed executions are listed by type, id, status and time', async () => {
  const served = await Served.start();
  await served.startWorkflow('a');
  await served.startWorkflow('b', { workflowType: { name: 'other' } });
  await served.startWorkflow('c');
  await served.terminate('c');
  type Open = workflowservice.IListOpenWorkflowExecutionsRequest;
  type Closed = workflowservice.IListClosedWorkflowExecutionsRequest;
  const open = async (request: Open): Promise<(string | undefined)[]> =>
    (await served.call(methods.ListOpenWorkflowExecutions, { namespace, ...request })).executions
      .map(({ execution }) => execution?.workflowId)
      .sort();
  const closed = async (request: Closed): Promise<(string | undefined)[]> =>
    (await served.call(methods.ListClosedWorkflowExecutions, { namespace, ...request })).executions.map(
      ({ execution }) => execution?.workflowId,
    );
  const longAgo = { latestTime: { seconds: 1000 } };
  const sinceThen = { earliestTime: { seconds: 1000 } };
  expect(await open({})).toEqual(['a', 'b']);
  expect(await open({ typeFilter: { name: 'other' } })).toEqual(['b']);
  expect(await open({ executionFilter: { workflowId: 'a' } })).toEqual(['a']);
  expect([await open({ startTimeFilter: longAgo }), await open({ startTimeFilter: sinceThen })]).toEqual([
    [],
    ['a', 'b'],
  ]);
  expect(await closed({})).toEqual(['c']);
  expect(
    await closed({ statusFilter: { status: WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED } }),
  ).toEqual(['c']);
  expect(await closed({ statusFilter: { status: WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED } })).toEqual(
    [],
  );
  expect([await closed({ startTimeFilter: longAgo }), await closed({ startTimeFilter: sinceThen })]).toEqual([
    [],
    ['c'],
  ]);
});

test('bad queries, pages, filters and namespaces are refused with the reason', async () => {
  const served = await Served.start();
  const list = (request: workflowservice.IListWorkflowExecutionsRequest): Promise<string> =>
    served.refusal(methods.ListWorkflowExecutions, { namespace, ...request });
  expect(await list({ query: 'Foo = 3' })).toMatch(/^INVALID_ARGUMENT: Invalid query at character 1: /);
  expect(await list({ query: 'GROUP BY ExecutionStatus' })).toMatch(/^INVALID_ARGUMENT: Invalid query/);
  expect(await list({ pageSize: -1 })).toMatch(/^INVALID_ARGUMENT: PageSize -1/);
  expect(await list({ nextPageToken: new Uint8Array([1, 2]) })).toMatch(/^INVALID_ARGUMENT: Invalid NextPageToken/);
  expect(await list({ namespace: '' })).toMatch(/^INVALID_ARGUMENT: Namespace not set/);
  expect(await list({ namespace: 'nope' })).toMatch(/^NOT_FOUND: /);
  expect(await served.refusal(methods.CountWorkflowExecutions, { namespace, query: 'zzz' })).toMatch(
    /^INVALID_ARGUMENT: Invalid query/,
  );
  const status = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
  expect(await served.refusal(methods.ListClosedWorkflowExecutions, { namespace, statusFilter: { status } })).toMatch(
    /^INVALID_ARGUMENT: StatusFilter/,
  );
  const startTimeFilter = { earliestTime: { seconds: 2 }, latestTime: { seconds: 1 } };
  expect(await served.refusal(methods.ListOpenWorkflowExecutions, { namespace, startTimeFilter })).toMatch(
    /^INVALID_ARGUMENT: EarliestTime/,
  );
  expect(await served.refusal(methods.ListArchivedWorkflowExecutions, { namespace })).toMatch(
    /^INVALID_ARGUMENT: Cluster is not configured/,
  );
});

test('a search attribute may have any name, on executions and on schedules', async () => {
  const served = await Served.start();
  const operator = api.OperatorService.methods;
  const names = ['__proto__', 'constructor', 'Colour'];
  const KEYWORD = enums.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
  const types = Object.fromEntries(names.map((name) => [name, KEYWORD]));
  await served.call(operator.AddSearchAttributes, { namespace, searchAttributes: types });
  const { customAttributes } = await served.call(operator.ListSearchAttributes, { namespace });
  expect(Object.keys(customAttributes).sort()).toEqual([...names].sort());
  const { keys } = await served.call(methods.GetSearchAttributes, {});
  expect(names.filter((name) => Object.hasOwn(keys, name))).toEqual(names);

  const fields = Object.fromEntries(names.map((name) => [name, json(`of ${name}`)]));
  await served.startWorkflow('w', { searchAttributes: { indexedFields: fields } });
  const described = (await served.describe('w')).workflowExecutionInfo?.searchAttributes?.indexedFields ?? {};
  expect(Object.keys(described).sort()).toEqual([...names].sort());
  const workflowType = { name: 'type' };
  const startWorkflow = { workflowId: 'scheduled', workflowType, taskQueue: { name: 'queue' } };
  const schedule = { spec: {}, action: { startWorkflow } };
  const searchAttributes = { indexedFields: fields };
  await served.call(methods.CreateSchedule, { namespace, scheduleId: 's', schedule, searchAttributes });
  for (const name of names) {
    const query = `${name} = 'of ${name}'`;
    expect(await ids(served, query)).toEqual(['w']);
    const { schedules } = await served.call(methods.ListSchedules, { namespace, query });
    expect(schedules.map(({ scheduleId }) => scheduleId)).toEqual(['s']);
  }
  // Unregistered, it says nothing any more, whatever objects inherit under that name.
  await served.call(operator.RemoveSearchAttributes, { namespace, searchAttributes: ['constructor'] });
  await served.terminate('w');
  expect(await ids(served, `__proto__ = 'of __proto__'`)).toEqual(['w']);
});
