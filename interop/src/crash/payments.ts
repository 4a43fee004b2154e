import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { fetchEvents } from './order-load.js';
import { paymentId, PAYMENTS_ENDPOINT } from './payment-service.js';

/** A run of the workflow behind the payment of an order. */
export interface PaymentRun {
  readonly runId: string;
  readonly events: readonly temporal.api.history.v1.IHistoryEvent[];
  /** Those who asked for the run. */
  readonly requestIds: readonly string[];
}

/** Lets orders find the workers that take payments. */
export async function createPaymentsEndpoint(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  const worker = { namespace: 'default', taskQueue: 'food-delivery' };
  await connection.operatorService.createNexusEndpoint({ spec: { name: PAYMENTS_ENDPOINT, target: { worker } } });
  await connection.close();
}

/** Every run that there was behind the payment of an order. */
export async function fetchPaymentRuns(connection: Connection, orderId: string): Promise<PaymentRun[]> {
  const workflowId = paymentId(orderId);
  const list = async () =>
    await connection.workflowService.listWorkflowExecutions({
      namespace: 'default',
      query: `WorkflowId = '${workflowId}'`,
    });
  let { executions } = await list();
  // On some servers the list lags behind.
  for (let tries = 0; executions.length === 0 && tries < 20; tries++) {
    await delay(250);
    ({ executions } = await list());
  }
  return await Promise.all(
    executions.map(async ({ execution }) => {
      const runId = execution?.runId ?? '';
      const described = await connection.workflowService.describeWorkflowExecution({
        namespace: 'default',
        execution: { workflowId, runId },
      });
      const requestIds = Object.keys(described.workflowExtendedInfo?.requestIdInfos ?? {});
      return { runId, events: await fetchEvents(connection, workflowId, runId), requestIds };
    }),
  );
}
