import type {
  CommonWorkflowOptions,
  Duration,
  HandlerUnfinishedPolicy,
  InitialVersioningBehavior,
  PayloadTypeInfo,
  Priority,
  QueryDefinition,
  RetryPolicy,
  SearchAttributePair,
  SearchAttributes,
  SignalDefinition,
  SuggestContinueAsNewReason,
  TypedSearchAttributes,
  UpdateDefinition,
  VersioningIntent,
  WorkerDeploymentVersion,
} from '@perdure/common';
import type { enums } from '@perdure/protocol';
import { makeProtoEnumConverters, SymbolBasedInstanceOfError } from '@perdure/common/internal';
import type { ContinueAsNewWorkflowExecutionCommand } from '@perdure/common/activation';
import type { Any } from './any.js';
import type { EventGroupMarker } from './event-groups.js';

/** What a workflow knows of itself. Current as of the last time it was woken up. */
export interface WorkflowInfo {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly searchAttributes: SearchAttributes;
  readonly typedSearchAttributes: TypedSearchAttributes;
  readonly memo?: Record<string, unknown>;
  readonly parent?: ParentWorkflowInfo;
  readonly root?: RootWorkflowInfo;
  /** The result of the last run, if this one was started by a cron schedule or a schedule. */
  readonly lastResult?: unknown;
  /** The failure of the last run, if this one follows it. */
  readonly lastFailure?: Error;
  /** Events of the history; grows with every workflow task. */
  readonly historyLength: number;
  /** Bytes of the history. */
  readonly historySize: number;
  /** The history has grown so much that continuing as new is advised. */
  readonly continueAsNewSuggested: boolean;
  readonly targetWorkerDeploymentVersionChanged: boolean;
  readonly suggestedContinueAsNewReasons?: SuggestContinueAsNewReason[];
  readonly taskQueue: string;
  readonly namespace: string;
  readonly firstExecutionRunId: string;
  readonly originalExecutionRunId: string;
  readonly continuedFromExecutionRunId?: string;
  /** When the execution began. */
  readonly startTime: Date;
  /** When this run began. */
  readonly runStartTime: Date;
  readonly executionTimeoutMs?: number;
  readonly executionExpirationTime?: Date;
  readonly runTimeoutMs?: number;
  readonly taskTimeoutMs: number;
  readonly retryPolicy?: RetryPolicy;
  /** From 1. */
  readonly attempt: number;
  readonly cronSchedule?: string;
  /** Milliseconds. */
  readonly cronScheduleToScheduleInterval?: number;
  readonly currentBuildId?: string;
  readonly currentDeploymentVersion?: WorkerDeploymentVersion;
  /** For logging and the like: what depends on it is not deterministic. */
  readonly unsafe: UnsafeWorkflowInfo;
  readonly priority?: Priority;
}

/** What differs from one replay to the next. */
export interface UnsafeWorkflowInfo {
  /** The machine's clock, in epoch milliseconds. */
  readonly now: () => number;
  readonly isReplaying: boolean;
  /** True on replay of events, false when a query or a validator runs. */
  readonly isReplayingHistoryEvents: boolean;
  /** Random numbers that are different every time. */
  readonly random: UnsafeRandomSource;
}

/** Random numbers that are different every time. */
export interface UnsafeRandomSource {
  random(): number;
  uuid4(): string;
  fillRandom(bytes: Uint8Array): Uint8Array;
}

/** The update that the current handler carries out. */
export interface UpdateInfo {
  readonly id: string;
  readonly name: string;
}

/** The workflow that started this one as its child. */
export interface ParentWorkflowInfo {
  workflowId: string;
  runId: string;
  namespace: string;
}

/** The workflow at the top of the tree of children. */
export interface RootWorkflowInfo {
  workflowId: string;
  runId: string;
}

/** Thrown to end this run and begin the next. Let it pass. */
export class ContinueAsNew extends Error {
  constructor(public readonly command: ContinueAsNewWorkflowExecutionCommand) {
    super('Workflow continued as new');
  }
}
SymbolBasedInstanceOfError('ContinueAsNew')(ContinueAsNew);

/** How the next run differs from this one. */
export interface ContinueAsNewOptions {
  workflowType?: string;
  taskQueue?: string;
  workflowRunTimeout?: Duration;
  workflowTaskTimeout?: Duration;
  /** How long the next run waits before it begins. */
  backoffStartInterval?: Duration;
  memo?: Record<string, unknown>;
  /** @deprecated use `typedSearchAttributes` */
  searchAttributes?: SearchAttributes;
  typedSearchAttributes?: SearchAttributePair[] | TypedSearchAttributes;
  versioningIntent?: VersioningIntent;
  initialVersioningBehavior?: InitialVersioningBehavior;
  typeInfo?: Pick<PayloadTypeInfo, 'inputTypes'>;
  eventGroups?: EventGroupMarker[];
}

/** What cancelling a child workflow means for whoever waits for it. */
export const ChildWorkflowCancellationType = {
  /** The child goes on; waiting ends at once. */
  ABANDON: 'ABANDON',
  /** The child is asked to end; waiting ends at once. */
  TRY_CANCEL: 'TRY_CANCEL',
  /** The child is asked to end; waiting ends when it has been asked. */
  WAIT_CANCELLATION_REQUESTED: 'WAIT_CANCELLATION_REQUESTED',
  /** The child is asked to end; waiting ends when it has ended. */
  WAIT_CANCELLATION_COMPLETED: 'WAIT_CANCELLATION_COMPLETED',
} as const;
/** One of them. */
export type ChildWorkflowCancellationType =
  (typeof ChildWorkflowCancellationType)[keyof typeof ChildWorkflowCancellationType];

const childCancellationNumbers = {
  ABANDON: 0,
  TRY_CANCEL: 1,
  WAIT_CANCELLATION_COMPLETED: 2,
  WAIT_CANCELLATION_REQUESTED: 3,
} as const;

/** From the names to the numbers of `coresdk.child_workflow.ChildWorkflowCancellationType`. */
export const [encodeChildWorkflowCancellationType] = makeProtoEnumConverters<typeof childCancellationNumbers, ''>(
  childCancellationNumbers,
  '',
);

/** What becomes of a child when its parent closes. */
export const ParentClosePolicy = {
  TERMINATE: 'TERMINATE',
  ABANDON: 'ABANDON',
  REQUEST_CANCEL: 'REQUEST_CANCEL',
  /** @deprecated leave it out instead */
  PARENT_CLOSE_POLICY_UNSPECIFIED: undefined,
  /** @deprecated */
  PARENT_CLOSE_POLICY_TERMINATE: 'TERMINATE',
  /** @deprecated */
  PARENT_CLOSE_POLICY_ABANDON: 'ABANDON',
  /** @deprecated */
  PARENT_CLOSE_POLICY_REQUEST_CANCEL: 'REQUEST_CANCEL',
} as const;
/** One of them. */
export type ParentClosePolicy = (typeof ParentClosePolicy)[keyof typeof ParentClosePolicy];

/** From the names to the numbers of `temporal.api.enums.v1.ParentClosePolicy`. */
export const [encodeParentClosePolicy] = makeProtoEnumConverters<
  typeof enums.ParentClosePolicy,
  'PARENT_CLOSE_POLICY_'
>({ UNSPECIFIED: 0, TERMINATE: 1, ABANDON: 2, REQUEST_CANCEL: 3 }, 'PARENT_CLOSE_POLICY_');

/** How a child workflow is started. */
export interface ChildWorkflowOptions extends Omit<CommonWorkflowOptions, 'workflowIdConflictPolicy'> {
  typeInfo?: PayloadTypeInfo;
  /** Default: a UUID. */
  workflowId?: string;
  /** Default: the task queue of the parent. */
  taskQueue?: string;
  /** Default: WAIT_CANCELLATION_COMPLETED. */
  cancellationType?: ChildWorkflowCancellationType;
  /** Default: TERMINATE. */
  parentClosePolicy?: ParentClosePolicy;
  versioningIntent?: VersioningIntent;
  eventGroups?: EventGroupMarker[];
}

/** What is always there once defaults are filled in. */
export type RequiredChildWorkflowOptions = Required<Pick<ChildWorkflowOptions, 'workflowId' | 'cancellationType'>> & {
  args: unknown[];
};

/** Options with defaults filled in. */
export type ChildWorkflowOptionsWithDefaults = ChildWorkflowOptions & RequiredChildWorkflowOptions;

/** Which SDK made a stack trace. */
export interface StackTraceSDKInfo {
  name: string;
  version: string;
}

/** A piece of a source file. */
export interface StackTraceFileSlice {
  line_offset: number;
  content: string;
}

/** One frame of a stack. */
export interface StackTraceFileLocation {
  file_path?: string;
  line?: number;
  column?: number;
  function_name?: string;
  internal_code: boolean;
}

/** The frames of one thing that workflow code waits for. */
export interface StackTrace {
  locations: StackTraceFileLocation[];
}

/** What `__enhanced_stack_trace` answers. */
export interface EnhancedStackTrace {
  sdk: StackTraceSDKInfo;
  sources: Record<string, StackTraceFileSlice[]>;
  stacks: StackTrace[];
}

/** The handler that fits a definition. */
export type Handler<
  Ret,
  Args extends Any[],
  T extends UpdateDefinition<Ret, Args> | SignalDefinition<Args> | QueryDefinition<Ret, Args>,
> =
  T extends UpdateDefinition<infer R, infer A>
    ? (...args: A) => R | Promise<R>
    : T extends SignalDefinition<infer A>
      ? (...args: A) => void | Promise<void>
      : T extends QueryDefinition<infer R, infer A>
        ? (...args: A) => R
        : never;

/** Takes signals that have no handler of their own. */
export type DefaultSignalHandler = (signalName: string, ...args: unknown[]) => void | Promise<void>;
/** Takes updates that have no handler of their own. */
export type DefaultUpdateHandler = (updateName: string, ...args: unknown[]) => Promise<unknown> | unknown;
/** Takes queries that have no handler of their own. */
export type DefaultQueryHandler = (queryName: string, ...args: unknown[]) => unknown;
/** Throws to refuse an update before it leaves a trace. Must not change anything. */
export type UpdateValidator<Args extends Any[]> = (...args: Args) => void;
/** What is said of a query handler. */
export type QueryHandlerOptions = { description?: string };
/** What is said of a signal handler. */
export type SignalHandlerOptions = { description?: string; unfinishedPolicy?: HandlerUnfinishedPolicy };
/** What is said of an update handler. */
export type UpdateHandlerOptions<Args extends Any[]> = {
  validator?: UpdateValidator<Args>;
  description?: string;
  unfinishedPolicy?: HandlerUnfinishedPolicy;
};
