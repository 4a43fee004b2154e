import type {
  ActivityName,
  ActivityOptions as ClientActivityOptions,
  ActivityOptionsFor as ClientActivityOptionsFor,
  ActivityResult,
  Client,
} from '@perdure/client';
import type { WithWorkflowArgs, Workflow, WorkflowResultType } from '@perdure/common';
import type { Replace } from '@perdure/common/internal';
import { HandlerError, type StartOperationContext } from 'nexus-rpc';
import type { Any } from './any.js';
import { handlerContext } from './context.js';
import { backingCall, callLinked } from './nexus-call.js';
import { TemporalOperationResult } from './operation-result.js';
import { writeOperationToken } from './operation-token.js';
import {
  signalWithStartWorkflow,
  startWorkflow,
  tokenOf,
  type WorkflowSignalWithStartOptions,
  type WorkflowStartOptions,
} from './start-workflow.js';
import { updatableWorkflowHandle, type UpdatableWorkflowHandle } from './workflow-handle.js';

/** How an activity is started: like by a client, on the worker's own task queue unless another is named. */
export type ActivityOptions = Replace<ClientActivityOptions, { taskQueue?: string }>;

/** {@link ActivityOptions} with the arguments of one activity of an interface. */
export type ActivityOptionsFor<T, N extends ActivityName<T>> = Replace<
  ClientActivityOptionsFor<T, N>,
  { taskQueue?: string }
>;

/** What the start handler of a `TemporalOperationHandler` calls the server with. */
export interface TemporalNexusClient {
  /** The worker's client, for calls that have nothing to do with the operation. */
  readonly client: Client;
  /** Starts a workflow that the operation stands for. */
  startWorkflow<T extends Workflow>(
    workflowTypeOrFunc: string | T,
    workflowOptions: WorkflowStartOptions<T>,
  ): Promise<TemporalOperationResult<WorkflowResultType<T>>>;
  /** A handle to a workflow, which need not exist; to its latest run unless one is named. */
  getWorkflowHandle<T extends Workflow>(
    workflowId: string,
    runId?: string,
  ): UpdatableWorkflowHandle<WorkflowResultType<T>>;
  /** Signals a workflow, and starts it first if it does not run. The operation does not stand for it. */
  signalWithStartWorkflow<T extends Workflow, SignalArgs extends Any[] = []>(
    workflowTypeOrFunc: string | T,
    workflowOptions: WithWorkflowArgs<T, WorkflowSignalWithStartOptions<SignalArgs>>,
  ): Promise<void>;
  /** Starts an activity without a workflow that the operation stands for. */
  startActivity<R = Any>(activity: string, options: ActivityOptions): Promise<TemporalOperationResult<R>>;
  /** This client, for the activities of an interface. Only the types differ. */
  typedActivity<T>(): NexusTypedActivityClient<T>;
}

/** Starts the activities of an interface. */
export interface NexusTypedActivityClient<T> {
  startActivity<N extends ActivityName<T>>(
    activity: N,
    options: ActivityOptionsFor<T, N>,
  ): Promise<TemporalOperationResult<ActivityResult<T, N>>>;
}

/** The client of one call of an operation. */
export function temporalNexusClient(ctx: StartOperationContext): TemporalNexusClient {
  const { client } = handlerContext();
  const backing = onlyOnce();
  const nexusClient = {
    client,
    startWorkflow: <T extends Workflow>(workflow: string | T, options: WorkflowStartOptions<T>) =>
      backing(async () =>
        TemporalOperationResult.async<WorkflowResultType<T>>(
          tokenOf(await startWorkflow(ctx, workflow, options)) ?? '',
        ),
      ),
    getWorkflowHandle: (workflowId: string, runId?: string) =>
      updatableWorkflowHandle<Any>(ctx, { workflowId, runId }, backing),
    signalWithStartWorkflow: async <T extends Workflow, SignalArgs extends Any[] = []>(
      workflow: string | T,
      options: WithWorkflowArgs<T, WorkflowSignalWithStartOptions<SignalArgs>>,
    ) => void (await signalWithStartWorkflow(ctx, workflow, options)),
    startActivity: (activity: string, options: ActivityOptions) => backing(() => startActivity(ctx, activity, options)),
    typedActivity: <T>() => nexusClient as unknown as NexusTypedActivityClient<T>,
  };
  return nexusClient;
}

async function startActivity(
  ctx: StartOperationContext,
  activity: string,
  options: ActivityOptions,
): Promise<TemporalOperationResult<Any>> {
  const { client, taskQueue, namespace } = handlerContext();
  const { id: activityId } = options;
  const token = (runId?: string): string => writeOperationToken(namespace, { type: 'activity', activityId, runId });
  const started = await callLinked(ctx, backingCall(ctx, token()), (carried) =>
    client.activity.start(activity, { ...options, taskQueue: options.taskQueue ?? taskQueue, ...carried }),
  );
  return TemporalOperationResult.async(token(started.runId));
}

/** An operation has one end, and so stands for one thing. What could not be started does not count. */
function onlyOnce(): <R>(start: () => Promise<R>) => Promise<R> {
  let isTaken = false;
  return async (start) => {
    if (isTaken) {
      throw new HandlerError(
        'BAD_REQUEST',
        'An operation can stand for one workflow, activity or update only, and this one does already. ' +
          'Whatever else its handler starts, it starts with the `client` of its TemporalNexusClient',
      );
    }
    isTaken = true;
    try {
      return await start();
    } catch (error) {
      isTaken = false;
      throw error;
    }
  };
}
