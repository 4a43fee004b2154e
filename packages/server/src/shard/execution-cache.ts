import { decodeSnapshot, isClosed, pendingEffects, type Effect, type Transition } from '@perdure/engine';
import type { ExecutionRow } from '../store/index.js';
import { LiveExecution } from './live-execution.js';
import type { RunTarget, ShardDependencies } from './ports.js';

const ATTENTION_PAGE = 500;

/** The runs of a shard that are in memory, bounded in bytes. */
export class ExecutionCache {
  private readonly lives = new Map<string, LiveExecution>();
  /** Latest run of a workflow id; only for runs in memory. */
  private readonly currents = new Map<string, LiveExecution>();
  private readonly loading = new Map<string, Promise<LiveExecution | undefined>>();
  private readonly used = new WeakSet<LiveExecution>();
  private readonly accounted = new WeakMap<LiveExecution, number>();
  private totalBytes = 0;

  constructor(private readonly dependencies: ShardDependencies) {}

  get sizeBytes(): number {
    return this.totalBytes;
  }

  get size(): number {
    return this.lives.size;
  }

  values(): IterableIterator<LiveExecution> {
    return this.lives.values();
  }

  /** The run, if it is in memory. */
  find(target: RunTarget): LiveExecution | undefined {
    const live = target.runId === '' ? this.currents.get(workflowKey(target)) : this.lives.get(runKey(target));
    if (live !== undefined) this.used.add(live);
    return live;
  }

  /** The run, from memory or the store. */
  async load(target: RunTarget): Promise<LiveExecution | undefined> {
    const found = this.find(target);
    if (found !== undefined) return found;
    const key = target.runId === '' ? workflowKey(target) : runKey(target);
    let pending = this.loading.get(key);
    if (pending === undefined) {
      pending = this.fetch(target).finally(() => this.loading.delete(key));
      this.loading.set(key, pending);
    }
    return pending;
  }

  /**
   * What a load means in the turn in which its caller goes on: another caller, who waited for the same load, may have
   * started a run since.
   */
  found(target: RunTarget, loaded: LiveExecution | undefined): LiveExecution | undefined {
    return this.find(target) ?? loaded;
  }

  private async fetch(target: RunTarget): Promise<LiveExecution | undefined> {
    const row = await this.dependencies.store.loadExecution(target.namespaceId, target.workflowId, target.runId === '' ? undefined : target.runId);
    return row === undefined ? undefined : this.admit(row);
  }

  /** Brings a stored run into memory, unless it is there: what is in memory is never older. */
  private admit(row: ExecutionRow): LiveExecution | undefined {
    const present = this.lives.get(runKey(row));
    if (present !== undefined) return present;
    // Between the read and now a newer run may have become the current one.
    const isCurrent = row.isCurrent && !this.currents.has(workflowKey(row));
    const state = decodeSnapshot(row.snapshot);
    const live = new LiveExecution(state, { storedThroughEventId: state.nextEventId - 1, isCurrent, durable: true });
    this.add(live);
    return live;
  }

  add(live: LiveExecution): void {
    const { key } = live.state;
    this.lives.set(runKey(key), live);
    if (live.isCurrent) this.currents.set(workflowKey(key), live);
    this.account(live);
  }

  /** Takes a transition over: into the run in memory, or as a new run, which becomes the current one. */
  install(transition: Transition): LiveExecution {
    const present = this.lives.get(runKey(transition.key));
    if (present !== undefined) {
      if (present.state.sequence + 1 !== transition.sequence) {
        throw new Error(`Invariant violated: transition ${transition.sequence} of run ${transition.key.runId} decided on state ${present.state.sequence}`);
      }
      present.install(transition);
      this.account(present);
      return present;
    }
    if (transition.sequence !== 1) throw new Error(`Invariant violated: run ${transition.key.runId} is not in memory`);
    const live = new LiveExecution(transition.state, { storedThroughEventId: 0, isCurrent: true, durable: false });
    live.install(transition);
    const previous = this.currents.get(workflowKey(transition.key));
    if (previous !== undefined) previous.isCurrent = false;
    this.add(live);
    return live;
  }

  /** The runs that start-up has to take up again, read page by page. */
  async *loadNeedingAttention(): AsyncGenerator<LiveExecution> {
    const { store, shardId } = this.dependencies;
    let cursor: Awaited<ReturnType<typeof store.attentionExecutions>>['cursor'];
    do {
      const page = await store.attentionExecutions(shardId, cursor, ATTENTION_PAGE);
      for (const row of page.rows) {
        const live = this.admit(row);
        if (live !== undefined) yield live;
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  effectsOf(live: LiveExecution): Effect[] {
    return pendingEffects(live.state);
  }

  /** Drops runs that are in the tables and that nobody waits for, the longest unused first, down to the bound. */
  evict(): void {
    const { cacheSizeBytes } = this.dependencies;
    if (this.totalBytes <= cacheSizeBytes) return;
    let looked = 0;
    const atMost = this.lives.size * 2;
    for (const [key, live] of this.lives) {
      if (this.totalBytes <= cacheSizeBytes || looked++ >= atMost) return;
      if (live.dirty || live.commitsInFlight > 0 || live.isWatched) continue;
      if (this.used.has(live) && !isClosed(live.state)) {
        this.used.delete(live);
        this.lives.delete(key);
        this.lives.set(key, live);
        continue;
      }
      this.drop(live);
    }
  }

  /** Takes a run out of memory; whoever holds it must not use it again. */
  drop(live: LiveExecution): void {
    live.discarded = true;
    const { key } = live.state;
    this.lives.delete(runKey(key));
    if (this.currents.get(workflowKey(key)) === live) this.currents.delete(workflowKey(key));
    this.totalBytes -= this.accounted.get(live) ?? 0;
  }

  discardAll(): void {
    for (const live of this.lives.values()) {
      live.discarded = true;
      live.notifyDurable();
    }
    this.lives.clear();
    this.currents.clear();
    this.totalBytes = 0;
  }

  account(live: LiveExecution): void {
    const bytes = live.sizeBytes;
    this.totalBytes += bytes - (this.accounted.get(live) ?? 0);
    this.accounted.set(live, bytes);
  }
}

export function runKey({ namespaceId, workflowId, runId }: RunTarget): string {
  return `${namespaceId}\n${runId}\n${workflowId}`;
}

export function workflowKey({ namespaceId, workflowId }: RunTarget): string {
  return `${namespaceId}\n${workflowId}`;
}
