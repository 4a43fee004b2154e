/** Hears why a scope was cancelled. */
export type CancelListener = (reason: unknown) => void;

/**
 * Those who are to hear when a promise rejects, in the order in which they would if each waited for it. But a promise keeps all who ever
 * waited for it, and with them what they waited for; these can be taken back when that is over. The promise is made when somebody asks
 * for it, or when it rejects: few workflows are ever cancelled.
 */
export class CancelListeners {
  private promise: Promise<never> | undefined;
  private rejectPromise: ((reason: unknown) => void) | undefined;
  private isRejected = false;
  /** Those who came before anybody asked for the promise. */
  private together: Set<CancelListener> | undefined;
  /** Those who wait for the promise each for itself. */
  private apart: Map<CancelListener, { listener: CancelListener | undefined }> | undefined;

  /** The promise, for others to wait for it. Who comes after them has to hear after them. Nobody has to: it is no error to be cancelled. */
  share(): Promise<never> {
    return (this.promise ??= this.makePromise());
  }

  /** Rejects the promise. Only the first call counts. */
  reject(reason: unknown): void {
    if (this.isRejected) return;
    this.isRejected = true;
    void this.share();
    this.rejectPromise?.(reason);
  }

  /** Calls the listener when the promise rejects. */
  add(listener: CancelListener): void {
    if (this.promise !== undefined) this.addApart(this.promise, listener);
    else (this.together ??= new Set()).add(listener);
  }

  /** Whether nobody can hear anything: there is no listener, and nobody has asked for the promise. */
  get isIdle(): boolean {
    return this.promise === undefined && (this.together === undefined || this.together.size === 0);
  }

  /** Takes a listener back. */
  delete(listener: CancelListener): void {
    if (this.together?.delete(listener) === true) return;
    const entry = this.apart?.get(listener);
    if (entry === undefined) return;
    entry.listener = undefined;
    this.apart?.delete(listener);
  }

  private makePromise(): Promise<never> {
    const promise = new Promise<never>((_resolve, reject) => (this.rejectPromise = reject));
    const { together } = this;
    promise.catch((reason: unknown) => {
      if (together === undefined) return;
      for (const listener of together) listener(reason);
      together.clear();
    });
    return promise;
  }

  private addApart(promise: Promise<never>, listener: CancelListener): void {
    const entry: { listener: CancelListener | undefined } = { listener };
    (this.apart ??= new Map()).set(listener, entry);
    this.waitApart(promise, entry);
  }

  /** Knows the listener by its entry only, so that it can go before the promise does. */
  private waitApart(promise: Promise<never>, entry: { readonly listener: CancelListener | undefined }): void {
    promise.catch((reason: unknown) => {
      const { listener } = entry;
      if (listener === undefined) return;
      this.delete(listener);
      listener(reason);
    });
  }
}
