/** So many entries may follow one another closely. */
const BURST = 4;
/** Beyond that, one in this time: entering costs some 75 us and waits for a thread to start, so that this bounds its share. */
const INTERVAL_MS = 2;
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

  /** How long the next entry should wait, in milliseconds; 0 for this turn of the event loop. Ask once an entry. */
  delayMs(nowMs: number): number {
    // A clock that is set back must not make anything wait.
    const passedMs = Math.max(0, nowMs - (this.countedAtMs ?? nowMs));
    this.countedAtMs = nowMs;
    this.entriesLeft = Math.min(BURST, this.entriesLeft + passedMs / INTERVAL_MS);
    this.hasWaited = this.entriesLeft < 1 && this.impatient === 0;
    return this.hasWaited ? Math.ceil((1 - this.entriesLeft) * INTERVAL_MS) : 0;
  }

  /** Whether so many wait that they should not any longer. */
  isFull(waiting: number): boolean {
    return waiting >= FULL;
  }

  /** The sandbox was entered for so many. */
  entered(count: number): void {
    this.entriesLeft = Math.max(0, this.entriesLeft - 1);
    if (this.impatient > 0) this.impatient -= 1;
    if (this.hasWaited && count === 1) this.impatient = IMPATIENT_ENTRIES;
    this.hasWaited = false;
  }
}
