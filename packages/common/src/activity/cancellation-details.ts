/** Why an activity was cancelled, for {@link ActivityCancellationDetails}. */
export interface ActivityCancellationDetailsOptions {
  notFound?: boolean;
  cancelRequested?: boolean;
  paused?: boolean;
  timedOut?: boolean;
  workerShutdown?: boolean;
  reset?: boolean;
}

/** Holds the details once they are known. */
export interface ActivityCancellationDetailsHolder {
  details?: ActivityCancellationDetails;
}

/** The reasons of a cancellation as the worker's core reports them. */
export interface ActivityCancellationReasons {
  readonly isNotFound?: boolean | null;
  readonly isCancelled?: boolean | null;
  readonly isPaused?: boolean | null;
  readonly isTimedOut?: boolean | null;
  readonly isWorkerShutdown?: boolean | null;
  readonly isReset?: boolean | null;
}

/** Why an activity was cancelled. Set once, never changed. */
export class ActivityCancellationDetails {
  /** The server does not know the activity any more: it or its workflow is closed. */
  readonly notFound: boolean;
  readonly cancelRequested: boolean;
  readonly paused: boolean;
  readonly timedOut: boolean;
  readonly workerShutdown: boolean;
  readonly reset: boolean;

  constructor(options: ActivityCancellationDetailsOptions = {}) {
    this.notFound = options.notFound ?? false;
    this.cancelRequested = options.cancelRequested ?? false;
    this.paused = options.paused ?? false;
    this.timedOut = options.timedOut ?? false;
    this.workerShutdown = options.workerShutdown ?? false;
    this.reset = options.reset ?? false;
  }

  /** The details of reported reasons. */
  static fromProto(reasons: ActivityCancellationReasons | null | undefined): ActivityCancellationDetails {
    return new ActivityCancellationDetails({
      notFound: reasons?.isNotFound ?? false,
      cancelRequested: reasons?.isCancelled ?? false,
      paused: reasons?.isPaused ?? false,
      timedOut: reasons?.isTimedOut ?? false,
      workerShutdown: reasons?.isWorkerShutdown ?? false,
      reset: reasons?.isReset ?? false,
    });
  }
}
