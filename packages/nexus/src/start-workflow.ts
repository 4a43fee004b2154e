import type {
  WorkflowSignalWithStartOptions as ClientSignalWithStartOptions,
  WorkflowStartOptions as ClientStartOptions,
} from '@perdure/client';
import type { WithWorkflowArgs, Workflow, WorkflowResultType } from '@perdure/common';
import type { Replace } from '@perdure/common/internal';
import type { StartOperationContext } from 'nexus-rpc';
import type { Any } from './any.js';
import { handlerContext } from './context.js';
import { backingCall, callLinked, linkedCall } from './nexus-call.js';
import { writeOperationToken } from './operation-token.js';
import { workflowHandle, type WorkflowHandle } from './workflow-handle.js';

/** How a workflow is started: like by a client, on the worker's own task queue unless another is named. */
export type WorkflowStartOptions<T extends Workflow> = Replace<ClientStartOptions<T>, { taskQueue?: string }>;

/** How a workflow is signalled, and started if it does not run. */
export type WorkflowSignalWithStartOptions<SignalArgs extends Any[] = []> = Replace<
  ClientSignalWithStartOptions<SignalArgs>,
  { taskQueue?: string }
>;

/** The tokens of operations that workflows stand behind, by their handles. */
const tokens = new WeakMap<object, string>();

/**
 * Starts a workflow that the operation stands for: the caller hears of its end, and that of the runs which follow it. A request that is
 * made again starts no second one. Rejects as clients do.
 */
export async function startWorkflow<T extends Workflow>(
  ctx: StartOperationContext,
  workflowTypeOrFunc: string | T,
  workflowOptions: WorkflowStartOptions<T>,
): Promise<WorkflowHandle<WorkflowResultType<T>>> {
  const { client, taskQueue, namespace } = handlerContext();
  const { workflowId } = workflowOptions;
  const token = writeOperationToken(namespace, { type: 'workflow-run', workflowId });
  const options = { ...workflowOptions, taskQueue: workflowOptions.taskQueue ?? taskQueue };
  const started = await callLinked(ctx, backingCall(ctx, token), (carried) =>
    client.workflow.start<T>(workflowTypeOrFunc, { ...options, ...carried } as unknown as ClientStartOptions<T>),
  );
  const runId = started.firstExecutionRunId;
  const handle = workflowHandle<WorkflowResultType<T>>(ctx, { workflowId, runId });
  tokens.set(handle, token);
  return handle;
}

/** Signals a workflow, and starts it first if it does not run. The operation does not stand for it. */
export async function signalWithStartWorkflow<T extends Workflow, SignalArgs extends Any[] = []>(
  ctx: StartOperationContext,
  workflowTypeOrFunc: string | T,
  workflowOptions: WithWorkflowArgs<T, WorkflowSignalWithStartOptions<SignalArgs>>,
): Promise<WorkflowHandle<WorkflowResultType<T>>> {
  const { client, taskQueue } = handlerContext();
  const given = workflowOptions as { readonly workflowId: string; readonly taskQueue?: string };
  const options = { ...given, taskQueue: given.taskQueue ?? taskQueue };
  const signalled = await callLinked(ctx, linkedCall(ctx), (carried) =>
    client.workflow.signalWithStart<T, SignalArgs>(workflowTypeOrFunc, {
      ...options,
      ...carried,
    } as unknown as WithWorkflowArgs<T, ClientSignalWithStartOptions<SignalArgs>>),
  );
  return workflowHandle(ctx, { workflowId: given.workflowId, runId: signalled.signaledRunId });
}

/** The token of the operation that stands for the workflow of this handle; undefined if none does. */
export function tokenOf(handle: WorkflowHandle<unknown>): string | undefined {
  return tokens.get(handle);
}
