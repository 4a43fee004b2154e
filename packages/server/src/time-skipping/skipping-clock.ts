import type { Clock, ClockTimer } from '../clock.js';
import { TimerHeap } from '../timer-heap.js';

interface Call {
  readonly callback: () => void;
  cancelled: boolean;
}

/** A clock that goes at the pace of another one and can be sent ahead. It never goes back. */
export class SkippingClock implements Clock {
  private readonly calls = new TimerHeap<Call>();
  private skippedMs = 0;
  /** What it is for whatever happens at the moment that was skipped to. */
  private heldMs: number | undefined;
  private wake: ClockTimer | undefined;
  private wakeAtMs = Infinity;

  constructor(private readonly base: Clock) {}

  nowMs(): number {
    return this.heldMs ?? this.base.nowMs() + this.skippedMs;
  }

  callAt(timeMs: number, callback: () => void): ClockTimer {
    const call: Call = { callback, cancelled: false };
    this.calls.push(timeMs, call);
    this.arm();
    return {
      cancel: () => {
        call.cancelled = true;
        // A timer for nobody would keep the process alive.
        this.arm();
      },
    };
  }

  /** When the next call is due that nobody has cancelled. */
  nextDueMs(): number | undefined {
    for (let top = this.calls.peek(); top !== undefined; top = this.calls.peek()) {
      if (!top.item.cancelled) return top.dueMs;
      this.calls.pop();
    }
    return undefined;
  }

  /** Makes it that time, unless it is later already, and makes the calls that are due by now in their order. */
  skipTo(timeMs: number): void {
    const nowMs = this.nowMs();
    this.skippedMs += Math.max(0, timeMs - nowMs);
    this.heldMs = Math.max(timeMs, nowMs);
    try {
      this.makeDueCalls();
    } finally {
      this.heldMs = undefined;
    }
  }

  private makeDueCalls(): void {
    const nowMs = this.nowMs();
    const due: Call[] = [];
    for (let top = this.calls.peek(); top !== undefined && top.dueMs <= nowMs; top = this.calls.peek()) {
      due.push(top.item);
      this.calls.pop();
    }
    for (const call of due) if (!call.cancelled) call.callback();
    this.arm();
  }

  /** At its own pace the clock gets there as well. */
  private arm(): void {
    const dueMs = this.nextDueMs() ?? Infinity;
    const wakeAtMs = dueMs - this.skippedMs;
    if (wakeAtMs === this.wakeAtMs) return;
    this.wake?.cancel();
    this.wakeAtMs = wakeAtMs;
    if (dueMs === Infinity) return;
    this.wake = this.base.callAt(wakeAtMs, () => {
      this.wakeAtMs = Infinity;
      this.makeDueCalls();
    });
  }
}
