import { fileURLToPath } from 'node:url';
import { afterAll, expect, test, vi } from 'vitest';
import { Client, Connection } from '@perdure/client';
import { startServer } from '@perdure/server';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';
import { paymentsHandler } from './payments/handlers.js';
import { PAYMENTS_ENDPOINT } from './payments-service.js';
import { answeredSignal } from './payments/workflows.js';

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const { address, stop } = await startServer({
  store: { kind: 'memory' },
  grpc: { port: 0 },
  namespaces: ['shop', 'payments'],
  log: { level: 'error' },
});
const connection = await Connection.connect({ address });
const target = { worker: { namespace: 'payments', taskQueue: 'payments' } };
await connection.operatorService.createNexusEndpoint({ spec: { name: PAYMENTS_ENDPOINT, target } });
const workerConnection = await NativeConnection.connect({ address });
const pathOf = (module: string): string => fileURLToPath(new URL(module, import.meta.url));
const workers = [
  await Worker.create({
    connection: workerConnection,
    namespace: 'payments',
    taskQueue: 'payments',
    workflowsPath: pathOf('./payments/workflows.ts'),
    nexusServices: [paymentsHandler],
  }),
  await Worker.create({
    connection: workerConnection,
    namespace: 'shop',
    taskQueue: 'orders',
    workflowsPath: pathOf('./shop/workflows.ts'),
  }),
];
const running = workers.map((worker) => worker.run());
const shop = new Client({ connection, namespace: 'shop' });
const bank = new Client({ connection, namespace: 'payments' });

afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
  await Promise.all([connection.close(), workerConnection.close()]);
  await stop();
});

const HOUR_MS = 3_600_000;

function place(orderId: string, cents: number, patienceMs: number) {
  const args = [orderId, cents, patienceMs];
  return shop.workflow.start('order', { taskQueue: 'orders', workflowId: orderId, args });
}

/** The workflow behind the payment of an order, once it runs. */
async function chargeOf(orderId: string) {
  const handle = bank.workflow.getHandle(`charge-${orderId}`);
  await vi.waitFor(() => handle.describe(), { timeout: 20_000, interval: 50 });
  return handle;
}

test('an order is paid when the customer agrees, in another namespace', async () => {
  const order = await place('paid', 1000, HOUR_MS);
  await (await chargeOf('paid')).signal(answeredSignal, 'yes');
  expect(await order.result()).toEqual({ kind: 'paid', receipt: 'receipt for paid: 1030 cents' });
});

test('a payment that the customer refuses tells the order why', async () => {
  const order = await place('refused', 1000, HOUR_MS);
  await (await chargeOf('refused')).signal(answeredSignal, 'no');
  expect(await order.result()).toEqual({ kind: 'unpaid', why: 'The customer refused to pay for refused' });
});

test('a request that makes no sense fails at once', async () => {
  const order = await place('free', 0, HOUR_MS);
  expect(await order.result()).toEqual({ kind: 'unpaid', why: 'There is nothing to pay: 0 cents' });
});

test('an order that is given up cancels its payment', async () => {
  const order = await place('late', 1000, 1);
  expect(await order.result()).toEqual({ kind: 'given up' });
  const charge = await chargeOf('late');
  await expect(charge.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
});
