import type {
  CommonWorkflowOptions,
  Duration,
  PayloadTypeInfo,
  SignalDefinition,
  SignalTypeInfo,
  VersioningOverride,
  WithWorkflowArgs,
  Workflow,
} from '@perdure/common';
import { toCanonicalString } from '@perdure/common';
import { msOptionalToTs, type Replace } from '@perdure/common/internal';
import { enums, type google, workflow } from '@perdure/protocol';
import type { Any } from '../any.js';

/** How a workflow is started. */
export interface WorkflowOptions extends CommonWorkflowOptions {
  /** An id with a meaning in your business, such as the order number. */
  workflowId: string;
  /** Where its workers poll. */
  taskQueue: string;
  /** Whether results follow runs that continue as new, retry or recur; true by default. */
  followRuns?: boolean;
  /** How long to wait before the first workflow task. A signal ends the wait. */
  startDelay?: Duration;
  /** Pins the execution to a version of its workers, or unpins it. */
  versioningOverride?: VersioningOverride;
  /** Asks the server to hand the first workflow task to a worker of this process. Needs the worker's connection. */
  requestEagerStart?: boolean;
  /** Adapts arguments and result; for workflows called by name. */
  typeInfo?: PayloadTypeInfo;
}

/** Options with durations and overrides as messages. */
export type WithCompiledWorkflowOptions<T extends WorkflowOptions> = Replace<
  T,
  {
    workflowExecutionTimeout?: google.IDuration;
    workflowRunTimeout?: google.IDuration;
    workflowTaskTimeout?: google.IDuration;
    startDelay?: google.IDuration;
    versioningOverride?: workflow.IVersioningOverride;
  }
>;

/** How a workflow is started, as interceptors see it. */
export interface CompiledWorkflowOptions extends WithCompiledWorkflowOptions<WorkflowOptions> {
  args: unknown[];
}

/** How an update is sent. */
export interface WorkflowUpdateOptions {
  /** A fresh one by default. An id that is known already means the update that has it. */
  readonly updateId?: string;
  /** Adapts arguments and result; for updates called by name. */
  typeInfo?: PayloadTypeInfo;
}

/** How a workflow is signalled, and started if it does not run. */
export type WorkflowSignalWithStartOptions<SignalArgs extends Any[] = []> = (SignalArgs extends [Any, ...Any[]]
  ? WorkflowSignalWithStartOptionsWithArgs<SignalArgs>
  : WorkflowSignalWithStartOptionsWithoutArgs<SignalArgs>) &
  ({ signalTypeInfo?: never } | { signal: string; signalTypeInfo?: SignalTypeInfo });

/** For a signal without arguments. */
export interface WorkflowSignalWithStartOptionsWithoutArgs<SignalArgs extends Any[]> extends Omit<
  WorkflowOptions,
  'requestEagerStart'
> {
  signal: SignalDefinition<SignalArgs> | string;
  signalArgs?: SignalArgs;
}

/** For a signal with arguments. */
export interface WorkflowSignalWithStartOptionsWithArgs<SignalArgs extends Any[]> extends Omit<
  WorkflowOptions,
  'requestEagerStart'
> {
  signal: SignalDefinition<SignalArgs> | string;
  signalArgs: SignalArgs;
}

/** How a workflow is started, with its arguments. */
export type WorkflowStartOptions<T extends Workflow = Workflow> = WithWorkflowArgs<T, WorkflowOptions>;

/** Turns durations and overrides into messages. */
export function compileWorkflowOptions<T extends WorkflowOptions>(options: T): WithCompiledWorkflowOptions<T> {
  const { workflowExecutionTimeout, workflowRunTimeout, workflowTaskTimeout, startDelay, versioningOverride } = options;
  // Not by a spread: V8 makes a hidden class for each copy to which fields are added (bench/README.md).
  return Object.assign({}, options, {
    workflowExecutionTimeout: msOptionalToTs(workflowExecutionTimeout),
    workflowRunTimeout: msOptionalToTs(workflowRunTimeout),
    workflowTaskTimeout: msOptionalToTs(workflowTaskTimeout),
    startDelay: msOptionalToTs(startDelay),
    versioningOverride: versioningOverrideToProto(versioningOverride),
  });
}

/** Throws a TypeError unless an id and a task queue are there, and the arguments are a list. */
export function assertRequiredWorkflowOptions(options: Partial<WorkflowOptions>): asserts options is WorkflowOptions {
  if (!options.taskQueue) throw new TypeError('Missing WorkflowOptions.taskQueue');
  if (!options.workflowId) throw new TypeError('Missing WorkflowOptions.workflowId');
  const { args } = options as { readonly args?: unknown };
  // Anything that can be iterated would be taken apart: a text into its letters.
  if (args !== undefined && !Array.isArray(args)) {
    throw new TypeError(
      `WorkflowOptions.args must be the array of the arguments, got ${typeof args}: write args: [value]`,
    );
  }
}

function versioningOverrideToProto(override: VersioningOverride | undefined): workflow.IVersioningOverride | undefined {
  if (override === undefined) return undefined;
  if (override === 'AUTO_UPGRADE') {
    // Servers before 1.28 read the fields that are deprecated now.
    return { autoUpgrade: true, behavior: enums.VersioningBehavior.VERSIONING_BEHAVIOR_AUTO_UPGRADE };
  }
  return {
    pinned: {
      version: override.pinnedTo,
      behavior: workflow.VersioningOverride_PinnedOverrideBehavior.PINNED_OVERRIDE_BEHAVIOR_PINNED,
    },
    behavior: enums.VersioningBehavior.VERSIONING_BEHAVIOR_PINNED,
    pinnedVersion: toCanonicalString(override.pinnedTo),
  };
}
