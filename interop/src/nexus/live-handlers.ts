import * as nexus from 'nexus-rpc';
import type { SdkName } from '../harness/index.js';
import { nexusSdks } from './sdks.js';
import { Amount, shop } from './shop-service.js';

/** The shop, on workers of either SDK. */
export function liveShop(sdk: SdkName): nexus.ServiceHandler {
  const { WorkflowRunOperationHandler, startWorkflow, operationInfo } = nexusSdks[sdk];
  const calls = new Map<string, number>();
  return nexus.serviceHandler(shop, {
    greet: async (_ctx, name) => `hello ${name} through ${operationInfo().endpoint.split('-')[0]}`,
    double: async (_ctx, { cents }) => new Amount(cents * 2),
    fail: async (ctx, how) => {
      const count = (calls.get(ctx.requestId) ?? 0) + 1;
      calls.set(ctx.requestId, count);
      switch (how) {
        case 'handler':
          throw new nexus.HandlerError('BAD_REQUEST', 'not like this');
        case 'final':
          throw new nexus.HandlerError('INTERNAL', 'never', { retryableOverride: false });
        case 'operation':
          throw new nexus.OperationError('failed', 'sold out');
        case 'cancelled':
          throw new nexus.OperationError('canceled', 'closed today');
        case 'once':
          if (count === 1) throw new Error('a bad moment');
          return `attempt ${count}`;
      }
    },
    order: new WorkflowRunOperationHandler((ctx, { id, ending }) =>
      startWorkflow(ctx, 'orderWorkflow', { workflowId: id, args: [ending] }),
    ),
    stall: (ctx) =>
      new Promise<void>((_resolve, reject) => {
        ctx.abortSignal.addEventListener('abort', () => reject(ctx.abortSignal.reason as Error));
      }),
  });
}
