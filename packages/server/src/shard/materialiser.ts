import { encodeSnapshot, isClosed, needsAttention } from '@perdure/engine';
import type { ClockTimer } from '../clock.js';
import type { ExecutionRow, HistoryAppend, RunKey, VisibilityRow } from '../store/index.js';
import type { ExecutionCache } from './execution-cache.js';
import type { LiveExecution } from './live-execution.js';
import type { ShardDependencies, ShardJournal } from './ports.js';
import { dueTimeMs } from './shard-timers.js';
import { VisibilityRows } from './visibility-row.js';

/** How far the tables may lag behind the journal. */
const INTERVAL_MS = 1000;
/** So many changed runs are written at once before other work gets a turn. */
const SLICE = 256;
const KEEP_HISTORY_BYTES = 64 * 1024;

/** Writes changed runs to the tables behind the latency path; runs that changed often in between are written once. */
export class Materialiser {
  private dirty = new Set<LiveExecution>();
  private removed: LiveExecution[] = [];
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private timer: ClockTimer | undefined;
  private stopped = false;
  private readonly visibility: VisibilityRows;

  constructor(
    private readonly dependencies: ShardDependencies,
    private readonly journal: ShardJournal,
    private readonly cache: ExecutionCache,
    /** A round failed: what it took up is neither in the tables nor marked any more. */
    private readonly onFailed: (error: Error) => void,
  ) {
    this.visibility = new VisibilityRows(dependencies);
  }

  markDirty(live: LiveExecution): void {
    live.dirty = true;
    this.dirty.add(live);
  }

  /** Forgets a run: it leaves memory now and the tables with the next round. */
  remove(live: LiveExecution): void {
    this.dirty.delete(live);
    this.cache.drop(live);
    this.removed.push(live);
  }

  start(): void {
    if (this.stopped) return;
    const { clock } = this.dependencies;
    this.timer = clock.callAt(clock.nowMs() + INTERVAL_MS, () => void this.run().then(() => this.start(), ignore));
  }

  /** Resolves when everything decided before the call is in the tables. */
  run(): Promise<void> {
    // A round under way may have passed over what the caller wants to see. Whoever asks meanwhile shares the next one.
    if (this.running !== undefined)
      return (this.next ??= this.running.finally(() => (this.next = undefined)).then(() => this.run()));
    if (this.dirty.size === 0 && this.removed.length === 0) return Promise.resolve();
    this.running = this.round().finally(() => (this.running = undefined));
    return this.running;
  }

  /** A last round, then no more. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    await this.run();
    this.stopped = true;
  }

  /** No more rounds: the shard has failed. */
  abandon(): void {
    this.stopped = true;
    this.timer?.cancel();
    this.dirty.clear();
  }

  private async round(): Promise<void> {
    const lives = [...this.dirty];
    const removed = this.removed;
    this.dirty = new Set();
    this.removed = [];
    const throughPosition = this.journal.position;
    const sent: Promise<void>[] = [];
    try {
      for (let from = 0; from < lives.length || from === 0; from += SLICE) {
        if (from > 0) await new Promise((resume) => setImmediate(resume));
        const slice = lives.slice(from, from + SLICE).filter((live) => !live.discarded);
        const isLast = from + SLICE >= lives.length;
        const rows = this.rows(slice);
        sent.push(
          this.journal.materialise({
            ...rows,
            deletes: isLast ? removed.map(keyOf) : [],
            throughPosition: isLast ? throughPosition : 0,
          }),
        );
      }
      await Promise.all(sent);
    } catch (error) {
      this.onFailed(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    for (const live of lives) live.history.trim(live.storedThroughEventId, KEEP_HISTORY_BYTES);
    for (const live of lives) if (!live.discarded) this.cache.account(live);
    this.cache.evict();
  }

  private rows(slice: readonly LiveExecution[]): {
    executions: ExecutionRow[];
    historyAppends: HistoryAppend[];
    visibility: VisibilityRow[];
  } {
    const executions: ExecutionRow[] = [];
    const historyAppends: HistoryAppend[] = [];
    const visibility: VisibilityRow[] = [];
    for (const live of slice) {
      live.dirty = this.dirty.has(live);
      executions.push(this.executionRow(live));
      const append = historyAppend(live);
      if (append !== undefined) historyAppends.push(append);
      const row = this.visibility.changed(live);
      if (row !== undefined) visibility.push(row);
    }
    return { executions, historyAppends, visibility };
  }

  private executionRow(live: LiveExecution): ExecutionRow {
    const { state } = live;
    return {
      ...keyOf(live),
      sequence: state.sequence,
      snapshot: encodeSnapshot(state),
      open: !isClosed(state),
      isCurrent: live.isCurrent,
      nextDueMs: dueTimeMs(live, this.dependencies),
      needsAttention: needsAttention(state),
    };
  }
}

/** The failure has already been reported through `onFailed`. */
function ignore(): void {}

function keyOf(live: LiveExecution): RunKey {
  const { namespaceId, workflowId, runId } = live.state.key;
  return { namespaceId, workflowId, runId };
}

function historyAppend(live: LiveExecution): HistoryAppend | undefined {
  const firstEventId = live.storedThroughEventId + 1;
  const lastEventId = live.state.nextEventId - 1;
  if (lastEventId < firstEventId) return undefined;
  live.storedThroughEventId = lastEventId;
  return {
    ...keyOf(live),
    firstEventId,
    lastEventId,
    bytes: concatenate(live.history.slice(firstEventId, lastEventId)),
  };
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
