import {
  type CancelOperationContext,
  HandlerError,
  HandlerStartOperationResult,
  type OperationHandler,
  type StartOperationContext,
} from 'nexus-rpc';
import { handlerContext } from './context.js';
import { readOperationToken, type OperationToken } from './operation-token.js';
import { tokenOf } from './start-workflow.js';
import type { WorkflowHandle } from './workflow-handle.js';

/** Starts the workflow of an operation with `startWorkflow`, and returns its handle. */
export type WorkflowRunOperationStartHandler<I, O> = (
  ctx: StartOperationContext,
  input: I,
) => Promise<WorkflowHandle<O>>;

/** An operation that stands for a workflow: its result is the workflow's, and cancelling it cancels the workflow. */
export class WorkflowRunOperationHandler<I, O> implements OperationHandler<I, O> {
  constructor(readonly handler: WorkflowRunOperationStartHandler<I, O>) {}

  async start(ctx: StartOperationContext, input: I): Promise<HandlerStartOperationResult<O>> {
    const handle: unknown = await this.handler(ctx, input);
    const token =
      typeof handle === 'object' && handle !== null ? tokenOf(handle as WorkflowHandle<unknown>) : undefined;
    if (token !== undefined) return HandlerStartOperationResult.async(token);
    throw new HandlerError(
      'INTERNAL',
      `The handler of operation ${ctx.operation} returned no handle of startWorkflow(): the caller would never hear of the end`,
      { retryableOverride: false },
    );
  }

  async cancel(_ctx: CancelOperationContext, text: string): Promise<void> {
    const token = tokenOfCaller(text);
    if (token.type !== 'workflow-run') {
      throw new HandlerError('BAD_REQUEST', `The token is that of an operation for another thing: ${token.type}`);
    }
    await handlerContext().client.workflow.getHandle(token.workflowId).cancel();
  }
}

/** What a caller's token says. Throws a `HandlerError` for what is none: trying again would not mend it. */
export function tokenOfCaller(text: string): OperationToken {
  try {
    return readOperationToken(text);
  } catch (cause) {
    throw new HandlerError('BAD_REQUEST', 'The token of the operation to cancel cannot be read', { cause });
  }
}
