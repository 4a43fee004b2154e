import type { ActivationCompletion, WorkflowActivation } from '@perdure/common/activation';
import {
  callAlone,
  DeadlockError,
  isWatched,
  rejectionsHaveContext,
  rejectionsPrecedeNextImmediate,
  type Sandbox,
  type SandboxActivation,
  type SandboxedWorkflow,
} from '../sandbox/index.js';
import { EntryPacing } from './entry-pacing.js';

/** Hears what comes of an activation. None of it may throw but `next`. */
export interface ActivationListener {
  /**
   * Takes the outcome of an activation that is part of a replay and gives the next one; undefined if there is none. Throws what is wrong
   * with the history, which `onFailed` hears in the end. Without it every activation is concluded by itself.
   */
  next?(
    completion: Extract<ActivationCompletion, { status: 'successful' }>,
    activation: WorkflowActivation,
  ): WorkflowActivation | undefined;
  /** What the workflow did last, unless `next` has heard it. */
  onRest(completion: ActivationCompletion | undefined): void;
  onFailed(error: Error): void;
}

/** A workflow that waits to be woken up, and goes on with its replay as far as it can. */
class Waiting implements SandboxActivation {
  /** How it ended, if that is known before the turn of the event loop is over. */
  private outcome: { completion: ActivationCompletion | undefined } | { error: Error } | undefined;

  constructor(
    readonly workflow: SandboxedWorkflow,
    readonly activation: WorkflowActivation,
    readonly listener: ActivationListener,
  ) {}

  /** Once rejections have arrived. */
  conclude(): void {
    const { outcome, workflow, listener } = this;
    if (outcome === undefined) listener.onRest(workflow.conclude());
    else if ('error' in outcome) listener.onFailed(outcome.error);
    else listener.onRest(outcome.completion ?? workflow.lateFailure());
  }

  next(current: WorkflowActivation): WorkflowActivation | undefined {
    const { listener } = this;
    // What is lived for the first time is concluded when rejections have arrived.
    if (listener.next === undefined || !current.isReplaying) return undefined;
    const completion = this.workflow.conclude();
    if (completion.status === 'failed') {
      this.outcome = { completion };
      return undefined;
    }
    try {
      const following = listener.next(completion, current);
      if (following === undefined) this.outcome = { completion: undefined };
      return following;
    } catch (error) {
      this.outcome = { error: error as Error };
      return undefined;
    }
  }
}

/** The run lived in a sandbox that is gone: it has to be made anew. */
export class SandboxLostError extends Error {
  override readonly name = 'SandboxLostError';

  constructor() {
    super('Another workflow of this worker did not come to rest: the sandbox of both is gone.');
  }
}

/** Wakes workflows up, several together where that pays, since entering the sandbox has its price. */
export class ActivationQueue {
  private waiting: Waiting[] = [];
  private readonly pacing = new EntryPacing();
  private timer: NodeJS.Timeout | undefined;
  private isScheduled = false;
  private readonly flush = (): void => this.enter(rejectionsPrecedeNextImmediate);
  private readonly flushAlone = (): void => {
    // First of all: what is woken up may have to be stopped, and nothing after it is reached here.
    setImmediate(this.settle);
    this.enterAlone();
  };
  /** Those that are being woken up by themselves. */
  private entered = new Map<Sandbox, Waiting[]>();
  /** Those that have come to rest, and whose rejections have not arrived yet. */
  private resting: Waiting[] = [];
  private readonly settle = (): void => {
    this.resume();
    const { resting } = this;
    this.resting = [];
    for (const item of resting) item.conclude();
  };

  constructor(private readonly sandboxOf: (workflow: SandboxedWorkflow) => Sandbox) {}

  /**
   * Wakes a workflow up; the listener hears what it did, in a later turn of the event loop. It fails with `DeadlockError` if it did not come
   * to rest, with `SandboxLostError` if another one in its sandbox did not.
   */
  activate(workflow: SandboxedWorkflow, activation: WorkflowActivation, listener: ActivationListener): void {
    this.waiting.push(new Waiting(workflow, activation, listener));
    this.schedule();
  }

  private schedule(): void {
    if (this.timer !== undefined) {
      if (!this.pacing.isFull(this.waiting.length)) return;
      clearTimeout(this.timer);
      this.timer = undefined;
      this.enterNext();
      return;
    }
    if (this.isScheduled) return;
    this.isScheduled = true;
    if (isWatched()) {
      callAlone(this.flushAlone);
      return;
    }
    const delayMs = this.pacing.delayMs(performance.now());
    if (delayMs === 0) this.enterNext();
    else this.timer = setTimeout(() => this.enter(false), delayMs);
  }

  /**
   * Rejections that nobody waits for arrive when the callback that enters is over. Node sees to that before the next of its immediates,
   * so the one that settles comes right after it, and what is answered goes out in this turn of the event loop.
   */
  private enterNext(): void {
    setImmediate(this.flush);
    if (rejectionsPrecedeNextImmediate) setImmediate(this.settle);
  }

  private enter(isSettledNext: boolean): void {
    this.isScheduled = false;
    this.timer = undefined;
    const waiting = this.waiting.splice(0, rejectionsHaveContext ? Infinity : 1);
    if (this.waiting.length > 0) {
      this.isScheduled = true;
      this.enterNext();
    }
    let costMs = 0;
    for (const [sandbox, batch] of this.batchesOf(waiting)) {
      this.run(sandbox, batch, (activations) => sandbox.activateAll(activations));
      costMs += sandbox.entryCostMs;
    }
    this.pacing.entered(waiting.length, costMs);
    if (!isSettledNext) setImmediate(this.settle);
  }

  private enterAlone(): void {
    this.isScheduled = false;
    this.entered = this.batchesOf(this.waiting.splice(0));
    for (const [sandbox, batch] of this.entered) {
      this.run(sandbox, batch, (activations) => sandbox.activateAllAlone(activations));
      this.entered.delete(sandbox);
    }
  }

  /** After an entry that was stopped in the middle: ends what it was at, and goes on with the rest. */
  private resume(): void {
    const { entered } = this;
    const [interrupted] = entered;
    if (interrupted === undefined) return;
    const [sandbox, batch] = interrupted;
    entered.delete(sandbox);
    rejectAll(batch, sandbox.interruption());
    this.waiting.unshift(...[...entered.values()].flat());
    entered.clear();
    if (this.waiting.length > 0) this.schedule();
  }

  private batchesOf(waiting: readonly Waiting[]): Map<Sandbox, Waiting[]> {
    const batches = new Map<Sandbox, Waiting[]>();
    for (const item of waiting) {
      const sandbox = this.sandboxOf(item.workflow);
      const batch = batches.get(sandbox);
      if (batch === undefined) batches.set(sandbox, [item]);
      else batch.push(item);
    }
    return batches;
  }

  private run(sandbox: Sandbox, batch: readonly Waiting[], activateAll: (batch: readonly Waiting[]) => void): void {
    try {
      if (sandbox.isUseless) throw new SandboxLostError();
      activateAll(batch);
    } catch (error) {
      rejectAll(batch, error as Error);
      return;
    }
    this.resting.push(...batch);
  }
}

function rejectAll(batch: readonly Waiting[], error: Error): void {
  for (const { workflow, listener } of batch) {
    listener.onFailed(error instanceof DeadlockError && error.isOf(workflow) ? error : new SandboxLostError());
  }
}
