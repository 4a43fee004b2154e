import type { Clock, ClockTimer } from '../clock.js';

interface Timer {
  readonly timeMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  private readonly timers = new Set<Timer>();

  constructor(private timeMs = Date.UTC(2026, 0, 1)) {}

  /** Calls that are waited for. */
  get timerCount(): number {
    return this.timers.size;
  }

  nowMs(): number {
    return this.timeMs;
  }

  callAt(timeMs: number, callback: () => void): ClockTimer {
    const timer = { timeMs, callback };
    this.timers.add(timer);
    return { cancel: () => this.timers.delete(timer) };
  }

  /**
   * Moves time forward, stopping at each moment for which a call was asked, and lets everything that follows from it
   * happen before it goes on.
   */
  async advance(byMs: number): Promise<void> {
    const endMs = this.timeMs + byMs;
    await quiet();
    for (;;) {
      const next = this.earliest();
      if (next === undefined || next.timeMs > endMs) break;
      this.timeMs = Math.max(this.timeMs, next.timeMs);
      for (const timer of [...this.timers]) {
        if (timer.timeMs > this.timeMs || !this.timers.delete(timer)) continue;
        timer.callback();
      }
      await quiet();
    }
    this.timeMs = endMs;
    await quiet();
  }

  /** Moves time forward within the present turn of the event loop: what is due is called, what follows comes later. */
  jump(byMs: number): void {
    this.timeMs += byMs;
    for (const timer of [...this.timers])
      if (timer.timeMs <= this.timeMs && this.timers.delete(timer)) timer.callback();
  }

  private earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.timers) if (earliest === undefined || timer.timeMs < earliest.timeMs) earliest = timer;
    return earliest;
  }
}

/** Lets everything happen that still belongs to this turn of the event loop: what is decided now is one commit. */
export async function sameTurn(): Promise<void> {
  for (let step = 0; step < 50; step += 1) await Promise.resolve();
}

/** Turns of the event loop after which a server on a memory store has done all it can do without time passing. */
const TURNS = 12;

/** Lets everything happen that can happen without time passing. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resume) => setImmediate(resume));
}
