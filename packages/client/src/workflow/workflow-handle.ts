import type {
  BaseWorkflowHandle,
  HistoryAndWorkflowId,
  PayloadTypeInfo,
  QueryDefinition,
  UpdateDefinition,
  Workflow,
  WorkflowQueryOptions,
} from '@perdure/common';
import type { History } from '@perdure/common/proto-utils';
import type { Any } from '../any.js';
import type {
  RequestCancelWorkflowExecutionResponse,
  TerminateWorkflowExecutionResponse,
  WorkflowExecutionDescription,
  WorkflowExecutionInfo,
} from '../types.js';
import type { WorkflowUpdateOptions } from './workflow-options.js';
import type { WorkflowUpdateStage } from './update-stage.js';
import type { WorkflowClient } from './workflow-client.js';

/** A workflow execution, from the outside. */
export interface WorkflowHandle<T extends Workflow = Workflow> extends BaseWorkflowHandle<T> {
  /**
   * Sends an update and waits for its result. Rejects with `WorkflowUpdateFailedError` if it is rejected or fails, with
   * `WorkflowUpdateRPCTimeoutOrCancelledError` if the call ends first.
   */
  executeUpdate<Ret, Args extends [Any, ...Any[]], Name extends string = string>(
    def: UpdateDefinition<Ret, Args, Name> | string,
    options: WorkflowUpdateOptions & { args: Args },
  ): Promise<Ret>;
  executeUpdate<Ret, Args extends [], Name extends string = string>(
    def: UpdateDefinition<Ret, Args, Name> | string,
    options?: WorkflowUpdateOptions & { args?: Args },
  ): Promise<Ret>;

  /** Sends an update and waits until it is accepted. Errors as `executeUpdate`. */
  startUpdate<Ret, Args extends [Any, ...Any[]], Name extends string = string>(
    def: UpdateDefinition<Ret, Args, Name> | string,
    options: WorkflowUpdateOptions & { args: Args; waitForStage: 'ACCEPTED' },
  ): Promise<WorkflowUpdateHandle<Ret>>;
  startUpdate<Ret, Args extends [], Name extends string = string>(
    def: UpdateDefinition<Ret, Args, Name> | string,
    options: WorkflowUpdateOptions & { args?: Args; waitForStage: typeof WorkflowUpdateStage.ACCEPTED },
  ): Promise<WorkflowUpdateHandle<Ret>>;

  /** A handle to an update that was sent before. */
  getUpdateHandle<Ret>(updateId: string, options?: GetWorkflowUpdateHandleOptions): WorkflowUpdateHandle<Ret>;

  /** Puts a query to the workflow, running or closed. */
  query<Ret, Args extends Any[] = []>(def: QueryDefinition<Ret, Args> | string, ...args: Args): Promise<Ret>;
  /** Puts a query by name, with options. */
  queryWithOptions<Ret, Args extends Any[] = []>(queryName: string, options: WorkflowQueryOptions<Args>): Promise<Ret>;

  /** Ends the workflow at once, without asking its code. */
  terminate(reason?: string): Promise<TerminateWorkflowExecutionResponse>;
  /** Asks the workflow to end. */
  cancel(): Promise<RequestCancelWorkflowExecutionResponse>;
  /** What the server knows about the execution. */
  describe(): Promise<WorkflowExecutionDescription>;
  /** The whole history of the run. */
  fetchHistory(): Promise<History>;
  readonly client: WorkflowClient;
}

/** A handle that knows the first run of the chain. */
export interface WorkflowHandleWithFirstExecutionRunId<T extends Workflow = Workflow> extends WorkflowHandle<T> {
  readonly firstExecutionRunId: string;
}

/** A handle of a workflow that was just started. */
export interface WorkflowHandleWithStartDetails<
  T extends Workflow = Workflow,
> extends WorkflowHandleWithFirstExecutionRunId<T> {
  /** Whether the first workflow task went straight to a worker of this process. */
  readonly eagerlyStarted: boolean;
}

/** A handle of a workflow that was just signalled, and may be older than that. */
export interface WorkflowHandleWithSignaledRunId<T extends Workflow = Workflow> extends WorkflowHandle<T> {
  readonly signaledRunId: string;
}

/** How a result is waited for. */
export interface WorkflowResultOptions {
  /** Whether to follow runs that continue as new, retry or recur; true by default. */
  followRuns?: boolean;
  /** Adapts the result. */
  typeInfo?: PayloadTypeInfo;
}

/** How a handle behaves. */
export interface GetWorkflowHandleOptions extends WorkflowResultOptions {
  /** Only runs of the chain that began with this one are cancelled, terminated or updated. */
  firstExecutionRunId?: string;
}

/** An update, from the outside. */
export interface WorkflowUpdateHandle<Ret> {
  updateId: string;
  workflowId: string;
  workflowRunId?: string;
  /** Waits for the result. Rejects with `WorkflowUpdateFailedError` if the update failed. */
  result(): Promise<Ret>;
}

/** Which update is meant. */
export interface GetWorkflowUpdateHandleOptions {
  workflowRunId?: string;
  /** Adapts the result. */
  typeInfo?: Pick<PayloadTypeInfo, 'outputType'>;
}

/** Which executions are listed. */
export interface ListOptions {
  /** How many come in one page; the server decides by default. */
  pageSize?: number;
  /** In the visibility query language. */
  query?: string;
}

/** How histories are fetched. */
export interface IntoHistoriesOptions {
  /** How many at a time; 5 by default. */
  concurrency?: number;
  /** How many may wait to be taken; no limit by default. */
  bufferLimit?: number;
}

/** Listed executions, page after page as they are taken. */
export interface AsyncWorkflowListIterable extends AsyncIterable<WorkflowExecutionInfo> {
  /** The histories of the listed executions, in the order in which they arrive. */
  intoHistories: (intoHistoriesOptions?: IntoHistoriesOptions) => AsyncIterable<HistoryAndWorkflowId>;
}
