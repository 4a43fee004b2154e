import type { Duration } from '@perdure/common';
import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  proxyActivities,
  setHandler,
  sleep,
} from '@perdure/workflow';
import type * as activities from './activities.js';
import { productById, type Product } from './products.js';

/** Where an order is on its way. */
export type OrderState = 'Charging card' | 'Paid' | 'Picked up' | 'Delivered' | 'Refunding';

/** What `getStatus` answers. `deliveredAt` is there once the order is delivered. */
export interface OrderStatus {
  readonly state: OrderState;
  readonly productId: number;
  readonly deliveredAt?: string;
}

/** How long an order waits for others; every one of them defaults to a minute. */
export interface OrderPatience {
  readonly pickup?: Duration;
  readonly delivery?: Duration;
  /** The time to eat before the customer is asked for a rating. */
  readonly rating?: Duration;
}

/** The driver has the meal. */
export const pickedUpSignal = defineSignal('pickedUp');
/** The customer has the meal. */
export const deliveredSignal = defineSignal('delivered');
/** Asks where the order is. */
export const getStatusQuery = defineQuery<OrderStatus>('getStatus');

const { chargeCustomer, refundOrder, sendPushNotification } = proxyActivities<typeof activities>({
  startToCloseTimeout: '5s',
  retry: { maximumInterval: '5s' },
});

/** One order, from the charge to the rating. It survives whatever happens to the processes that run it. */
export async function order(productId: number, patience: OrderPatience = {}): Promise<void> {
  const product = productById(productId);
  if (!product) throw ApplicationFailure.create({ message: `Product ${productId} not found` });

  let state: OrderState = 'Charging card';
  let deliveredAt: string | undefined;
  setHandler(getStatusQuery, () => ({ state, productId, deliveredAt }));
  setHandler(pickedUpSignal, () => {
    if (state === 'Paid') state = 'Picked up';
  });
  setHandler(deliveredSignal, () => {
    if (state !== 'Picked up') return;
    state = 'Delivered';
    deliveredAt = new Date().toISOString();
  });

  await charge(product);
  state = 'Paid';

  if (!(await condition(() => state === 'Picked up', patience.pickup ?? '1 min'))) {
    state = 'Refunding';
    await refundAndNotify(product, 'No drivers were available to pick up your order. Your payment has been refunded.');
    throw ApplicationFailure.create({ message: 'Not picked up in time' });
  }
  await sendPushNotification('Order picked up');

  if (!(await condition(() => state === 'Delivered', patience.delivery ?? '1 min'))) {
    state = 'Refunding';
    await refundAndNotify(product, 'Your driver was unable to deliver your order. Your payment has been refunded.');
    throw ApplicationFailure.create({ message: 'Not delivered in time' });
  }
  await sendPushNotification('Order delivered!');

  await sleep(patience.rating ?? '1 min');
  await sendPushNotification(`Rate your meal. How was the ${product.name.toLowerCase()}?`);
}

async function charge(product: Product): Promise<void> {
  try {
    await chargeCustomer(product);
  } catch (error) {
    const message = `Failed to charge customer for ${product.name}. Error: ${messageOf(error)}`;
    await sendPushNotification(message);
    throw ApplicationFailure.create({ message });
  }
}

async function refundAndNotify(product: Product, message: string): Promise<void> {
  await refundOrder(product);
  await sendPushNotification(message);
}

// An activity's failure arrives wrapped; the cause says what went wrong.
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
