import type { Logger } from '@perdure/common';
import { isAbortError } from '@perdure/common/internal';
import type { HeldSlot, SlotInfo, Slots } from './slots.js';
import type { CustomSlotSupplier, SlotPermit, SlotReserveContext } from './worker-tuner.js';

/** How long to wait after a supplier failed before it is asked again. */
const PAUSE_AFTER_ERROR_MS = 1_000;

/** Slots of a supplier that the application wrote. What it throws is logged, and it is asked again. */
export class CustomSlots<SI extends SlotInfo> implements Slots {
  usedCount = 0;
  /** Only the supplier knows. */
  readonly availableCount = undefined;

  constructor(
    private readonly supplier: CustomSlotSupplier<SI>,
    private readonly context: SlotReserveContext,
    private readonly logger: Logger,
    private readonly pause: (delayMs: number, signal: AbortSignal) => Promise<void>,
  ) {}

  tryReserve(): HeldSlot | undefined {
    try {
      const permit = this.supplier.tryReserveSlot(this.context);
      return permit === null ? undefined : this.hold(permit);
    } catch (error) {
      this.report('tryReserveSlot', error);
      return undefined;
    }
  }

  async reserve(signal: AbortSignal): Promise<HeldSlot | undefined> {
    while (!signal.aborted) {
      try {
        const slot = this.hold(await this.supplier.reserveSlot(this.context, signal));
        if (!signal.aborted) return slot;
        slot.release();
      } catch (error) {
        if (signal.aborted) break;
        if (!isAbortError(error)) this.report('reserveSlot', error);
        await this.pause(PAUSE_AFTER_ERROR_MS, signal);
      }
    }
    return undefined;
  }

  private hold(permit: SlotPermit): HeldSlot {
    let slotInfo: SI | undefined;
    let isReleased = false;
    return {
      markUsed: (info) => {
        if (slotInfo !== undefined || isReleased) return;
        const used = info as SI;
        slotInfo = used;
        this.usedCount++;
        this.tell('markSlotUsed', () => this.supplier.markSlotUsed({ slotInfo: used, permit }));
      },
      release: () => {
        if (isReleased) return;
        isReleased = true;
        if (slotInfo !== undefined) this.usedCount--;
        this.tell('releaseSlot', () => this.supplier.releaseSlot({ slotInfo, permit }));
      },
    };
  }

  private tell(method: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.report(method, error);
    }
  }

  private report(method: string, error: unknown): void {
    this.logger.error(`${method} of the custom slot supplier for ${this.context.slotType} tasks threw`, { error });
  }
}
