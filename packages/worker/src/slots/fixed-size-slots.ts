import { SlotCount } from './slot-count.js';
import type { HeldSlot, Slots } from './slots.js';

/** So many slots, handed out in the order that they were asked for. */
export class FixedSizeSlots implements Slots {
  private readonly count = new SlotCount();
  private readonly waiting = new Set<(slot: HeldSlot) => void>();

  constructor(private readonly size: number) {
    if (!Number.isInteger(size) || size < 1) throw new RangeError(`A worker needs at least one slot, not ${size}`);
  }

  get usedCount(): number {
    return this.count.used;
  }

  get availableCount(): number {
    return this.size - this.count.held;
  }

  tryReserve(): HeldSlot | undefined {
    if (this.count.held >= this.size || this.waiting.size > 0) return undefined;
    return this.hold();
  }

  reserve(signal: AbortSignal): Promise<HeldSlot | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    const slot = this.tryReserve();
    if (slot !== undefined) return Promise.resolve(slot);
    return new Promise((resolve) => {
      const onSlot = (free: HeldSlot): void => {
        signal.removeEventListener('abort', onAbort);
        resolve(free);
      };
      const onAbort = (): void => {
        this.waiting.delete(onSlot);
        resolve(undefined);
      };
      this.waiting.add(onSlot);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  private hold(): HeldSlot {
    return this.count.hold(() => this.passOn());
  }

  private passOn(): void {
    const [next] = this.waiting;
    if (next === undefined) return;
    this.waiting.delete(next);
    next(this.hold());
  }
}
