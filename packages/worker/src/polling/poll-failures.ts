import { GrpcServiceError, GrpcStatus } from '@perdure/client/transport';
import { type Clock, pause } from '../clock.js';
import { isUnrecoverable, type Outage, retryDelayMs } from './outage.js';
import { POLL_AGAIN, type PollEnd } from './poller-pool.js';

/** What failed polls of one host come to. */
export interface PollFailuresOptions {
  readonly outage: Outage;
  readonly clock: Clock;
  /** Aborts when the host polls no more. */
  readonly stopping: AbortSignal;
  /** Called once, when the server refuses polls for good. */
  readonly onFatalError: (error: unknown) => void;
}

/** Takes polls that have failed: waits before the next one, or gives up. */
export class PollFailures {
  private hasFatalError = false;

  constructor(private readonly options: PollFailuresOptions) {}

  /** Resolves when the poller may go on, with how. `failures`: polls that have failed in a row, this one included. */
  async take(error: unknown, failures: number): Promise<PollEnd> {
    const { outage, clock, stopping } = this.options;
    if (stopping.aborted) return 'stop';
    // A queue without work, on a server that holds polls for longer than we do.
    if (error instanceof GrpcServiceError && error.code === GrpcStatus.DEADLINE_EXCEEDED) return POLL_AGAIN;
    if (isUnrecoverable(error)) {
      this.fail(error);
      return 'stop';
    }
    outage.failed(error);
    await pause(clock, retryDelayMs(failures, error), stopping);
    return stopping.aborted ? 'stop' : 'failed';
  }

  private fail(error: unknown): void {
    if (this.hasFatalError) return;
    this.hasFatalError = true;
    this.options.onFatalError(error);
  }
}
