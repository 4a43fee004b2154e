import { NexusOperationFailure } from '@perdure/common';
import { CancellationScope, createNexusServiceClient, isCancellation, sleep } from '@perdure/workflow';
import { payments, PAYMENTS_ENDPOINT } from '../payments-service.js';

/** How an order ended. */
export type OrderEnd =
  | { readonly kind: 'paid'; readonly receipt: string }
  | { readonly kind: 'unpaid'; readonly why: string }
  | { readonly kind: 'given up' };

/** An order of the shop. It is given up when nobody has paid after `patienceMs`. */
export async function order(orderId: string, cents: number, patienceMs: number): Promise<OrderEnd> {
  const client = createNexusServiceClient({ endpoint: PAYMENTS_ENDPOINT, service: payments });
  try {
    const { feeCents } = await client.executeOperation('fee', { cents }, { scheduleToCloseTimeout: '1 min' });
    const receipt = await CancellationScope.cancellable(async () => {
      const scope = CancellationScope.current();
      const charging = client.executeOperation('charge', { orderId, cents: cents + feeCents });
      void sleep(patienceMs).then(
        () => scope.cancel(),
        () => undefined,
      );
      return await charging;
    });
    return { kind: 'paid', receipt };
  } catch (error) {
    if (isCancellation(error)) return { kind: 'given up' };
    if (error instanceof NexusOperationFailure) return { kind: 'unpaid', why: reasonOf(error) };
    throw error;
  }
}

/** The handler's own words are in the cause: what its workflow failed with, or the error that it threw. */
function reasonOf({ cause, message }: NexusOperationFailure): string {
  return cause instanceof Error ? cause.message : message;
}
