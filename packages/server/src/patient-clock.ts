import type { Clock, ClockTimer } from './clock.js';

/**
 * A call that comes later than this is held back. Most turns of a busy server are shorter. Heartbeats that a stall this
 * short could hide were sent in the last 100 ms before their timeout; workers send them when four fifths of it have passed.
 */
const LATE_MS = 100;
/**
 * How often the event loop then looks at its sockets first: once for what had arrived on connections, once more for what
 * had arrived on those that were only accepted the first time.
 */
const TURNS = 2;

class Call implements ClockTimer {
  isCancelled = false;
  timer: ClockTimer | undefined;

  constructor(
    readonly timeMs: number,
    readonly callback: () => void,
    /** When it could have come at the earliest: its time may have passed when it was asked for. */
    readonly expectedMs: number,
  ) {}

  cancel(): void {
    this.isCancelled = true;
    this.timer?.cancel();
  }
}

/**
 * A clock that after a stall of the process (suspended, stopped by a debugger, starved) lets the server hear what had
 * arrived in the meantime before it says that time has passed. The event loop calls timers before it reads sockets: a
 * heartbeat or an answer that came in time and waits there would be beaten by the timeout it should have prevented.
 *
 * No call is early or lost. Calls that come while others are held back wait with them, and go out in the order of their times.
 */
export class PatientClock implements Clock {
  private held: Call[] = [];
  private isHolding = false;

  constructor(
    private readonly base: Clock,
    /** Calls back once the event loop has looked at its sockets. */
    private readonly nextTurn: (callback: () => void) => void = setImmediate,
  ) {}

  nowMs(): number {
    return this.base.nowMs();
  }

  callAt(timeMs: number, callback: () => void): ClockTimer {
    const call = new Call(timeMs, callback, Math.max(timeMs, this.base.nowMs()));
    call.timer = this.base.callAt(timeMs, () => this.come(call));
    return call;
  }

  private come(call: Call): void {
    const isLate = this.base.nowMs() - call.expectedMs > LATE_MS;
    if (!isLate && !this.isHolding) {
      call.callback();
      return;
    }
    this.held.push(call);
    if (!this.isHolding) this.hold(TURNS);
  }

  private hold(turns: number): void {
    this.isHolding = true;
    this.nextTurn(() => (turns > 1 ? this.hold(turns - 1) : this.release()));
  }

  private release(): void {
    const calls = this.held.sort((left, right) => left.timeMs - right.timeMs);
    this.held = [];
    this.isHolding = false;
    let done = 0;
    try {
      for (const { isCancelled, callback } of calls) {
        done += 1;
        if (!isCancelled) callback();
      }
    } finally {
      // One that throws must not take the others with it.
      if (done < calls.length) {
        this.held.unshift(...calls.slice(done));
        if (!this.isHolding) this.hold(1);
      }
    }
  }
}
