/** Hears why a scope was cancelled. */
export type CancelListener = (reason: unknown) => void;

/**
 * Those who are to hear when a promise rejects, in the order in which they would if each waited for it. But a promise keeps all who ever
 * waited for it, and with them what they waited for; these can be taken back when that is over.
 */
export class CancelListeners {
  /** Those who wait together, by one who waits for the promise. */
  private together: Set<CancelListener> | undefined;
  /** Those who wait for the promise each for itself. */
  private apart: Map<CancelListener, { listener: CancelListener | undefined }> | undefined;
  private isPromiseShared = false;

  constructor(private readonly promise: Promise<never>) {}

  /** The promise, for others to wait for it. Who comes after them has to hear after them. */
  share(): Promise<never> {
    this.isPromiseShared = true;
    return this.promise;
  }

  /** Calls the listener when the promise rejects. */
  add(listener: CancelListener): void {
    if (this.isPromiseShared) this.addApart(listener);
    else (this.together ??= this.waitTogether()).add(listener);
  }

  /** Takes a listener back. */
  delete(listener: CancelListener): void {
    if (this.together?.delete(listener) === true) return;
    const entry = this.apart?.get(listener);
    if (entry === undefined) return;
    entry.listener = undefined;
    this.apart?.delete(listener);
  }

  private waitTogether(): Set<CancelListener> {
    const listeners = new Set<CancelListener>();
    this.promise.catch((reason: unknown) => {
      for (const listener of listeners) listener(reason);
      listeners.clear();
    });
    return listeners;
  }

  private addApart(listener: CancelListener): void {
    const entry: { listener: CancelListener | undefined } = { listener };
    (this.apart ??= new Map()).set(listener, entry);
    this.waitApart(entry);
  }

  /** Knows the listener by its entry only, so that it can go before the promise does. */
  private waitApart(entry: { readonly listener: CancelListener | undefined }): void {
    this.promise.catch((reason: unknown) => {
      const { listener } = entry;
      if (listener === undefined) return;
      this.delete(listener);
      listener(reason);
    });
  }
}
