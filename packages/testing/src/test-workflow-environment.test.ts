import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@perdure/common';
import { Client, Connection, WorkflowFailedError, type ClientPlugin, type ConnectionPlugin } from '@perdure/client';
import { NativeConnection, Worker } from '@perdure/worker';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TestWorkflowEnvironment, TimeSkippingWorkflowClient } from './index.js';
import * as workflows from './testing/workflows.js';
import { skipping, withWorker } from './testing/with-worker.js';

type LocalOptions = Parameters<typeof TestWorkflowEnvironment.createLocal>[0];

async function local(options?: LocalOptions): Promise<TestWorkflowEnvironment> {
  const environment = await TestWorkflowEnvironment.createLocal(options);
  onTestFinished(() => environment.teardown());
  return environment;
}

describe('an environment', () => {
  it('whose time skips has a client that lets it', async () => {
    const environment = await skipping();
    expect(environment.supportsTimeSkipping).toBe(true);
    expect(environment.client.workflow).toBeInstanceOf(TimeSkippingWorkflowClient);
    expect(environment.options.server).toEqual({ type: 'time-skipping' });
  });

  it('whose time does not skip sleeps as long as it says', async () => {
    const environment = await local();
    expect(environment.supportsTimeSkipping).toBe(false);
    expect(environment.connection.testService).toBeUndefined();
    const [before, startedAt] = [await environment.currentTimeMs(), performance.now()];
    await environment.sleep(30);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(29);
    expect(await environment.currentTimeMs()).toBeGreaterThanOrEqual(before + 29);
  });

  it('runs workflows in real time', async () => {
    await withWorker(await local(), async ({ execute }) => {
      expect(await execute(workflows.sleeper, ['20ms'])).toBeGreaterThanOrEqual(20);
    });
  });

  it('may have a namespace of its own', async () => {
    const environment = await local({ server: { namespace: 'orders' } });
    expect([environment.namespace, environment.client.options.namespace]).toEqual(['orders', 'orders']);
    await withWorker(environment, async ({ execute }) => {
      expect(await execute(workflows.sleeper, ['1ms'])).toBeGreaterThanOrEqual(1);
    });
    expect((await local()).namespace).toBeUndefined();
  });

  it('creates Nexus endpoints that lead to a queue of its namespace, and deletes them', async () => {
    const environment = await local({ server: { namespace: 'orders' } });
    const { operatorService } = environment.connection;
    const { id, version, raw } = await environment.createNexusEndpoint('billing', 'bills');
    expect(raw.spec).toMatchObject({
      name: 'billing',
      target: { worker: { namespace: 'orders', taskQueue: 'bills' } },
    });
    expect((await operatorService.getNexusEndpoint({ id })).endpoint).toEqual(raw);
    await environment.deleteNexusEndpoint({ id, version });
    expect((await operatorService.listNexusEndpoints({})).endpoints).toEqual([]);
  });

  it('has the search attributes it was asked for', async () => {
    const colour = defineSearchAttributeKey('Colour', 'KEYWORD');
    const environment = await local({
      server: { searchAttributes: [colour], extraArgs: ['--search-attribute', 'Size=Int', '--headless'] },
    });
    const { client } = environment;
    const typedSearchAttributes = new TypedSearchAttributes([
      { key: colour, value: 'red' },
      { key: defineSearchAttributeKey('Size', 'INT'), value: 42 },
    ]);
    await client.workflow.start('any', { taskQueue: 'queue', workflowId: 'w', typedSearchAttributes });
    const found: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query: "Colour = 'red' AND Size > 41" }))
      found.push(workflowId);
    expect(found).toEqual(['w']);
  });

  it('keeps everything in a file if it is given one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'perdure-testing-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const server = { dbFilename: join(folder, 'test.sqlite') };
    const first = await TestWorkflowEnvironment.createLocal({ server });
    await first.client.workflow.start('any', { taskQueue: 'queue', workflowId: 'kept' });
    await first.teardown();
    const second = await local({ server });
    expect((await second.client.workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
  });

  it('is reached by others at its address', async () => {
    const environment = await skipping();
    const connection = await Connection.connect({ address: environment.address });
    const others = await NativeConnection.connect({ address: environment.address });
    onTestFinished(async () => {
      await connection.close();
      await others.close();
    });
    await new Client({ connection }).workflow.start('any', { taskQueue: 'queue', workflowId: 'theirs' });
    expect((await environment.client.workflow.getHandle('theirs').describe()).type).toBe('any');
    await others.workflowService.getSystemInfo({});
  });

  it('can be made on a server that is there', async () => {
    const there = await local({ server: { namespace: 'orders' } });
    const { address } = there;
    const environment = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace: 'orders' });
    expect(environment.options.server).toEqual({ type: 'existing' });
    await withWorker(environment, async ({ execute }) => {
      expect(await execute(workflows.sleeper, ['1ms'])).toBeGreaterThanOrEqual(1);
    });
    await environment.teardown();
    // The server stays.
    await there.client.workflow.start('any', { taskQueue: 'queue', workflowId: 'after' });
  });

  it('gives its plugins to the connections and the client, once each', async () => {
    const calls: string[] = [];
    const plugin: ClientPlugin & ConnectionPlugin & { configureNativeConnection: <T>(options: T) => T } = {
      name: 'counting',
      configureClient: (options) => (calls.push('client'), { ...options, identity: 'plugged in' }),
      configureConnection: (options) => (calls.push('connection'), options),
      configureNativeConnection: (options) => (calls.push('native connection'), options),
    };
    const environment = await local({ plugins: [plugin] });
    expect(calls.sort()).toEqual(['client', 'connection', 'native connection']);
    expect(environment.client.options.identity).toBe('plugged in');
  });

  it('keeps the options of its client where time skips', async () => {
    const seen: string[] = [];
    const environment = await TestWorkflowEnvironment.createTimeSkipping({
      client: {
        identity: 'tester',
        interceptors: {
          workflow: [{ start: (input, next) => (seen.push(input.workflowType), next(input)) }],
        },
      },
    });
    onTestFinished(() => environment.teardown());
    await environment.client.workflow.start('intercepted', { taskQueue: 'queue', workflowId: 'w' });
    expect(seen).toEqual(['intercepted']);
    const { raw } = await environment.client.workflow.getHandle('w').describe();
    expect(raw.workflowExecutionInfo?.type?.name).toBe('intercepted');
    const [started] = (await environment.client.workflow.getHandle('w').fetchHistory()).events ?? [];
    expect(started?.workflowExecutionStartedEventAttributes?.identity).toBe('tester');
  });

  it('can be torn down twice, and while calls are under way', async () => {
    const environment = await TestWorkflowEnvironment.createTimeSkipping();
    const { client } = environment;
    await client.workflow.start('any', { taskQueue: 'queue', workflowId: 'w' });
    const result = client.workflow.getHandle('w').result();
    const refused = expect(result).rejects.toThrow();
    await environment.teardown();
    await environment.teardown();
    await refused;
  });

  it('is left behind by one worker for the next without waiting', async () => {
    const environment = await skipping();
    const workflowId = randomUUID();
    await withWorker(environment, async ({ start }) => {
      await start(workflows.notes, [1, '10 days'], { workflowId });
      await environment.sleep('1 hour');
    });
    const handle = environment.client.workflow.getHandle<typeof workflows.notes>(workflowId);
    await handle.signal(workflows.note, 'for the second worker');
    const [received] = await withWorker(environment, async () => handle.result());
    expect(received).toEqual(['for the second worker']);
  });
});

describe('what a server in this process cannot do is refused:', () => {
  it.each<[string, NonNullable<LocalOptions>['server'], RegExp]>([
    ['a page', { ui: true }, /no web page/],
    ['the port of a page', { uiPort: 8233 }, /no web page/],
    ['an executable', { executable: { type: 'existing-path', path: 'bin/server' } }, /createFromExistingServer/],
    ['an argument', { extraArgs: ['--sqlite-pragma', 'a=b'] }, /--sqlite-pragma means nothing/],
    ['an argument without its value', { extraArgs: ['--namespace'] }, /--namespace means nothing/],
    ['a level', { log: { format: 'json', level: 'loud' } }, /loud is no level/],
    ['a format', { log: { format: 'xml', level: 'warn' } }, /xml is no format/],
    ['a type', { extraArgs: ['--search-attribute=Colour=Shade'] }, /Colour has no type Shade/],
  ])('%s', async (_, server, message) => {
    await expect(TestWorkflowEnvironment.createLocal({ server })).rejects.toThrow(message);
  });

  it('arguments of a server whose time skips', async () => {
    const server = { extraArgs: ['--anything'] };
    await expect(TestWorkflowEnvironment.createTimeSkipping({ server })).rejects.toThrow(/--anything means nothing/);
  });

  it('a port that is taken', async () => {
    const { address } = await local();
    const port = Number(address.split(':')[1]);
    await expect(TestWorkflowEnvironment.createLocal({ server: { port } })).rejects.toThrow(String(port));
  });
});

describe('an assertion that fails in a workflow', () => {
  it.each(['main', 'handler'] as const)('fails the workflow, in %s', async (place) => {
    await withWorker(await skipping(), async ({ start }) => {
      const handle = await start(workflows.asserting, [place]);
      if (place === 'handler') await handle.signal(workflows.note, 'unexpected');
      const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(WorkflowFailedError);
      const { cause } = error as WorkflowFailedError;
      expect(cause?.message).toContain('Expected values to be strictly equal');
      expect(cause).toMatchObject({ nonRetryable: true });
      expect(cause?.stack).toMatch(
        /at asserting \(.*testing\/workflows\.ts:\d+:\d+\)|at .*testing\/workflows\.ts:\d+:\d+/,
      );
    });
  });
});

it('a worker on a connection that was closed says so', async () => {
  const environment = await TestWorkflowEnvironment.createLocal();
  await environment.teardown();
  const worker = Worker.create({
    connection: environment.nativeConnection,
    taskQueue: 'queue',
    activities: { a() {} },
  });
  await expect(worker).rejects.toThrow('the connection is closed');
});
