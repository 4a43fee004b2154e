import type { Clock, ClockTimer } from '../clock.js';
import { TimerHeap } from '../timer-heap.js';

/** What can be woken. */
export interface Sleeper {
  /** When it wants to be woken; `undefined`: not at all. Changed by `WakeTimers` only. */
  wakeMs: number | undefined;
  /** Must not throw. */
  wake(): void;
}

/** Wakes many sleepers with one timer of the clock, which is always that of the next one. */
export class WakeTimers {
  private readonly heap = new TimerHeap<Sleeper>();
  private timer: ClockTimer | undefined;
  private timerMs = Infinity;
  private isStopped = false;

  constructor(private readonly clock: Clock) {}

  /** Wakes at that time, and not at the one asked for before. */
  set(sleeper: Sleeper, wakeMs: number | undefined): void {
    if (sleeper.wakeMs === wakeMs) return;
    sleeper.wakeMs = wakeMs;
    if (wakeMs !== undefined) this.heap.push(wakeMs, sleeper);
    this.arm();
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
  }

  private arm(): void {
    const nextMs = this.nextMs() ?? Infinity;
    if (this.isStopped || nextMs === this.timerMs) return;
    this.timer?.cancel();
    this.timerMs = nextMs;
    this.timer = nextMs === Infinity ? undefined : this.clock.callAt(nextMs, () => this.wakeDue());
  }

  private nextMs(): number | undefined {
    for (let top = this.heap.peek(); top !== undefined; top = this.heap.peek()) {
      if (top.item.wakeMs === top.dueMs) return top.dueMs;
      this.heap.pop();
    }
    return undefined;
  }

  private wakeDue(): void {
    this.timerMs = Infinity;
    const nowMs = this.clock.nowMs();
    const due: Sleeper[] = [];
    for (let nextMs = this.nextMs(); nextMs !== undefined && nextMs <= nowMs; nextMs = this.nextMs()) {
      const sleeper = this.heap.pop()?.item;
      if (sleeper === undefined) break;
      sleeper.wakeMs = undefined;
      due.push(sleeper);
    }
    for (const sleeper of due) sleeper.wake();
    this.arm();
  }
}
