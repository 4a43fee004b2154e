import type {
  Duration,
  Headers,
  MetricTags,
  Next,
  PayloadTypeInfo,
  SignalTypeInfo,
  Timestamp,
  TypeInfo,
  WorkflowExecution,
} from '@perdure/common';
import type { WorkflowActivation, WorkflowCommand } from '@perdure/common/activation';
import type { ActivityOptions, LocalActivityOptions } from './activities.js';
import type { EventGroupMarker } from './event-groups.js';
import type { ChildWorkflowOptionsWithDefaults, ContinueAsNewOptions } from './interfaces.js';
import type { NexusOperationCancellationType } from './nexus.js';

export type { Headers, Next } from '@perdure/common';

/** What an interceptor module exports as `interceptors`; called once for every run. */
export type WorkflowInterceptorsFactory = () => WorkflowInterceptors;

/** Interceptors by what they stand in the way of. */
export interface WorkflowInterceptors {
  inbound?: WorkflowInboundCallsInterceptor[];
  outbound?: WorkflowOutboundCallsInterceptor[];
  internals?: WorkflowInternalsInterceptor[];
}

/** Stands between the world and workflow code. */
export interface WorkflowInboundCallsInterceptor {
  execute?: (input: WorkflowExecuteInput, next: Next<WorkflowInboundCallsInterceptor, 'execute'>) => Promise<unknown>;
  handleUpdate?: (input: UpdateInput, next: Next<WorkflowInboundCallsInterceptor, 'handleUpdate'>) => Promise<unknown>;
  validateUpdate?: (input: UpdateInput, next: Next<WorkflowInboundCallsInterceptor, 'validateUpdate'>) => void;
  handleSignal?: (input: SignalInput, next: Next<WorkflowInboundCallsInterceptor, 'handleSignal'>) => Promise<void>;
  handleQuery?: (input: QueryInput, next: Next<WorkflowInboundCallsInterceptor, 'handleQuery'>) => Promise<unknown>;
}

/** A run begins. */
export interface WorkflowExecuteInput {
  readonly args: unknown[];
  readonly headers: Headers;
}

/** An update is validated or carried out. */
export interface UpdateInput {
  readonly updateId: string;
  readonly name: string;
  readonly args: unknown[];
  readonly headers: Headers;
}

/** A signal is handled. */
export interface SignalInput {
  readonly signalName: string;
  readonly args: unknown[];
  readonly headers: Headers;
}

/** A query is answered. */
export interface QueryInput {
  readonly queryId: string;
  readonly queryName: string;
  readonly args: unknown[];
  readonly headers: Headers;
}

/** Stands between workflow code and the world. */
export interface WorkflowOutboundCallsInterceptor {
  startTimer?: (input: TimerInput, next: Next<WorkflowOutboundCallsInterceptor, 'startTimer'>) => Promise<void>;
  scheduleActivity?: (
    input: ActivityInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'scheduleActivity'>,
  ) => Promise<unknown>;
  scheduleLocalActivity?: (
    input: LocalActivityInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'scheduleLocalActivity'>,
  ) => Promise<unknown>;
  startNexusOperation?: (
    input: StartNexusOperationInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'startNexusOperation'>,
  ) => Promise<StartNexusOperationOutput>;
  startChildWorkflowExecution?: (
    input: StartChildWorkflowExecutionInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'startChildWorkflowExecution'>,
  ) => Promise<[Promise<string>, Promise<unknown>]>;
  signalWorkflow?: (
    input: SignalWorkflowInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'signalWorkflow'>,
  ) => Promise<void>;
  continueAsNew?: (
    input: ContinueAsNewInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'continueAsNew'>,
  ) => Promise<never>;
  getLogAttributes?: (
    input: GetLogAttributesInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'getLogAttributes'>,
  ) => Record<string, unknown>;
  getMetricTags?: (
    input: GetMetricTagsInput,
    next: Next<WorkflowOutboundCallsInterceptor, 'getMetricTags'>,
  ) => MetricTags;
}

/** A timer starts. */
export interface TimerInput {
  readonly durationMs: number;
  readonly seq: number;
  readonly options?: TimerOptions;
}

/** What is said of a timer. */
export interface TimerOptions {
  /** A line for whoever looks at the history. */
  readonly summary?: string;
  readonly eventGroups?: EventGroupMarker[];
}

/** An activity is scheduled. */
export interface ActivityInput {
  readonly activityType: string;
  readonly args: unknown[];
  readonly options: ActivityOptions;
  readonly headers: Headers;
  readonly seq: number;
  readonly typeInfo?: PayloadTypeInfo;
}

/** A local activity is scheduled. */
export interface LocalActivityInput {
  readonly activityType: string;
  readonly args: unknown[];
  readonly options: LocalActivityOptions;
  readonly headers: Headers;
  readonly seq: number;
  readonly originalScheduleTime?: Timestamp;
  readonly attempt: number;
  readonly typeInfo?: PayloadTypeInfo;
}

/** A Nexus operation starts. */
export interface StartNexusOperationInput {
  readonly input: unknown;
  readonly inputType?: TypeInfo;
  readonly outputType?: TypeInfo;
  readonly endpoint: string;
  readonly service: string;
  readonly options: StartNexusOperationOptions;
  readonly operation: string;
  readonly seq: number;
  readonly headers: Record<string, string>;
}

/** How a Nexus operation is started. */
export interface StartNexusOperationOptions {
  readonly scheduleToCloseTimeout?: Duration;
  readonly scheduleToStartTimeout?: Duration;
  readonly startToCloseTimeout?: Duration;
  readonly cancellationType?: NexusOperationCancellationType;
  readonly summary?: string;
  readonly eventGroups?: EventGroupMarker[];
}

/** A Nexus operation has started. */
export interface StartNexusOperationOutput {
  readonly token?: string;
  readonly result: Promise<unknown>;
}

/** A child workflow is started. */
export interface StartChildWorkflowExecutionInput {
  readonly workflowType: string;
  readonly options: ChildWorkflowOptionsWithDefaults;
  readonly headers: Headers;
  readonly seq: number;
}

/** Another workflow is signalled. */
export interface SignalWorkflowInput {
  readonly seq: number;
  readonly signalName: string;
  readonly args: unknown[];
  readonly typeInfo?: SignalTypeInfo;
  readonly headers: Headers;
  readonly target:
    | { readonly type: 'external'; readonly workflowExecution: WorkflowExecution }
    | { readonly type: 'child'; readonly childWorkflowId: string };
}

/** The run is to be continued as new. */
export interface ContinueAsNewInput {
  readonly args: unknown[];
  readonly headers: Headers;
  readonly options: ContinueAsNewInputOptions;
}

/** Options with the workflow type filled in. */
export type ContinueAsNewInputOptions = ContinueAsNewOptions & Required<Pick<ContinueAsNewOptions, 'workflowType'>>;
/** Attributes of a log line so far. */
export type GetLogAttributesInput = Record<string, unknown>;
/** Tags of a metric so far. */
export type GetMetricTagsInput = MetricTags;

/** Stands between the worker and the runtime. */
export interface WorkflowInternalsInterceptor {
  activate?(input: ActivateInput, next: Next<this, 'activate'>): void;
  concludeActivation?(input: ConcludeActivationInput, next: Next<this, 'concludeActivation'>): ConcludeActivationOutput;
  dispose?(input: DisposeInput, next: Next<this, 'dispose'>): void;
}

/** The workflow is woken up. */
export interface ActivateInput {
  readonly activation: WorkflowActivation;
  readonly batchIndex: number;
}

/** The workflow is let go of. */
export type DisposeInput = Record<never, never>;

/** The workflow has done what it could. */
export interface ConcludeActivationInput {
  readonly commands: WorkflowCommand[];
}

/** What is passed on. */
export type ConcludeActivationOutput = ConcludeActivationInput;
