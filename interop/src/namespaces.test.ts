import { test } from 'vitest';
import { api, commands, connect, eventTypes, eventually, expectStatus, seconds } from './harness/index.js';

const environment = await connect();
const { service } = environment;
const state = api.enums.NamespaceState;

test('a namespace is registered, described, listed, updated and deprecated', async ({ expect }) => {
  const namespace = environment.uniqueId('namespace');
  await register(namespace, { description: 'for orders', ownerEmail: 'owner@example.com', data: { team: 'food' } });
  const described = await service.describeNamespace({ namespace });
  expect(described.namespaceInfo).toMatchObject({
    name: namespace,
    state: state.NAMESPACE_STATE_REGISTERED,
    description: 'for orders',
    ownerEmail: 'owner@example.com',
    data: { team: 'food' },
  });
  expect(Number(described.config!.workflowExecutionRetentionTtl!.seconds)).toBe(2 * 86_400);
  expect((await service.describeNamespace({ id: described.namespaceInfo!.id! })).namespaceInfo!.name).toBe(namespace);
  expect(await namesOfAllNamespaces()).toEqual(expect.arrayContaining(['default', namespace]));
  await service.updateNamespace({
    namespace,
    updateInfo: { description: 'for more orders' },
    config: { workflowExecutionRetentionTtl: seconds(5 * 86_400) },
  });
  const updated = await service.describeNamespace({ namespace });
  expect(updated.namespaceInfo).toMatchObject({ description: 'for more orders', ownerEmail: 'owner@example.com' });
  expect(Number(updated.config!.workflowExecutionRetentionTtl!.seconds)).toBe(5 * 86_400);
  await service.deprecateNamespace({ namespace });
  const deprecated = await service.describeNamespace({ namespace });
  expect(deprecated.namespaceInfo!.state).toBe(state.NAMESPACE_STATE_DEPRECATED);
});

test('the same workflow id lives in every namespace by itself', async ({ expect }) => {
  const namespace = environment.uniqueId('namespace');
  await register(namespace);
  const worker = environment.scriptedWorker();
  const mine = await environment.start(worker.taskQueue);
  const start = { namespace, workflowId: mine.workflowId, requestId: environment.uniqueId('request') };
  // A new namespace may take a moment until every part of a server knows it.
  const other = await eventually('the namespace serves', async () =>
    service
      .startWorkflowExecution({ ...start, workflowType: { name: 'scripted' }, taskQueue: { name: worker.taskQueue } })
      .catch(() => undefined),
  );
  expect(other.runId).not.toBe(mine.runId);
  await worker.step([commands.completeWorkflow()]);
  const execution = { workflowId: mine.workflowId };
  const otherHistory = await service.getWorkflowExecutionHistory({ namespace, execution });
  expect(eventTypes(otherHistory.history!.events!)).toEqual(['WorkflowExecutionStarted', 'WorkflowTaskScheduled']);
  await expectStatus(
    service.describeWorkflowExecution({ namespace, execution: { ...execution, runId: mine.runId } }),
    'NOT_FOUND',
  );
});

test('bad namespace requests are refused', async () => {
  const namespace = environment.uniqueId('namespace');
  await register(namespace);
  await expectStatus(register(namespace), 'ALREADY_EXISTS', /exists/i);
  await expectStatus(register(''), 'INVALID_ARGUMENT', /namespace/i);
  await expectStatus(service.registerNamespace({ namespace: 'no retention' }), 'INVALID_ARGUMENT');
  await expectStatus(service.describeNamespace({ namespace: 'no-such-namespace' }), 'NOT_FOUND', /no-such-namespace/);
  await expectStatus(service.describeNamespace({}), 'INVALID_ARGUMENT', /namespace/i);
  await expectStatus(service.updateNamespace({ namespace: 'no-such-namespace' }), 'NOT_FOUND');
});

test('the server tells its version, its capabilities and its cluster', async ({ expect }) => {
  const { serverVersion, capabilities } = await service.getSystemInfo({});
  expect(serverVersion).toMatch(/^\d+\.\d+/);
  expect(capabilities).toMatchObject({
    signalAndQueryHeader: true,
    internalErrorDifferentiation: true,
    activityFailureIncludeHeartbeat: true,
    encodedFailureAttributes: true,
    upsertMemo: true,
    eagerWorkflowStart: true,
    sdkMetadata: true,
  });
  const cluster = await service.getClusterInfo({});
  expect(cluster.clusterId).toBeTruthy();
  expect(cluster.historyShardCount).toBeGreaterThan(0);
  expect(cluster.supportedClients?.['temporal-typescript']).toBeTruthy();
  const namespace = await service.describeNamespace({ namespace: 'default' });
  expect(namespace.namespaceInfo!.capabilities).toMatchObject({
    eagerWorkflowStart: true,
    syncUpdate: true,
    asyncUpdate: true,
  });
});

test('the health service says that the workflow service serves', async ({ expect }) => {
  const { status } = await environment.rawConnection.healthService.check({
    service: 'temporal.api.workflowservice.v1.WorkflowService',
  });
  expect(status).toBe(1);
});

async function register(namespace: string, request: api.service.IRegisterNamespaceRequest = {}): Promise<void> {
  await service.registerNamespace({ namespace, workflowExecutionRetentionPeriod: seconds(2 * 86_400), ...request });
}

async function namesOfAllNamespaces(): Promise<string[]> {
  const names: string[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await service.listNamespaces({ pageSize: 100, nextPageToken });
    names.push(...page.namespaces.map((namespace) => namespace.namespaceInfo!.name!));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken?.length);
  return names;
}
