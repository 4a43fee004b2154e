import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@perdure/client';
import { NativeConnection, Worker } from '@perdure/worker';
import { expect, inject, test } from 'vitest';
import { quietRuntimes } from '../harness/quiet-runtimes.js';
import { paymentsHandler } from './readme/handlers.js';
import { orderWorkflow } from './readme/workflows.js';

const FILES = ['service.ts', 'handlers.ts', 'workflows.ts'];
const fileOf = (name: string): string => fileURLToPath(new URL(`./readme/${name}`, import.meta.url));

test('the README shows what runs here', () => {
  const readme = readFileSync(fileURLToPath(new URL('../../../packages/nexus/README.md', import.meta.url)), 'utf8');
  const shown = [...readme.matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs)].map(([, name, code]) => [name, code]);
  expect(shown).toEqual(FILES.map((name) => [name, readFileSync(fileOf(name), 'utf8')]));
});

test('what the README shows runs', async () => {
  quietRuntimes();
  const address = inject('address');
  const connection = await Connection.connect({ address });
  const workerConnection = await NativeConnection.connect({ address });
  const taskQueue = `payments-${Math.random().toString(36).slice(2)}`;
  const target = { worker: { namespace: 'default', taskQueue } };
  const { endpoint } = await connection.operatorService.createNexusEndpoint({ spec: { name: 'payments', target } });
  const worker = await Worker.create({
    connection: workerConnection,
    taskQueue,
    workflowsPath: fileOf('workflows.ts'),
    nexusServices: [paymentsHandler],
  });
  const result = await worker.runUntil(
    new Client({ connection }).workflow.execute(orderWorkflow, {
      taskQueue,
      workflowId: taskQueue,
      args: [taskQueue, 1_000],
    }),
  );
  expect(result).toBe('charged 1030');
  await connection.operatorService.deleteNexusEndpoint({ id: endpoint?.id, version: endpoint?.version });
  await connection.close();
  await workerConnection.close();
});
