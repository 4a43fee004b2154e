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

/** Has a listener hear of the cancellation of a scope, as if it waited for `cancelRequested`. Not for applications: it is no part of the API. */
export let listenForCancel: (scope: CancellationScope, listener: CancelListener) => void;
/** Takes it back. No part of the API either. */
export let stopListeningForCancel: (scope: CancellationScope, listener: CancelListener) => void;
/** Whether nobody hears of the cancellation of a scope. No part of the API either. */
export let hasNoListeners: (scope: CancellationScope) => boolean;

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
  /** What its parent tells, as long as somebody in it could hear of it. */
  #following: CancelListener | undefined;
  /** How many functions run in it. */
  #running = 0;

  static {
    listenForCancel = (scope, listener) => {
      scope.followParent();
      scope.#listeners.add(listener);
    };
    stopListeningForCancel = (scope, listener) => {
      scope.#listeners.delete(listener);
      scope.leaveIfIdle();
    };
    hasNoListeners = (scope) => scope.#listeners.isIdle;
  }

  constructor(options?: CancellationScopeOptions) {
    this.timeout = msOptionalToNumber(options?.timeout);
    this.cancellable = options?.cancellable ?? true;
    this.reject = (reason) => {
      this.#isCancelRequested = true;
      // It has nothing more to hear.
      this.leaveParent();
      this.#listeners.reject(reason);
    };
    if (options?.parent === NO_PARENT) return;
    this.parent = options?.parent ?? CancellationScope.current();
    this.followParent();
  }

  /** Rejects with `CancelledFailure` when the scope is cancelled; never resolves. */
  get cancelRequested(): Promise<never> {
    this.followParent();
    return this.#listeners.share();
  }

  /** Whether what runs in this scope should consider itself cancelled. */
  get consideredCancelled(): boolean {
    return this.cancellable && this.isAskedToStop();
  }

  /** Runs the function in this scope. */
  run<T>(fn: () => Promise<T>): Promise<T> {
    storage ??= newAsyncLocalStorage();
    this.followParent();
    return storage.run(this, () => this.runInContext(fn));
  }

  protected async runInContext<T>(fn: () => Promise<T>): Promise<T> {
    this.#running += 1;
    const timer = this.startTimer();
    try {
      return await fn();
    } finally {
      timer?.cancel();
      this.#running -= 1;
      this.leaveIfIdle();
    }
  }

  /** The timer has a scope of its own, so that it ends when the function does. */
  private startTimer(): CancellationScope | undefined {
    if (this.timeout === undefined) return undefined;
    const timer = new CancellationScope({ cancellable: this.cancellable, parent: NO_PARENT });
    void timer
      .run(() => (sleep as NonNullable<typeof sleep>)(this.timeout ?? 0))
      .then(
        () => this.cancel(),
        () => undefined,
      );
    return timer;
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

  /**
   * A scope hears of a cancellation from outside even if it does not take part; what is in it does not. It does so from the beginning until
   * what it ran is over with nobody left in it: a parent that lives on would keep all its scopes. Whoever asks it again later has it ask
   * its parent again.
   */
  private followParent(): void {
    const { parent } = this;
    if (parent === undefined || this.#following !== undefined || this.#isCancelRequested) return;
    parent.followParent();
    if (parent.#isCancelRequested && parent.passesOn()) this.#isCancelRequested = true;
    this.#following = (reason) => {
      if (parent.passesOn()) this.reject(reason);
    };
    parent.#listeners.add(this.#following);
  }

  private leaveParent(): void {
    const { parent } = this;
    if (parent === undefined || this.#following === undefined) return;
    parent.#listeners.delete(this.#following);
    this.#following = undefined;
    parent.leaveIfIdle();
  }

  private leaveIfIdle(): void {
    if (this.#running === 0 && !this.#isCancelRequested && this.#listeners.isIdle) this.leaveParent();
  }

  /** Whether what is in it is to stop; for one that does not follow its parent, what that says. */
  private isAskedToStop(): boolean {
    if (this.#isCancelRequested) return true;
    const { parent } = this;
    return parent !== undefined && this.#following === undefined && parent.isAskedToStop() && parent.passesOn();
  }

  /** Old runs passed it on. Asked for only when it matters, so that few runs have to remember it. */
  private passesOn(): boolean {
    return this.cancellable || !currentExecution().hasFlag(SdkFlag.shieldsNonCancellableScopes);
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
