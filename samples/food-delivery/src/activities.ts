import { ApplicationFailure, activityInfo } from '@perdure/activity';
import type { Product } from './products.js';

/**
 * Takes the money. The payment service is told which order and activity this is, so that it charges once even when the answer
 * to the first attempt was lost.
 */
export async function chargeCustomer(product: Product): Promise<string> {
  if (product.priceCents <= 0) {
    throw ApplicationFailure.nonRetryable(`Card declined for ${product.name}`, 'CardDeclined');
  }
  const { workflowExecution, activityId } = activityInfo();
  return `charge:${workflowExecution?.workflowId}:${activityId}`;
}

/** Gives the money back. */
export async function refundOrder(product: Product): Promise<string> {
  return `refund:${activityInfo().workflowExecution?.workflowId}:${product.id}`;
}

/** Tells the customer something. */
export async function sendPushNotification(message: string): Promise<void> {
  if (process.env.FOOD_DELIVERY_QUIET !== '1') console.log(`  push notification: ${message}`);
}
