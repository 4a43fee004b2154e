import type { Clock } from '../clock.js';
import { pause } from '../clock.js';
import type { ResourceBasedController } from './resource-controller.js';
import { SlotCount } from './slot-count.js';
import type { HeldSlot, Slots } from './slots.js';

/** The limits of resource-based slots. */
export interface ResourceBasedLimits {
  readonly minimumSlots: number;
  readonly maximumSlots: number;
  readonly rampThrottleMs: number;
}

/** How often those who wait look again whether there is room. */
const LOOK_AGAIN_MS = 10;

/** Slots that are handed out as long as the machine has room for more work. */
export class ResourceBasedSlots implements Slots {
  private readonly count = new SlotCount();
  private lastHandedOutAtMs = -Infinity;

  constructor(
    private readonly controller: ResourceBasedController,
    private readonly limits: ResourceBasedLimits,
    private readonly clock: Clock,
  ) {}

  get usedCount(): number {
    return this.count.used;
  }

  /** Depends on what the machine will do. */
  get availableCount(): undefined {
    return undefined;
  }

  tryReserve(): HeldSlot | undefined {
    const { minimumSlots, maximumSlots, rampThrottleMs } = this.limits;
    const nowMs = this.clock.nowMs();
    if (this.count.held >= maximumSlots) return undefined;
    if (this.count.held >= minimumSlots) {
      if (nowMs - this.lastHandedOutAtMs < rampThrottleMs || !this.controller.hasRoom) return undefined;
    }
    this.lastHandedOutAtMs = nowMs;
    return this.count.hold();
  }

  async reserve(signal: AbortSignal): Promise<HeldSlot | undefined> {
    while (!signal.aborted) {
      const slot = this.tryReserve();
      if (slot !== undefined) return slot;
      await pause(this.clock, LOOK_AGAIN_MS, signal);
    }
    return undefined;
  }
}
