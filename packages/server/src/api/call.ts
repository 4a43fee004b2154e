import type { WheelEntry } from './deadline-wheel.js';
import type { Metadata } from './metadata.js';
import type { CallContext, CancelReason } from './rpc.js';

/** What a transport knows about a caller; one object serves all calls of a connection. */
export interface Caller {
  readonly peer: string;
  readonly tlsSubject: string | undefined;
}

/** The transport's side of a call. */
export interface CallOwner {
  /** Answers DEADLINE_EXCEEDED, whatever the handler does. */
  onDeadlinePassed(): void;
}

type CancelListener = (reason: CancelReason) => void;

/**
 * The context of one call, made for millions: no timer, no AbortController and no listener array until somebody asks.
 * It is also the call's entry in the deadline wheel and in the list of calls in flight.
 */
export class Call implements CallContext, WheelEntry {
  cancelReason: CancelReason | undefined;
  previousInWheel: WheelEntry | undefined;
  nextInWheel: WheelEntry | undefined;
  wheelSlot = -1;
  previousInFlight: Call | undefined;
  nextInFlight: Call | undefined;
  owner: CallOwner | undefined;
  private listeners: Set<CancelListener> | CancelListener | undefined;
  private controller: AbortController | undefined;

  constructor(
    readonly method: string,
    readonly path: string,
    readonly metadata: Metadata,
    readonly caller: Caller,
    readonly startedAtMs: number,
    readonly timeoutMs: number | undefined,
  ) {}

  get deadlineMs(): number | undefined {
    return this.timeoutMs === undefined ? undefined : this.startedAtMs + this.timeoutMs;
  }

  get peer(): string {
    return this.caller.peer;
  }

  get tlsSubject(): string | undefined {
    return this.caller.tlsSubject;
  }

  get cancelled(): boolean {
    return this.cancelReason !== undefined;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      const controller = (this.controller = new AbortController());
      if (this.cancelReason === undefined) this.onCancelled((reason) => controller.abort(new Error(reason)));
      else controller.abort(new Error(this.cancelReason));
    }
    return this.controller.signal;
  }

  onCancelled(listener: CancelListener): () => void {
    if (this.cancelReason !== undefined) {
      const reason = this.cancelReason;
      let isWanted = true;
      queueMicrotask(() => {
        if (isWanted) listener(reason);
      });
      return () => (isWanted = false);
    }
    if (this.listeners === undefined) this.listeners = listener;
    else if (this.listeners instanceof Set) this.listeners.add(listener);
    else this.listeners = new Set([this.listeners, listener]);
    return () => this.removeListener(listener);
  }

  /** Tells the listeners, once. A later reason than the first is ignored. */
  cancel(reason: CancelReason): void {
    if (this.cancelReason !== undefined) return;
    this.cancelReason = reason;
    const { listeners } = this;
    this.listeners = undefined;
    if (listeners === undefined) return;
    if (listeners instanceof Set) for (const listener of listeners) listener(reason);
    else listeners(reason);
  }

  onDeadline(): void {
    this.owner?.onDeadlinePassed();
    this.cancel('deadline');
  }

  private removeListener(listener: CancelListener): void {
    if (this.listeners === listener) this.listeners = undefined;
    else if (this.listeners instanceof Set) this.listeners.delete(listener);
  }
}
