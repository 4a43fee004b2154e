import {
  type WorkflowHandle as ClientHandle,
  type WorkflowUpdateHandle,
  WorkflowUpdateFailedError,
} from '@perdure/client';
import type { QueryDefinition, SignalDefinition, UpdateDefinition } from '@perdure/common';
import { HandlerError, OperationError, type StartOperationContext } from 'nexus-rpc';
import type { Any } from './any.js';
import { handlerContext } from './context.js';
import { backingCall, callLinked, linkedCall } from './nexus-call.js';
import { writeOperationToken } from './operation-token.js';
import { TemporalOperationResult } from './operation-result.js';

declare const isNexusWorkflowHandle: unique symbol;
declare const workflowResultType: unique symbol;

/** A workflow as an operation knows it: its calls are linked with the caller of the operation. */
export interface WorkflowHandle<T> {
  readonly workflowId: string;
  readonly runId?: string;
  /** Signals the workflow. */
  signal<Args extends Any[] = [], Name extends string = string>(
    def: SignalDefinition<Args, Name> | string,
    ...args: Args
  ): Promise<void>;
  /** Puts a query to the workflow. */
  query<Ret, Args extends Any[] = []>(def: QueryDefinition<Ret, Args> | string, ...args: Args): Promise<Ret>;
  readonly [isNexusWorkflowHandle]: typeof isNexusWorkflowHandle;
  /** Tells handles apart by the result of the workflow. */
  readonly [workflowResultType]: T;
}

/** A workflow whose update an operation can stand for. */
export interface UpdatableWorkflowHandle<T> extends WorkflowHandle<T> {
  /**
   * Sends an update that the operation stands for, and waits until it is accepted. An update that has ended by then is the result at
   * once; rejects with an `OperationError` if it has failed, and with a `HandlerError` where the server cannot tell the end.
   */
  update<Ret, Args extends [Any, ...Any[]], Name extends string = string>(
    def: UpdateDefinition<Ret, Args, Name> | string,
    options: NexusUpdateWorkflowOptions & { readonly args: Args },
  ): Promise<TemporalOperationResult<Ret>>;
  update<Ret, Args extends [] = [], Name extends string = string>(
    def: UpdateDefinition<Ret, Args, Name> | string,
    options?: NexusUpdateWorkflowOptions & { readonly args?: Args },
  ): Promise<TemporalOperationResult<Ret>>;
}

/** How an update is sent. */
export interface NexusUpdateWorkflowOptions {
  /** The id of the operation's request by default, so that a request that is made again sends no second update. */
  readonly updateId?: string;
}

/** Which workflow a handle is to. */
interface Target {
  readonly workflowId: string;
  readonly runId?: string | undefined;
}

/** A handle to a workflow, for the operation whose context this is. */
export function workflowHandle<T>(ctx: StartOperationContext, { workflowId, runId }: Target): WorkflowHandle<T> {
  const linked = <R>(call: (handle: ClientHandle) => Promise<R>): Promise<R> =>
    callLinked(ctx, linkedCall(ctx), (carried) => call(clientHandle(workflowId, runId, carried)));
  const handle = {
    workflowId,
    runId,
    signal: (def: SignalDefinition<Any[]> | string, ...args: unknown[]) => linked((it) => it.signal(def, ...args)),
    query: (def: QueryDefinition<unknown, Any[]> | string, ...args: unknown[]) =>
      linked((it) => it.query(def, ...args)),
  };
  return handle as unknown as WorkflowHandle<T>;
}

/** A client's handle, whatever the types of the update. */
interface StartsUpdates {
  startUpdate(
    def: UpdateDefinition<unknown, Any[]> | string,
    options: UpdateOptions & { readonly waitForStage: 'ACCEPTED' },
  ): Promise<WorkflowUpdateHandle<unknown>>;
}

/** What `update` is called with, whatever the types of the update. */
type UpdateOptions = NexusUpdateWorkflowOptions & { readonly args?: readonly unknown[] };

/** {@link workflowHandle} that updates too. `backing` goes around what the operation is to stand for. */
export function updatableWorkflowHandle<T>(
  ctx: StartOperationContext,
  target: Target,
  backing: <R>(start: () => Promise<R>) => Promise<R>,
): UpdatableWorkflowHandle<T> {
  const update = (def: UpdateDefinition<unknown, Any[]> | string, options: UpdateOptions = {}) =>
    backing(() => updateWorkflow(ctx, target, def, options));
  return { ...workflowHandle<T>(ctx, target), update };
}

async function updateWorkflow(
  ctx: StartOperationContext,
  { workflowId, runId }: Target,
  def: UpdateDefinition<unknown, Any[]> | string,
  { updateId = ctx.requestId, args = [] }: UpdateOptions,
): Promise<TemporalOperationResult<unknown>> {
  const { namespace, updateCallbacks } = handlerContext();
  if (updateCallbacks === false) {
    throw new HandlerError(
      'NOT_IMPLEMENTED',
      'This server does not tell the end of updates, so the operation would never end: answer it when the update has, ' +
        'or have it stand for a workflow',
    );
  }
  const tokenOf = (run: string | undefined): string =>
    writeOperationToken(namespace, { type: 'update', workflowId, runId: run ?? '', updateId });
  const nexusCall = backingCall(ctx, tokenOf(runId));
  const update = await callLinked(ctx, nexusCall, (carried) => {
    const handle = clientHandle(workflowId, runId, carried) as unknown as StartsUpdates;
    return handle.startUpdate(def, { updateId, args, waitForStage: 'ACCEPTED' });
  });
  if (nexusCall.outcome === undefined) return TemporalOperationResult.async(tokenOf(update.workflowRunId));
  try {
    return TemporalOperationResult.sync(await update.result());
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    throw new OperationError('failed', error.message, { cause: error });
  }
}

function clientHandle(workflowId: string, runId: string | undefined, carried: object): ClientHandle {
  return handlerContext().client.workflow.getHandle(workflowId, runId, carried);
}
