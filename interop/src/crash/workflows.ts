import { order, type OrderPatience } from '@perdure/sample-food-delivery/workflows';
import { createNexusServiceClient, sleep, workflowInfo } from '@perdure/workflow';
import { paymentId, payments, PAYMENTS_ENDPOINT } from './payment-service.js';

export { order };

/** An order that asks for its price and is paid by operations of Nexus, one that answers at once and one that takes its time. */
export async function orderPaidElsewhere(productId: number, patience: OrderPatience): Promise<void> {
  const client = createNexusServiceClient({ endpoint: PAYMENTS_ENDPOINT, service: payments });
  const quoted = client.executeOperation(payments.operations.quote, productId);
  const paid = client.executeOperation(payments.operations.pay, paymentId(workflowInfo().workflowId));
  await Promise.all([order(productId, patience), quoted, paid]);
}

/** What stands behind the operation `pay`. */
export async function payment(): Promise<string> {
  await sleep('500ms');
  return workflowInfo().runId;
}
