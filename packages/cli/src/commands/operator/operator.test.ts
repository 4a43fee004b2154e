import { nexus, operatorservice, workflowservice } from '@perdure/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cli, expectMessage } from '../../testing/cli.js';
import { eventually } from '../../testing/eventually.js';

let cli: Cli;
beforeAll(async () => (cli = await Cli.start()));
afterAll(() => cli.stop());

test('namespaces are created, listed, described, changed and deleted', async () => {
  const described = workflowservice.DescribeNamespaceResponse;
  const orders = `${cli.namespace}-orders`;
  await cli.text('operator', 'namespace', 'create', orders, '--retention', '7d', '--email', 'a@example.com');
  expect(await cli.message(described, 'operator', 'namespace', 'describe', orders)).toMatchObject({
    namespaceInfo: { name: orders, ownerEmail: 'a@example.com' },
    config: { workflowExecutionRetentionTtl: '604800s' },
  });
  await cli.text('operator', 'namespace', 'update', orders, '--description', 'all of them', '--data', 'team=x');
  expect(await cli.json('operator', 'namespace', 'describe', '-n', orders)).toMatchObject({
    namespaceInfo: { description: 'all of them', ownerEmail: 'a@example.com', data: { team: 'x' } },
    config: { workflowExecutionRetentionTtl: '604800s' },
  });
  const listed = (await cli.json('operator', 'namespace', 'list')) as readonly unknown[];
  for (const item of listed) expectMessage(described, item);
  expect(await cli.text('operator', 'namespace', 'list')).toMatch(/Name +State +Retention[^]*-orders +\S+REGISTERED/);
  expect((await cli.failure('operator', 'namespace', 'update', orders)).code).toBe(2);
  expect((await cli.failure('operator', 'namespace', 'delete', orders)).err).toMatch(/say --yes$/);
  await cli.text('operator', 'namespace', 'delete', orders, '--yes');
  await eventually(async () => (await cli.run('workflow', 'list', '-n', orders)).code).toBe(1);
});

test('search attributes are declared, listed and taken back', async () => {
  const create = ['operator', 'search-attribute', 'create'];
  await cli.text(...create, '--name', 'Customer', '--type', 'keyword', '--name', 'Amount', '--type', 'Int');
  const listed = operatorservice.ListSearchAttributesResponse;
  expect(await cli.message(listed, 'operator', 'search-attribute', 'list')).toMatchObject({
    customAttributes: { Customer: 'INDEXED_VALUE_TYPE_KEYWORD', Amount: 'INDEXED_VALUE_TYPE_INT' },
  });
  expect(await cli.text('operator', 'search-attribute', 'list')).toMatch(/Amount +Int +custom\n +Customer +Keyword/);
  expect((await cli.failure(...create, '--name', 'A', '--type', 'Colour')).err).toMatch(/^"Colour" is no type/);
  expect((await cli.failure(...create, '--name', 'A', '--name', 'B', '--type', 'Int')).code).toBe(2);
  await cli.text('operator', 'search-attribute', 'remove', '--name', 'Customer', '--yes');
  expect(await cli.text('operator', 'search-attribute', 'list')).not.toContain('Customer');
});

test('Nexus endpoints are created, listed, shown, changed and deleted', async () => {
  const endpoint = ['operator', 'nexus', 'endpoint'];
  const name = `billing-${cli.namespace}`;
  const target = ['--target-namespace', cli.namespace, '--target-task-queue', 'bills'];
  expect(await cli.text(...endpoint, 'create', '--name', name, ...target, '--description', 'all bills')).toContain(
    `Created endpoint ${name}`,
  );
  expect((await cli.failure(...endpoint, 'create', '--name', name, ...target)).code).toBe(1);
  expect(await cli.message(nexus.Endpoint, ...endpoint, 'get', '--name', name)).toMatchObject({
    version: '1',
    spec: { name, target: { worker: { namespace: cli.namespace, taskQueue: 'bills' } } },
    urlPrefix: expect.stringMatching(/^\/nexus\/endpoints\/[0-9a-f-]{36}\/services$/) as string,
  });
  expect(await cli.text(...endpoint, 'list')).toMatch(
    new RegExp(`Name +Namespace +TaskQueue +Url[^]*${name} +${cli.namespace} +bills`),
  );
  const url = 'https://example.com/nexus';
  await cli.text(...endpoint, 'update', '--name', name, '--target-url', url, '--unset-description');
  expect(await cli.json(...endpoint, 'get', '--name', name)).toMatchObject({
    version: '2',
    spec: { name, target: { external: { url } } },
  });
  await cli.text(...endpoint, 'delete', '--name', name);
  expect((await cli.failure(...endpoint, 'get', '--name', name)).err).toBe(`there is no Nexus endpoint "${name}"`);
  const nowhere = ['--target-namespace', 'nowhere', '--target-task-queue', 'bills'];
  expect((await cli.failure(...endpoint, 'create', '--name', name, ...nowhere)).err).toContain('nowhere');
});

test('the server says what it is', async () => {
  expect(await cli.json('operator', 'cluster', 'health')).toEqual({ status: 'SERVING' });
  expect(await cli.text('operator', 'cluster', 'health')).toBe('SERVING\n');
  await cli.message(workflowservice.GetSystemInfoResponse, 'operator', 'cluster', 'system');
  await cli.message(workflowservice.GetClusterInfoResponse, 'operator', 'cluster', 'describe');
  expect(await cli.text('operator', 'cluster', 'describe', '--detail')).toMatch(/PersistenceStore +\w+[^]*ClusterId/);
  const listed = (await cli.json('operator', 'cluster', 'list')) as readonly unknown[];
  expectMessage(operatorservice.ClusterMetadata, listed[0]);
});

const SCHEDULE = ['-s', 'nightly'];
const ACTION = ['-t', 'q', '--type', 'Report', '-i', '1'];

test.each([
  [['schedule', 'create', ...SCHEDULE, ...ACTION, '--calendar', 'Fri'], /--calendar must be an object in JSON/],
  [['schedule', 'toggle', ...SCHEDULE], /either --pause or --unpause/],
  [['schedule', 'backfill', ...SCHEDULE, '--start-time', 'then', '--end-time', 'now'], /must be a time such as/],
  [['operator', 'nexus', 'endpoint', 'create', '--name', 'e'], /say where it leads/],
  [['workflow', 'update-options', '-w', '1', '--versioning-override-behavior', 'pinned'], /go with pinned/],
])('%j is refused before the server is asked', async (words, message) => {
  const { code, err } = await cli.failure(...words);
  expect(code).toBe(2);
  expect(err).toMatch(message);
});
