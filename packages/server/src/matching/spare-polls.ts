/** How long polls must have been spare to count as such. */
const WINDOW_MS = 1_000;
/** So many polls may wait without being too many: work comes in bursts. */
const CUSHION = 4;

/**
 * Counts the polls of a queue that were there for nothing: as many as waited even at the busiest moment of the last second. A poll
 * that waits keeps a slot of its worker from other work.
 */
export class SparePolls {
  private windowEndMs: number;
  private fewest = Infinity;
  private spare = 0;

  constructor(nowMs: number) {
    this.windowEndMs = nowMs + WINDOW_MS;
  }

  /** So many polls wait now. */
  note(waiting: number, nowMs: number): void {
    if (nowMs >= this.windowEndMs) {
      // Half of them: what a worker hears now it does only after its next answer.
      this.spare = this.fewest > CUSHION && this.fewest !== Infinity ? Math.floor(this.fewest / 2) : 0;
      this.windowEndMs = nowMs + WINDOW_MS;
      this.fewest = Infinity;
    }
    this.fewest = Math.min(this.fewest, waiting);
  }

  /** Whether the worker of a poll that is about to be answered should make one less. Says so once for each spare poll. */
  take(): boolean {
    if (this.spare === 0) return false;
    this.spare -= 1;
    return true;
  }
}
