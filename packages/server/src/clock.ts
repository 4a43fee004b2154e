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
    return new SystemTimer(this, timeMs, callback);
  }
}

/** Every poll has one: so it is one object beside that of Node, and makes no functions. */
class SystemTimer implements ClockTimer {
  private handle: NodeJS.Timeout | undefined;

  constructor(
    private readonly clock: SystemClock,
    private readonly timeMs: number,
    private readonly callback: () => void,
  ) {
    this.arm();
  }

  cancel(): void {
    clearTimeout(this.handle);
  }

  private arm(): void {
    const delayMs = Math.max(0, Math.ceil(this.timeMs - this.clock.nowMs()));
    this.handle = setTimeout(fire, Math.min(delayMs, MAX_DELAY_MS), this);
  }

  fire(): void {
    if (this.clock.nowMs() >= this.timeMs) this.callback();
    else this.arm();
  }
}

function fire(timer: SystemTimer): void {
  timer.fire();
}
