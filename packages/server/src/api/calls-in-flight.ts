import type { Clock } from '../clock.js';
import type { Call } from './call.js';
import type { CancelReason } from './rpc.js';

/** The calls whose handlers have not settled, in a list that costs two pointer writes a call. */
export class CallsInFlight {
  private first: Call | undefined;
  private count = 0;
  private idleListeners: (() => void)[] = [];

  /** Calls in flight. */
  get size(): number {
    return this.count;
  }

  /** A handler is about to run. */
  add(call: Call): void {
    call.nextInFlight = this.first;
    if (this.first !== undefined) this.first.previousInFlight = call;
    this.first = call;
    this.count++;
  }

  /** The handler of a call that was added has settled. */
  remove(call: Call): void {
    const { previousInFlight: previous, nextInFlight: next } = call;
    if (previous === undefined) this.first = next;
    else previous.nextInFlight = next;
    if (next !== undefined) next.previousInFlight = previous;
    call.previousInFlight = undefined;
    call.nextInFlight = undefined;
    this.count--;
    if (this.count > 0 || this.idleListeners.length === 0) return;
    const listeners = this.idleListeners;
    this.idleListeners = [];
    for (const listener of listeners) listener();
  }

  /** Cancels every call in flight. */
  cancelAll(reason: CancelReason): void {
    const calls: Call[] = [];
    for (let call = this.first; call !== undefined; call = call.nextInFlight) calls.push(call);
    for (const call of calls) call.cancel(reason);
  }

  /** Resolves when no call is in flight. */
  async whenIdle(): Promise<void> {
    if (this.count > 0) await new Promise<void>((resolve) => this.idleListeners.push(resolve));
  }
}

/** Waits for something, but not longer than `graceMs`. */
export async function withGrace(awaited: Promise<unknown>, graceMs: number, clock: Clock): Promise<void> {
  const { promise, resolve } = deferred();
  const timer = clock.callAt(clock.nowMs() + graceMs, resolve);
  await Promise.race([awaited, promise]);
  timer.cancel();
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((resolver) => (resolve = resolver));
  return { promise, resolve };
}
