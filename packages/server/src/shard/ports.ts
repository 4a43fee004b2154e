import type { DecideContext, Effect, Limits, SearchAttributeType } from '@perdure/engine';
import type { Clock } from '../clock.js';
import type { Logger } from '../observability/index.js';
import type { Materialisation, Store } from '../store/index.js';
import type { KnownWorkflowIds } from './known-workflow-ids.js';
import type { LiveExecution } from './live-execution.js';
import type { Shard } from './shard.js';

/** Which run is meant; an empty run id means the latest one. */
export interface RunTarget {
  readonly namespaceId: string;
  readonly workflowId: string;
  readonly runId: string;
}

/** A shard's way to durability. Everything appended in one turn of the event loop becomes one commit. */
export interface ShardJournal {
  /** Answers the position the transition gets. */
  append(transition: Uint8Array): number;
  /** Calls back once everything appended so far is durable, in order; at once if it already is. */
  whenDurable(callback: (error: Error | undefined) => void): void;
  /** Sends table changes behind everything appended so far, and forgets the journal up to `throughPosition`. */
  materialise(changes: TableChanges): Promise<void>;
  /** The newest position to which nothing can be added any more. */
  readonly sealedPosition: number;
}

/** Table changes of a shard, whose journal says which shard that is. */
export type TableChanges = Omit<Materialisation, 'shardId' | 'epoch'>;

/** Takes up the effects of transitions. */
export interface EffectSink {
  /** Hands a workflow or activity task to the task queues, before it is durable: its reply will wait for the commit. */
  offerTask(
    shard: Shard,
    live: LiveExecution,
    effect: Extract<Effect, { kind: 'workflowTask' | 'activityTask' }>,
  ): void;
  /** Carries a durable effect to another execution, as often as it takes. */
  deliver(shard: Shard, live: LiveExecution, effect: Exclude<Effect, { kind: 'workflowTask' | 'activityTask' }>): void;
}

/** Watches the runs of a shard. */
export interface ShardObserver {
  changed(live: LiveExecution): void;
}

/** What a shard works with. */
export interface ShardDependencies {
  readonly shardId: number;
  /** Of the lease under which this node owns the shard. */
  readonly epoch: number;
  readonly store: Store;
  /** The machine's time, for what is the server's own business. */
  readonly clock: Clock;
  /** The time that executions live in. */
  readonly executionClock: Clock;
  /**
   * Every due time is held in the heap, however far away, and none that is outdated: for a clock that is sent ahead to
   * whatever is due next.
   */
  readonly hasExactTimers: boolean;
  /** Told of every change of a run, and again when it is durable. */
  readonly observer?: ShardObserver | undefined;
  readonly log: Logger;
  readonly limits: Limits;
  readonly newId: DecideContext['newId'];
  readonly effects: EffectSink;
  /** How long closed executions of a namespace are kept. */
  readonly retentionMs: (namespaceId: string) => number;
  /** Types of search attributes, for the visibility rows. */
  readonly searchAttributeType: (namespaceId: string, name: string) => SearchAttributeType | undefined;
  /** The workflow ids of every shard of this node. */
  readonly workflowIds: KnownWorkflowIds;
  /** Memory for executions; more is used only for what cannot be dropped yet. */
  readonly cacheSizeBytes: number;
  /** A commit failed: the shard is useless until it is opened again. */
  readonly onFailed: (shard: Shard, error: Error) => void;
}
