/** `runUntil`'s promise did not settle in time after the worker had stopped. */
export class PromiseCompletionTimeoutError extends Error {
  override readonly name = 'PromiseCompletionTimeoutError';
}

/** The worker did not stop within its `shutdownForceTime`. */
export class GracefulShutdownPeriodExpiredError extends Error {
  override readonly name = 'GracefulShutdownPeriodExpiredError';
}

/** The worker stopped because of an error, and so did what was run until then. */
export class CombinedWorkerRunError extends Error {
  override readonly name = 'CombinedWorkerRunError';

  constructor(
    message: string,
    override readonly cause: { readonly workerError: unknown; readonly innerError: unknown },
  ) {
    super(message);
  }
}

/** Something cannot go on that should never have stopped: a bug, or a server that refuses for good. */
export class UnexpectedError extends Error {
  override readonly name = 'UnexpectedError';
}

export { IllegalStateError } from '@perdure/common';
