import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { Client, Connection } from '@perdure/client';
import { startServer } from '@perdure/server';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';
import * as activities from './activities.js';
import { historyTable, placeOrder } from './index.js';

process.env.FOOD_DELIVERY_QUIET = '1';
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const { address, stop } = await startServer({ store: { kind: 'memory' }, grpc: { port: 0 }, log: { level: 'error' } });
const workerConnection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection: workerConnection,
  taskQueue: 'food-delivery',
  workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
  activities,
});
const running = worker.run();
const connection = await Connection.connect({ address });
const client = new Client({ connection });

afterAll(async () => {
  worker.shutdown();
  await running;
  await Promise.all([connection.close(), workerConnection.close()]);
  await stop();
});

test('an order is placed, picked up, delivered and rated', async () => {
  const steps: string[] = [];
  const order = await placeOrder(address, (step) => steps.push(step));
  expect(steps).toHaveLength(3);
  expect(order.status).toMatchObject({ state: 'Delivered', productId: 3 });
  const table = historyTable(order.events);
  expect(table.split('\n')).toHaveLength(order.events.length + 1);
  expect(table.match(/ActivityTaskCompleted/g)).toHaveLength(4);
  expect(table.match(/WorkflowExecutionSignaled/g)).toHaveLength(2);
  expect(table).toMatch(/WorkflowExecutionCompleted$/);
});

test('an order that nobody picks up is refunded', async () => {
  const args = [1, { pickup: '100ms' }];
  const handle = await client.workflow.start('order', { taskQueue: 'food-delivery', workflowId: 'late', args });
  await expect(handle.result()).rejects.toMatchObject({ cause: { message: 'Not picked up in time' } });
  expect(await handle.query('getStatus')).toMatchObject({ state: 'Refunding' });
  const { events } = await handle.fetchHistory();
  const names = events?.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
  expect(names?.filter(Boolean)).toEqual(['chargeCustomer', 'refundOrder', 'sendPushNotification']);
});

test('an order of what is not on the menu fails', async () => {
  const handle = await client.workflow.start('order', {
    taskQueue: 'food-delivery',
    workflowId: 'unknown',
    args: [99],
  });
  await expect(handle.result()).rejects.toMatchObject({ cause: { message: 'Product 99 not found' } });
});
