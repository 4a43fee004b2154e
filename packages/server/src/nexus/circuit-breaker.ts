import type { Clock, ClockTimer } from '../clock.js';

/** What became of a request that was let through: whoever was asked is up, or down, or was not asked after all. */
export type Passed = 'up' | 'down' | 'unused';

/** When a destination counts as down, and for how long it is left alone. */
export interface BreakerSettings {
  /** So many requests in a row have failed. */
  readonly failures: number;
  readonly openMs: number;
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
 * Open, it lets none through for a while; then one, whose fate decides whether it closes or stays open for another while.
 */
export class CircuitBreaker {
  private failuresInRow = 0;
  /** While it is not closed: from then on one request may try. */
  private openUntilMs: number | undefined;
  private isTrying = false;
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
    if (!this.isClosed) this.isTrying = true;
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
    return this.openUntilMs === undefined || (!this.isTrying && this.clock.nowMs() >= this.openUntilMs);
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
    if (!this.isClosed) this.tried(passed);
    else if (passed === 'up') this.failuresInRow = 0;
    else if (passed === 'down' && ++this.failuresInRow >= this.settings.failures) this.open();
  }

  private tried(passed: Passed): void {
    this.isTrying = false;
    if (passed === 'up') this.close();
    else if (passed === 'down') this.open();
    else this.wake(1, true);
  }

  private open(): void {
    this.era += 1;
    this.openUntilMs = this.clock.nowMs() + this.settings.openMs;
    this.timer?.cancel();
    this.timer = undefined;
    if (this.waiting.size > 0) this.setTimer();
  }

  private close(): void {
    this.era += 1;
    this.openUntilMs = undefined;
    this.failuresInRow = 0;
    this.wake(Infinity, true);
  }

  /** Only for those who wait: a breaker without them sees for itself what time it is. */
  private setTimer(): void {
    if (this.openUntilMs === undefined || this.isTrying || this.timer !== undefined) return;
    this.timer = this.clock.callAt(this.openUntilMs, () => {
      this.timer = undefined;
      this.wake(1, true);
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
