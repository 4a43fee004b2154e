import type { Clock, ClockTimer } from '../clock.js';

/** What became of a request that was let through: whoever was asked is up, or down, or was not asked after all. */
export type Passed = 'up' | 'down' | 'unused';

/** When a destination counts as down, and for how long it is left alone. */
export interface BreakerSettings {
  /** So many requests in a row have failed. */
  readonly failures: number;
  readonly openMs: number;
  /** After that so many requests at once try; when as many have found it up it is closed. At least one. */
  readonly trials: number;
  /** What has failed is forgotten each time that this is over; 0: never. */
  readonly intervalMs: number;
}

/** A request that was let through. */
export interface Passage {
  /** It was held back first: what it is about may have changed since. */
  readonly hasWaited: boolean;
  /** To be called once. */
  ended(passed: Passed): void;
}

/**
 * Holds requests back from a destination that is down. Closed, it lets all through and counts those that fail in a row.
 * Open, it lets none through for a while; then one, or as many as are to try, whose fate decides whether it closes or stays open for
 * another while.
 */
export class CircuitBreaker {
  private failuresInRow = 0;
  /** While it is not closed: from then on one request may try. */
  private openUntilMs: number | undefined;
  private trying = 0;
  /** How many of those that tried have found it up. */
  private found = 0;
  private intervalEndsMs = -Infinity;
  private underWay = 0;
  /** Counts openings and closings: a request that was let through before the last one says nothing about now. */
  private era = 0;
  private readonly waiting = new Set<(mayTry: boolean) => void>();
  private timer: ClockTimer | undefined;
  private isStopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly settings: BreakerSettings,
  ) {}

  /** It lets all requests through. */
  get isClosed(): boolean {
    return this.openUntilMs === undefined;
  }

  /** There is nothing to remember of it. */
  get isIdle(): boolean {
    return this.isClosed && this.failuresInRow === 0 && this.underWay === 0 && this.waiting.size === 0;
  }

  /** Resolves when a request may be made; with undefined when the breaker is stopped. `onHeld` is called if it has to wait. */
  async enter(onHeld: () => void): Promise<Passage | undefined> {
    let hasWaited = false;
    while (!this.isStopped && !this.mayPass()) {
      if (!hasWaited) onHeld();
      hasWaited = true;
      if (!(await this.nextChance())) return undefined;
    }
    if (this.isStopped) return undefined;
    if (!this.isClosed) this.trying += 1;
    this.underWay += 1;
    const { era } = this;
    return { hasWaited, ended: (passed) => this.ended(era, passed) };
  }

  /** Whoever waits is told that nothing will come of it. */
  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
    this.wake(Infinity, false);
  }

  private mayPass(): boolean {
    return this.openUntilMs === undefined || (this.mayTry && this.clock.nowMs() >= this.openUntilMs);
  }

  private get mayTry(): boolean {
    return this.trying + this.found < this.settings.trials;
  }

  private nextChance(): Promise<boolean> {
    return new Promise((resolve) => {
      this.waiting.add(resolve);
      this.setTimer();
    });
  }

  private ended(era: number, passed: Passed): void {
    this.underWay -= 1;
    if (era !== this.era) return;
    if (!this.isClosed) {
      this.tried(passed);
      return;
    }
    this.forgetOld();
    if (passed === 'up') this.failuresInRow = 0;
    else if (passed === 'down' && ++this.failuresInRow >= this.settings.failures) this.open();
  }

  private tried(passed: Passed): void {
    this.trying -= 1;
    if (passed === 'up') this.found += 1;
    if (this.found >= this.settings.trials) this.close();
    else if (passed === 'down') this.open();
    else this.wake(1, true);
  }

  private forgetOld(): void {
    const { intervalMs } = this.settings;
    const nowMs = this.clock.nowMs();
    if (intervalMs <= 0 || nowMs < this.intervalEndsMs) return;
    this.intervalEndsMs = nowMs + intervalMs;
    this.failuresInRow = 0;
  }

  private open(): void {
    this.beginEra();
    this.openUntilMs = this.clock.nowMs() + this.settings.openMs;
    this.timer?.cancel();
    this.timer = undefined;
    if (this.waiting.size > 0) this.setTimer();
  }

  private close(): void {
    this.beginEra();
    this.openUntilMs = undefined;
    this.failuresInRow = 0;
    this.wake(Infinity, true);
  }

  private beginEra(): void {
    this.era += 1;
    this.trying = 0;
    this.found = 0;
  }

  /** Only for those who wait: a breaker without them sees for itself what time it is. */
  private setTimer(): void {
    if (this.openUntilMs === undefined || !this.mayTry || this.timer !== undefined) return;
    this.timer = this.clock.callAt(this.openUntilMs, () => {
      this.timer = undefined;
      this.wake(this.settings.trials, true);
    });
  }

  private wake(most: number, mayTry: boolean): void {
    let count = 0;
    for (const resolve of this.waiting) {
      if (count++ >= most) return;
      this.waiting.delete(resolve);
      resolve(mayTry);
    }
  }
}
