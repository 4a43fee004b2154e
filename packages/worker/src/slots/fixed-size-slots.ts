import type { HeldSlot, Slots } from './slots.js';

/** So many slots, handed out in the order that they were asked for. */
export class FixedSizeSlots implements Slots {
  usedCount = 0;
  private heldCount = 0;
  private readonly waiting = new Set<(slot: HeldSlot) => void>();

  constructor(private readonly size: number) {
    if (!Number.isInteger(size) || size < 1) throw new RangeError(`A worker needs at least one slot, not ${size}`);
  }

  get availableCount(): number {
    return this.size - this.heldCount;
  }

  tryReserve(): HeldSlot | undefined {
    if (this.heldCount >= this.size || this.waiting.size > 0) return undefined;
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
    this.heldCount++;
    let state: 'held' | 'used' | 'released' = 'held';
    return {
      markUsed: () => {
        if (state !== 'held') return;
        state = 'used';
        this.usedCount++;
      },
      release: () => {
        if (state === 'released') return;
        if (state === 'used') this.usedCount--;
        state = 'released';
        this.heldCount--;
        this.passOn();
      },
    };
  }

  private passOn(): void {
    const [next] = this.waiting;
    if (next === undefined) return;
    this.waiting.delete(next);
    next(this.hold());
  }
}
