import { enums, services as api, type workflowservice } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { Served } from './testing/served.js';

const { NamespaceState, ArchivalState } = enums;
const { methods } = api.WorkflowService;
const DAY = { seconds: 86_400, nanos: 0 };

async function register(
  served: Served,
  namespace: string,
  request: workflowservice.IRegisterNamespaceRequest = {},
): Promise<void> {
  await served.call(methods.RegisterNamespace, { namespace, workflowExecutionRetentionPeriod: DAY, ...request });
}

test('a registered namespace is described by its name and by its id', async () => {
  const served = await Served.start();
  await register(served, 'orders', { description: 'All orders', ownerEmail: 'a@b.c', data: { team: 'one' } });
  const byName = await served.call(methods.DescribeNamespace, { namespace: 'orders' });
  const byId = await served.call(methods.DescribeNamespace, { id: byName.namespaceInfo?.id ?? '' });
  expect(byId).toEqual(byName);
  expect(byName.namespaceInfo).toMatchObject({
    name: 'orders',
    state: NamespaceState.NAMESPACE_STATE_REGISTERED,
    description: 'All orders',
    ownerEmail: 'a@b.c',
    data: { team: 'one' },
    supportsSchedules: true,
    capabilities: { eagerWorkflowStart: true, syncUpdate: true, asyncUpdate: true, workerPollCompleteOnShutdown: true },
  });
  expect(byName.config).toMatchObject({
    workflowExecutionRetentionTtl: DAY,
    historyArchivalState: ArchivalState.ARCHIVAL_STATE_DISABLED,
  });
});

test('the default namespace is there from the start, with a retention of a day', async () => {
  const served = await Served.start();
  const { config } = await served.call(methods.DescribeNamespace, { namespace: 'default' });
  expect(config?.workflowExecutionRetentionTtl).toEqual(DAY);
});

test('registrations that cannot be honoured are refused with the reason', async () => {
  const served = await Served.start();
  const refusal = (request: workflowservice.IRegisterNamespaceRequest): Promise<string> =>
    served.refusal(methods.RegisterNamespace, { namespace: 'x', workflowExecutionRetentionPeriod: DAY, ...request });
  expect(await refusal({ namespace: '' })).toBe('INVALID_ARGUMENT: Namespace not set on request.');
  expect(await refusal({ namespace: 'x'.repeat(1001) })).toMatch(/^INVALID_ARGUMENT: Namespace length exceeds limit/);
  expect(await refusal({ namespace: 'temporal-system' })).toMatch(/^INVALID_ARGUMENT: .* is reserved/);
  for (const seconds of [0, -5, 3599]) {
    expect(await refusal({ workflowExecutionRetentionPeriod: { seconds } })).toMatch(
      /^INVALID_ARGUMENT: A valid retention period is not set/,
    );
  }
  expect(await refusal({ isGlobalNamespace: true })).toMatch(/^INVALID_ARGUMENT: Cannot register global namespace/);
  expect(await refusal({ activeClusterName: 'other' })).toBe('INVALID_ARGUMENT: Invalid cluster name: other');
  expect(await refusal({ clusters: [{ clusterName: 'other' }] })).toBe('INVALID_ARGUMENT: Invalid cluster name: other');
  expect(await refusal({ historyArchivalState: ArchivalState.ARCHIVAL_STATE_ENABLED })).toMatch(/^UNIMPLEMENTED: /);
  expect(await refusal({ namespace: 'default' })).toBe('ALREADY_EXISTS: Namespace "default" already exists');
});

test('describing what is not there, or two namespaces at once, is refused', async () => {
  const served = await Served.start();
  await register(served, 'orders');
  const { namespaceInfo } = await served.call(methods.DescribeNamespace, { namespace: 'orders' });
  expect(await served.refusal(methods.DescribeNamespace, {})).toBe('INVALID_ARGUMENT: Namespace not set on request.');
  expect(await served.refusal(methods.DescribeNamespace, { namespace: 'nope' })).toBe(
    'NOT_FOUND: Namespace nope is not found.',
  );
  expect(await served.refusal(methods.DescribeNamespace, { id: 'nope' })).toBe(
    'NOT_FOUND: Namespace nope is not found.',
  );
  expect(
    await served.refusal(methods.DescribeNamespace, { namespace: 'default', id: namespaceInfo?.id ?? '' }),
  ).toMatch(/^INVALID_ARGUMENT: Both/);
});

test('namespaces are listed page by page, in the order of their names', async () => {
  const served = await Served.start();
  for (const name of ['b', 'a', 'c']) await register(served, name);
  const names: (string | undefined)[][] = [];
  let nextPageToken = new Uint8Array();
  do {
    const page = await served.call(methods.ListNamespaces, { pageSize: 2, nextPageToken });
    names.push(page.namespaces.map(({ namespaceInfo }) => namespaceInfo?.name));
    nextPageToken = new Uint8Array(page.nextPageToken);
  } while (nextPageToken.length > 0);
  expect(names).toEqual([
    ['a', 'b'],
    ['c', 'default'],
  ]);
  expect(await served.refusal(methods.ListNamespaces, { pageSize: -1 })).toMatch(/^INVALID_ARGUMENT: PageSize -1/);
  expect(await served.refusal(methods.ListNamespaces, { nextPageToken: new Uint8Array([1]) })).toMatch(
    /^INVALID_ARGUMENT: Invalid NextPageToken/,
  );
});

test('an update changes what it names and nothing else', async () => {
  const served = await Served.start();
  await register(served, 'orders', { description: 'old', ownerEmail: 'a@b.c', data: { a: '1' } });
  await Promise.all([
    served.call(methods.UpdateNamespace, { namespace: 'orders', updateInfo: { description: 'new', data: { b: '2' } } }),
    served.call(methods.UpdateNamespace, {
      namespace: 'orders',
      config: { workflowExecutionRetentionTtl: { seconds: 7200 } },
    }),
  ]);
  const { namespaceInfo, config } = await served.call(methods.DescribeNamespace, { namespace: 'orders' });
  expect(namespaceInfo).toMatchObject({ description: 'new', ownerEmail: 'a@b.c', data: { a: '1', b: '2' } });
  expect(config?.workflowExecutionRetentionTtl).toEqual({ seconds: 7200, nanos: 0 });
  expect(served.services.namespaces.resolve('orders').retentionMs).toBe(7_200_000);
});

test('updates that cannot be honoured are refused and change nothing', async () => {
  const served = await Served.start();
  const refusal = (request: workflowservice.IUpdateNamespaceRequest): Promise<string> =>
    served.refusal(methods.UpdateNamespace, { namespace: 'default', ...request });
  const before = await served.call(methods.DescribeNamespace, { namespace: 'default' });
  expect(await refusal({ namespace: 'nope' })).toBe('NOT_FOUND: Namespace nope is not found.');
  expect(await refusal({ config: { workflowExecutionRetentionTtl: {} } })).toMatch(
    /^INVALID_ARGUMENT: A valid retention period/,
  );
  expect(await refusal({ promoteNamespace: true })).toMatch(/^INVALID_ARGUMENT: global namespace is not enabled/);
  expect(await refusal({ deleteBadBinary: 'abc' })).toMatch(/^UNIMPLEMENTED: /);
  expect(await refusal({ config: { badBinaries: { binaries: { abc: {} } } } })).toMatch(/^UNIMPLEMENTED: /);
  expect(await refusal({ updateInfo: { state: NamespaceState.NAMESPACE_STATE_DELETED } })).toMatch(
    /^INVALID_ARGUMENT: Invalid namespace state update/,
  );
  expect(await served.call(methods.DescribeNamespace, { namespace: 'default' })).toEqual(before);
});

test('a deprecated namespace takes no starts and stays deprecated', async () => {
  const served = await Served.start();
  await served.startWorkflow('before');
  await served.call(methods.DeprecateNamespace, { namespace: 'default' });
  const start = { namespace: 'default', workflowId: 'after', workflowType: { name: 't' }, taskQueue: { name: 'q' } };
  expect(await served.refusal(methods.StartWorkflowExecution, start)).toBe(
    'FAILED_PRECONDITION: Namespace has invalid state: Deprecated. Must be Registered.',
  );
  const back = { namespace: 'default', updateInfo: { state: NamespaceState.NAMESPACE_STATE_REGISTERED } };
  expect(await served.refusal(methods.UpdateNamespace, back)).toMatch(
    /^INVALID_ARGUMENT: Invalid namespace state update/,
  );
  expect((await served.describe('before')).workflowExecutionInfo?.execution?.workflowId).toBe('before');
});
