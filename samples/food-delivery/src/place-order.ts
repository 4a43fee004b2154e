import { Client, Connection, type WorkflowHandle } from '@perdure/client';
import type { history } from '@perdure/protocol';
import { deliveredSignal, getStatusQuery, order, pickedUpSignal, type OrderState, type OrderStatus } from './workflows.js'; // prettier-ignore

/** A delivered order. */
export interface PlacedOrder {
  readonly workflowId: string;
  readonly runId: string;
  readonly status: OrderStatus;
  readonly events: readonly history.IHistoryEvent[];
}

/**
 * Places one order on the server at `address` and sees it through: picked up, delivered, rated. `say` is told each step.
 * Rejects if the order is not delivered.
 */
export async function placeOrder(address: string, say: (step: string) => void): Promise<PlacedOrder> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    const workflowId = `order-${new Date().toISOString().replace(/[:.]/g, '-')}`;
    const handle = await client.workflow.start(order, {
      workflowId,
      taskQueue: 'food-delivery',
      args: [3, { rating: '1s' }],
    });
    say(`placed ${workflowId}: one pizza`);
    await reaches(handle, 'Paid');
    await handle.signal(pickedUpSignal);
    say('sent the signal pickedUp');
    await reaches(handle, 'Picked up');
    await handle.signal(deliveredSignal);
    say('sent the signal delivered');
    await handle.result();
    const { events } = await handle.fetchHistory();
    const status = await handle.query(getStatusQuery);
    return { workflowId, runId: handle.firstExecutionRunId, status, events: events ?? [] };
  } finally {
    await connection.close();
  }
}

// A query is answered after everything that happened before it, so asking again is enough to see progress.
async function reaches(handle: WorkflowHandle<typeof order>, state: OrderState): Promise<void> {
  for (;;) {
    const status = await handle.query(getStatusQuery);
    if (status.state === state) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
