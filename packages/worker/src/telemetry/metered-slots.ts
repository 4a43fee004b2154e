import type { HeldSlot, Slots } from '../slots/index.js';
import type { MeteredWorkerType, WorkerMetrics } from './worker-metrics.js';

/** Slots whose numbers metrics show. */
export class MeteredSlots implements Slots {
  constructor(
    private readonly inner: Slots,
    private readonly workerType: MeteredWorkerType,
    private readonly metrics: WorkerMetrics,
  ) {
    this.report();
  }

  get usedCount(): number {
    return this.inner.usedCount;
  }

  get availableCount(): number | undefined {
    return this.inner.availableCount;
  }

  tryReserve(): HeldSlot | undefined {
    return this.metered(this.inner.tryReserve());
  }

  reserve(signal: AbortSignal): HeldSlot | undefined | Promise<HeldSlot | undefined> {
    const reserved = this.inner.reserve(signal);
    return reserved instanceof Promise ? reserved.then((slot) => this.metered(slot)) : this.metered(reserved);
  }

  private metered(slot: HeldSlot | undefined): HeldSlot | undefined {
    if (slot === undefined) return undefined;
    this.report();
    return {
      markUsed: (info) => {
        slot.markUsed(info);
        this.report();
      },
      release: () => {
        slot.release();
        this.report();
      },
    };
  }

  private report(): void {
    this.metrics.slots(this.workerType, this.inner.usedCount, this.inner.availableCount);
  }
}
