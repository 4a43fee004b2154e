import { decodeSnapshot, isClosed, type Transition } from '@perdure/engine';
import type { ExecutionRow } from '../store/index.js';
import { LiveExecution } from './live-execution.js';
import type { RunTarget, ShardDependencies } from './ports.js';

/** The runs of a shard that are in memory, bounded in bytes. */
export class ExecutionCache {
  private readonly lives = new Map<string, LiveExecution>();
  /** Latest run of a workflow id; only for runs in memory. */
  private readonly currents = new Map<string, LiveExecution>();
  private readonly loading = new Map<string, Promise<LiveExecution | undefined>>();
  /** Deleted runs that were the latest of their workflow id, until the tables have forgotten them. */
  private readonly hiddenCurrents = new Map<string, LiveExecution>();
  /** How many runs of a workflow id left memory while something was being read: what was read may be outdated. */
  private readonly departures = new Map<string, number>();
  private totalBytes = 0;
  /** What the journal may still hold of runs that were evicted is not behind this position. */
  private evictedThrough = 0;
  private isEvictionScheduled = false;

  constructor(
    private readonly dependencies: Pick<ShardDependencies, 'store' | 'shardId' | 'cacheSizeBytes' | 'workflowIds'>,
    /** A run leaves memory and may come back later. */
    private readonly onEvicted: (live: LiveExecution) => void,
  ) {}

  /** Estimated size of the runs in memory. */
  get sizeBytes(): number {
    return this.totalBytes;
  }

  /** Runs in memory. */
  get size(): number {
    return this.lives.size;
  }

  /** Every run in memory, the longest unused first. */
  values(): IterableIterator<LiveExecution> {
    return this.lives.values();
  }

  /** The run, if it is in memory. */
  find(target: RunTarget): LiveExecution | undefined {
    const live = this.peek(target);
    if (live !== undefined) live.recentlyUsed = true;
    return live;
  }

  /** The run, if it is in memory; not a use that would keep it there. */
  peek(target: RunTarget): LiveExecution | undefined {
    const live = target.runId === '' ? this.currents.get(workflowKey(target)) : this.lives.get(runKey(target));
    return live === undefined || live.isGone ? undefined : live;
  }

  /**
   * The run, from memory or the store. What it answers holds only in the turn in which the caller goes on, and even
   * then another caller may have been first: look again with `find`, and load again what is discarded.
   */
  async load(target: RunTarget): Promise<LiveExecution | undefined> {
    const found = this.find(target);
    if (found !== undefined) return found;
    const key = target.runId === '' ? workflowKey(target) : runKey(target);
    let pending = this.loading.get(key);
    if (pending === undefined) {
      pending = this.fetch(target).finally(() => {
        this.loading.delete(key);
        if (this.loading.size === 0) this.departures.clear();
      });
      this.loading.set(key, pending);
    }
    return pending;
  }

  private async fetch(target: RunTarget): Promise<LiveExecution | undefined> {
    const key = workflowKey(target);
    for (;;) {
      const departures = this.departures.get(key);
      const { namespaceId, workflowId, runId } = target;
      const row = await this.dependencies.store.loadExecution(
        namespaceId,
        workflowId,
        runId === '' ? undefined : runId,
      );
      const found = this.find(target);
      if (found !== undefined) return found;
      // A run that was in memory, changed, and left again while this read was under way is newer than what it found.
      if (this.departures.get(key) !== departures) continue;
      const live = row === undefined ? undefined : this.admit(row);
      if (live?.isGone === true || (runId === '' && live?.isCurrent === false)) return undefined;
      return live;
    }
  }

  /**
   * Brings a stored run into memory, unless it is there: what is in memory is never older. The row must be the newest
   * there is, or that of a deleted run.
   */
  admit(row: ExecutionRow): LiveExecution {
    const present = this.lives.get(runKey(row));
    if (present !== undefined) return present;
    const ofWorkflow = workflowKey(row);
    const state = decodeSnapshot(row.snapshot);
    const live = new LiveExecution(state, {
      storedThroughEventId: state.nextEventId - 1,
      // A newer run, or the deletion of one, may be in memory only.
      isCurrent:
        row.isCurrent && !state.deleted && !this.currents.has(ofWorkflow) && !this.hiddenCurrents.has(ofWorkflow),
      durable: true,
      journalledThrough: this.evictedThrough,
      snapshotSizeBytes: row.snapshot.length,
    });
    live.storedDueMs = row.nextDueMs;
    this.add(live);
    if (this.totalBytes > this.dependencies.cacheSizeBytes) this.scheduleEviction();
    return live;
  }

  /** Takes a run into memory that is not there. */
  add(live: LiveExecution): void {
    const { key } = live.state;
    this.lives.set(runKey(key), live);
    this.dependencies.workflowIds.add(key);
    if (live.isCurrent) this.currents.set(workflowKey(key), live);
    this.account(live);
  }

  /**
   * Takes a transition over: into the run in memory, or as a new run, which becomes the current one. Throws if it does
   * not follow from what is in memory.
   */
  install(transition: Transition, journalledSizeBytes: number): LiveExecution {
    const present = this.lives.get(runKey(transition.key));
    const before = present?.state.sequence ?? 0;
    if (before + 1 !== transition.sequence) {
      const run = transition.key.runId;
      throw new Error(`Invariant violated: transition ${transition.sequence} of run ${run} decided on state ${before}`);
    }
    if (present !== undefined) {
      present.install(transition, journalledSizeBytes);
      this.account(present);
      return present;
    }
    const live = new LiveExecution(transition.state, {
      storedThroughEventId: 0,
      isCurrent: true,
      durable: false,
      journalledThrough: 0,
      snapshotSizeBytes: 0,
    });
    live.install(transition, journalledSizeBytes);
    const ofWorkflow = workflowKey(transition.key);
    const previous = this.currents.get(ofWorkflow) ?? this.hiddenCurrents.get(ofWorkflow);
    if (previous !== undefined) previous.isCurrent = false;
    this.add(live);
    return live;
  }

  /** Reading alone fills memory too. Whoever has just loaded something may use it to the end of this turn. */
  private scheduleEviction(): void {
    if (this.isEvictionScheduled) return;
    this.isEvictionScheduled = true;
    setImmediate(() => {
      this.isEvictionScheduled = false;
      this.evict();
    });
  }

  /** Drops runs that are in the tables and that nobody waits for, the longest unused first, down to the bound. */
  evict(): void {
    const { cacheSizeBytes } = this.dependencies;
    if (this.totalBytes <= cacheSizeBytes) return;
    let looked = 0;
    const atMost = this.lives.size * 2;
    for (const [key, live] of this.lives) {
      if (this.totalBytes <= cacheSizeBytes || looked++ >= atMost) return;
      if (!live.isEvictable) continue;
      if (live.recentlyUsed && !isClosed(live.state)) {
        live.recentlyUsed = false;
        this.lives.delete(key);
        this.lives.set(key, live);
        continue;
      }
      this.evictedThrough = Math.max(this.evictedThrough, live.journalledThrough);
      this.onEvicted(live);
      this.drop(live);
    }
  }

  /** Nobody finds the run any more, though it stays in memory until the tables have forgotten it. */
  hide(live: LiveExecution): void {
    live.removed = true;
    const ofWorkflow = workflowKey(live.state.key);
    if (this.currents.get(ofWorkflow) === live) {
      this.currents.delete(ofWorkflow);
      this.hiddenCurrents.set(ofWorkflow, live);
    }
  }

  /** Takes a run out of memory; whoever holds it must not use it again. */
  drop(live: LiveExecution): void {
    const { key } = live.state;
    const ofWorkflow = workflowKey(key);
    this.lives.delete(runKey(key));
    if (this.currents.get(ofWorkflow) === live) this.currents.delete(ofWorkflow);
    if (this.hiddenCurrents.get(ofWorkflow) === live) this.hiddenCurrents.delete(ofWorkflow);
    if (this.loading.size > 0) this.departures.set(ofWorkflow, (this.departures.get(ofWorkflow) ?? 0) + 1);
    this.totalBytes -= live.accountedSizeBytes;
    live.discard();
  }

  /** Empties memory. Everybody who waits for a run is told. */
  discardAll(): void {
    const all = [...this.lives.values()];
    this.lives.clear();
    this.currents.clear();
    this.hiddenCurrents.clear();
    this.totalBytes = 0;
    for (const live of all) live.discard();
  }

  /** Counts the run anew. */
  account(live: LiveExecution): void {
    const { sizeBytes } = live;
    this.totalBytes += sizeBytes - live.accountedSizeBytes;
    live.accountedSizeBytes = sizeBytes;
  }
}

/** Names a run in maps. */
export function runKey({ namespaceId, workflowId, runId }: RunTarget): string {
  return `${namespaceId}\n${runId}\n${workflowId}`;
}

/** Names a workflow id in maps. */
export function workflowKey({ namespaceId, workflowId }: Pick<RunTarget, 'namespaceId' | 'workflowId'>): string {
  return `${namespaceId}\n${workflowId}`;
}
