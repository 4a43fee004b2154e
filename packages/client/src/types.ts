import type { MetadataValue } from '@grpc/grpc-js';
import type { Priority, SearchAttributes, SearchAttributeValue, TypedSearchAttributes } from '@perdure/common';
import { makeProtoEnumConverters, type Replace } from '@perdure/common/internal';
import type { common, enums, workflow, workflowservice } from '@perdure/protocol';
import type { ConnectionPlugin } from './connection/connection-options.js';
import type { OperatorService, WorkflowService } from './connection/api-services.js';

export { HealthService, OperatorService, TestService, WorkflowService } from './connection/api-services.js';

/** Which workflow execution is meant; the latest run without a run id. */
export interface WorkflowExecution {
  workflowId: string;
  runId?: string;
}

/** A message of the API. */
export type StartWorkflowExecutionRequest = workflowservice.IStartWorkflowExecutionRequest;
/** A message of the API. */
export type GetWorkflowExecutionHistoryRequest = workflowservice.IGetWorkflowExecutionHistoryRequest;
/** A message of the API. */
export type DescribeWorkflowExecutionResponse = workflowservice.IDescribeWorkflowExecutionResponse;
/** A message of the API. */
export type RawWorkflowExecutionInfo = workflow.IWorkflowExecutionInfo;
/** A message of the API. */
export type TerminateWorkflowExecutionResponse = workflowservice.ITerminateWorkflowExecutionResponse;
/** A message of the API. */
export type RequestCancelWorkflowExecutionResponse = workflowservice.IRequestCancelWorkflowExecutionResponse;

/** The state of an execution; UNKNOWN for one that this version has no name for. */
export type WorkflowExecutionStatusName =
  | 'UNSPECIFIED'
  | 'RUNNING'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED'
  | 'TERMINATED'
  | 'CONTINUED_AS_NEW'
  | 'TIMED_OUT'
  | 'PAUSED'
  | 'UNKNOWN';

/** A workflow execution as lists show it. */
export interface WorkflowExecutionInfo {
  type: string;
  workflowId: string;
  runId: string;
  taskQueue: string;
  status: { code: enums.WorkflowExecutionStatus; name: WorkflowExecutionStatusName };
  historyLength: number;
  /** In bytes. */
  historySize?: number;
  startTime: Date;
  /** When it began, or will begin, to run: later than the start with a delay or a cron schedule. */
  executionTime?: Date;
  closeTime?: Date;
  memo?: Record<string, unknown>;
  /** @deprecated Use typedSearchAttributes. */
  searchAttributes: SearchAttributes;
  typedSearchAttributes: TypedSearchAttributes;
  parentExecution?: common.WorkflowExecution;
  rootExecution?: common.WorkflowExecution;
  raw: RawWorkflowExecutionInfo;
  priority?: Priority;
}

/** How many executions there are. */
export interface CountWorkflowExecution {
  count: number;
  /** With GROUP BY in the query: how many have each value. */
  groups: { count: number; groupValues: SearchAttributeValue[] }[];
}

/** A workflow execution in full. */
export type WorkflowExecutionDescription = Replace<
  WorkflowExecutionInfo,
  { raw: DescribeWorkflowExecutionResponse }
> & {
  staticDetails: () => Promise<string | undefined>;
  staticSummary: () => Promise<string | undefined>;
};

/** Headers of calls; values of keys that end in `-bin` are bytes. */
export type Metadata = Record<string, MetadataValue>;

/** What `withDeadline` and its like have set for calls. */
export interface CallContext {
  deadline?: number | Date;
  metadata?: Metadata;
  abortSignal?: AbortSignal;
}

/** What clients need of a connection: `Connection`, or `NativeConnection` of the worker package. */
export interface ConnectionLike {
  workflowService: WorkflowService;
  operatorService: OperatorService;
  plugins: ConnectionPlugin[];
  close(): Promise<void>;
  ensureConnected(): Promise<void>;
  withDeadline<R>(deadline: number | Date, fn: () => Promise<R>): Promise<R>;
  withMetadata<R>(metadata: Metadata, fn: () => Promise<R>): Promise<R>;
  withAbortSignal<R>(abortSignal: AbortSignal, fn: () => Promise<R>): Promise<R>;
}

/** The key of what only the other packages of this SDK ask a connection. */
export const InternalConnectionLikeSymbol: unique symbol = Symbol.for('__perdure_internal_connection_like');

/** A connection with what only the other packages of this SDK ask it. */
export type InternalConnectionLike = ConnectionLike & {
  [InternalConnectionLikeSymbol]?: { readonly supportsEagerStart?: boolean };
};

/** Which executions a query is not put to. */
export const QueryRejectCondition = {
  /** None: closed ones can be queried too. */
  NONE: 'NONE',
  /** Those that are closed. */
  NOT_OPEN: 'NOT_OPEN',
  /** Those that failed, timed out, or were cancelled or terminated. */
  NOT_COMPLETED_CLEANLY: 'NOT_COMPLETED_CLEANLY',
  /** @deprecated Use NONE. */
  QUERY_REJECT_CONDITION_NONE: 'NONE',
  /** @deprecated Use NOT_OPEN. */
  QUERY_REJECT_CONDITION_NOT_OPEN: 'NOT_OPEN',
  /** @deprecated Use NOT_COMPLETED_CLEANLY. */
  QUERY_REJECT_CONDITION_NOT_COMPLETED_CLEANLY: 'NOT_COMPLETED_CLEANLY',
  /** @deprecated Use undefined. */
  QUERY_REJECT_CONDITION_UNSPECIFIED: undefined,
} as const;
/** One of {@link QueryRejectCondition}. */
export type QueryRejectCondition = (typeof QueryRejectCondition)[keyof typeof QueryRejectCondition];

/** Converts {@link QueryRejectCondition} to and from `temporal.api.enums.v1.QueryRejectCondition`. */
export const [encodeQueryRejectCondition, decodeQueryRejectCondition] = makeProtoEnumConverters<
  typeof enums.QueryRejectCondition,
  'QUERY_REJECT_CONDITION_'
>({ UNSPECIFIED: 0, NONE: 1, NOT_OPEN: 2, NOT_COMPLETED_CLEANLY: 3 }, 'QUERY_REJECT_CONDITION_');
