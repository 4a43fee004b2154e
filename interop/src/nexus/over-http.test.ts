import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer, type RunningServer } from '@perdure/server';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freePort } from '../crash/recipes.js';
import { quietRuntimes } from '../harness/quiet-runtimes.js';
import { bundleWorkflows } from '../harness/workflow-bundles.js';
import { officialBilling } from './official-handlers.js';
import type { Outcome } from './billing-workflows.js';

// Workflows of one server call operations of another one, over HTTP there and back.

const QUEUE = 'queue';

/** A server with a port for HTTP, which may end and come back, and a worker of the official SDK. */
class Node {
  private worker: Worker | undefined;
  private running: Promise<void> | undefined;
  private native: NativeConnection | undefined;

  private constructor(
    readonly client: Client,
    private readonly ports: { readonly grpc: number; readonly http: number },
    private readonly folder: string,
    private server: RunningServer | undefined,
  ) {}

  static async start(): Promise<Node> {
    const ports = { grpc: await freePort(), http: await freePort() };
    const folder = await mkdtemp(join(tmpdir(), 'perdure-nexus-'));
    const connection = Connection.lazy({ address: `127.0.0.1:${ports.grpc}` });
    const node = new Node(new Client({ connection }), ports, folder, undefined);
    await node.resume();
    return node;
  }

  async resume(): Promise<void> {
    this.server = await startServer({
      store: { kind: 'sqlite', path: join(this.folder, 'server.sqlite') },
      grpc: { port: this.ports.grpc },
      http: { port: this.ports.http },
      // The servers tell each other the ends of operations.
      callbackAddresses: [{ pattern: '127.0.0.1:*', allowInsecure: true }],
    });
  }

  async end(): Promise<void> {
    await this.server?.stop({ graceMs: 500 });
  }

  get operator() {
    return this.client.connection.operatorService;
  }

  /** The URL of an endpoint of this name that leads to the worker here. */
  async serve(name: string): Promise<string> {
    const target = { worker: { namespace: 'default', taskQueue: QUEUE } };
    const { endpoint } = await this.operator.createNexusEndpoint({ spec: { name, target } });
    return `http://127.0.0.1:${this.ports.http}${endpoint?.urlPrefix}`;
  }

  async work(code: string): Promise<void> {
    this.native = await NativeConnection.connect({ address: `127.0.0.1:${this.ports.grpc}` });
    const options = { connection: this.native, taskQueue: QUEUE, workflowBundle: { code }, shutdownGraceTime: 0 };
    this.worker = await Worker.create({ ...options, nexusServices: [officialBilling] });
    this.running = this.worker.run();
  }

  async stop(): Promise<void> {
    this.worker?.shutdown();
    await this.running;
    await this.native?.close();
    await this.client.connection.close();
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

let caller: Node;
let handler: Node;
let count = 0;
let id: string;
beforeAll(async () => {
  quietRuntimes();
  [caller, handler] = await Promise.all([Node.start(), Node.start()]);
  const external = { url: await handler.serve('billing') };
  await caller.operator.createNexusEndpoint({ spec: { name: 'outside', target: { external } } });
  const code = await bundleWorkflows('temporal', fileURLToPath(new URL('./billing-workflows.ts', import.meta.url)));
  await Promise.all([caller.work(code), handler.work(code)]);
}, 120_000);
beforeEach(() => void (id = `invoice-${(count += 1)}`));
afterAll(() => Promise.all([caller.stop(), handler.stop()]));

function run(type: string, ...args: readonly unknown[]): Promise<Outcome> {
  const options = { taskQueue: QUEUE, workflowId: `${type}-${(count += 1)}`, args: ['outside', ...args] };
  return caller.client.workflow.execute(type, options) as Promise<Outcome>;
}

/** Until the workflow behind the operation is there. */
async function pay(how: string): Promise<void> {
  const handle = handler.client.workflow.getHandle(id);
  await expect
    .poll(async () =>
      handle.signal('paid', how).then(
        () => 'paid',
        () => 'not there',
      ),
    )
    .toBe('paid');
}

test('an operation that answers at once', async () => {
  expect(await run('caller', 'greet', 'Ann')).toEqual({ result: 'hello Ann' });
});

test.for(['operation', 'canceled', 'handler', 'bug', 'retryable'])('an operation that fails: %s', async (kind) => {
  expect(await run('caller', 'fail', kind, '20s')).toMatchSnapshot();
});

test('an operation that runs on, and completes', async () => {
  const [outcome] = await Promise.all([run('caller', 'invoice', id), pay('cash')]);
  expect(outcome).toEqual({ result: `${id} cash` });
});

test('an operation that runs on, and fails', async () => {
  const [outcome] = await Promise.all([run('caller', 'invoice', id), pay('broke')]);
  expect(outcome).toMatchSnapshot();
});

test('an operation that is cancelled', async () => {
  const { errors } = (await run('canceller', id)) as { readonly errors: readonly string[] };
  expect(errors).toEqual(expect.arrayContaining([expect.stringMatching(/^CancelledFailure/)]));
  const { status } = await handler.client.workflow.getHandle(id).describe();
  expect(status.name).toBe('CANCELLED');
});

test('an operation that ends while its caller is down', { timeout: 60_000 }, async () => {
  const options = { taskQueue: QUEUE, workflowId: `caller-of-${id}`, args: ['outside', 'invoice', id] };
  const handle = await caller.client.workflow.start('caller', options);
  const started = async (): Promise<boolean> =>
    ((await handle.fetchHistory()).events ?? []).some((event) => event.nexusOperationStartedEventAttributes != null);
  await expect.poll(started).toBe(true);
  await caller.end();
  await pay('late');
  await caller.resume();
  expect(await handle.result()).toEqual({ result: `${id} late` });
});
