import {
  deleteExecution,
  elapse,
  encodeJournalRecord,
  isClosed,
  needsAttention,
  nextDue,
  pendingEffects,
  type DecideContext,
  type Decision,
  type Effect,
  type Rejection,
  type Transition,
} from '@perdure/engine';
import { ServiceError } from '../api/index.js';
import type { RecordChange } from '../store/index.js';
import { executionNotFound, shardUnavailable } from './errors.js';
import { ExecutionCache } from './execution-cache.js';
import type { LiveExecution } from './live-execution.js';
import { Materialiser } from './materialiser.js';
import type { RunTarget, ShardDependencies, ShardJournal } from './ports.js';
import { RecordWriter } from './record-writer.js';
import { resumeExecutions } from './resumption.js';
import { dueTimeMs, expiryMs, ShardTimers } from './shard-timers.js';

/** What a decision function sees: the run it decides on. */
export type Decide<Result> = (live: LiveExecution, context: DecideContext) => Decision<Result>;
/** The same for several runs of one workflow id, in the order of the targets. */
export type DecideAll<Result> = (lives: readonly LiveExecution[], context: DecideContext) => Decision<Result>;
/** The same for a workflow id, of which there may be no run. */
export type DecideStart<Result> = (current: LiveExecution | undefined, context: DecideContext) => Decision<Result>;

/** A decision that has become durable. */
export interface Executed<Result> {
  readonly result: Result;
  readonly transitions: readonly Transition[];
}

/** A run whose time to be deleted has come but which still owes something is looked at again after this. */
const DELETION_RETRY_MS = 60_000;

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
  private readonly records: RecordWriter;
  private failure: Error | undefined;

  constructor(
    readonly dependencies: ShardDependencies,
    readonly journal: ShardJournal,
  ) {
    this.cache = new ExecutionCache(dependencies, (live) => this.timers.leave(live));
    this.timers = new ShardTimers(dependencies, this.cache, (live) => this.elapse(live));
    this.materialiser = new Materialiser(dependencies, journal, this.cache, (error) => this.fail(error));
    const { store } = dependencies;
    this.records = new RecordWriter((changes) => store.records.write(dependencies, changes));
  }

  get shardId(): number {
    return this.dependencies.shardId;
  }

  /** It has failed or was stopped. What it owed is taken up by the shard that is opened in its place. */
  get isUseless(): boolean {
    return this.failure !== undefined;
  }

  /** Starts timers and materialisation, and begins to take up what was owed when the shard was last closed. */
  async begin(recovered: readonly LiveExecution[]): Promise<void> {
    for (const live of recovered) {
      this.cache.add(live);
      this.materialiser.markDirty(live);
    }
    await this.materialiser.run();
    await this.timers.start();
    this.materialiser.start();
    void resumeExecutions(this.dependencies, this.cache, {
      resume: (live) => this.resume(live),
      offerTasks: (live, effects) => this.offerTasks(live, effects),
      isUseless: () => this.isUseless,
    });
  }

  /** Decides on a run and answers when the decision is durable. Throws `ServiceError` if it is refused. */
  execute<Result>(target: RunTarget, decide: Decide<Result>): Promise<Executed<Result>> {
    return this.withRun(target, (found) => {
      const live = found ?? raise(executionNotFound(target));
      return this.carryOut([live], decide(live, this.context()));
    });
  }

  /** Decides on a workflow id, of which there may be no run yet. */
  start<Result>(target: RunTarget, decide: DecideStart<Result>): Promise<Executed<Result>> {
    return this.withRun(target, (current) =>
      this.carryOut(current === undefined ? [] : [current], decide(current, this.context())),
    );
  }

  /** Decides on several runs of one workflow id together: all of it becomes durable, or nothing. */
  async executeAll<Result>(targets: readonly RunTarget[], decide: DecideAll<Result>): Promise<Executed<Result>> {
    let lives: LiveExecution[] = [];
    // Bringing the second may have pushed the first out: then both are looked for again, and found in one turn.
    while (lives.length < targets.length) {
      for (const target of targets) await this.withRun(target, (found) => found ?? raise(executionNotFound(target)));
      lives = targets.flatMap((target) => this.cache.find(target) ?? []);
    }
    this.assertUsable();
    return this.carryOut(lives, decide(lives, this.context()));
  }

  /** Reads a run. The value is handed out only once everything it may show is durable. */
  read<Value>(target: RunTarget, view: (live: LiveExecution) => Value): Promise<Value> {
    return this.withRun(target, (found) => {
      const live = found ?? raise(executionNotFound(target));
      const value = view(live);
      return live.commitsInFlight > 0 ? this.whenDurable(value) : value;
    });
  }

  /** Brings everything decided so far into the tables, for queries that must see all of it. */
  async drain(): Promise<void> {
    await this.durable();
    try {
      await this.materialiser.run();
    } catch (error) {
      throw shardUnavailable(error);
    }
    this.assertUsable();
  }

  /** Writes small records that belong to this shard, all or none. Durable when it resolves. */
  async writeRecords(changes: readonly RecordChange[]): Promise<void> {
    this.assertUsable();
    try {
      await this.records.write(changes);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
      throw shardUnavailable(error);
    }
  }

  /** Deletes a closed run as soon as it owes nothing to other executions. Durable when it resolves. */
  async remove(target: RunTarget): Promise<void> {
    for (;;) {
      const isDeleted = await this.withRun(target, (found) => {
        const live = found ?? raise(executionNotFound(target));
        if (live.commitsInFlight > 0) return this.durable().then(() => false);
        if (needsAttention(live.state)) return nextDurableChange(live).then(() => false);
        return this.carryOut([live], deleteExecution(live.state, this.context())).then(() => true);
      });
      if (isDeleted) return;
    }
  }

  /** Somebody else has taken the shard: nothing more is decided here, and nothing of it is written. */
  lose(error: Error): void {
    this.fail(error);
  }

  /** Decides nothing more, writes everything to the tables, and tells whoever still waits. */
  async stop(): Promise<void> {
    if (this.failure !== undefined) return;
    this.failure = new Error('the server is stopping');
    this.timers.stop();
    try {
      await new Promise<void>((resolve) => this.journal.whenDurable(() => resolve()));
      await this.materialiser.stop();
    } finally {
      this.cache.discardAll();
    }
  }

  /** Resolves when everything decided so far is durable. */
  durable(): Promise<void> {
    return this.whenDurable(undefined);
  }

  /** Resolves with the value when everything decided so far is durable. */
  private whenDurable<Value>(value: Value): Promise<Value> {
    return new Promise((resolve, rejectWith) => {
      this.journal.whenDurable((error) => (error === undefined ? resolve(value) : rejectWith(shardUnavailable(error))));
    });
  }

  private context(): DecideContext {
    const { executionClock, newId, limits, retentionMs } = this.dependencies;
    return { nowMs: executionClock.nowMs(), newId, limits, retentionMs };
  }

  /**
   * Hands the run, from memory or the store, to a function that is called in the very turn in which it was found:
   * between a load and what waits for it, another caller may have started a run, or memory may have been tidied.
   */
  private withRun<Value>(
    target: RunTarget,
    use: (live: LiveExecution | undefined) => Value | Promise<Value>,
  ): Promise<Value> {
    const live = this.cache.find(target);
    if (live === undefined && this.dependencies.workflowIds.mayHave(target)) return this.withLoaded(target, use);
    // Nearly every call comes this way, and as an async function it would cost each three promises more.
    try {
      this.assertUsable();
      return Promise.resolve(use(live));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private async withLoaded<Value>(
    target: RunTarget,
    use: (live: LiveExecution | undefined) => Value | Promise<Value>,
  ): Promise<Value> {
    let live = this.cache.find(target);
    while (live === undefined && this.dependencies.workflowIds.mayHave(target)) {
      this.assertUsable();
      let loaded: LiveExecution | undefined;
      try {
        loaded = await this.cache.load(target);
      } catch (error) {
        throw shardUnavailable(error);
      }
      live = this.cache.find(target);
      if (loaded === undefined) break;
    }
    this.assertUsable();
    return use(live);
  }

  private carryOut<Result>(lives: readonly LiveExecution[], decision: Decision<Result>): Promise<Executed<Result>> {
    if (decision.rejected) return this.refuse(lives, decision);
    const { result, transitions } = decision;
    const waits = this.apply(transitions) || lives.some((live) => live.commitsInFlight > 0);
    const executed = { result, transitions };
    return waits ? this.whenDurable(executed) : Promise.resolve(executed);
  }

  private async refuse(lives: readonly LiveExecution[], rejection: Rejection): Promise<never> {
    // The refusal may rest on a decision that is not durable yet and could still be lost.
    if (lives.some((live) => live.commitsInFlight > 0)) await this.durable();
    throw ServiceError.fromRejection(rejection);
  }

  /** Makes transitions part of the shard: state, journal, timers, tasks. Answers whether there was anything to write. */
  private apply(transitions: readonly Transition[]): boolean {
    const changed = transitions.filter((transition) => transition.facts.length > 0);
    if (changed.length === 0) return false;
    const records = changed.map(encodeJournalRecord);
    const installed: [LiveExecution, Transition][] = [];
    try {
      for (const [index, transition] of changed.entries()) {
        const record = records[index] ?? new Uint8Array(0);
        const live = this.cache.install(transition, record.length);
        live.commitsInFlight += 1;
        live.journalledThrough = this.journal.append(record);
        installed.push([live, transition]);
      }
    } catch (error) {
      // Memory and journal no longer agree: only loading everything again is safe.
      this.fail(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    // Before tasks are offered: what follows from them in this turn must be told after this.
    this.journal.whenDurable((error) => this.settle(installed, error));
    for (const [live] of installed) {
      this.timers.schedule(live);
      this.materialiser.markDirty(live);
    }
    for (const [live, transition] of installed) {
      this.dependencies.observer?.changed(live);
      this.offerTasks(live, transition.effects);
    }
    return true;
  }

  private offerTasks(live: LiveExecution, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (this.failure !== undefined) return;
      if (effect.kind !== 'workflowTask' && effect.kind !== 'activityTask') continue;
      this.dependencies.effects.offerTask(this, live, effect);
    }
  }

  private deliver(live: LiveExecution, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'workflowTask' || effect.kind === 'activityTask') continue;
      this.dependencies.effects.deliver(this, live, effect);
    }
  }

  private settle(installed: readonly [LiveExecution, Transition][], error: Error | undefined): void {
    if (error !== undefined) {
      this.fail(error);
      return;
    }
    for (const [live, transition] of installed) live.becomeDurable(transition);
    for (const [live, transition] of installed) {
      // Only now: the journal rows of a run must be written before the round that removes them and its other rows.
      if (transition.state.deleted) this.materialiser.remove(live);
      this.deliver(live, transition.effects);
      live.notifyDurable();
      this.dependencies.observer?.changed(live);
    }
  }

  /** Takes up what a run owes after it was loaded at start-up. */
  private resume(live: LiveExecution): void {
    if (live.state.deleted) {
      this.materialiser.remove(live);
      return;
    }
    const effects = pendingEffects(live.state);
    this.offerTasks(live, effects);
    this.deliver(live, effects);
    this.timers.schedule(live);
  }

  private elapse(live: LiveExecution): void {
    if (this.failure !== undefined || live.discarded || live.removed) return;
    const nowMs = this.dependencies.executionClock.nowMs();
    const isDue = (nextDue(live.state)?.dueMs ?? Infinity) <= nowMs;
    if (isDue) this.apply(elapse(live.state, this.context()).transitions);
    if (isClosed(live.state) && !isDue) this.expire(live, nowMs);
    else this.timers.schedule(live);
  }

  /** Deletes a run whose retention has passed. */
  private expire(live: LiveExecution, nowMs: number): void {
    const expiresMs = expiryMs(live.state, this.dependencies);
    if (expiresMs > nowMs) {
      // A timer of the time when it was open; or the retention has changed since the table was told when to look.
      if (live.storedDueMs !== dueTimeMs(live, this.dependencies)) this.materialiser.markDirty(live);
      this.timers.schedule(live);
    } else if (needsAttention(live.state) || live.commitsInFlight > 0) {
      this.timers.postpone(live, nowMs + DELETION_RETRY_MS);
    } else this.materialiser.remove(live);
  }

  private fail(error: Error): void {
    if (this.failure !== undefined) return;
    this.failure = error;
    this.timers.stop();
    this.materialiser.abandon();
    this.cache.discardAll();
    this.dependencies.onFailed(this, error);
  }

  private assertUsable(): void {
    if (this.failure !== undefined) throw shardUnavailable(this.failure);
  }
}

function nextDurableChange(live: LiveExecution): Promise<void> {
  return new Promise((resolve) => {
    const stop = live.onDurableChange(() => {
      stop();
      resolve();
    });
  });
}

function raise(error: Error): never {
  throw error;
}
