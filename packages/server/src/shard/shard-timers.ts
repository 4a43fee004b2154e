import { isClosed, nextDue } from '@perdure/engine';
import type { ClockTimer } from '../clock.js';
import type { ExecutionCache } from './execution-cache.js';
import type { LiveExecution } from './live-execution.js';
import type { RunTarget, ShardDependencies } from './ports.js';
import { TimerHeap } from './timer-heap.js';

/** Due times further away than this stay in the table until their time comes nearer. */
const WINDOW_MS = 60_000;
const ADVANCE_EVERY_MS = WINDOW_MS / 2;
const DUE_PAGE = 1000;

/**
 * Wakes runs when something of theirs is due. The heap holds what is due within the window; the rest is in memory
 * (looked through when the window moves) or in the table (read then).
 */
export class ShardTimers {
  private readonly heap = new TimerHeap<RunTarget>();
  private horizonMs = 0;
  private wake: ClockTimer | undefined;
  private wakeAtMs = Infinity;
  private advance: ClockTimer | undefined;
  private stopped = false;

  constructor(
    private readonly dependencies: ShardDependencies,
    private readonly cache: ExecutionCache,
    private readonly onDue: (live: LiveExecution) => void,
  ) {}

  /** Begins with everything that is due by now or soon. */
  async start(): Promise<void> {
    await this.moveWindow();
  }

  stop(): void {
    this.stopped = true;
    this.wake?.cancel();
    this.advance?.cancel();
  }

  /** Enters the next due time of a run whose state has changed. */
  schedule(live: LiveExecution): void {
    const dueMs = dueTimeMs(live, this.dependencies);
    if (dueMs === undefined || dueMs > this.horizonMs) return;
    if (live.scheduledDueMs !== undefined && live.scheduledDueMs <= dueMs) return;
    live.scheduledDueMs = dueMs;
    this.enter(dueMs, live.state.key);
  }

  private enter(dueMs: number, target: RunTarget): void {
    this.heap.push(dueMs, target);
    if (dueMs < this.wakeAtMs) this.arm();
  }

  private arm(): void {
    const top = this.heap.peek();
    if (this.stopped || top === undefined || top.dueMs >= this.wakeAtMs) return;
    this.wake?.cancel();
    this.wakeAtMs = top.dueMs;
    this.wake = this.dependencies.clock.callAt(top.dueMs, () => this.fire());
  }

  private fire(): void {
    this.wakeAtMs = Infinity;
    const nowMs = this.dependencies.clock.nowMs();
    for (let top = this.heap.peek(); top !== undefined && top.dueMs <= nowMs; top = this.heap.peek()) {
      this.heap.pop();
      this.awaken(top.item);
    }
    this.arm();
  }

  private awaken(target: RunTarget): void {
    const live = this.cache.find(target);
    if (live !== undefined) {
      live.scheduledDueMs = undefined;
      this.onDue(live);
      return;
    }
    this.cache.load(target).then(
      (loaded) => {
        if (loaded === undefined || this.stopped) return;
        loaded.scheduledDueMs = undefined;
        this.onDue(loaded);
      },
      (error: unknown) => {
        if (this.stopped) return;
        this.dependencies.log.error('Cannot load an execution whose timer is due; trying again in a second', { ...target, error });
        this.enter(this.dependencies.clock.nowMs() + 1000, target);
      },
    );
  }

  /**
   * Moves the horizon. Memory first: a run that leaves memory after that is in the table, whose read comes later; so
   * none is missed between the two.
   */
  private async moveWindow(): Promise<void> {
    const { clock, store, shardId, log } = this.dependencies;
    this.horizonMs = clock.nowMs() + WINDOW_MS;
    const { horizonMs } = this;
    for (const live of this.cache.values()) this.schedule(live);
    try {
      let cursor: Awaited<ReturnType<typeof store.dueExecutions>>['cursor'];
      do {
        const page = await store.dueExecutions(shardId, horizonMs, cursor, DUE_PAGE);
        for (const row of page.rows) {
          if (this.cache.find(row) === undefined) this.enter(row.nextDueMs, { namespaceId: row.namespaceId, workflowId: row.workflowId, runId: row.runId });
        }
        cursor = page.cursor;
      } while (cursor !== undefined && !this.stopped);
    } catch (error) {
      if (!this.stopped) log.error('Cannot read due timers; trying again when the window moves', { shardId, error });
    }
    if (this.stopped) return;
    this.advance = clock.callAt(clock.nowMs() + ADVANCE_EVERY_MS, () => void this.moveWindow());
  }
}

/** When something of the run is due: its own timers while it runs, its retention afterwards. */
export function dueTimeMs(live: LiveExecution, { retentionMs }: Pick<ShardDependencies, 'retentionMs'>): number | undefined {
  const { state } = live;
  if (!isClosed(state)) return nextDue(state)?.dueMs;
  return (state.closeTimeMs ?? 0) + retentionMs(state.key.namespaceId);
}
