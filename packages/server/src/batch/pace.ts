import type { Clock, ClockTimer } from '../clock.js';

/** Lets so many go on in a second, evenly spaced. Whoever waits is let go when it is stopped. */
export class Pace {
  private readonly intervalMs: number;
  private nextMs = 0;
  private readonly waiting = new Set<{ readonly timer: ClockTimer; readonly resolve: () => void }>();
  private stopped = false;

  constructor(
    private readonly clock: Clock,
    perSecond: number,
  ) {
    this.intervalMs = 1000 / perSecond;
  }

  /** Resolves when it is the caller's turn. */
  async turn(): Promise<void> {
    const nowMs = this.clock.nowMs();
    const atMs = Math.max(nowMs, this.nextMs);
    this.nextMs = atMs + this.intervalMs;
    if (atMs > nowMs) await this.until(atMs);
  }

  /** Resolves at that moment. */
  until(timeMs: number): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.clock.callAt(timeMs, () => {
        this.waiting.delete(entry);
        resolve();
      });
      const entry = { timer, resolve };
      this.waiting.add(entry);
    });
  }

  stop(): void {
    this.stopped = true;
    for (const { timer, resolve } of this.waiting) {
      timer.cancel();
      resolve();
    }
    this.waiting.clear();
  }
}
