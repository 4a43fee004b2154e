import type { Limits, SearchAttributeType } from '@perdure/engine';
import { ServiceError } from '../api/index.js';
import type { Clock } from '../clock.js';
import type { Committer } from '../committer/index.js';
import type { Logger } from '../observability/index.js';
import {
  DurableShardJournal,
  recoverExecutions,
  Shard,
  type Decide,
  type DecideAll,
  type DecideStart,
  type EffectSink,
  type Executed,
  type LiveExecution,
  type RunTarget,
} from '../shard/index.js';
import type { Store } from '../store/index.js';
import { shardOf } from './shard-of.js';

const REOPEN_DELAY_MS = 1000;
const LEASE_MS = 60_000;

export interface ExecutionHostDependencies {
  readonly store: Store;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: Limits;
  readonly newId: () => string;
  readonly nodeId: string;
  readonly cacheSizeBytes: number;
  readonly retentionMs: (namespaceId: string) => number;
  readonly searchAttributeType: (namespaceId: string, name: string) => SearchAttributeType | undefined;
  readonly effects: EffectSink;
  /** The store can no longer be used at all; the node has to stop. */
  readonly onStoreLost: (error: Error) => void;
}

/** Every shard this node owns, and the way to the one that owns an execution. */
export class ExecutionHost {
  private readonly shards: (Shard | undefined)[] = [];
  private stopping = false;

  constructor(private readonly dependencies: ExecutionHostDependencies) {}

  private get shardCount(): number {
    return this.dependencies.store.identity.shardCount;
  }

  /** Takes every shard: recovers what is only in the journal and resumes timers and tasks. */
  async open(): Promise<void> {
    for (let shardId = 0; shardId < this.shardCount; shardId += 1) this.shards[shardId] = await this.openShard(shardId);
  }

  /** Stops timers, writes the tables one last time. Nothing is decided afterwards. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.shards.map((shard) => shard?.stop()));
  }

  execute<Result>(target: RunTarget, decide: Decide<Result>): Promise<Executed<Result>> {
    return this.shardFor(target).execute(target, decide);
  }

  start<Result>(target: RunTarget, decide: DecideStart<Result>): Promise<Executed<Result>> {
    return this.shardFor(target).start(target, decide);
  }

  /** Decides on several runs of one workflow id together. */
  executeAll<Result>(targets: readonly [RunTarget, ...RunTarget[]], decide: DecideAll<Result>): Promise<Executed<Result>> {
    return this.shardFor(targets[0]).executeAll(targets, decide);
  }

  read<Value>(target: RunTarget, view: (live: LiveExecution) => Value): Promise<Value> {
    return this.shardFor(target).read(target, view);
  }

  remove(target: RunTarget): Promise<void> {
    return this.shardFor(target).remove(target);
  }

  /** Brings everything decided so far into the tables: before queries that must see all of it. */
  async drain(): Promise<void> {
    await Promise.all(this.shards.map((shard) => shard?.drain()));
  }

  /** The shard of an execution; throws UNAVAILABLE while it is being opened again. */
  shardFor(target: Pick<RunTarget, 'namespaceId' | 'workflowId'>): Shard {
    const shardId = shardOf(target.namespaceId, target.workflowId, this.shardCount);
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
    const shard = new Shard(
      {
        shardId,
        store,
        clock,
        log: log.child({ shardId }),
        limits,
        newId,
        effects,
        retentionMs,
        searchAttributeType,
        cacheSizeBytes: Math.ceil(cacheSizeBytes / this.shardCount),
        onFailed: (failed, error) => this.reopen(failed, error),
      },
      journal,
    );
    await shard.begin(recovered);
    return shard;
  }

  /** A commit of the shard failed: what is in memory is no longer true, so the shard is loaded again from the store. */
  private reopen(failed: Shard, error: Error): void {
    const { shardId } = failed;
    if (this.stopping || this.shards[shardId] !== failed) return;
    const { log, clock } = this.dependencies;
    log.error('A shard failed and is opened again', { shardId, error });
    this.shards[shardId] = undefined;
    clock.callAt(clock.nowMs() + REOPEN_DELAY_MS, () => {
      if (this.stopping) return;
      this.openShard(shardId).then(
        (shard) => {
          this.shards[shardId] = shard;
          log.info('The shard is open again', { shardId });
        },
        (reason: unknown) => this.dependencies.onStoreLost(reason instanceof Error ? reason : new Error(String(reason))),
      );
    });
  }
}
