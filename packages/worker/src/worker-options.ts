import { hostname } from 'node:os';
import type { ServiceHandler } from 'nexus-rpc';
import {
  msToNumber,
  type DataConverter,
  type Duration,
  type LoadedDataConverter,
  type Logger,
  type MetricMeter,
  type VersioningBehavior,
  type WorkerDeploymentVersion,
} from '@perdure/common';
import { loadDataConverter } from '@perdure/common/internal/conversion';
import type { Any } from './any.js';
import type { ClientInterceptors } from '@perdure/client';
import type { ActivityInboundCallsInterceptorFactory, ActivityInterceptorsFactory } from './activities/index.js';
import type {
  WorkflowBundle,
  WorkflowBundlePath,
  WorkflowBundlePathWithSourceMap,
  WorkflowBundleWithSourceMap,
} from './bundler/index.js';
import type { NexusInterceptorsFactory } from './nexus/index.js';
import {
  activityPollersOf,
  nexusPollersOf,
  workflowPollersOf,
  type PollerBehavior,
  type WorkflowPollers,
} from './poller-counts.js';
import type { PollerCount } from './polling/index.js';
import type { WorkerTuner } from './slots/index.js';
import type { NativeConnection } from './telemetry/index.js';
import type { Worker } from './worker.js';
import type { InjectedSinks, PatchActivationCallback } from './workflows/index.js';

export type { PollerBehavior, PollerBehaviorAutoscaling, PollerBehaviorSimpleMaximum } from './poller-counts.js';

/** What stands between the worker and the code that it runs. */
export interface WorkerInterceptors {
  /** Around what activities and Nexus operations call with their client. */
  client?: ClientInterceptors;
  activity?: ActivityInterceptorsFactory[];
  /** @deprecated Use `activity`. They come after those. */
  activityInbound?: ActivityInboundCallsInterceptorFactory[];
  nexus?: NexusInterceptorsFactory[];
  /** Paths of modules that export `interceptors`, outermost first. */
  workflowModules?: string[];
}

/** Which version of the code a worker runs. */
export type WorkerDeploymentOptions = {
  version: WorkerDeploymentVersion;
  useWorkerVersioning: boolean;
  /** Of workflows that do not say it themselves; needed with `useWorkerVersioning`. */
  defaultVersioningBehavior?: VersioningBehavior | undefined;
} & (
  | { useWorkerVersioning: true; defaultVersioningBehavior: VersioningBehavior }
  | { useWorkerVersioning: false; defaultVersioningBehavior?: never }
);

/** Bundled workflow code. */
export type WorkflowBundleOption =
  WorkflowBundle | WorkflowBundleWithSourceMap | WorkflowBundlePath | WorkflowBundlePathWithSourceMap;

/** How a worker works. */
export interface WorkerOptions {
  /** Default: a connection to localhost:7233. */
  connection?: NativeConnection;
  /** Who the worker says it is. Default: process id and host name. */
  identity?: string;
  buildId?: string;
  useVersioning?: boolean;
  workerDeploymentOptions?: WorkerDeploymentOptions;
  /** Default: `default`. */
  namespace?: string;
  taskQueue: string;
  /** Functions by name, as an object, a `Map`, or an instance with methods. */
  activities?: object;
  /** Handlers of Nexus services, made with `serviceHandler` of nexus-rpc. */
  nexusServices?: ServiceHandler<Any>[];
  /**
   * Decides whether a run that comes to a patch for the first time goes the new way, as all runs do without it. Asked once for
   * each patch while the run stays in memory, and not at all on replay or by queries.
   */
  patchActivationCallback?: PatchActivationCallback;
  /** A module whose exported functions are the workflows. */
  workflowsPath?: string;
  /** The same, bundled before. */
  workflowBundle?: WorkflowBundleOption;
  /** How long activities may go on after `shutdown` before they are cancelled. Default: 0. */
  shutdownGraceTime?: Duration;
  /** How long after `shutdown` the worker gives up on what has not ended. Default: never. */
  shutdownForceTime?: Duration;
  dataConverter?: DataConverter;
  /** Says how many tasks of each kind run at once, instead of the numbers below. */
  tuner?: WorkerTuner;
  /** Default: 100. */
  maxConcurrentActivityTaskExecutions?: number;
  /** Default: 100. */
  maxConcurrentLocalActivityExecutions?: number;
  /** Default: 100. */
  maxConcurrentNexusTaskExecutions?: number;
  /** Default: 40. */
  maxConcurrentWorkflowTaskExecutions?: number;
  /** False: only local activities are run. Default: true. */
  enableNonLocalActivities?: boolean;
  maxActivitiesPerSecond?: number;
  maxTaskQueueActivitiesPerSecond?: number;
  /** Default: 3. */
  maxEagerActivityReservationsPerWorkflowTask?: number;
  /** The share of polls for tasks of runs that are not in memory. Default: 0.2. */
  nonStickyToStickyPollRatio?: number;
  /** Default: 10, and more while tasks wait for a poll: up to 200, but no more than there are slots for. */
  maxConcurrentWorkflowTaskPolls?: number;
  /** Default: 10, and more while tasks wait for a poll: up to 200, but no more than half of the slots. */
  maxConcurrentActivityTaskPolls?: number;
  /** Default: 10, and more while tasks wait for a poll: up to 200, but no more than half of the slots. */
  maxConcurrentNexusTaskPolls?: number;
  workflowTaskPollerBehavior?: PollerBehavior;
  activityTaskPollerBehavior?: PollerBehavior;
  nexusTaskPollerBehavior?: PollerBehavior;
  /** How long a task waits for the worker that has the run in memory. Default: 10 s. */
  stickyQueueScheduleToStartTimeout?: Duration;
  /** Runs kept in memory between their tasks; 0 keeps none. Default: 10,000. */
  maxCachedWorkflows?: number;
  /** Memory for them, roughly. Default: 512 MiB. */
  maxCachedWorkflowsBytes?: number;
  /** Accepted for compatibility: workflows run in this thread. */
  workflowThreadPoolSize?: number;
  maxHeartbeatThrottleInterval?: Duration;
  defaultHeartbeatThrottleInterval?: Duration;
  interceptors?: WorkerInterceptors;
  plugins?: WorkerPlugin[];
  sinks?: InjectedSinks<Any>;
  /** Names of error classes that fail the workflow instead of its task, by workflow type; `*` stands for all. */
  workflowFailureErrorTypes?: Record<
    '*' | (string & {}),
    ('NondeterminismError' | 'DeterminismViolationError' | 'Error' | (string & {}))[]
  >;
  /** Accepted for compatibility: payloads that are too large are refused by the server. */
  disablePayloadErrorLimit?: boolean;
  /** @deprecated Accepted and not used. */
  enableSDKTracing?: boolean;
  /** `__enhanced_stack_trace` answers with sources. */
  showStackTraceSources?: boolean;
  /** Workflow code may stand still, for a debugger. */
  debugMode?: boolean;
  /** Accepted for compatibility: it is always so. */
  reuseV8Context?: boolean;
  bundlerOptions?: {
    /** Modules that are imported but never used by workflow code. */
    ignoreModules?: string[];
    /** Accepted for compatibility: modules of the bundle are loaded when workflows first need them. */
    preloadModules?: string[];
  };
  /** Workflow code that does not come to rest within this is taken for a deadlock. Default: 5 s. */
  isolateExecutionTimeout?: Duration;
}

/** Changes how workers are made and run. */
export interface WorkerPlugin {
  readonly name: string;
  configureWorker?(options: WorkerOptions): WorkerOptions | Promise<WorkerOptions>;
  configureReplayWorker?(options: ReplayWorkerOptions): ReplayWorkerOptions | Promise<ReplayWorkerOptions>;
  runWorker?(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void>;
}

/** How histories are replayed. */
export type ReplayWorkerOptions = Pick<
  WorkerOptions,
  | 'workflowsPath'
  | 'workflowBundle'
  | 'dataConverter'
  | 'interceptors'
  | 'plugins'
  | 'sinks'
  | 'workflowFailureErrorTypes'
  | 'showStackTraceSources'
  | 'bundlerOptions'
  | 'isolateExecutionTimeout'
  | 'disablePayloadErrorLimit'
  | 'enableSDKTracing'
  | 'reuseV8Context'
  | 'shutdownForceTime'
  | 'workflowThreadPoolSize'
  | 'identity'
  | 'buildId'
  | 'workerDeploymentOptions'
  | 'shutdownGraceTime'
> & { replayName?: string };

/** Options with all defaults filled in. */
export interface CompiledWorkerOptions extends WorkerOptions {
  readonly namespace: string;
  readonly identity: string;
  readonly shutdownGraceTimeMs: number;
  readonly shutdownForceTimeMs: number | undefined;
  readonly stickyQueueScheduleToStartTimeoutMs: number;
  readonly deadlockTimeoutMs: number | undefined;
  readonly maxCachedWorkflows: number;
  readonly maxCachedWorkflowsBytes: number;
  readonly workflowSlots: number;
  readonly activitySlots: number;
  readonly localActivitySlots: number;
  readonly nexusSlots: number;
  readonly workflowPollers: WorkflowPollers;
  readonly activityPollers: PollerCount;
  readonly nexusPollers: PollerCount;
  readonly maxEagerActivities: number;
  readonly loadedDataConverter: LoadedDataConverter;
  readonly logger: Logger;
  readonly metricMeter: MetricMeter;
}

const MIB = 1024 * 1024;

/** Checks options and fills in defaults. Throws a TypeError or RangeError that names the option and says what it takes. */
export function compileWorkerOptions(
  options: WorkerOptions,
  runtime: { readonly logger: Logger; readonly metricMeter: MetricMeter },
): CompiledWorkerOptions {
  if (typeof options.taskQueue !== 'string' || options.taskQueue === '') {
    throw new TypeError('Worker.create needs a taskQueue: the name that clients give when they start a workflow.');
  }
  if (options.workflowsPath !== undefined && options.workflowBundle !== undefined) {
    throw new TypeError('Give a worker either workflowsPath or workflowBundle, not both.');
  }
  const duration = (value: Duration | undefined, otherwise: number): number =>
    value === undefined ? otherwise : msToNumber(value);
  const workflowSlots = count('maxConcurrentWorkflowTaskExecutions', options.maxConcurrentWorkflowTaskExecutions, 40, 2); // prettier-ignore
  const activitySlots = count('maxConcurrentActivityTaskExecutions', options.maxConcurrentActivityTaskExecutions, 100);
  const nexusSlots = count('maxConcurrentNexusTaskExecutions', options.maxConcurrentNexusTaskExecutions, 100);
  return {
    ...options,
    namespace: options.namespace ?? 'default',
    identity: options.identity ?? `${process.pid}@${hostname()}`,
    shutdownGraceTimeMs: duration(options.shutdownGraceTime, 0),
    shutdownForceTimeMs: options.shutdownForceTime === undefined ? undefined : msToNumber(options.shutdownForceTime),
    stickyQueueScheduleToStartTimeoutMs: duration(options.stickyQueueScheduleToStartTimeout, 10_000),
    deadlockTimeoutMs: options.debugMode === true ? undefined : duration(options.isolateExecutionTimeout, 5_000),
    maxCachedWorkflows: count('maxCachedWorkflows', options.maxCachedWorkflows, 10_000, 0),
    maxCachedWorkflowsBytes: options.maxCachedWorkflowsBytes ?? 512 * MIB,
    workflowSlots,
    activitySlots,
    nexusSlots,
    localActivitySlots: count(
      'maxConcurrentLocalActivityExecutions',
      options.maxConcurrentLocalActivityExecutions,
      100,
    ),
    workflowPollers: workflowPollersOf(options, options.tuner === undefined ? workflowSlots : Infinity),
    activityPollers: activityPollersOf(options, options.tuner === undefined ? activitySlots : Infinity),
    nexusPollers: nexusPollersOf(options, options.tuner === undefined ? nexusSlots : Infinity),
    maxEagerActivities: count(
      'maxEagerActivityReservationsPerWorkflowTask',
      options.maxEagerActivityReservationsPerWorkflowTask,
      3,
      0,
    ),
    loadedDataConverter: loadDataConverter(options.dataConverter),
    ...runtime,
  };
}

function count(name: string, given: number | undefined, otherwise: number, minimum = 1): number {
  if (given === undefined) return otherwise;
  if (Number.isInteger(given) && given >= minimum) return given;
  throw new RangeError(`${name} must be a whole number of at least ${minimum}, got ${String(given)}`);
}
