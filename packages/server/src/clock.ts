/** A pending call of a clock; cancelling twice is fine. */
export interface ClockTimer {
  cancel(): void;
}

/** Time as the server sees it, a port so that tests and simulations own it. */
export interface Clock {
  /** Epoch milliseconds; never goes backwards within a process, whatever the machine's clock does. */
  nowMs(): number;
  /** Calls back once, not before the moment has come. */
  callAt(timeMs: number, callback: () => void): ClockTimer;
}

/** Node's timers hold at most 2^31 - 1 ms; a later moment is reached in steps. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The machine's clock, kept from going backwards. */
export class SystemClock implements Clock {
  private latestMs = 0;

  nowMs(): number {
    const nowMs = Date.now();
    if (nowMs > this.latestMs) this.latestMs = nowMs;
    return this.latestMs;
  }

  callAt(timeMs: number, callback: () => void): ClockTimer {
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const delayMs = Math.max(0, Math.ceil(timeMs - this.nowMs()));
      handle = setTimeout(() => (this.nowMs() >= timeMs ? callback() : arm()), Math.min(delayMs, MAX_DELAY_MS));
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  }
}
