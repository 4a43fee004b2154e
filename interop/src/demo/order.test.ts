import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as activities from '@perdure/sample-food-delivery/activities';
import { connect, eventTypes } from '../harness/index.js';
import { historyTable, placeOrder } from './index.js';

process.env.FOOD_DELIVERY_QUIET = '1';
const environment = await connect();
await environment.officialWorker('food-delivery', {
  workflowsPath: fileURLToPath(new URL('../../../samples/food-delivery/src/workflows.ts', import.meta.url)),
  workflowBundle: undefined,
  activities,
});
const { client } = environment;

test('an order is placed, picked up, delivered and rated', async () => {
  const steps: string[] = [];
  const order = await placeOrder(environment.address, (step) => steps.push(step));
  expect(steps).toHaveLength(3);
  expect(order.status).toMatchObject({ state: 'Delivered', productId: 3 });
  const types = eventTypes(order.events);
  expect(types.filter((type) => type === 'ActivityTaskCompleted')).toHaveLength(4);
  expect(types.filter((type) => type === 'WorkflowExecutionSignaled')).toHaveLength(2);
  expect(types.at(-1)).toBe('WorkflowExecutionCompleted');
  expect(historyTable(order.events).split('\n')).toHaveLength(order.events.length + 1);
});

test('an order that nobody picks up is refunded', async () => {
  const workflowId = environment.uniqueId('late');
  const handle = await client.workflow.start('order', {
    taskQueue: 'food-delivery',
    workflowId,
    args: [1, { pickup: '100ms' }],
  });
  await expect(handle.result()).rejects.toMatchObject({ cause: { message: 'Not picked up in time' } });
  expect(await handle.query('getStatus')).toMatchObject({ state: 'Refunding' });
  const scheduled = (await environment.history({ workflowId })).map(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name,
  );
  expect(scheduled.filter(Boolean)).toEqual(['chargeCustomer', 'refundOrder', 'sendPushNotification']);
});

test('an order of what is not on the menu fails', async () => {
  const workflowId = environment.uniqueId('unknown');
  const handle = await client.workflow.start('order', { taskQueue: 'food-delivery', workflowId, args: [99] });
  await expect(handle.result()).rejects.toMatchObject({ cause: { message: 'Product 99 not found' } });
});
