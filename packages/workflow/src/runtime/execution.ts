import {
  TemporalFailure,
  toPayloadsWithContext,
  ValueError,
  type FailureConverter,
  type Payload,
  type PayloadConverter,
  type PayloadTypeInfo,
  type ProtoFailure,
  type SignalTypeInfo,
  type TypeInfo,
  type WorkflowQueryAnnotatedType,
  type SerializationContext,
  type WorkflowSerializationContext,
  type WorkflowSignalAnnotatedType,
  type WorkflowUpdateAnnotatedType,
} from '@perdure/common';
import type { CallSite, DoUpdateJob, SignalWorkflowJob, WorkflowCommand } from '@perdure/common/activation';
import { LazyMap, LazySet } from '@perdure/common/internal';
import type { Any } from '../any.js';
import type { CancelListener } from '../cancel-listeners.js';
import {
  type CancellationScope,
  listenForCancel,
  RootCancellationScope,
  stopListeningForCancel,
} from '../cancellation-scope.js';
import type {
  DefaultQueryHandler,
  DefaultSignalHandler,
  DefaultUpdateHandler,
  UnsafeRandomSource,
  WorkflowInfo,
} from '../interfaces.js';
import type { WorkflowInterceptors } from '../interceptors.js';
import type { SinkCall } from '../sinks.js';
import { seeded, type RandomSource } from './alea.js';
import { AllWaiting } from './all-waiting.js';

/** Somebody in workflow code waits for this. */
export interface Waiting {
  resolve(value: Any): void;
  reject(reason: unknown): void;
  readonly site: CallSite;
  readonly typeInfo?: PayloadTypeInfo | undefined;
  /** Whom the answer concerns, if not this run: the activity, child or other workflow. */
  readonly context?: SerializationContext | undefined;
  /** The scope that it waits in, and what that calls when it is cancelled. */
  scope?: CancellationScope | undefined;
  onCancel?: CancelListener | undefined;
}

/** Somebody waits until this holds. */
export interface BlockedCondition {
  readonly holds: () => boolean;
  readonly resolve: () => void;
  readonly site: CallSite;
  readonly scope: CancellationScope;
  readonly onCancel: CancelListener | undefined;
}

/** The user's modules, evaluated for one run. */
export interface LoadedModules {
  readonly workflows: Readonly<Record<string, unknown>>;
  readonly interceptors: readonly (() => WorkflowInterceptors)[];
  readonly payloadConverter: PayloadConverter;
  readonly failureConverter: FailureConverter;
}

/** What the worker knows of a run beyond its activations. */
export interface ExecutionOptions {
  readonly namespace: string;
  readonly taskQueue: string;
  /** Evaluates the user's modules anew. Called inside the sandbox when the run is first woken up. */
  readonly load: () => LoadedModules;
  /** Names of error classes that fail the workflow instead of its task; `Error` stands for all of them. */
  readonly failureErrorTypes: readonly string[];
  readonly registeredActivityNames?: ReadonlySet<string> | undefined;
  /** The machine's clock. */
  readonly nowMs: () => number;
  /** Random numbers that are different every time. */
  readonly unsafeRandom: UnsafeRandomSource;
  /** Whether a run that comes to a patch first goes the new way; every run does without. Its errors are of another realm. */
  readonly decidePatch?: ((info: WorkflowInfo, patchId: string) => boolean) | undefined;
  /** Source texts by name, for `__enhanced_stack_trace`; `undefined` to leave them out. */
  readonly sourceOf?: ((file: string) => string | undefined) | undefined;
}

/** What a workflow knows of itself by the workflow task that it is in. */
export type WorkflowTaskInfo = Pick<
  WorkflowInfo,
  | 'runId'
  | 'historyLength'
  | 'historySize'
  | 'continueAsNewSuggested'
  | 'targetWorkerDeploymentVersionChanged'
  | 'suggestedContinueAsNewReasons'
  | 'currentBuildId'
  | 'currentDeploymentVersion'
>;

const NO_FLAGS: ReadonlySet<number> = new Set();
const NO_TASK_INFO: WorkflowTaskInfo = {
  runId: '',
  historyLength: 0,
  historySize: 0,
  continueAsNewSuggested: false,
  targetWorkerDeploymentVersionChanged: false,
};

/** Numbers things of one kind, from 1. */
export type SequenceKind = 'timer' | 'activity' | 'child' | 'signal' | 'cancel' | 'nexus' | 'condition';

/** Handlers that run now, for warnings about those that never finish. */
export interface RunningHandler {
  readonly name: string;
  readonly unfinishedPolicy: string;
  readonly updateId?: string | undefined;
}

/** All that the runtime knows of one run. Functions of the public API work on it; the sandbox wakes it up. */
export class Execution {
  readonly rootScope: RootCancellationScope;
  readonly waiting = new AllWaiting();
  readonly conditions = new LazyMap<number, BlockedCondition>();
  readonly signalHandlers = new LazyMap<string, WorkflowSignalAnnotatedType & { typeInfo?: SignalTypeInfo }>();
  readonly queryHandlers = new LazyMap<string, WorkflowQueryAnnotatedType>();
  readonly updateHandlers = new LazyMap<string, WorkflowUpdateAnnotatedType>();
  private knownInfo: WorkflowInfo | undefined;
  private makeInfo: (() => WorkflowInfo) | undefined;
  readonly bufferedSignals: SignalWorkflowJob[] = [];
  readonly bufferedUpdates: DoUpdateJob[] = [];
  readonly runningHandlers = new LazySet<RunningHandler>();
  readonly knownPatches = new LazySet<string>();
  readonly sentPatches = new LazySet<string>();
  /** What was decided about patches, for as long as the run is in memory. */
  readonly patchDecisions = new LazyMap<string, boolean>();
  readonly sinkCalls: SinkCall[] = [];
  readonly usedFlags = new LazySet<number>();
  readonly serializationContext: WorkflowSerializationContext;
  defaultSignalHandler: DefaultSignalHandler | undefined;
  defaultQueryHandler: DefaultQueryHandler | undefined;
  defaultUpdateHandler: DefaultUpdateHandler | undefined;
  modules!: LoadedModules;
  interceptors: Required<WorkflowInterceptors> = { inbound: [], outbound: [], internals: [] };
  /** What of `info` is anew with every activation. */
  taskInfo: WorkflowTaskInfo = NO_TASK_INFO;
  commands: WorkflowCommand[] = [];
  random: RandomSource = () => 0;
  private knownSeed: bigint | undefined;
  private makeSeed: () => bigint = () => 0n;
  nowMs = 0;
  isReplaying = false;
  /** A query is answered, or an update validated. */
  isAnsweringQuery = false;
  isCancelled = false;
  isCompleted = false;
  /** Names of error classes that fail the workflow: those of the worker, and those of the workflow's own definition. */
  failureErrorTypes: readonly string[];
  versioningBehavior = 0;
  currentDetails = '';
  /** Calls the workflow function; `undefined` once it was called. */
  begin: (() => void) | undefined;
  /** Why the workflow task has to fail, if it has to. */
  taskFailure: { readonly error: unknown } | undefined;
  private violation: Error | undefined;
  private availableFlags: ReadonlySet<number> = NO_FLAGS;
  private readonly sequences = { timer: 1, activity: 1, child: 1, signal: 1, cancel: 1, nexus: 1, condition: 1 };

  constructor(
    readonly options: ExecutionOptions,
    readonly workflowId: string,
  ) {
    this.serializationContext = { type: 'workflow', namespace: options.namespace, workflowId };
    this.failureErrorTypes = options.failureErrorTypes;
    this.rootScope = new RootCancellationScope();
  }

  get payloadConverter(): PayloadConverter {
    return this.modules.payloadConverter;
  }

  /** What workflow code may know of its run. Made for the first who asks, which few workflows do. */
  get info(): WorkflowInfo {
    if (this.knownInfo === undefined) {
      if (this.makeInfo === undefined) throw new Error('Invariant violated: the run has not been made ready.');
      this.knownInfo = this.makeInfo();
      this.makeInfo = undefined;
    }
    return this.knownInfo;
  }

  /** Whether the run has been made ready. */
  get hasInfo(): boolean {
    return this.knownInfo !== undefined || this.makeInfo !== undefined;
  }

  /** Tells how `info` is made. */
  describe(makeInfo: () => WorkflowInfo): void {
    this.makeInfo = makeInfo;
  }

  /** Another workflow task has come. */
  takeTaskInfo(taskInfo: WorkflowTaskInfo): void {
    this.taskInfo = taskInfo;
    if (this.knownInfo !== undefined) Object.assign(this.knownInfo, taskInfo);
  }

  /** The next number of a kind. Not for queries and validators, which replay knows nothing of. */
  next(kind: SequenceKind): number {
    this.refuseInQuery(kind);
    return this.sequences[kind]++;
  }

  push(command: WorkflowCommand): void {
    this.refuseInQuery(command.kind);
    this.commands.push(command);
  }

  /** Throws if a query handler or a validator tried to change something, even if nobody waited for what it began. */
  assertNothingChanged(): void {
    const { violation } = this;
    this.violation = undefined;
    if (violation !== undefined) throw violation;
  }

  /** From now on random numbers are drawn from another seed, which is made when it is needed. */
  reseed(makeSeed: () => bigint): void {
    this.knownSeed = undefined;
    this.makeSeed = makeSeed;
    this.random = seeded(makeSeed);
  }

  /** What random numbers are drawn from. */
  get seed(): bigint {
    return (this.knownSeed ??= this.makeSeed());
  }

  setAvailableFlags(flags: readonly number[]): void {
    if (flags.length > 0 && flags.length !== this.availableFlags.size) this.availableFlags = new Set(flags);
  }

  /** Whether the run behaves the new way; new runs do, and say so in their history. */
  hasFlag(flag: number): boolean {
    if (this.availableFlags.has(flag) || this.usedFlags.has(flag)) return true;
    if (this.isReplaying) return false;
    this.usedFlags.add(flag);
    return true;
  }

  private refuseInQuery(what: string): void {
    if (!this.isAnsweringQuery) return;
    this.violation = new Error(`Query handlers and validators must not change anything: this one asked for '${what}'`);
    throw this.violation;
  }

  /** @param context whom the failure concerns, if not this run */
  failureToError(failure: ProtoFailure, context: SerializationContext = this.serializationContext): Error {
    return this.modules.failureConverter.failureToError(failure, this.payloadConverter, context);
  }

  errorToFailure(error: unknown): ProtoFailure {
    return this.modules.failureConverter.errorToFailure(error, this.payloadConverter, this.serializationContext);
  }

  /** Whether an error of workflow code ends the workflow. Any other fails the workflow task, which is tried again. */
  failsWorkflow(error: unknown): boolean {
    if (error instanceof TemporalFailure) return true;
    if (!(error instanceof Error)) return false;
    const types = this.failureErrorTypes;
    if (types.length === 0) return false;
    if (types.includes('Error')) return true;
    for (
      let proto: unknown = error;
      proto !== null && typeof proto === 'object';
      proto = Object.getPrototypeOf(proto)
    ) {
      if (types.includes((proto as Error).constructor?.name)) return true;
    }
    return types.includes(error.name);
  }

  /** Asks the worker about a patch. What it throws becomes an error of workflow code. */
  decidePatch(patchId: string): boolean {
    const { decidePatch } = this.options;
    if (decidePatch === undefined) return true;
    try {
      return decidePatch(this.info, patchId);
    } catch (error) {
      throw new Error(String(error), { cause: error });
    }
  }

  failTask(error: unknown): void {
    // What goes wrong in a query is the query's failure.
    if (this.isAnsweringQuery) return;
    this.taskFailure ??= { error };
  }
}

/** Calls the listener if the scope is cancelled before what was waited for is there: see `stopListening`. */
export function listenFor(waiting: Waiting, scope: CancellationScope, listener: CancelListener): void {
  waiting.scope = scope;
  waiting.onCancel = listener;
  listenForCancel(scope, listener);
}

/** What was waited for is there: a scope that lives on does not keep it. */
export function stopListening({ scope, onCancel }: Pick<Waiting, 'scope' | 'onCancel'>): void {
  if (scope !== undefined && onCancel !== undefined) stopListeningForCancel(scope, onCancel);
}

/** Where workflow code is now, below the function given. */
export function callSite(below: (...args: Any[]) => unknown): CallSite {
  const site: { stack?: string } = {};
  Error.captureStackTrace(site, below);
  return site;
}

/** The payloads of the arguments of something, such as `activity "charge"`, which errors name. */
export function argumentPayloads(
  { payloadConverter, serializationContext }: Execution,
  args: readonly unknown[],
  types: readonly TypeInfo[] | undefined,
  whose: string,
  context: SerializationContext = serializationContext,
): Payload[] {
  return toPayloadsWithContext(payloadConverter, context, args, types, whose) ?? [];
}

/** An error that was made so deep within this runtime that no frame of workflow code is in its stack: it gets those of the call. */
export function calledAt(error: unknown, { stack = '' }: CallSite): unknown {
  if (!(error instanceof ValueError)) return error;
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
}

/**
 * A payload whose bytes are of this sandbox's own making, so that `instanceof Uint8Array` holds for what workflow code gets
 * to see. Bytes from outside are objects of another realm.
 */
export function ownPayload(payload: Payload): Payload {
  const { data } = payload;
  return data == null || data instanceof Uint8Array ? payload : { ...payload, data: new Uint8Array(data) };
}

/** The same for a list. */
export function ownPayloads(payloads: readonly Payload[]): Payload[] {
  return payloads.map(ownPayload);
}
