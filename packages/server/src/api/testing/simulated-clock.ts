import type { Clock, ClockTimer } from '../../clock.js';

/** A clock that stands still until a test moves it. */
export class SimulatedClock implements Clock {
  private time: number;
  private readonly timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  constructor(startMs = 1_000_000) {
    this.time = startMs;
  }

  /** Timers that wait. */
  get timerCount(): number {
    return this.timers.size;
  }

  nowMs(): number {
    return this.time;
  }

  callAt(timeMs: number, callback: () => void): ClockTimer {
    const timer = { atMs: timeMs, callback };
    this.timers.add(timer);
    return { cancel: () => this.timers.delete(timer) };
  }

  /** Moves time forward, firing timers in order at their moments. */
  advance(byMs: number): void {
    const endMs = this.time + byMs;
    for (;;) {
      const [next] = [...this.timers].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.timers.delete(next);
      this.time = Math.max(this.time, next.atMs);
      next.callback();
    }
    this.time = endMs;
  }
}
