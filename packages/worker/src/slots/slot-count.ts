import type { HeldSlot } from './slots.js';

/** How many slots are held, and how many of them a task is in. */
export class SlotCount {
  held = 0;
  used = 0;

  /** One more is held, until it is released; from then on it changes nothing. */
  hold(onReleased?: () => void): HeldSlot {
    this.held++;
    let state: 'held' | 'used' | 'released' = 'held';
    return {
      markUsed: () => {
        if (state !== 'held') return;
        state = 'used';
        this.used++;
      },
      release: () => {
        if (state === 'released') return;
        if (state === 'used') this.used--;
        state = 'released';
        this.held--;
        onReleased?.();
      },
    };
  }
}
