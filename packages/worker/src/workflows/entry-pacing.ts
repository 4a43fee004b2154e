/** So many entries may follow one another closely. */
const BURST = 4;
/**
 * Beyond that, one in so many times what an entry costs. That is some 75 us on an idle machine, and several times as much on a busy one,
 * since an entry waits for a thread to start and to end.
 */
const COST_FACTOR = 20;
const SHORTEST_INTERVAL_MS = 2;
const LONGEST_INTERVAL_MS = 10;
/** How much the latest entry counts in what one is taken to cost. */
const WEIGHT = 0.1;
/** With so many waiting there is nothing to gain by waiting for more. */
const FULL = 32;
/** After a wait that brought nothing, so many entries go without one: with few workflows under way there is nothing to wait for. */
const IMPATIENT_ENTRIES = 200;

/**
 * Says when it is time to enter the sandbox. An entry has a price, whoever is woken up by it: under load it pays to wait a moment for
 * others to come along; with a single workflow under way a wait would only be late.
 */
export class EntryPacing {
  private entriesLeft = BURST;
  private countedAtMs: number | undefined;
  private impatient = 0;
  private hasWaited = false;
  private costMs = 0;

  /** How long the next entry should wait, in milliseconds; 0 for this turn of the event loop. Ask once an entry. */
  delayMs(nowMs: number): number {
    // A clock that is set back must not make anything wait.
    const passedMs = Math.max(0, nowMs - (this.countedAtMs ?? nowMs));
    this.countedAtMs = nowMs;
    this.entriesLeft = Math.min(BURST, this.entriesLeft + passedMs / this.intervalMs);
    this.hasWaited = this.entriesLeft < 1 && this.impatient === 0;
    return this.hasWaited ? Math.ceil((1 - this.entriesLeft) * this.intervalMs) : 0;
  }

  /** Whether so many wait that they should not any longer. */
  isFull(waiting: number): boolean {
    return waiting >= FULL;
  }

  /** The sandbox was entered for so many, at a cost beyond what they did there. */
  entered(count: number, costMs: number): void {
    this.costMs += WEIGHT * (costMs - this.costMs);
    this.entriesLeft = Math.max(0, this.entriesLeft - 1);
    if (this.impatient > 0) this.impatient -= 1;
    if (this.hasWaited && count === 1) this.impatient = IMPATIENT_ENTRIES;
    this.hasWaited = false;
  }

  private get intervalMs(): number {
    return Math.min(LONGEST_INTERVAL_MS, Math.max(SHORTEST_INTERVAL_MS, this.costMs * COST_FACTOR));
  }
}
