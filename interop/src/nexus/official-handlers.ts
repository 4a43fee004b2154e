import * as nexus from 'nexus-rpc';
import { ApplicationFailure } from '@temporalio/common';
import { startWorkflow, WorkflowRunOperationHandler } from '@temporalio/nexus';
import { billing, type FailureKind } from './billing-service.js';

/** Times that `retryable` has been tried, by its request. */
export const tries = new Map<string, number>();

/** The operations as the official SDK has them handled. */
export const officialBilling = nexus.serviceHandler(billing, {
  greet: async (_context, name) => `hello ${name}`,
  fail: async ({ requestId }, kind) => fail(kind, requestId),
  invoice: new WorkflowRunOperationHandler<string, string>(async (context, id) =>
    startWorkflow(context, 'invoice', { workflowId: id, args: [id] }),
  ),
});

function fail(kind: FailureKind, requestId: string): string {
  switch (kind) {
    case 'operation':
      throw new nexus.OperationError('failed', 'no money', {
        cause: ApplicationFailure.create({ message: 'empty', type: 'Purse', details: [7] }),
      });
    case 'canceled':
      throw new nexus.OperationError('canceled', 'changed my mind');
    case 'handler':
      throw new nexus.HandlerError('BAD_REQUEST', 'not like this');
    case 'retryable': {
      const tried = (tries.get(requestId) ?? 0) + 1;
      tries.set(requestId, tried);
      if (tried < 3) throw new nexus.HandlerError('UNAVAILABLE', 'not now');
      return `tried ${tried} times`;
    }
    case 'bug':
      throw ApplicationFailure.nonRetryable('a bug', 'Bug', 'detail');
  }
}
