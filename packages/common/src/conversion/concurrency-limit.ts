/** Runs a function as soon as fewer than the limit are running; settles with what it gives. */
export type ConcurrencyLimit = <T>(run: () => Promise<T>) => Promise<T>;

/** Lets so many hold a permit at once; those who wait get theirs in the order they came. */
export class Semaphore {
  private permits: number;
  private readonly waiting: (() => void)[] = [];

  constructor(permits: number) {
    this.permits = permits;
  }

  /** Settles when there is a permit, which is then the caller's to {@link release}. */
  async acquire(): Promise<void> {
    if (this.permits > 0) {
      this.permits--;
      return;
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Gives a permit back. */
  release(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.permits++;
    else next();
  }
}

/** Lets so many functions run at once. */
export function limit(concurrency: number): ConcurrencyLimit {
  const semaphore = new Semaphore(concurrency);
  return async (run) => {
    await semaphore.acquire();
    try {
      return await run();
    } finally {
      semaphore.release();
    }
  };
}

/** Lets one function run at a time. */
export function sequential(): ConcurrencyLimit {
  return limit(1);
}
