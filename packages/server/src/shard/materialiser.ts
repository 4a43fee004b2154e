import { encodeSnapshot, isClosed, needsAttention } from '@perdure/engine';
import type { ClockTimer } from '../clock.js';
import type { ExecutionRow, HistoryAppend, RunKey, VisibilityRow } from '../store/index.js';
import type { ExecutionCache } from './execution-cache.js';
import type { LiveExecution } from './live-execution.js';
import type { ShardDependencies, ShardJournal, TableChanges } from './ports.js';
import { dueTimeMs } from './shard-timers.js';
import { VisibilityRows } from './visibility-row.js';

/** A round is due this often if much has changed. */
const INTERVAL_MS = 1000;
/** So many changed runs are much: their rows, and the journal that holds them, take memory and room. */
const MUCH = 2000;
/** With less the tables may lag so many intervals behind the journal: a run that is over by then is written once. */
const LONGEST_LAG = 4;
/** So many changed runs are written at once before other work gets a turn: a commit that comes meanwhile waits for some 2 ms. */
const SLICE = 64;
const KEEP_HISTORY_BYTES = 64 * 1024;

/** Writes changed runs to the tables behind the latency path; runs that changed often in between are written once. */
export class Materialiser {
  /** Changed since the last round began. */
  private dirty = new Set<LiveExecution>();
  /** Passed over by the last round. */
  private waiting = new Set<LiveExecution>();
  private removed: LiveExecution[] = [];
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private timer: ClockTimer | undefined;
  private stopped = false;
  /** Intervals since the last round. */
  private lag = 0;
  /** What the journal had sealed when the last round began: whatever is in there and not in the tables yet waits. */
  private sealedBefore: number;
  private readonly visibility: VisibilityRows;

  constructor(
    private readonly dependencies: ShardDependencies,
    private readonly journal: ShardJournal,
    private readonly cache: ExecutionCache,
    /** A round failed: what it took up is neither in the tables nor marked any more. */
    private readonly onFailed: (error: Error) => void,
  ) {
    this.visibility = new VisibilityRows(dependencies);
    this.sealedBefore = journal.sealedPosition;
  }

  /** The next round writes this run. */
  markDirty(live: LiveExecution): void {
    if (live.removed || live.discarded) return;
    live.dirty = true;
    this.dirty.add(live);
  }

  /** Forgets a run: nobody finds it from now on, and the next round takes it out of the tables. */
  remove(live: LiveExecution): void {
    if (live.removed || live.discarded) return;
    this.dirty.delete(live);
    this.waiting.delete(live);
    this.cache.hide(live);
    this.removed.push(live);
  }

  /** Begins to write rounds. */
  start(): void {
    if (this.stopped) return;
    const { clock } = this.dependencies;
    this.timer = clock.callAt(clock.nowMs() + INTERVAL_MS, () => void this.runIfDue().then(() => this.start(), ignore));
  }

  private runIfDue(): Promise<void> {
    this.lag += 1;
    const isMuch = this.dirty.size + this.waiting.size + this.removed.length >= MUCH;
    // What is not in the tables cannot leave memory.
    if (this.cache.sizeBytes > this.dependencies.cacheSizeBytes) return this.run();
    if (!isMuch && this.lag < LONGEST_LAG) return Promise.resolve();
    return this.running ?? this.begin(true);
  }

  /** Resolves when everything decided before the call is in the tables. */
  run(): Promise<void> {
    // A round under way may have passed over what the caller wants to see. Whoever asks meanwhile shares the next one.
    if (this.running !== undefined) {
      this.next ??= this.running.finally(() => (this.next = undefined)).then(() => this.run());
      return this.next;
    }
    return this.begin(false);
  }

  private begin(isPatient: boolean): Promise<void> {
    if (this.dirty.size === 0 && this.waiting.size === 0 && this.removed.length === 0) return Promise.resolve();
    this.running = this.round(isPatient).finally(() => (this.running = undefined));
    return this.running;
  }

  /** A last round, then no more. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await this.run();
  }

  /** No more rounds: the shard has failed. */
  abandon(): void {
    this.stopped = true;
    this.timer?.cancel();
    this.dirty.clear();
    this.waiting.clear();
    this.removed = [];
  }

  /**
   * Takes up what a round writes, and how far the journal can then go. A patient round passes over open runs that have changed since the
   * last one began: most are over when the next one comes, and are written once. Until then the journal goes no further than that last one did.
   */
  private take(isPatient: boolean): Round {
    const { dirty, waiting, removed, sealedBefore } = this;
    const sealed = this.journal.sealedPosition;
    // What is found in the journal when the shard is recovered must be in the tables from its first transition on.
    const passesOver = isPatient && removed.every((live) => live.journalledThrough <= sealedBefore);
    const young = new Set<LiveExecution>();
    if (passesOver) for (const live of dirty) if (!waiting.has(live) && !isClosed(live.state)) young.add(live);
    const lives = [...waiting];
    for (const live of dirty) if (!young.has(live) && !waiting.has(live)) lives.push(live);
    this.dirty = new Set();
    this.waiting = young;
    this.removed = [];
    this.sealedBefore = sealed;
    return { lives, removed, throughPosition: young.size === 0 ? sealed : sealedBefore };
  }

  /**
   * Writes slice after slice. The journal rows go with the last one, when all before it have been written: a slice
   * that fails must not lose what only the journal holds.
   */
  private async round(isPatient: boolean): Promise<void> {
    this.lag = 0;
    const { lives, removed, throughPosition } = this.take(isPatient);
    try {
      for (let from = 0; from < lives.length || from === 0; from += SLICE) {
        if (from > 0) await new Promise((resume) => setImmediate(resume));
        // Also what was removed meanwhile: its first journal rows go with this round, the last ones with the next.
        const slice = lives.slice(from, from + SLICE).filter((live) => !live.discarded);
        const isLast = from + SLICE >= lives.length;
        await this.journal.materialise({
          ...this.rows(slice, isLast ? removed : []),
          throughPosition: isLast ? throughPosition : 0,
        });
        this.written(slice);
      }
    } catch (error) {
      this.onFailed(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    for (const live of removed) if (!live.discarded) this.cache.drop(live);
    this.cache.evict();
  }

  private written(slice: readonly LiveExecution[]): void {
    for (const live of slice) {
      live.dirty = this.dirty.has(live);
      if (live.discarded) continue;
      live.history.trim(live.storedThroughEventId, KEEP_HISTORY_BYTES);
      this.cache.account(live);
    }
  }

  private rows(slice: readonly LiveExecution[], removed: readonly LiveExecution[]): TableRows {
    const executions: ExecutionRow[] = [];
    const historyAppends: HistoryAppend[] = [];
    const visibility: VisibilityRow[] = [];
    for (const live of slice) {
      executions.push(this.executionRow(live));
      const append = historyAppend(live);
      if (append !== undefined) historyAppends.push(append);
      const row = this.visibility.changed(live);
      if (row !== undefined) visibility.push(row);
    }
    // A run that was never written may still have taken the place of an older one as the latest of its workflow id.
    for (const live of removed) if (live.isCurrent) executions.push(this.executionRow(live));
    return { executions, historyAppends, visibility, deletes: removed.map(keyOf) };
  }

  private executionRow(live: LiveExecution): ExecutionRow {
    const { state } = live;
    const snapshot = encodeSnapshot(state);
    live.measure(snapshot.length);
    live.storedDueMs = dueTimeMs(live, this.dependencies);
    const { namespaceId, workflowId, runId } = state.key;
    return {
      namespaceId,
      workflowId,
      runId,
      sequence: state.sequence,
      snapshot,
      open: !isClosed(state),
      isCurrent: live.isCurrent,
      nextDueMs: live.storedDueMs,
      // The cleaner has to find it again.
      needsAttention: needsAttention(state) || state.deleted,
    };
  }
}

interface Round {
  readonly lives: readonly LiveExecution[];
  readonly removed: readonly LiveExecution[];
  /** Journal rows up to here are in the tables afterwards. */
  readonly throughPosition: number;
}

type TableRows = Required<Pick<TableChanges, 'executions' | 'historyAppends' | 'visibility' | 'deletes'>>;

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
  const { namespaceId, workflowId, runId } = live.state.key;
  return {
    namespaceId,
    workflowId,
    runId,
    firstEventId,
    lastEventId,
    bytes: live.history.slice(firstEventId, lastEventId),
  };
}
