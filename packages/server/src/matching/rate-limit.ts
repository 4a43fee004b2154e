import type { Clock } from '../clock.js';

/** A token bucket that holds at most one second's worth, and at least one token. Unlimited until a rate is set. */
export class RateLimit {
  private rate = Infinity;
  private tokens = Infinity;
  private filledMs = 0;

  constructor(private readonly clock: Clock) {}

  /** The rate in force; 100,000 stands for none. */
  get perSecond(): number {
    return this.rate === Infinity ? 100_000 : this.rate;
  }

  /** Whether there is a limit. */
  get isSet(): boolean {
    return this.rate !== Infinity;
  }

  /** Tasks per second; 0 stops the queue. What is no number of tasks sets nothing. */
  set(perSecond: number): void {
    if (perSecond === this.rate || !(perSecond >= 0)) return;
    this.rate = perSecond;
    this.tokens = Math.min(this.tokens, Math.max(1, perSecond));
    this.filledMs = this.clock.nowMs();
  }

  /** Takes a token and answers 0, or answers after how many milliseconds to try again. */
  take(): number {
    if (this.rate === Infinity) return 0;
    if (this.rate <= 0) return 1000;
    const nowMs = this.clock.nowMs();
    this.tokens = Math.min(Math.max(1, this.rate), this.tokens + ((nowMs - this.filledMs) / 1000) * this.rate);
    this.filledMs = nowMs;
    if (this.tokens >= 1) {
      this.tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.tokens) / this.rate) * 1000);
  }
}
