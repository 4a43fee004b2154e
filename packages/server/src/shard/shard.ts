import {
  encodeJournalRecord,
  isClosed,
  nextDue,
  elapse,
  type DecideContext,
  type Decision,
  type ExecutionState,
  type Transition,
} from '@perdure/engine';
import { ServiceError } from '../api/index.js';
import { ExecutionCache } from './execution-cache.js';
import { LiveExecution } from './live-execution.js';
import { Materialiser } from './materialiser.js';
import type { RunTarget, ShardDependencies, ShardJournal } from './ports.js';
import { ShardTimers } from './shard-timers.js';

/** What a decision function sees: the run, if there is one. */
export type Decide<Result> = (live: LiveExecution, context: DecideContext) => Decision<Result>;
export type DecideAll<Result> = (lives: readonly LiveExecution[], context: DecideContext) => Decision<Result>;
export type DecideStart<Result> = (current: LiveExecution | undefined, context: DecideContext) => Decision<Result>;

/** A decision that has become durable. */
export interface Executed<Result> {
  readonly result: Result;
  readonly transitions: readonly Transition[];
}

/**
 * One shard: it alone changes the executions whose ids hash to it. Decisions are made at once on the state in memory,
 * one after the other; replies wait until the journal has them.
 *
 * Invariants: a run is in memory at most once; its state is the fold of what was appended to the journal, in that
 * order; nothing is evicted before it is in the tables; after a failed commit nothing of the shard is used again.
 */
export class Shard {
  readonly cache: ExecutionCache;
  private readonly timers: ShardTimers;
  private readonly materialiser: Materialiser;
  private failure: Error | undefined;
  private readonly contextBase: Omit<DecideContext, 'nowMs'>;

  constructor(
    readonly dependencies: ShardDependencies,
    readonly journal: ShardJournal,
  ) {
    const { newId, limits } = dependencies;
    this.contextBase = { newId, limits };
    this.cache = new ExecutionCache(dependencies);
    this.timers = new ShardTimers(dependencies, this.cache, (live) => this.elapse(live));
    this.materialiser = new Materialiser(dependencies, journal, this.cache, (error) => this.fail(error));
  }

  get shardId(): number {
    return this.dependencies.shardId;
  }

  /** Starts timers and materialisation, and takes up the effects that were pending when the shard was last closed. */
  async begin(recovered: readonly LiveExecution[]): Promise<void> {
    for (const live of recovered) {
      this.cache.add(live);
      this.materialiser.markDirty(live);
    }
    await this.materialiser.run();
    await this.timers.start();
    for await (const live of this.cache.loadNeedingAttention()) this.resume(live);
    this.materialiser.start();
  }

  /** Decides on a run and answers when the decision is durable. Throws `ServiceError` if it is refused. */
  async execute<Result>(target: RunTarget, decide: Decide<Result>): Promise<Executed<Result>> {
    const live = this.cache.find(target) ?? this.cache.found(target, await this.cache.load(target));
    if (live === undefined) throw executionNotFound(target);
    return this.executeOn(live, decide);
  }

  /** The same, for a run that is in memory; the decision is made before this returns. */
  executeOn<Result>(live: LiveExecution, decide: Decide<Result>): Promise<Executed<Result>> {
    this.assertUsable(live);
    return this.carryOut(live, decide(live, this.context()));
  }

  /** Decides on a workflow id, of which there may be no run yet. */
  async start<Result>(target: RunTarget, decide: DecideStart<Result>): Promise<Executed<Result>> {
    const current = this.cache.find(target) ?? this.cache.found(target, await this.cache.load(target));
    this.assertUsable(current);
    return this.carryOut(current, decide(current, this.context()));
  }

  /** Decides on several runs of one workflow id together: all of it becomes durable, or nothing. */
  async executeAll<Result>(targets: readonly RunTarget[], decide: DecideAll<Result>): Promise<Executed<Result>> {
    for (const target of targets) if ((await this.cache.load(target)) === undefined) throw executionNotFound(target);
    // Found again in one turn: loading the second may have pushed the first out.
    const lives = targets.map((target) => this.cache.find(target) ?? raise(unavailable(new Error('the execution was unloaded'))));
    for (const live of lives) this.assertUsable(live);
    return this.carryOut(lives[0], decide(lives, this.context()));
  }

  /** Reads a run. The value is handed out only once everything it may show is durable. */
  async read<Value>(target: RunTarget, view: (live: LiveExecution) => Value): Promise<Value> {
    const live = this.cache.find(target) ?? this.cache.found(target, await this.cache.load(target));
    if (live === undefined) throw executionNotFound(target);
    this.assertUsable(live);
    const value = view(live);
    if (live.commitsInFlight > 0) await this.durable();
    return value;
  }

  /** Brings everything decided so far into the tables, for queries that must see all of it. */
  async drain(): Promise<void> {
    await this.durable();
    await this.materialiser.run();
  }

  /** Stops timers and materialisation after a last round. The shard decides nothing afterwards. */
  async stop(): Promise<void> {
    this.timers.stop();
    await this.materialiser.stop();
    this.failure ??= new Error('the server is stopping');
  }

  context(): DecideContext {
    return { ...this.contextBase, nowMs: this.dependencies.clock.nowMs() };
  }

  /** Resolves when everything decided so far is durable. */
  durable(): Promise<void> {
    return new Promise((resolve, rejectWith) => {
      this.journal.whenDurable((error) => (error === undefined ? resolve() : rejectWith(unavailable(error))));
    });
  }

  private async carryOut<Result>(live: LiveExecution | undefined, decision: Decision<Result>): Promise<Executed<Result>> {
    if (decision.rejected) {
      // The refusal may rest on a decision that is not durable yet and could still be lost.
      if (live !== undefined && live.commitsInFlight > 0) await this.durable();
      throw ServiceError.fromRejection(decision);
    }
    const waits = this.apply(decision.transitions) || (live !== undefined && live.commitsInFlight > 0);
    if (waits) await this.durable();
    return { result: decision.result, transitions: decision.transitions };
  }

  /** Makes transitions part of the shard: state, journal, timers, tasks. Answers whether there was anything to write. */
  private apply(transitions: readonly Transition[]): boolean {
    const installed: [LiveExecution, Transition][] = [];
    for (const transition of transitions) {
      if (transition.facts.length === 0) continue;
      const live = this.cache.install(transition);
      live.commitsInFlight += 1;
      this.journal.append(encodeJournalRecord(transition));
      installed.push([live, transition]);
    }
    if (installed.length === 0) return false;
    for (const [live, transition] of installed) this.offerTasks(live, transition);
    this.journal.whenDurable((error) => this.settle(installed, error));
    for (const [live] of installed) {
      this.timers.schedule(live);
      this.materialiser.markDirty(live);
    }
    return true;
  }

  private offerTasks(live: LiveExecution, transition: Transition): void {
    for (const effect of transition.effects) {
      if (effect.kind === 'workflowTask' || effect.kind === 'activityTask') this.dependencies.effects.offerTask(this, live, effect);
    }
  }

  private settle(installed: readonly [LiveExecution, Transition][], error: Error | undefined): void {
    if (error !== undefined) {
      this.fail(error);
      return;
    }
    for (const [live, transition] of installed) {
      live.commitsInFlight -= 1;
      live.durableNextEventId = transition.state.nextEventId;
      live.durableClosed = isClosed(transition.state);
    }
    for (const [live, transition] of installed) {
      for (const effect of transition.effects) {
        if (effect.kind !== 'workflowTask' && effect.kind !== 'activityTask') this.dependencies.effects.deliver(this, live, effect);
      }
      live.notifyDurable();
    }
  }

  /** Takes up what a run owes after it was loaded at start-up. */
  private resume(live: LiveExecution): void {
    for (const effect of this.cache.effectsOf(live)) {
      if (effect.kind === 'workflowTask' || effect.kind === 'activityTask') this.dependencies.effects.offerTask(this, live, effect);
      else this.dependencies.effects.deliver(this, live, effect);
    }
    this.timers.schedule(live);
  }

  private elapse(live: LiveExecution): void {
    if (this.failure !== undefined || live.discarded) return;
    const nowMs = this.dependencies.clock.nowMs();
    if (isClosed(live.state)) {
      if (expiryMs(live.state, this.dependencies) <= nowMs) this.materialiser.remove(live);
      return;
    }
    if ((nextDue(live.state)?.dueMs ?? Infinity) <= nowMs) this.apply(elapse(live.state, this.context()).transitions);
    this.timers.schedule(live);
  }

  /** Forgets a closed run for good. */
  async remove(target: RunTarget): Promise<void> {
    const live = this.cache.find(target) ?? this.cache.found(target, await this.cache.load(target));
    if (live === undefined) throw executionNotFound(target);
    this.assertUsable(live);
    await this.durable();
    this.materialiser.remove(live);
    await this.materialiser.run();
  }

  private fail(error: Error): void {
    if (this.failure !== undefined) return;
    this.failure = error;
    this.timers.stop();
    this.materialiser.abandon();
    this.cache.discardAll();
    this.dependencies.onFailed(this, error);
  }

  private assertUsable(live: LiveExecution | undefined): void {
    if (this.failure !== undefined) throw unavailable(this.failure);
    if (live?.discarded === true) throw unavailable(new Error('the execution was unloaded'));
  }
}

/** When a closed run is deleted by the retention of its namespace. */
export function expiryMs(state: ExecutionState, { retentionMs }: Pick<ShardDependencies, 'retentionMs'>): number {
  return (state.closeTimeMs ?? Infinity) + retentionMs(state.key.namespaceId);
}

function executionNotFound({ workflowId, runId }: RunTarget): ServiceError {
  const message =
    runId === ''
      ? `workflow not found for ID: ${workflowId}`
      : `workflow not found for ID: ${workflowId} and RunId: ${runId}`;
  return new ServiceError('NOT_FOUND', message, { type: 'NotFoundFailure', fields: {} });
}

function unavailable(error: Error): ServiceError {
  return new ServiceError('UNAVAILABLE', `The shard of this execution is being reloaded (${error.message}). Try again.`);
}

function raise(error: Error): never {
  throw error;
}
