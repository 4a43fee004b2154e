import { isClosed, nextDue, type ExecutionState } from '@perdure/engine';
import type { ClockTimer } from '../clock.js';
import type { ExecutionCache } from './execution-cache.js';
import type { LiveExecution, TimerEntry } from './live-execution.js';
import type { RunTarget, ShardDependencies } from './ports.js';
import { TimerHeap } from '../timer-heap.js';

/** Due times further away than this stay in the table until their time comes nearer. */
const WINDOW_MS = 60_000;
const ADVANCE_EVERY_MS = WINDOW_MS / 2;
/** How soon a failed reading of the table, a failed load or a failed elapse is tried again. */
const RETRY_MS = 1000;
const DUE_PAGE = 1000;
/** Runs brought back from the table at the same time because something of theirs is due. */
const MAX_LOADS = 128;
/** Runs woken before other work gets a turn. */
const MAX_WOKEN = 512;

type TimerDependencies = Pick<
  ShardDependencies,
  'executionClock' | 'hasExactTimers' | 'store' | 'shardId' | 'log' | 'retentionMs'
>;

/**
 * Wakes runs when something of theirs is due. The heap holds what is due within the window; the rest is in memory
 * (looked through when the window moves) or in the table (read then). A run in memory has at most one live entry; a run
 * that leaves memory leaves behind an entry of its own if it is due within the window.
 */
export class ShardTimers {
  private readonly heap = new TimerHeap<TimerEntry>();
  private horizonMs = -Infinity;
  /** Rows of the table that are due before this have been read. */
  private readThroughMs = -Infinity;
  private wake: ClockTimer | undefined;
  private wakeAtMs = Infinity;
  private advance: ClockTimer | undefined;
  private loads = 0;
  private stopped = false;

  constructor(
    private readonly dependencies: TimerDependencies,
    private readonly cache: ExecutionCache,
    private readonly onDue: (live: LiveExecution) => void,
  ) {}

  /** Begins with everything that is due by now or soon. */
  async start(): Promise<void> {
    await this.moveWindow();
  }

  /** Nothing is woken any more. */
  stop(): void {
    this.stopped = true;
    this.wake?.cancel();
    this.advance?.cancel();
  }

  /** Enters the next due time of a run whose state has changed. */
  schedule(live: LiveExecution): void {
    const dueMs = dueTimeMs(live, this.dependencies);
    const present = live.timerEntry;
    if (this.dependencies.hasExactTimers && present !== undefined && present.dueMs !== dueMs) this.withdraw(present);
    if (dueMs === undefined || dueMs >= this.horizonMs) return;
    // An earlier entry finds nothing due when it comes up, and then this one is made.
    if (present !== undefined && !present.cancelled && present.dueMs <= dueMs) return;
    if (present !== undefined) present.cancelled = true;
    live.timerEntry = this.enter(dueMs, live.state.key);
  }

  /** Looks at a run again at the given moment, although something of it is due before. */
  postpone(live: LiveExecution, untilMs: number): void {
    if (live.timerEntry !== undefined) live.timerEntry.cancelled = true;
    live.timerEntry = this.enter(untilMs, live.state.key);
  }

  /** A run leaves memory: its entry becomes exact, so that it is not brought back for nothing. */
  leave(live: LiveExecution): void {
    const entry = live.timerEntry;
    live.timerEntry = undefined;
    const dueMs = dueTimeMs(live, this.dependencies);
    if (entry !== undefined && !entry.cancelled && entry.dueMs === dueMs) return;
    if (entry !== undefined) entry.cancelled = true;
    if (dueMs !== undefined && dueMs < this.horizonMs) this.enter(dueMs, live.state.key);
  }

  private enter(dueMs: number, target: RunTarget): TimerEntry {
    const entry: TimerEntry = { dueMs, target, cancelled: false };
    this.heap.push(dueMs, entry);
    this.arm();
    return entry;
  }

  /** Takes an entry back, and does not wake for it. */
  private withdraw(entry: TimerEntry): void {
    entry.cancelled = true;
    for (let top = this.heap.peek(); top?.item.cancelled === true; top = this.heap.peek()) this.heap.pop();
    if (this.wakeAtMs === -Infinity || (this.heap.peek()?.dueMs ?? Infinity) <= this.wakeAtMs) return;
    this.wake?.cancel();
    this.wakeAtMs = Infinity;
    this.arm();
  }

  private arm(): void {
    const top = this.heap.peek();
    if (this.stopped || top === undefined || top.dueMs >= this.wakeAtMs || this.loads >= MAX_LOADS) return;
    this.wake?.cancel();
    this.wakeAtMs = top.dueMs;
    this.wake = this.dependencies.executionClock.callAt(top.dueMs, () => this.fire());
  }

  private fire(): void {
    // While it runs nothing is armed; afterwards whatever is then first.
    this.wakeAtMs = -Infinity;
    const nowMs = this.dependencies.executionClock.nowMs();
    let woken = 0;
    for (let top = this.heap.peek(); top !== undefined && top.dueMs <= nowMs; top = this.heap.peek()) {
      if (this.stopped || this.loads >= MAX_LOADS || woken >= MAX_WOKEN) break;
      this.heap.pop();
      if (top.item.cancelled) continue;
      woken += 1;
      this.awaken(top.item);
    }
    this.wakeAtMs = Infinity;
    this.arm();
  }

  private awaken(entry: TimerEntry): void {
    entry.cancelled = true;
    const live = this.cache.peek(entry.target);
    if (live === undefined) this.bringBack(entry.target);
    else this.wakeUp(live);
  }

  private bringBack(target: RunTarget): void {
    this.loads += 1;
    this.cache.load(target).then(
      (loaded) => {
        this.loads -= 1;
        const live = this.cache.peek(target) ?? loaded;
        if (live !== undefined && !this.stopped) this.wakeUp(live);
        this.arm();
      },
      (error: unknown) => {
        this.loads -= 1;
        if (this.stopped) return;
        const { log, executionClock } = this.dependencies;
        log.error('Cannot load an execution whose timer is due; trying again in a second', { ...target, error });
        this.enter(executionClock.nowMs() + RETRY_MS, target);
      },
    );
  }

  /** What one run makes of its due time must not keep the others from theirs. */
  private wakeUp(live: LiveExecution): void {
    try {
      this.onDue(live);
    } catch (error) {
      const { log, executionClock } = this.dependencies;
      log.error('A due timer could not be carried out; trying again in a second', { ...live.state.key, error });
      this.postpone(live, executionClock.nowMs() + RETRY_MS);
    }
  }

  /**
   * Moves the horizon. Memory first: a run that leaves memory after that leaves an entry behind or is in the table,
   * whose read comes later; so none is missed between the two.
   */
  private async moveWindow(): Promise<void> {
    const { executionClock, hasExactTimers, shardId, log } = this.dependencies;
    this.horizonMs = hasExactTimers ? Infinity : executionClock.nowMs() + WINDOW_MS;
    const { horizonMs } = this;
    for (const live of this.cache.values()) if (!live.removed) this.schedule(live);
    let againInMs = ADVANCE_EVERY_MS;
    try {
      await this.readTable(horizonMs);
      this.readThroughMs = horizonMs;
    } catch (error) {
      if (this.stopped) return;
      log.error('Cannot read due timers; trying again in a second', { shardId, error });
      againInMs = RETRY_MS;
    }
    if (this.stopped || (hasExactTimers && againInMs === ADVANCE_EVERY_MS)) return;
    this.advance = executionClock.callAt(executionClock.nowMs() + againInMs, () => void this.moveWindow());
  }

  /** Enters what is due in the table before the horizon and was not before the last one. */
  private async readTable(horizonMs: number): Promise<void> {
    const { store, shardId } = this.dependencies;
    let cursor: Awaited<ReturnType<typeof store.dueExecutions>>['cursor'];
    do {
      const page = await store.dueExecutions(shardId, horizonMs, cursor, DUE_PAGE);
      for (const { namespaceId, workflowId, runId, nextDueMs } of page.rows) {
        const target = { namespaceId, workflowId, runId };
        if (nextDueMs < this.readThroughMs || this.cache.peek(target) !== undefined) continue;
        this.enter(nextDueMs, target);
      }
      cursor = page.cursor;
    } while (cursor !== undefined && !this.stopped);
  }
}

/** When something of the run is due: its own timers, and after its close its retention as well. */
export function dueTimeMs(
  live: LiveExecution,
  { retentionMs }: Pick<ShardDependencies, 'retentionMs'>,
): number | undefined {
  const { state } = live;
  const ownMs = nextDue(state)?.dueMs;
  if (!isClosed(state)) return ownMs;
  const dueMs = Math.min(ownMs ?? Infinity, expiryMs(state, { retentionMs }));
  return dueMs === Infinity ? undefined : dueMs;
}

/** When a closed run has been kept for long enough. */
export function expiryMs(
  { key, closeTimeMs }: ExecutionState,
  { retentionMs }: Pick<ShardDependencies, 'retentionMs'>,
): number {
  return (closeTimeMs ?? 0) + retentionMs(key.namespaceId);
}
