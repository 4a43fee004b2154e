/** Counts what is under way, for whoever waits until nothing is: a promise of each would cost more. */
export class UnderWay {
  private current = 0;
  private readonly waiting: (() => void)[] = [];

  get count(): number {
    return this.current;
  }

  begin(): void {
    this.current += 1;
  }

  end(): void {
    this.current -= 1;
    if (this.current > 0) return;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Resolves when nothing is under way. */
  drained(): Promise<void> {
    if (this.current === 0) return Promise.resolve();
    return new Promise((resolve) => void this.waiting.push(resolve));
  }
}
