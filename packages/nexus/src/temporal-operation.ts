import {
  type CancelOperationContext,
  HandlerError,
  type HandlerStartOperationResult,
  type OperationHandler,
  type StartOperationContext,
} from 'nexus-rpc';
import { handlerContext, type TemporalCancelOperationContext, type TemporalStartOperationContext } from './context.js';
import { resultOf, type TemporalOperationResult } from './operation-result.js';
import { temporalNexusClient, type TemporalNexusClient } from './temporal-nexus-client.js';
import { tokenOfCaller } from './workflow-run-operation.js';

/** Starts what an operation stands for, or answers at once. */
export type TemporalOperationStartHandler<I, O> = (
  ctx: TemporalStartOperationContext,
  client: TemporalNexusClient,
  input: I,
) => Promise<TemporalOperationResult<O>>;

/** The workflow to cancel. */
export interface CancelWorkflowRunOptions {
  readonly workflowId: string;
}

/** The update to cancel. */
export interface CancelWorkflowUpdateOptions {
  readonly workflowId: string;
  /** Empty if any run was meant. */
  readonly runId: string;
  readonly updateId: string;
}

/** The activity to cancel. */
export interface CancelActivityOptions {
  readonly activityId: string;
  readonly runId: string;
}

/** What cancelling an operation does, by what it stands for. */
export interface TemporalOperationHandlerOptions {
  /** Cancels the workflow by default. */
  cancelWorkflowRun?: (ctx: TemporalCancelOperationContext, options: CancelWorkflowRunOptions) => Promise<void>;
  /** By default updates cannot be cancelled: the request is refused with NOT_IMPLEMENTED. */
  cancelWorkflowUpdate?: (ctx: TemporalCancelOperationContext, options: CancelWorkflowUpdateOptions) => Promise<void>;
  /** Cancels the activity by default. */
  cancelActivity?: (ctx: TemporalCancelOperationContext, options: CancelActivityOptions) => Promise<void>;
}

/** An operation that stands for a workflow, an update or an activity, as its start handler decides, or that answers at once. */
export class TemporalOperationHandler<I, O> implements OperationHandler<I, O> {
  private readonly startHandler: TemporalOperationStartHandler<I, O>;
  private readonly cancelHandlers: Required<TemporalOperationHandlerOptions>;

  constructor({ start, ...options }: { start: TemporalOperationStartHandler<I, O> } & TemporalOperationHandlerOptions) {
    this.startHandler = start;
    this.cancelHandlers = {
      cancelWorkflowRun: options.cancelWorkflowRun ?? cancelWorkflowRun,
      cancelWorkflowUpdate: options.cancelWorkflowUpdate ?? cancelWorkflowUpdate,
      cancelActivity: options.cancelActivity ?? cancelActivity,
    };
  }

  async start(ctx: StartOperationContext, input: I): Promise<HandlerStartOperationResult<O>> {
    return resultOf(await this.startHandler(ctx, temporalNexusClient(ctx), input));
  }

  async cancel(ctx: CancelOperationContext, text: string): Promise<void> {
    const token = tokenOfCaller(text);
    switch (token.type) {
      case 'workflow-run':
        return this.cancelHandlers.cancelWorkflowRun(ctx, { workflowId: token.workflowId });
      case 'update':
        return this.cancelHandlers.cancelWorkflowUpdate(ctx, {
          workflowId: token.workflowId,
          runId: token.runId,
          updateId: token.updateId,
        });
      case 'activity':
        return this.cancelHandlers.cancelActivity(ctx, { activityId: token.activityId, runId: token.runId ?? '' });
    }
  }
}

async function cancelWorkflowRun(_ctx: CancelOperationContext, options: CancelWorkflowRunOptions): Promise<void> {
  await handlerContext().client.workflow.getHandle(options.workflowId).cancel();
}

async function cancelWorkflowUpdate(): Promise<void> {
  throw new HandlerError(
    'NOT_IMPLEMENTED',
    'Updates cannot be cancelled unless the handler says how: give it a cancelWorkflowUpdate function',
  );
}

async function cancelActivity(
  _ctx: CancelOperationContext,
  { activityId, runId }: CancelActivityOptions,
): Promise<void> {
  await handlerContext().client.activity.getHandle(activityId, runId).cancel('The Nexus operation was cancelled');
}
