import type { Headers, Next, PayloadTypeInfo, SignalTypeInfo, TypeInfo } from '@perdure/common';
import type { enums, update } from '@perdure/protocol';
import type {
  DescribeWorkflowExecutionResponse,
  RequestCancelWorkflowExecutionResponse,
  TerminateWorkflowExecutionResponse,
  WorkflowExecution,
} from '../types.js';
import type { CompiledWorkflowOptions, WorkflowUpdateOptions } from './workflow-options.js';

/** Input of `start` and `startWithDetails`. */
export interface WorkflowStartInput {
  readonly workflowType: string;
  readonly headers: Headers;
  readonly options: CompiledWorkflowOptions;
}

/** Output of `startWithDetails`. */
export interface WorkflowStartOutput {
  readonly runId: string;
  readonly eagerlyStarted: boolean;
}

/** Input of `startUpdate`. */
export interface WorkflowStartUpdateInput {
  readonly updateName: string;
  readonly args: unknown[];
  readonly typeInfo?: PayloadTypeInfo;
  readonly workflowExecution: WorkflowExecution;
  readonly firstExecutionRunId?: string;
  readonly headers: Headers;
  readonly options: WorkflowUpdateOptions;
}

/** Output of `startUpdate`. */
export interface WorkflowStartUpdateOutput {
  readonly updateId: string;
  readonly workflowRunId: string;
  readonly outcome?: update.IOutcome;
  readonly outputTypeInfo?: TypeInfo;
}

/** Input of `startUpdateWithStart`. */
export interface WorkflowStartUpdateWithStartInput {
  readonly workflowType: string;
  readonly workflowStartOptions: CompiledWorkflowOptions;
  readonly workflowStartHeaders: Headers;
  readonly updateName: string;
  readonly updateArgs: unknown[];
  readonly updateTypeInfo?: PayloadTypeInfo;
  readonly updateOptions: WorkflowUpdateOptions;
  readonly updateHeaders: Headers;
}

/** Output of `startUpdateWithStart`. */
export interface WorkflowStartUpdateWithStartOutput {
  readonly workflowExecution: WorkflowExecution;
  readonly updateId: string;
  readonly updateOutcome?: update.IOutcome;
  readonly updateOutputTypeInfo?: TypeInfo;
}

/** Input of `signal`. */
export interface WorkflowSignalInput {
  readonly signalName: string;
  readonly args: unknown[];
  readonly typeInfo?: SignalTypeInfo;
  readonly workflowExecution: WorkflowExecution;
  readonly headers: Headers;
}

/** Input of `signalWithStart`. */
export interface WorkflowSignalWithStartInput {
  readonly workflowType: string;
  readonly signalName: string;
  readonly signalArgs: unknown[];
  readonly signalTypeInfo?: SignalTypeInfo;
  readonly headers: Headers;
  readonly options: CompiledWorkflowOptions;
}

/** Input of `query`. */
export interface WorkflowQueryInput {
  readonly queryType: string;
  readonly args: unknown[];
  readonly typeInfo?: PayloadTypeInfo;
  readonly workflowExecution: WorkflowExecution;
  readonly queryRejectCondition?: enums.QueryRejectCondition;
  readonly headers: Headers;
}

/** Input of `terminate`. */
export interface WorkflowTerminateInput {
  readonly workflowExecution: WorkflowExecution;
  readonly reason?: string;
  readonly details?: unknown[];
  readonly firstExecutionRunId?: string;
}

/** Input of `cancel`. */
export interface WorkflowCancelInput {
  readonly workflowExecution: WorkflowExecution;
  readonly firstExecutionRunId?: string;
}

/** Input of `describe`. */
export interface WorkflowDescribeInput {
  readonly workflowExecution: WorkflowExecution;
}

/** Goes around the calls of a `WorkflowClient`. Each method may change the input, call `next`, and change the output. */
export interface WorkflowClientInterceptor {
  /** @deprecated Use startWithDetails. */
  start?: (input: WorkflowStartInput, next: Next<this, 'start'>) => Promise<string>;
  startWithDetails?: (input: WorkflowStartInput, next: Next<this, 'startWithDetails'>) => Promise<WorkflowStartOutput>;
  startUpdate?: (
    input: WorkflowStartUpdateInput,
    next: Next<this, 'startUpdate'>,
  ) => Promise<WorkflowStartUpdateOutput>;
  startUpdateWithStart?: (
    input: WorkflowStartUpdateWithStartInput,
    next: Next<this, 'startUpdateWithStart'>,
  ) => Promise<WorkflowStartUpdateWithStartOutput>;
  signal?: (input: WorkflowSignalInput, next: Next<this, 'signal'>) => Promise<void>;
  signalWithStart?: (input: WorkflowSignalWithStartInput, next: Next<this, 'signalWithStart'>) => Promise<string>;
  query?: (input: WorkflowQueryInput, next: Next<this, 'query'>) => Promise<unknown>;
  terminate?: (
    input: WorkflowTerminateInput,
    next: Next<this, 'terminate'>,
  ) => Promise<TerminateWorkflowExecutionResponse>;
  cancel?: (input: WorkflowCancelInput, next: Next<this, 'cancel'>) => Promise<RequestCancelWorkflowExecutionResponse>;
  describe?: (input: WorkflowDescribeInput, next: Next<this, 'describe'>) => Promise<DescribeWorkflowExecutionResponse>;
}

/** @deprecated Use WorkflowClientInterceptor. */
export type WorkflowClientCallsInterceptor = WorkflowClientInterceptor;

/** @deprecated Give interceptors, not factories. */
export interface WorkflowClientCallsInterceptorFactoryInput {
  workflowId: string;
  runId?: string;
}

/** @deprecated Give interceptors, not factories. */
export interface WorkflowClientCallsInterceptorFactory {
  (input: WorkflowClientCallsInterceptorFactoryInput): WorkflowClientCallsInterceptor;
}

/** @deprecated Give interceptors, not factories. */
export interface WorkflowClientInterceptors {
  /** @deprecated Give interceptors, not factories. */
  calls?: WorkflowClientCallsInterceptorFactory[];
}

/** An interceptor that knows only the older `start`, as one that knows `startWithDetails`. */
export function withStartDetails(interceptor: WorkflowClientInterceptor): WorkflowClientInterceptor {
  if (interceptor.start === undefined || interceptor.startWithDetails !== undefined) return interceptor;
  const adapted = Object.create(interceptor) as WorkflowClientInterceptor;
  adapted.startWithDetails = async (input, next) => {
    let eagerlyStarted = false;
    const runId = await interceptor.start?.(input, async (passedOn) => {
      const started = await next(passedOn);
      eagerlyStarted = started.eagerlyStarted;
      return started.runId;
    });
    return { runId: runId ?? '', eagerlyStarted };
  };
  return adapted;
}
