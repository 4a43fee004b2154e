import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { Client, Connection, WorkflowNotFoundError } from '@perdure/client';
import { EmbeddedServer } from '@perdure/server';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';

const workflowsPath = fileURLToPath(new URL('./order-workflows.ts', import.meta.url));
if (Runtime._instance === undefined) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const taskQueue = 'embedded';
const activities = { greet: async (name: string) => `hello ${name}` };
const folder = mkdtempSync(join(tmpdir(), 'perdure-embedded-sdk-'));
afterAll(() => rmSync(folder, { recursive: true }));
const store = { kind: 'sqlite', path: join(folder, 'orders.sqlite') } as const;

/** Client and worker of an application that has the server inside. */
async function within<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  const server = await EmbeddedServer.start({ store, grpc: { port: 0 } });
  const { inProcess } = server;
  const connection = await Connection.connect({ inProcess });
  const workerConnection = await NativeConnection.connect({ inProcess });
  const worker = await Worker.create({ connection: workerConnection, taskQueue, workflowsPath, activities });
  const result = await worker.runUntil(() => work(new Client({ connection })));
  await connection.close();
  await workerConnection.close();
  await server.stop();
  return result;
}

test('an application with the server inside runs orders, and finds them after a restart', async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `order-${index}`);
  await within(async (client) => {
    for (const workflowId of ids) await client.workflow.start('order', { taskQueue, workflowId, args: [workflowId] });
    await Promise.all(ids.map((id) => client.workflow.getHandle(id).executeUpdate('add', { args: [5] })));
    await expect(client.workflow.getHandle('nobody').describe()).rejects.toThrow(WorkflowNotFoundError);
  });
  await within(async (client) => {
    const results = ids.map(async (id) => {
      const handle = client.workflow.getHandle(id);
      await handle.signal('pickedUp');
      return handle.result();
    });
    expect(await Promise.all(results)).toEqual(
      ids.map((id) => [true, [`hello local ${id}`, `hello ${id}`], 8, true, 36]),
    );
  });
});
