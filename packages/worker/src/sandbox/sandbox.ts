import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync, randomUUID } from 'node:crypto';
import util from 'node:util';
import vm from 'node:vm';
import type { ActivationCompletion, WorkflowActivation } from '@perdure/common/activation';
import type { PayloadConverter } from '@perdure/common';
import type { defaultDataConverter } from '@perdure/common';
import type { GlobalScope, LoadedModules, WorkflowInstance } from '@perdure/workflow/runtime';
import type { SinkCall, UnsafeRandomSource, WorkflowInfo, WorkflowInterceptors } from '@perdure/workflow';
import type { WorkflowBundle } from '../bundler/index.js';
import { bundleScript } from './bundle-script.js';
import { DeadlockError } from './deadlock-error.js';
import { Guard, TimeLimitError, WatchedLimit, type TimeLimit } from './guard.js';
import { providedAssert } from './provided-assert.js';
import { ownRejections, RejectionOwner } from './rejections.js';
import { runtimeCode, type RuntimeExports } from './runtime-code.js';
import { RUNTIME_FILE, StackMapping } from './stack-mapping.js';
import { installTextClasses, type TextOutside } from './text-classes.js';
import { processWatchdog } from './watchdog.js';

/** How a sandbox treats the code in it. */
export interface SandboxOptions {
  readonly bundle: WorkflowBundle;
  /** Workflow code that runs longer than this without coming to rest is taken for a deadlock. Default: no limit. */
  readonly deadlockTimeoutMs?: number | undefined;
}

/** What a run needs to know beyond its activations. */
export interface WorkflowOptions {
  readonly namespace: string;
  readonly taskQueue: string;
  readonly workflowId: string;
  readonly workflowType: string;
  /** Names of error classes that fail the workflow instead of its task. */
  readonly failureErrorTypes: readonly string[];
  readonly registeredActivityNames?: ReadonlySet<string> | undefined;
  readonly showStackTraceSources?: boolean | undefined;
  /** Whether the run goes the new way when it first comes to a patch; it does without. */
  readonly decidePatch?: ((info: WorkflowInfo, patchId: string) => boolean) | undefined;
}

/** One run in a sandbox. */
export interface SandboxedWorkflow {
  /** Wakes the workflow up; when this returns it has done what it could. Without a time limit: see `activateAll`. */
  activate(activation: WorkflowActivation): void;
  /** The outcome of the activation. Ask in a later turn of the event loop, when rejections have arrived. */
  conclude(): ActivationCompletion;
  /** A failure that arrived after the activation was concluded, for who could not wait. */
  lateFailure(): ActivationCompletion | undefined;
  takeSinkCalls(): readonly SinkCall[];
  readonly info: WorkflowInfo;
  readonly options: WorkflowOptions;
  dispose(): void;
}

/** A workflow and what wakes it up. */
export interface SandboxActivation {
  readonly workflow: SandboxedWorkflow;
  readonly activation: WorkflowActivation;
  /**
   * Called when the workflow has come to rest: what wakes it up next, in the same go; undefined if nothing does. Must not throw. For
   * replay: what happened long ago need not wait for the event loop, and entering the sandbox costs more than most activations.
   */
  next?(activation: WorkflowActivation): WorkflowActivation | undefined;
}

/** How long one workflow may go on in one go before the event loop gets a turn. */
const LONGEST_GO_MS = 20;

interface UserModules {
  readonly interceptorModules: readonly Record<string, unknown>[];
  readonly payloadConverterModule: Record<string, unknown> | undefined;
  readonly failureConverterModule: Record<string, unknown> | undefined;
  readonly workflows: Readonly<Record<string, unknown>>;
}

const unsafeRandom: UnsafeRandomSource = {
  random: Math.random,
  uuid4: randomUUID,
  fillRandom: (bytes) => randomFillSync(bytes),
};

const encoder = new TextEncoder();
/** A decoder of each kind. They remember nothing of what they have decoded whole. */
const decoders = [false, true].map((fatal) =>
  [false, true].map((ignoreBOM) => new TextDecoder('utf-8', { fatal, ignoreBOM })),
);
const textOutside: TextOutside = {
  encodeUtf8: (text) => encoder.encode(text),
  decodeUtf8: (bytes, fatal, ignoreBOM) => decoders[Number(fatal)]?.[Number(ignoreBOM)]?.decode(bytes) ?? '',
};

type UserCode = (
  view: object,
  self: object,
  global: object,
  require: (name: string) => unknown,
  module: { exports: object },
  exports: object,
) => void;

const STEP = '__perdureStep';

/**
 * One V8 context in which the workflows of a worker run. The runtime is evaluated once; user code anew for every run, so that
 * no run sees the module state of another. Microtasks of the context run when a script ends, and with it its time limit.
 */
export class Sandbox {
  private readonly context: vm.Context;
  private readonly global: Record<string, unknown>;
  private readonly exports: RuntimeExports;
  private readonly userCode: UserCode;
  private readonly step: vm.Script;
  private readonly guard: Guard;
  private readonly mapping: StackMapping;
  private pending: (() => unknown) | undefined;
  private readonly assert: object;
  private readonly watched: WatchedLimit | undefined;
  private isDead = false;
  /** The workflow that is being woken up. */
  private awake: SandboxedWorkflow | undefined;

  constructor(private readonly options: SandboxOptions) {
    const { deadlockTimeoutMs } = options;
    this.guard = new Guard(deadlockTimeoutMs);
    const watchdog = deadlockTimeoutMs === undefined ? undefined : processWatchdog();
    this.context = vm.createContext({}, { name: 'workflows', microtaskMode: 'afterEvaluate' });
    const script = bundleScript(options.bundle.code);
    this.watched = watchdog && new WatchedLimit(watchdog, deadlockTimeoutMs as number, script.filename);
    this.mapping = new StackMapping(options.bundle.code, script.filename);
    this.assert = providedAssert(this.mapping);
    const evaluate = (code: string, filename: string): unknown =>
      new vm.Script(code, { filename }).runInContext(this.context);
    // The code of the runtime needs them when it is evaluated.
    const install = evaluate(`(${installTextClasses.toString()})`, RUNTIME_FILE) as typeof installTextClasses;
    this.global = evaluate('globalThis', RUNTIME_FILE) as Record<string, unknown>;
    install(this.global, textOutside);
    this.exports = evaluate(runtimeCode(), RUNTIME_FILE) as RuntimeExports;
    this.userCode = evaluate(script.code, script.filename) as UserCode;
    this.prepare(this.global);
    this.step = new vm.Script(`${STEP}()`, { filename: RUNTIME_FILE });
  }

  /** What entering it cost the last time, beyond the code that ran in it, in milliseconds. */
  get entryCostMs(): number {
    return this.guard.overheadMs;
  }

  /** A deadlock has happened in it. */
  get isUseless(): boolean {
    return this.isDead;
  }

  /** A run that has not been woken up yet. */
  createWorkflow(options: WorkflowOptions): SandboxedWorkflow {
    const { GlobalScope, WorkflowInstance } = this.exports.runtime;
    const scope = new GlobalScope(this.global);
    const { showStackTraceSources = false } = options;
    const instance = new WorkflowInstance(
      {
        namespace: options.namespace,
        taskQueue: options.taskQueue,
        load: () => this.load(scope),
        failureErrorTypes: options.failureErrorTypes,
        registeredActivityNames: options.registeredActivityNames,
        decidePatch: options.decidePatch,
        nowMs: Date.now,
        unsafeRandom,
        sourceOf: showStackTraceSources ? (file) => this.mapping.sourceOf(file) : undefined,
      },
      options.workflowId,
    );
    return new RunInSandbox(this, instance, scope, options);
  }

  /**
   * Wakes several workflows up, one after the other. Those that are not reached because one before them did not come to rest
   * are not woken up. Throws `DeadlockError`, which names the one that did not.
   */
  activateAll(activations: readonly SandboxActivation[]): void {
    try {
      this.wakeAll(activations, this.guard);
    } catch (error) {
      if (!(error instanceof TimeLimitError)) throw error;
      throw this.giveUp();
    }
  }

  /**
   * The same at a fraction of the price, for a caller that was called by itself (`callAlone`) while there is a watchdog (`isWatched`).
   * Never returns if a workflow does not come to rest: then `interruption` tells which, in a later turn of the event loop.
   */
  activateAllAlone(activations: readonly SandboxActivation[]): void {
    this.wakeAll(activations, this.watched ?? this.guard);
  }

  /** Why `activateAllAlone` did not return. */
  interruption(): DeadlockError {
    const watchdog = processWatchdog();
    watchdog?.recover();
    return this.giveUp(watchdog?.takeStack());
  }

  /** Runs a function and all microtasks that follow from it. */
  runToRest(owner: RejectionOwner, run: () => unknown): unknown {
    this.pending = run;
    try {
      return ownRejections(owner, () => this.step.runInContext(this.context) as unknown);
    } finally {
      this.pending = undefined;
    }
  }

  private wakeAll(activations: readonly SandboxActivation[], limit: TimeLimit): void {
    let index = 0;
    while (index < activations.length) {
      // The time limit of a script costs far more than waking a workflow up: one is shared, as long as enough of it is left for each.
      limit.run((hasTime) => {
        do {
          const activation = activations[index] as SandboxActivation;
          this.awake = activation.workflow;
          wake(activation, hasTime);
          index += 1;
        } while (index < activations.length && hasTime());
      });
    }
    this.awake = undefined;
  }

  private giveUp(stack?: string): DeadlockError {
    this.isDead = true;
    this.pending = undefined;
    const frames = stack === undefined ? '' : this.mapping.describeStack(stack);
    return new DeadlockError(this.awake as SandboxedWorkflow, this.options.deadlockTimeoutMs ?? 0, frames);
  }

  private prepare(global: Record<string, unknown>): void {
    const { runtime } = this.exports;
    runtime.setOutside({ AsyncLocalStorage });
    runtime.installGlobals(global);
    const provided = {
      URL,
      URLSearchParams,
      AbortController,
      AbortSignal,
      Event,
      EventTarget,
      atob,
      btoa,
      structuredClone,
    };
    Object.assign(global, provided);
    const errorClass = global['Error'] as ErrorConstructor;
    errorClass.prepareStackTrace = (error, frames) => this.mapping.describe(error, frames);
    Object.defineProperty(global, STEP, { value: () => this.pending?.(), enumerable: false });
    runtime.hardenIntrinsics();
  }

  private readonly require = (name: string): unknown => {
    const shared = this.exports.modules[name];
    if (shared !== undefined) return shared;
    switch (name.replace(/^node:/, '')) {
      case 'assert':
        return this.assert;
      case 'util':
        return util;
      case 'url':
        return { URL, URLSearchParams };
      default:
        throw new Error(`Module '${name}' is not part of the workflow bundle.`);
    }
  };

  /** Evaluates the user's modules. Called within the sandbox, inside a run. */
  private load(scope: GlobalScope): LoadedModules {
    const module: { exports: { load?: () => UserModules } } = { exports: {} };
    this.userCode(scope.view, scope.view, scope.view, this.require, module, module.exports);
    const load = module.exports.load;
    if (load === undefined) throw new Error('The workflow bundle exports no workflows: make it anew.');
    const user = load();
    const { defaultPayloadConverter, defaultFailureConverter } = this.exports.modules['@perdure/common'] as {
      defaultPayloadConverter: PayloadConverter;
      defaultFailureConverter: typeof defaultDataConverter.failureConverter;
    };
    return {
      workflows: user.workflows,
      interceptors: user.interceptorModules.map(interceptorsOf),
      payloadConverter: (user.payloadConverterModule?.['payloadConverter'] as PayloadConverter | undefined) ?? defaultPayloadConverter, // prettier-ignore
      failureConverter: (user.failureConverterModule?.['failureConverter'] as typeof defaultFailureConverter | undefined) ?? defaultFailureConverter, // prettier-ignore
    };
  }
}

function wake(item: SandboxActivation, hasTime: () => boolean): void {
  const { workflow, activation } = item;
  workflow.activate(activation);
  // What is lived for the first time has nothing after it.
  if (item.next === undefined || !activation.isReplaying) return;
  const untilMs = performance.now() + LONGEST_GO_MS;
  let current = activation;
  while (hasTime() && performance.now() < untilMs) {
    const following = item.next(current);
    if (following === undefined) return;
    workflow.activate(following);
    current = following;
  }
}

function interceptorsOf(module: Record<string, unknown>): () => WorkflowInterceptors {
  const factory = module['interceptors'];
  if (typeof factory !== 'function') {
    throw new Error(
      'An interceptor module must export a function `interceptors`. See workflowModules of the worker options.',
    );
  }
  return factory as () => WorkflowInterceptors;
}

/** The sandbox that a run lives in. */
export function sandboxOf(workflow: SandboxedWorkflow): Sandbox | undefined {
  return workflow instanceof RunInSandbox ? workflow.sandbox : undefined;
}

class RunInSandbox extends RejectionOwner implements SandboxedWorkflow {
  constructor(
    readonly sandbox: Sandbox,
    private readonly instance: WorkflowInstance,
    private readonly scope: GlobalScope,
    readonly options: WorkflowOptions,
  ) {
    super();
  }

  get info(): WorkflowInfo {
    return this.instance.info;
  }

  activate(activation: WorkflowActivation): void {
    const { instance } = this;
    this.runToRest(() => instance.begin(activation));
    while (!instance.isSettled && this.runToRest(() => instance.step()) === true);
  }

  conclude(): ActivationCompletion {
    return this.instance.conclude();
  }

  lateFailure(): ActivationCompletion | undefined {
    return this.instance.lateFailure();
  }

  takeSinkCalls(): readonly SinkCall[] {
    return this.instance.takeSinkCalls();
  }

  failTask(error: unknown): void {
    this.instance.failTask(error);
  }

  dispose(): void {
    if (this.sandbox.isUseless) return;
    this.runToRest(() => this.instance.dispose());
  }

  private runToRest(run: () => unknown): unknown {
    this.scope.enter();
    try {
      return this.sandbox.runToRest(this, run);
    } finally {
      this.scope.leave();
    }
  }
}
