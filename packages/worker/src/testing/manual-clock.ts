import type { Clock } from '../clock.js';

/** A clock that tests move. */
export class ManualClock implements Clock {
  private timeMs: number;
  private readonly timers = new Set<{ readonly atMs: number; readonly run: () => void }>();

  constructor(startMs = 1_000_000) {
    this.timeMs = startMs;
  }

  nowMs(): number {
    return this.timeMs;
  }

  schedule(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.timeMs + Math.max(0, delayMs), run };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** How long until each timer that is set, shortest first. */
  get delaysMs(): readonly number[] {
    return [...this.timers].map(({ atMs }) => atMs - this.timeMs).sort((a, b) => a - b);
  }

  /** Moves on, runs what is due on the way in order, and lets promises settle after each. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.timeMs + ms;
    for (;;) {
      await settled();
      const [next] = [...this.timers].sort((a, b) => a.atMs - b.atMs);
      if (next === undefined || next.atMs > untilMs) break;
      this.timers.delete(next);
      this.timeMs = Math.max(this.timeMs, next.atMs);
      next.run();
    }
    this.timeMs = untilMs;
    await settled();
  }
}

/** Resolves when promises that wait for nothing but each other have settled. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
