import { log, startWorkflow, WorkflowRunOperationHandler } from '@perdure/nexus';
import * as nexus from 'nexus-rpc';
import { payments } from './service.js';
import { chargeWorkflow } from './workflows.js';

export const paymentsHandler = nexus.serviceHandler(payments, {
  // Answers at once, within the ten seconds that a request may take.
  quote: async (_ctx, { cents }) => {
    if (cents <= 0) throw new nexus.HandlerError('BAD_REQUEST', 'Nothing to pay');
    return { feeCents: Math.ceil(cents * 0.03) };
  },
  // Takes as long as the workflow does. The caller hears of its end; cancelling the operation cancels the workflow.
  charge: new WorkflowRunOperationHandler(async (ctx, { orderId, cents }) => {
    log.info('charging', { orderId });
    return await startWorkflow(ctx, chargeWorkflow, { workflowId: `charge-${orderId}`, args: [cents] });
  }),
});
