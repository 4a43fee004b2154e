import { readFileSync } from 'node:fs';
import { enums, services as api } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { Served } from './testing/served.js';

const { methods } = api.WorkflowService;

test('GetSystemInfo says the version of the package and only what is true', async () => {
  const served = await Served.start();
  const { serverVersion, capabilities } = await served.call(methods.GetSystemInfo, {});
  const packageJson = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(serverVersion).toBe(packageJson.version);
  expect(capabilities).toMatchObject({
    upsertMemo: true,
    eagerWorkflowStart: true,
    supportsSchedules: true,
    nexus: true,
  });
});

test('GetClusterInfo describes the one cluster and its store', async () => {
  const served = await Served.start();
  const info = await served.call(methods.GetClusterInfo, {});
  expect(info).toMatchObject({
    clusterName: 'active',
    persistenceStore: 'memory',
    visibilityStore: 'memory',
    historyShardCount: 1,
  });
  expect(info.clusterId).toBe(served.services.store.identity.clusterId);
  // Clients compare the parts of it as numbers.
  expect(info.serverVersion).toMatch(/^\d+\.\d+\.\d+$/);
});

test('GetSearchAttributes knows the columns, the system attributes and the registered ones', async () => {
  const served = await Served.start();
  const { id } = served.services.namespaces.resolve('default');
  await served.services.namespaces.addSearchAttributes(id, { Colour: 'Keyword' });
  const { keys } = await served.call(methods.GetSearchAttributes, {});
  expect(keys).toMatchObject({
    Colour: enums.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    ExecutionStatus: enums.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    BuildIds: enums.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
  });
});
