import { CancelledFailure } from '@perdure/common';
import type { ActivityCancellationDetails } from '@perdure/common';

/**
 * The cancellation of one attempt of an activity: happens at most once. The promise and the signal are only made for those
 * who ask, since most activities never do.
 */
export class ActivityCancellation {
  private failure: CancelledFailure | undefined;
  private reasons: ActivityCancellationDetails | undefined;
  private promise: Promise<never> | undefined;
  private controller: AbortController | undefined;
  private readonly listeners = new Set<(failure: CancelledFailure) => void>();

  /** What the activity is told, once it is cancelled. */
  get error(): CancelledFailure | undefined {
    return this.failure;
  }

  /** Why it was cancelled, once it is. */
  get details(): ActivityCancellationDetails | undefined {
    return this.reasons;
  }

  /** Rejects with {@link error}, never resolves. Nobody has to handle it. */
  get cancelled(): Promise<never> {
    if (this.promise === undefined) {
      this.promise = new Promise<never>((_resolve, reject) => void this.onCancel(reject));
      this.promise.catch(() => {});
    }
    return this.promise;
  }

  /** Aborts with {@link error} as its reason. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      const controller = new AbortController();
      this.controller = controller;
      this.onCancel((failure) => controller.abort(failure));
    }
    return this.controller.signal;
  }

  /** Tells the activity. Only the first call counts. */
  cancel(reason: string, details: ActivityCancellationDetails): void {
    if (this.failure !== undefined) return;
    const failure = new CancelledFailure(reason);
    this.failure = failure;
    this.reasons = details;
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const listener of listeners) listener(failure);
  }

  /** Calls the listener when the activity is cancelled, at once if it is; gives the way to stop listening. */
  onCancel(listener: (failure: CancelledFailure) => void): () => void {
    if (this.failure === undefined) this.listeners.add(listener);
    else listener(this.failure);
    return () => void this.listeners.delete(listener);
  }
}
