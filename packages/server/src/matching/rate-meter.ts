import type { Clock } from '../clock.js';

const WINDOW_MS = 30_000;
const SLOTS = 30;
const SLOT_MS = WINDOW_MS / SLOTS;

/** Events per second over the last half minute. */
export class RateMeter {
  private readonly counts = new Array<number>(SLOTS).fill(0);
  private slot = 0;

  constructor(private readonly clock: Clock) {
    this.slot = this.currentSlot();
  }

  /** Counts an event. */
  mark(): void {
    this.advance();
    this.counts[this.slot % SLOTS] = (this.counts[this.slot % SLOTS] ?? 0) + 1;
  }

  /** The average over the window. */
  perSecond(): number {
    this.advance();
    return this.counts.reduce((sum, count) => sum + count, 0) / (WINDOW_MS / 1000);
  }

  private currentSlot(): number {
    return Math.floor(this.clock.nowMs() / SLOT_MS);
  }

  private advance(): void {
    const current = this.currentSlot();
    for (let slot = Math.max(this.slot + 1, current - SLOTS + 1); slot <= current; slot += 1)
      this.counts[slot % SLOTS] = 0;
    this.slot = Math.max(this.slot, current);
  }
}
