import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enums, services as api } from '@perdure/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { finishNamespaceDeletion } from './namespace-deletion.js';
import { Served } from './testing/served.js';

const { IndexedValueType } = enums;
const { methods } = api.OperatorService;
const workflow = api.WorkflowService.methods;
const KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
const INT = IndexedValueType.INDEXED_VALUE_TYPE_INT;

test('search attributes are added, listed and removed', async () => {
  const served = await Served.start();
  const namespace = 'default';
  await served.call(methods.AddSearchAttributes, { namespace, searchAttributes: { Colour: KEYWORD, Size: INT } });
  await served.call(methods.AddSearchAttributes, { namespace, searchAttributes: { Colour: KEYWORD } });
  const listed = await served.call(methods.ListSearchAttributes, { namespace });
  expect(listed.customAttributes).toEqual({ Colour: KEYWORD, Size: INT });
  expect(listed.systemAttributes).toMatchObject({ WorkflowId: KEYWORD, HistoryLength: INT });
  await served.call(methods.RemoveSearchAttributes, { namespace, searchAttributes: ['Size', 'NeverThere'] });
  expect((await served.call(methods.ListSearchAttributes, { namespace })).customAttributes).toEqual({
    Colour: KEYWORD,
  });
});

test('search attributes that cannot be added or removed are named', async () => {
  const served = await Served.start();
  const namespace = 'default';
  const add = (searchAttributes: Record<string, enums.IndexedValueType>): Promise<string> =>
    served.refusal(methods.AddSearchAttributes, { namespace, searchAttributes });
  expect(await add({ Colour: KEYWORD })).toBe('OK');
  expect(await add({})).toBe('INVALID_ARGUMENT: SearchAttributes are not set on request.');
  expect(await add({ Other: KEYWORD, Colour: INT })).toBe(
    'ALREADY_EXISTS: Search attribute Colour already exists with type Keyword.',
  );
  expect(await add({ WorkflowId: KEYWORD })).toBe(
    'INVALID_ARGUMENT: Search attribute WorkflowId is reserved by system.',
  );
  expect(await add({ TemporalMine: KEYWORD })).toMatch(/^INVALID_ARGUMENT: .* is reserved by system/);
  expect(await add({ Mine: IndexedValueType.INDEXED_VALUE_TYPE_UNSPECIFIED })).toMatch(
    /^INVALID_ARGUMENT: Unknown search attribute type: 0/,
  );
  expect(await add({ '': KEYWORD })).toMatch(/^INVALID_ARGUMENT: /);
  expect((await served.call(methods.ListSearchAttributes, { namespace })).customAttributes).toEqual({
    Colour: KEYWORD,
  });
  const remove = { namespace, searchAttributes: ['WorkflowId'] };
  expect(await served.refusal(methods.RemoveSearchAttributes, remove)).toMatch(
    /^INVALID_ARGUMENT: Unable to remove non-custom/,
  );
  expect(await served.refusal(methods.RemoveSearchAttributes, { namespace })).toMatch(
    /^INVALID_ARGUMENT: SearchAttributes are not set/,
  );
  expect(await served.refusal(methods.ListSearchAttributes, { namespace: 'nope' })).toMatch(/^NOT_FOUND: /);
});

test('ListClusters shows this one', async () => {
  const served = await Served.start();
  const { clusters } = await served.call(methods.ListClusters, {});
  expect(clusters).toMatchObject([{ clusterName: 'active', clusterId: served.services.store.identity.clusterId }]);
});

test('a deleted namespace leaves nothing: its name is free, its executions and search attributes are gone', async () => {
  const served = await Served.start({ namespaces: ['default', 'old'] });
  const { services } = served;
  const old = services.namespaces.resolve('old');
  await services.namespaces.addSearchAttributes(old.id, { Colour: 'Keyword' });
  for (const id of ['open', 'closed']) await served.startWorkflow(id, { namespace: 'old' });
  await served.terminate('closed', 'old');
  const { deletedNamespace } = await served.call(methods.DeleteNamespace, { namespace: 'old' });
  expect(deletedNamespace).toBe(`old-deleted-${old.id.slice(0, 5)}`);
  expect(await served.refusal(workflow.DescribeNamespace, { namespace: 'old' })).toMatch(/^NOT_FOUND: /);
  await expect.poll(() => services.namespaces.byId(old.id)).toBeUndefined();
  await services.host.drain();
  expect(await services.store.countVisibility({ namespaceId: old.id, where: undefined })).toMatchObject({ count: 0 });
  expect(await services.store.loadExecution(old.id, 'open', undefined)).toBeUndefined();
  expect(await services.store.searchAttributes.list(old.id)).toEqual({});
  expect(await services.store.namespaces.byId(old.id)).toBeUndefined();
  const retention = { workflowExecutionRetentionPeriod: { seconds: 86_400 } };
  await served.call(workflow.RegisterNamespace, { namespace: 'old', ...retention });
  await served.startWorkflow('open', { namespace: 'old' });
});

test('a child in a deleted namespace does not leave its parent waiting', async () => {
  const served = await Served.start({ namespaces: ['default', 'other'] });
  await served.startWorkflow('parent');
  await served.completeWorkflowTask({
    commandType: enums.CommandType.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION,
    startChildWorkflowExecutionCommandAttributes: {
      namespace: 'other',
      workflowId: 'child',
      workflowType: { name: 'type' },
      taskQueue: { name: 'elsewhere' },
    },
  });
  const pendingChildren = async () => (await served.describe('parent')).pendingChildren;
  await expect.poll(async () => (await pendingChildren())[0]?.runId).not.toBe('');
  await served.call(methods.DeleteNamespace, { namespace: 'other' });
  await expect.poll(pendingChildren).toEqual([]);
});

test('a namespace under deletion is listed only on request, takes no starts, and its deletion can go on later', async () => {
  const served = await Served.start({ namespaces: ['default', 'old'] });
  const { namespaces } = served.services;
  await served.startWorkflow('open', { namespace: 'old' });
  const before = namespaces.resolve('old');
  const state = enums.NamespaceState.NAMESPACE_STATE_DELETED;
  // As a server leaves it that stops in the middle.
  const marked = await namespaces.update(before.id, ({ record }) => ({
    ...record,
    namespaceInfo: { ...record.namespaceInfo, name: 'gone', state },
  }));
  const names = async (includeDeleted: boolean): Promise<(string | undefined)[]> => {
    const page = await served.call(workflow.ListNamespaces, { namespaceFilter: { includeDeleted } });
    return page.namespaces.map(({ namespaceInfo }) => namespaceInfo?.name);
  };
  expect([await names(false), await names(true)]).toEqual([['default'], ['default', 'gone']]);
  const start = { namespace: 'gone', workflowId: 'late', workflowType: { name: 't' }, taskQueue: { name: 'q' } };
  expect(await served.refusal(workflow.StartWorkflowExecution, start)).toMatch(/^FAILED_PRECONDITION: .*Deleted/);
  await finishNamespaceDeletion(served.services, marked);
  expect(await names(true)).toEqual(['default']);
});

test('a deletion that a stop interrupted goes on at the next start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'perdure-deletion-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const store = { kind: 'sqlite', path: join(folder, 'server.sqlite') } as const;
  const first = await Served.start({ store, namespaces: ['default', 'old'] });
  await first.startWorkflow('open', { namespace: 'old' });
  const { id } = first.services.namespaces.resolve('old');
  const state = enums.NamespaceState.NAMESPACE_STATE_DELETED;
  await first.services.namespaces.update(id, ({ record }) => ({
    ...record,
    namespaceInfo: { ...record.namespaceInfo, name: 'gone', state },
  }));
  await first.stop();
  const second = await Served.start({ store });
  await expect.poll(() => second.services.namespaces.byId(id)).toBeUndefined();
  expect(await second.services.store.loadExecution(id, 'open', undefined)).toBeUndefined();
});
