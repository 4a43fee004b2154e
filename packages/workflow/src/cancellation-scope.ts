import type { AsyncLocalStorage as NodeAsyncLocalStorage } from 'node:async_hooks';
import { CancelledFailure, msOptionalToNumber, type Duration } from '@perdure/common';
import { CancelListeners, type CancelListener } from './cancel-listeners.js';
import { SdkFlag } from './runtime/flags.js';
import { currentExecution } from './runtime/current.js';
import { newAsyncLocalStorage } from './runtime/outside.js';

/** Node's `AsyncLocalStorage`, in workflow code. */
export const AsyncLocalStorage: new <T>() => NodeAsyncLocalStorage<T> = function <T>(): NodeAsyncLocalStorage<T> {
  return newAsyncLocalStorage<T>();
} as unknown as new <T>() => NodeAsyncLocalStorage<T>;

const NO_PARENT = Symbol('no parent');

/** How a scope takes part in cancellation. */
export interface CancellationScopeOptions {
  /** The scope is cancelled after this. */
  timeout?: Duration;
  /** False: a cancellation from outside does not reach what runs inside. */
  cancellable: boolean;
  /** Default: the scope that the code runs in. */
  parent?: CancellationScope | typeof NO_PARENT;
}

/** Who hears of the cancellation of a scope, as if they waited for `cancelRequested`. Not for applications: it is no part of the API. */
export let cancelListenersOf: (scope: CancellationScope) => CancelListeners;

let storage: NodeAsyncLocalStorage<CancellationScope> | undefined;
let sleep: ((duration: Duration) => Promise<void>) | undefined;

/** Tells this module how to sleep, which it cannot import in a circle. */
export function registerSleepImplementation(implementation: (duration: Duration) => Promise<void>): void {
  sleep = implementation;
}

/**
 * What is cancelled together. Timers, activities, child workflows and conditions belong to the scope that they are asked for in;
 * cancelling it asks all of them to stop. Scopes form a tree with the workflow's own at its root.
 */
export class CancellationScope {
  protected readonly timeout?: number;
  readonly cancellable: boolean;
  readonly parent?: CancellationScope;
  protected readonly reject: (reason?: unknown) => void;
  #isCancelRequested = false;
  readonly #listeners = new CancelListeners();
  #following: CancelListener | undefined;

  static {
    cancelListenersOf = (scope) => scope.#listeners;
  }

  constructor(options?: CancellationScopeOptions) {
    this.timeout = msOptionalToNumber(options?.timeout);
    this.cancellable = options?.cancellable ?? true;
    this.reject = (reason) => {
      this.#isCancelRequested = true;
      // It has nothing more to hear.
      if (this.parent !== undefined && this.#following !== undefined)
        cancelListenersOf(this.parent).delete(this.#following);
      this.#listeners.reject(reason);
    };
    if (options?.parent === NO_PARENT) return;
    this.parent = options?.parent ?? CancellationScope.current();
    this.followParent(this.parent);
  }

  /** Rejects with `CancelledFailure` when the scope is cancelled; never resolves. */
  get cancelRequested(): Promise<never> {
    return this.#listeners.share();
  }

  /** Whether what runs in this scope should consider itself cancelled. */
  get consideredCancelled(): boolean {
    return this.#isCancelRequested && this.cancellable;
  }

  /** Runs the function in this scope. */
  run<T>(fn: () => Promise<T>): Promise<T> {
    storage ??= newAsyncLocalStorage();
    return storage.run(this, () => this.runInContext(fn));
  }

  protected async runInContext<T>(fn: () => Promise<T>): Promise<T> {
    if (this.timeout === undefined) return await fn();
    // The timer has a scope of its own, so that it ends when the function does.
    const timer = new CancellationScope({ cancellable: this.cancellable, parent: NO_PARENT });
    void timer
      .run(() => (sleep as NonNullable<typeof sleep>)(this.timeout ?? 0))
      .then(
        () => this.cancel(),
        () => undefined,
      );
    try {
      return await fn();
    } finally {
      timer.cancel();
    }
  }

  /** Asks everything in this scope to stop. */
  cancel(): void {
    this.reject(new CancelledFailure('Cancellation scope cancelled'));
  }

  /** The scope that the code runs in. */
  static current(): CancellationScope {
    return storage?.getStore() ?? currentExecution('There is a cancellation scope in workflow code only').rootScope;
  }

  /** Runs the function in a new scope that can be cancelled. */
  static cancellable<T>(fn: () => Promise<T>): Promise<T> {
    return new this({ cancellable: true }).run(fn);
  }

  /** Runs the function where a cancellation from outside does not reach it: for cleaning up. */
  static nonCancellable<T>(fn: () => Promise<T>): Promise<T> {
    return new this({ cancellable: false }).run(fn);
  }

  /** Runs the function in a new scope that is cancelled after the time. */
  static withTimeout<T>(timeout: Duration, fn: () => Promise<T>): Promise<T> {
    return new this({ cancellable: true, timeout }).run(fn);
  }

  /** A scope hears of a cancellation from outside even if it does not take part; what is in it does not. */
  private followParent(parent: CancellationScope): void {
    // Old runs passed it on. Asked for only when it matters, so that few runs have to remember it.
    const passesOn = (): boolean =>
      parent.cancellable || !currentExecution().hasFlag(SdkFlag.shieldsNonCancellableScopes);
    if (parent.#isCancelRequested && passesOn()) this.#isCancelRequested = true;
    this.#following = (reason) => {
      if (passesOn()) this.reject(reason);
    };
    parent.#listeners.add(this.#following);
  }
}

/** The scope of the workflow itself: cancelled when somebody asks the workflow to end. */
export class RootCancellationScope extends CancellationScope {
  constructor() {
    super({ cancellable: true, parent: NO_PARENT });
  }

  override cancel(): void {
    this.reject(new CancelledFailure('Workflow cancelled'));
  }
}

/**
 * Runs an entry into workflow code in the scope of its workflow. That is the scope where none was entered; on Node 20 a storage in use makes
 * every promise bigger.
 */
export function runInRootScope<T>(scope: RootCancellationScope, fn: () => T): T {
  return storage?.getStore() === undefined ? fn() : storage.run(scope, fn);
}
