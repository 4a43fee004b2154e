import { startWorkflow, WorkflowRunOperationHandler } from '@perdure/nexus';
import * as nexus from 'nexus-rpc';
import { payments } from '../payments-service.js';
import { charge } from './workflows.js';

/** The handlers of the service, for the workers of the payments team. */
export const paymentsHandler = nexus.serviceHandler(payments, {
  fee: async (_context, { cents }) => {
    // An error that no other try would mend: the operation fails. Without the type the request would be made again.
    if (cents <= 0) throw new nexus.HandlerError('BAD_REQUEST', `There is nothing to pay: ${cents} cents`);
    return { feeCents: Math.ceil(cents * 0.03) };
  },
  // A workflow stands behind the operation: its end is that of the operation, and cancelling one cancels the other. The id
  // follows from the order, so that no order is paid twice.
  charge: new WorkflowRunOperationHandler(async (context, asked) =>
    startWorkflow(context, charge, { workflowId: `charge-${asked.orderId}`, args: [asked] }),
  ),
});
