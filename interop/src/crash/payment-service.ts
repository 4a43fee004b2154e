import * as nexus from 'nexus-rpc';
import type { NexusSdk } from '../nexus/sdks.js';

/** What an order of the crash test calls, by the name of {@link PAYMENTS_ENDPOINT}. */
export const payments = nexus.service('payments', {
  /** Answers at once. */
  quote: nexus.operation<number, string>(),
  /** Runs the workflow `payment` under this id, and ends with the id of its run. */
  pay: nexus.operation<string, string>(),
});

/** The endpoint that leads to the workers of the crash test. */
export const PAYMENTS_ENDPOINT = 'payments';

/** The id of the workflow that stands behind the payment of an order. */
export function paymentId(orderId: string): string {
  return `payment-of-${orderId}`;
}

/** The handlers, on either SDK. */
export function paymentHandlers({
  startWorkflow,
  WorkflowRunOperationHandler,
}: Pick<NexusSdk, 'startWorkflow' | 'WorkflowRunOperationHandler'>): nexus.ServiceHandler {
  return nexus.serviceHandler(payments, {
    quote: async (_context, productId) => `product ${productId}`,
    pay: new WorkflowRunOperationHandler((context, workflowId) =>
      // The id may be used again: what keeps a repeated request from another run is its request id alone.
      startWorkflow(context, 'payment', { workflowId, args: [], workflowTaskTimeout: '2s' }),
    ),
  });
}
