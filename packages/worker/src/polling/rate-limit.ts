/** Lets so many through each second, with at most one second's worth at once after a pause. */
export class RateLimit {
  private available: number;
  private filledAtMs: number;

  constructor(
    private readonly perSecond: number,
    private readonly nowMs: () => number,
  ) {
    if (!(perSecond > 0)) throw new RangeError(`A rate limit must be a positive number, not ${perSecond}`);
    this.available = Math.max(1, perSecond);
    this.filledAtMs = nowMs();
  }

  /** Takes one at once, if there is one. */
  tryTake(): boolean {
    this.fill();
    if (this.available < 1) return false;
    this.available--;
    return true;
  }

  /** Takes one, perhaps one that will only be there later; gives how long to wait until it is. */
  take(): number {
    this.fill();
    this.available--;
    return this.available >= 0 ? 0 : (-this.available * 1_000) / this.perSecond;
  }

  /** Gives one back that was not used. */
  giveBack(): void {
    this.available++;
  }

  private fill(): void {
    const nowMs = this.nowMs();
    const gained = ((nowMs - this.filledAtMs) * this.perSecond) / 1_000;
    this.available = Math.min(Math.max(1, this.perSecond), this.available + gained);
    this.filledAtMs = nowMs;
  }
}
