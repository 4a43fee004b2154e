import { type InFlightEntry, InFlightSet } from '@perdure/protocol/in-flight';

type Listener = () => void;

/** What listens to one signal. */
class AbortListeners {
  readonly listeners = new InFlightSet<Listener>();

  constructor(private readonly signal: AbortSignal) {}

  add(listener: Listener): InFlightEntry<Listener> {
    if (this.listeners.size === 0) this.signal.addEventListener('abort', this.onAbort, { once: true });
    return this.listeners.add(listener);
  }

  remove(entry: InFlightEntry<Listener>): void {
    // Node keeps some signals alive for as long as anybody listens.
    if (entry.remove() && this.listeners.size === 0) this.signal.removeEventListener('abort', this.onAbort);
  }

  private readonly onAbort = (): void => {
    for (const listener of this.listeners.toArray()) listener();
  };
}

const bySignal = new WeakMap<AbortSignal, AbortListeners>();

/**
 * Listens to a signal on behalf of one of many calls that share it. A listener of its own for each call would not do: removed ones still
 * point to the next in Node's list, so that once one of them is old, those after it are never collected while they are young, nor are the
 * answers of their calls.
 *
 * @param listener called once, unless it was removed before (`stopListening`). Must not throw.
 */
export function listenForAbort(signal: AbortSignal, listener: Listener): InFlightEntry<Listener> {
  let listeners = bySignal.get(signal);
  if (listeners === undefined) bySignal.set(signal, (listeners = new AbortListeners(signal)));
  return listeners.add(listener);
}

/** The call no longer listens to the signal. */
export function stopListening(signal: AbortSignal, entry: InFlightEntry<Listener>): void {
  bySignal.get(signal)?.remove(entry);
}
