import { randomUUID } from 'node:crypto';
import { startWorkflow, WorkflowRunOperationHandler } from '@temporalio/nexus';
import * as nexus from 'nexus-rpc';
import { recordedService } from './workflows/nexus-service.js';

/** What recorded workflows call. */
export const recordedHandlers = nexus.serviceHandler(recordedService, {
  echo: async (_ctx, text) => text,
  fail: async (_ctx, how) => {
    if (how === 'handler')
      throw new nexus.HandlerError('BAD_REQUEST', 'not like this', { cause: new Error('the cause') });
    throw new nexus.OperationError(how === 'operation' ? 'failed' : 'canceled', 'no', {
      cause: new Error('the cause'),
    });
  },
  stall: async (_ctx, ms) => await new Promise((resolve) => setTimeout(resolve, ms)),
  run: new WorkflowRunOperationHandler((ctx, ending) =>
    startWorkflow(ctx, 'recordedRun', { workflowId: randomUUID(), args: [ending] }),
  ),
});
