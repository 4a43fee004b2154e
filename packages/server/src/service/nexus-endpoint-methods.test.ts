import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { services as api, type nexus } from '@perdure/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { json, Served } from './testing/served.js';

const { methods } = api.OperatorService;

function spec(name: string, taskQueue = 'bills', namespace = 'default'): nexus.IEndpointSpec {
  return { name, target: { worker: { namespace, taskQueue } } };
}

function external(name: string, url: string): nexus.IEndpointSpec {
  return { name, target: { external: { url } } };
}

async function create(served: Served, given: nexus.IEndpointSpec): Promise<nexus.Endpoint> {
  return (await served.call(methods.CreateNexusEndpoint, { spec: given })).endpoint!;
}

async function names(served: Served): Promise<string[]> {
  const { endpoints } = await served.call(methods.ListNexusEndpoints, {});
  return endpoints.map((endpoint) => endpoint.spec?.name ?? '').sort();
}

test('an endpoint is created, got, changed and deleted', async () => {
  const served = await Served.start();
  const created = await create(served, { ...spec('billing'), description: json('bills') });
  const { id } = created;
  expect(created).toMatchObject({
    version: 1,
    urlPrefix: `/nexus/endpoints/${id}/services`,
    spec: { ...spec('billing'), description: json('bills') },
  });
  expect(created.lastModifiedTime).toBeUndefined();
  expect((await served.call(methods.GetNexusEndpoint, { id })).endpoint).toEqual(created);

  const renamed = external('invoicing', 'https://example.com/nexus');
  const { endpoint } = await served.call(methods.UpdateNexusEndpoint, { id, version: 1, spec: renamed });
  const { createdTime, urlPrefix } = created;
  expect(endpoint).toMatchObject({ id, version: 2, createdTime, urlPrefix, spec: renamed });
  expect(endpoint?.spec?.description).toBeUndefined();
  expect(endpoint?.lastModifiedTime).toBeDefined();

  await served.call(methods.DeleteNexusEndpoint, { id, version: 2 });
  expect(await served.refusal(methods.GetNexusEndpoint, { id })).toMatch(/^NOT_FOUND: /);
  expect(await served.refusal(methods.DeleteNexusEndpoint, { id, version: 2 })).toMatch(/^NOT_FOUND: /);
  expect(await served.refusal(methods.UpdateNexusEndpoint, { id, version: 2, spec: renamed })).toMatch(/^NOT_FOUND: /);
});

test('whoever changes an endpoint must know how it is now', async () => {
  const served = await Served.start();
  const { id } = await create(served, spec('billing'));
  await served.call(methods.UpdateNexusEndpoint, { id, version: 1, spec: spec('billing', 'other') });
  const stale = /^FAILED_PRECONDITION: Nexus endpoint .* has version 2, not 1/;
  expect(await served.refusal(methods.UpdateNexusEndpoint, { id, version: 1, spec: spec('billing') })).toMatch(stale);
  expect(await served.refusal(methods.DeleteNexusEndpoint, { id, version: 1 })).toMatch(stale);
  expect(await served.refusal(methods.DeleteNexusEndpoint, { id, version: 0 })).toMatch(
    /^INVALID_ARGUMENT: .*positive/,
  );
});

test('a name belongs to one endpoint, whoever asks for it at the same time', async () => {
  const served = await Served.start();
  const taken = 'ALREADY_EXISTS: Nexus endpoint "billing" already exists. Choose another name.';
  const attempts = Array.from({ length: 3 }, async () =>
    served.refusal(methods.CreateNexusEndpoint, { spec: spec('billing') }),
  );
  expect((await Promise.all(attempts)).sort()).toEqual([taken, taken, 'OK']);
  const { id } = await create(served, spec('Billing'));
  expect(await served.refusal(methods.UpdateNexusEndpoint, { id, version: 1, spec: spec('billing') })).toBe(taken);
  expect(await names(served)).toEqual(['Billing', 'billing']);
});

describe('is refused:', () => {
  test.each<[string, nexus.IEndpointSpec | undefined, RegExp]>([
    ['no spec', undefined, /spec not set/],
    ['no name', spec(''), /name not set/],
    ['a name of one letter', spec('a'), /name "a" is invalid/],
    ['a name with a digit in front', spec('1a'), /name "1a" is invalid/],
    ['a name with an underscore', spec('a_b'), /name "a_b" is invalid/],
    ['a name with a hyphen at its end', spec('a-'), /name "a-" is invalid/],
    ['a long name', spec('a'.repeat(201)), /name exceeds the limit of 200/],
    ['no target', { name: 'billing' }, /target not set/],
    ['an empty target', { name: 'billing', target: {} }, /target not set/],
    ['no namespace', spec('billing', 'bills', ''), /namespace not set/],
    ['no task queue', spec('billing', ''), /TaskQueue/],
    ['a long task queue', spec('billing', 'q'.repeat(1001)), /TaskQueue/],
    ['a task queue of the server', spec('billing', '/_sys/bills'), /reserved prefix/],
    ['no URL', external('billing', ''), /URL not set/],
    ['what is no URL', external('billing', 'example'), /"example" is no URL/],
    ['a URL of another scheme', external('billing', 'ftp://example.com'), /scheme ftp/],
    ['a long URL', external('billing', `http://example.com/${'x'.repeat(4096)}`), /URL exceeds the limit of 4096/],
    ['a long description', { ...spec('billing'), description: { data: new Uint8Array(20_001) } }, /20000 bytes/],
  ])('%s', async (_, given, complaint) => {
    const served = await Served.start();
    const { id } = await create(served, spec('there'));
    for (const refusal of [
      await served.refusal(methods.CreateNexusEndpoint, { spec: given }),
      await served.refusal(methods.UpdateNexusEndpoint, { id, version: 1, spec: given }),
    ]) {
      expect(refusal).toMatch(/^INVALID_ARGUMENT: /);
      expect(refusal).toMatch(complaint);
    }
    expect(await names(served)).toEqual(['there']);
  });

  test('a namespace that is not there', async () => {
    const served = await Served.start();
    const given = spec('billing', 'bills', 'nowhere');
    expect(await served.refusal(methods.CreateNexusEndpoint, { spec: given })).toMatch(
      /^FAILED_PRECONDITION: .*nowhere, which is not found/,
    );
  });

  test.each(['', 'x'])('the id %j', async (id) => {
    const served = await Served.start();
    for (const refusal of [
      await served.refusal(methods.GetNexusEndpoint, { id }),
      await served.refusal(methods.DeleteNexusEndpoint, { id, version: 1 }),
      await served.refusal(methods.UpdateNexusEndpoint, { id, version: 1, spec: spec('billing') }),
    ])
      expect(refusal).toMatch(/^INVALID_ARGUMENT: Endpoint id/);
  });
});

test('endpoints are listed by id, page by page, or the one of a name', async () => {
  const served = await Served.start();
  for (const name of ['one', 'two', 'three']) await create(served, spec(name));
  const all = (await served.call(methods.ListNexusEndpoints, {})).endpoints;
  expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).sort());
  const listed: string[][] = [];
  let nextPageToken: Uint8Array = new Uint8Array();
  do {
    const page = await served.call(methods.ListNexusEndpoints, { pageSize: 2, nextPageToken });
    listed.push(page.endpoints.map(({ id }) => id));
    ({ nextPageToken } = page);
  } while (nextPageToken.length > 0);
  expect(listed).toEqual([all.slice(0, 2), all.slice(2)].map((page) => page.map(({ id }) => id)));

  const named = await served.call(methods.ListNexusEndpoints, { name: 'two' });
  expect(named.endpoints.map((endpoint) => endpoint.spec?.name)).toEqual(['two']);
  expect((await served.call(methods.ListNexusEndpoints, { name: 'four' })).endpoints).toEqual([]);

  const refused = async (request: Parameters<typeof served.refusal>[1]): Promise<string> =>
    served.refusal(methods.ListNexusEndpoints, request as object);
  expect(await refused({ pageSize: -1 })).toMatch(/^INVALID_ARGUMENT: PageSize is negative/);
  expect(await refused({ pageSize: 1001 })).toMatch(/^INVALID_ARGUMENT: PageSize exceeds/);
  expect(await refused({ nextPageToken: new Uint8Array([1]) })).toMatch(/^INVALID_ARGUMENT: Invalid NextPageToken/);
});

test('a namespace that an endpoint leads to is not deleted', async () => {
  const served = await Served.start({ namespaces: ['default', 'bills'] });
  const { id } = await create(served, spec('billing', 'queue', 'bills'));
  expect(await served.refusal(methods.DeleteNamespace, { namespace: 'bills' })).toMatch(
    /^FAILED_PRECONDITION: .*Nexus endpoint billing leads to it/,
  );
  await served.call(methods.DeleteNexusEndpoint, { id, version: 1 });
  expect(await served.refusal(methods.DeleteNamespace, { namespace: 'bills' })).toBe('OK');
});

test('endpoints are there after a restart, as they were', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'perdure-endpoints-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const options = { store: { kind: 'sqlite', path: join(folder, 'server.sqlite') }, shardCount: 3 } as const;
  const first = await Served.start(options);
  for (const name of ['one', 'two', 'three', 'four']) await create(first, { ...spec(name), description: json(name) });
  const [gone, changed] = (await first.call(methods.ListNexusEndpoints, {})).endpoints;
  await first.call(methods.DeleteNexusEndpoint, { id: gone!.id, version: 1 });
  await first.call(methods.UpdateNexusEndpoint, { id: changed!.id, version: 1, spec: spec('five') });
  const before = await first.call(methods.ListNexusEndpoints, {});
  await first.stop();
  const second = await Served.start(options);
  expect(await second.call(methods.ListNexusEndpoints, {})).toEqual(before);
  expect(await second.refusal(methods.CreateNexusEndpoint, { spec: spec('five') })).toMatch(/^ALREADY_EXISTS: /);
});
