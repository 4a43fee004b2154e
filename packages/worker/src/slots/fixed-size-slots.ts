import { type InFlightEntry, InFlightSet } from '@perdure/protocol/in-flight';
import { SlotCount } from './slot-count.js';
import type { HeldSlot, Slots } from './slots.js';

interface Waiting {
  readonly signal: AbortSignal;
  readonly resolve: (slot: HeldSlot | undefined) => void;
  entry?: InFlightEntry<Waiting>;
}

/** So many slots, handed out in the order that they were asked for. */
export class FixedSizeSlots implements Slots {
  private readonly count = new SlotCount();
  private readonly waiting = new InFlightSet<Waiting>();
  /** How many wait with each signal. Many have the same: one listener does for all of them. */
  private readonly waitingWith = new Map<AbortSignal, number>();

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

  reserve(signal: AbortSignal): HeldSlot | undefined | Promise<HeldSlot | undefined> {
    if (signal.aborted) return undefined;
    const slot = this.tryReserve();
    if (slot !== undefined) return slot;
    return new Promise((resolve) => this.wait({ signal, resolve }));
  }

  private hold(): HeldSlot {
    return this.count.hold(() => this.passOn());
  }

  private passOn(): void {
    const next = this.waiting.peek();
    if (next === undefined) return;
    this.stopWaiting(next);
    next.resolve(this.hold());
  }

  private wait(item: Waiting): void {
    const { signal } = item;
    const others = this.waitingWith.get(signal) ?? 0;
    if (others === 0) signal.addEventListener('abort', this.onAbort, { once: true });
    this.waitingWith.set(signal, others + 1);
    item.entry = this.waiting.add(item);
  }

  private stopWaiting(item: Waiting): void {
    const { signal } = item;
    item.entry?.remove();
    const others = (this.waitingWith.get(signal) ?? 1) - 1;
    this.waitingWith.set(signal, others);
    if (others > 0) return;
    this.waitingWith.delete(signal);
    signal.removeEventListener('abort', this.onAbort);
  }

  private readonly onAbort = ({ target }: Event): void => {
    for (const item of this.waiting.toArray()) {
      if (item.signal !== target) continue;
      this.stopWaiting(item);
      item.resolve(undefined);
    }
  };
}
