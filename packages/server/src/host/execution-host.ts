import type { Limits, SearchAttributeType } from '@perdure/engine';
import { ServiceError } from '../api/index.js';
import type { Clock, ClockTimer } from '../clock.js';
import { CommitFailedError, type Committer } from '../committer/index.js';
import type { Logger } from '../observability/index.js';
import {
  DurableShardJournal,
  KnownWorkflowIds,
  recoverExecutions,
  Shard,
  type Decide,
  type DecideAll,
  type DecideStart,
  type EffectSink,
  type Executed,
  type LiveExecution,
  type RunTarget,
  type ShardObserver,
} from '../shard/index.js';
import { ShardFencedError, type RecordKey, type Store } from '../store/index.js';
import { LEASE_MS, LeaseRenewal } from './lease-renewal.js';
import { shardOf } from './shard-of.js';

const REOPEN_DELAY_MS = 1000;
const WORKFLOW_IDS_PAGE = 2000;

/** What the shards of a node work with. */
export interface ExecutionHostDependencies {
  readonly store: Store;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly executionClock: Clock;
  readonly hasExactTimers: boolean;
  readonly observer?: ShardObserver | undefined;
  readonly log: Logger;
  readonly limits: Limits;
  readonly newId: () => string;
  readonly nodeId: string;
  readonly cacheSizeBytes: number;
  readonly retentionMs: (namespaceId: string) => number;
  readonly searchAttributeType: (namespaceId: string, name: string) => SearchAttributeType | undefined;
  readonly effects: EffectSink;
  /** A shard that had failed serves again. */
  readonly onShardReopened?: (shardId: number) => void;
  /** The store can no longer be used at all; the node has to stop. */
  readonly onStoreLost: (error: Error) => void;
}

/** Every shard this node owns, and the way to the one that owns an execution. */
export class ExecutionHost {
  private readonly shards: (Shard | undefined)[] = [];
  /** Shards that are being opened again after a failure. */
  private readonly reopening = new Map<number, { readonly timer: ClockTimer; opened: Promise<void> | undefined }>();
  private readonly workflowIds = new KnownWorkflowIds();
  private learning: Promise<void> = Promise.resolve();
  private stopping = false;

  private readonly leases: LeaseRenewal;

  constructor(private readonly dependencies: ExecutionHostDependencies) {
    this.leases = new LeaseRenewal({ ...dependencies, shards: () => this.shards.flatMap((shard) => shard ?? []) });
  }

  private get shardCount(): number {
    return this.dependencies.store.identity.shardCount;
  }

  /** Takes every shard: recovers what is only in the journal and resumes timers and tasks. */
  async open(): Promise<void> {
    for (let shardId = 0; shardId < this.shardCount; shardId += 1) this.shards[shardId] = await this.openShard(shardId);
    this.leases.start();
    // New runs have been added since the first shard was opened; what was there before follows.
    this.learning = this.learnWorkflowIds();
  }

  /** Reads which workflow ids there are, behind everything else. Until it is done every one is looked up. */
  private async learnWorkflowIds(): Promise<void> {
    const { store, log } = this.dependencies;
    let cursor: Awaited<ReturnType<typeof store.workflowIds>>['cursor'];
    try {
      do {
        const page = await store.workflowIds(cursor, WORKFLOW_IDS_PAGE);
        for (const key of page.rows) this.workflowIds.add(key);
        cursor = page.cursor;
      } while (cursor !== undefined && !this.stopping);
      if (cursor === undefined) this.workflowIds.complete();
    } catch (error) {
      if (!this.stopping) log.warn('Cannot read which workflow ids there are; each start looks its own up', { error });
    }
  }

  /** Stops timers, writes the tables one last time, tells whoever still waits. Nothing is decided afterwards. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.leases.stop();
    for (const { timer } of this.reopening.values()) timer.cancel();
    await this.learning;
    await Promise.all([...this.reopening.values()].map(async ({ opened }) => opened));
    await Promise.all(this.shards.map(async (shard) => shard?.stop()));
  }

  /** Decides on a run and answers when the decision is durable. Throws `ServiceError` if it is refused. */
  execute<Result>(target: RunTarget, decide: Decide<Result>): Promise<Executed<Result>> {
    return this.shardFor(target).execute(target, decide);
  }

  /** Decides on a workflow id, of which there may be no run yet. */
  start<Result>(target: RunTarget, decide: DecideStart<Result>): Promise<Executed<Result>> {
    return this.shardFor(target).start(target, decide);
  }

  /** Decides on several runs of one workflow id together. */
  executeAll<Result>(
    targets: readonly [RunTarget, ...RunTarget[]],
    decide: DecideAll<Result>,
  ): Promise<Executed<Result>> {
    return this.shardFor(targets[0]).executeAll(targets, decide);
  }

  /** Reads a run; answers once everything the value may show is durable. */
  read<Value>(target: RunTarget, view: (live: LiveExecution) => Value): Promise<Value> {
    return this.shardFor(target).read(target, view);
  }

  /** Deletes a closed run. Durable when it resolves. */
  remove(target: RunTarget): Promise<void> {
    return this.shardFor(target).remove(target);
  }

  /** Writes a small record, or removes it, as the owner of its shard. Durable when it resolves. */
  async writeRecord(key: RecordKey, value: Uint8Array | undefined): Promise<void> {
    const shardId = shardOf(key.namespaceId, key.id, this.shardCount);
    await this.openShardWithId(shardId).writeRecords([{ key, value }]);
  }

  /** Brings everything decided so far into the tables: before queries that must see all of it. */
  async drain(): Promise<void> {
    const shardIds = Array.from({ length: this.shardCount }, (_, shardId) => shardId);
    await Promise.all(shardIds.map(async (shardId) => this.openShardWithId(shardId).drain()));
  }

  /** The shard of an execution; throws UNAVAILABLE while it is being opened again. */
  shardFor(target: Pick<RunTarget, 'namespaceId' | 'workflowId'>): Shard {
    return this.openShardWithId(shardOf(target.namespaceId, target.workflowId, this.shardCount));
  }

  private openShardWithId(shardId: number): Shard {
    const shard = this.shards[shardId];
    if (shard === undefined) throw new ServiceError('UNAVAILABLE', `Shard ${shardId} is being opened. Try again.`);
    return shard;
  }

  /** Executions in memory and their size. */
  cacheUse(): { readonly executions: number; readonly bytes: number } {
    let executions = 0;
    let bytes = 0;
    for (const shard of this.shards) {
      executions += shard?.cache.size ?? 0;
      bytes += shard?.cache.sizeBytes ?? 0;
    }
    return { executions, bytes };
  }

  private async openShard(shardId: number): Promise<Shard> {
    const { store, committer, clock, nodeId, cacheSizeBytes } = this.dependencies;
    const acquired = await store.acquireShard({ shardId, ownerId: nodeId, leaseUntilMs: clock.nowMs() + LEASE_MS });
    const recovered = await recoverExecutions(store, shardId);
    const journal = new DurableShardJournal(committer.attach(acquired), store, acquired.lastPosition);
    const { log, limits, newId, effects, retentionMs, searchAttributeType } = this.dependencies;
    const { executionClock, hasExactTimers, observer } = this.dependencies;
    const shard = new Shard(
      {
        shardId,
        epoch: acquired.epoch,
        store,
        clock,
        executionClock,
        hasExactTimers,
        observer,
        log: log.child({ shardId }),
        limits,
        newId,
        effects,
        retentionMs,
        searchAttributeType,
        workflowIds: this.workflowIds,
        cacheSizeBytes: Math.ceil(cacheSizeBytes / this.shardCount),
        onFailed: (failed, error) => this.reopen(failed, error),
      },
      journal,
    );
    try {
      await shard.begin(recovered);
    } catch (error) {
      await shard.stop();
      throw error;
    }
    return shard;
  }

  /** A commit of the shard failed: what is in memory is no longer true, so the shard is loaded again from the store. */
  private reopen(failed: Shard, error: Error): void {
    const { shardId } = failed;
    if (this.stopping || this.shards[shardId] !== failed) return;
    this.dependencies.log.error('A shard failed and is opened again', { shardId, error });
    this.shards[shardId] = undefined;
    this.reopenLater(shardId);
  }

  private reopenLater(shardId: number, delayMs = REOPEN_DELAY_MS): void {
    const { clock } = this.dependencies;
    const timer = clock.callAt(clock.nowMs() + delayMs, () => {
      attempt.opened = this.openAgain(shardId);
    });
    const attempt: { timer: ClockTimer; opened: Promise<void> | undefined } = { timer, opened: undefined };
    this.reopening.set(shardId, attempt);
  }

  /** How long another node still has the shard: to take it back at once would be to take it in turns for ever. */
  private async heldByAnother(shardId: number): Promise<number> {
    const { store, clock, nodeId } = this.dependencies;
    const lease = await store.readShard(shardId);
    return lease === undefined || lease.ownerId === nodeId ? 0 : lease.leaseUntilMs - clock.nowMs();
  }

  private async openAgain(shardId: number): Promise<void> {
    const { log, onStoreLost } = this.dependencies;
    try {
      const heldForMs = await this.heldByAnother(shardId);
      if (this.stopping) return;
      if (heldForMs > 0) {
        log.warn('Another node holds the shard; it is opened again when that lets its lease run out', { shardId });
        return this.reopenLater(shardId, heldForMs);
      }
      const shard = await this.openShard(shardId);
      this.shards[shardId] = shard;
      this.reopening.delete(shardId);
      if (shard.isUseless) this.reopen(shard, new Error('It failed again while it was being opened'));
      else {
        log.info('The shard is open again', { shardId });
        this.dependencies.onShardReopened?.(shardId);
      }
    } catch (error) {
      if (this.stopping) return;
      if (error instanceof CommitFailedError || error instanceof ShardFencedError) {
        log.error('A shard failed while it was being opened and is opened again', { shardId, error });
        this.reopenLater(shardId);
      } else onStoreLost(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
