import { IllegalStateError } from '@perdure/common';
import { nameErrorClass } from '@perdure/common/internal';

/** A worker did not stop within its `shutdownForceTime`: activities or workflows ignore that they should end. */
export class GracefulShutdownPeriodExpiredError extends Error {
  static {
    nameErrorClass(this, 'GracefulShutdownPeriodExpiredError');
  }
}

/** A promise that workflow code made was rejected, and nobody handled it: an `await` or a `catch` is missing. */
export class UnhandledRejectionError extends Error {
  static {
    nameErrorClass(this, 'UnhandledRejectionError');
  }

  constructor(
    message: string,
    override cause: unknown,
  ) {
    super(message);
  }
}

/** What went wrong when both a worker and what it ran for failed. */
export interface CombinedWorkerRunErrorCause {
  /** What the worker failed with. */
  workerError: unknown;
  /** What the promise or function that it ran for failed with. */
  innerError: unknown;
}

/** A worker failed, and so did what it ran for. */
export class CombinedWorkerRunError extends Error {
  static {
    nameErrorClass(this, 'CombinedWorkerRunError');
  }

  override readonly cause: CombinedWorkerRunErrorCause;

  constructor(message: string, { cause }: { cause: CombinedWorkerRunErrorCause }) {
    super(message);
    this.cause = cause;
  }
}

/** What a worker ran for did not settle in time after the worker had stopped. */
export class PromiseCompletionTimeoutError extends Error {
  static {
    nameErrorClass(this, 'PromiseCompletionTimeoutError');
  }
}

/** The worker has stopped, and does nothing any more. */
export class ShutdownError extends Error {
  static {
    nameErrorClass(this, 'ShutdownError');
  }
}

/** The server cannot be reached, or refuses what a worker asks. */
export class TransportError extends Error {
  static {
    nameErrorClass(this, 'TransportError');
  }
}

/** Something that should not happen. */
export class UnexpectedError extends Error {
  static {
    nameErrorClass(this, 'UnexpectedError');
  }

  constructor(
    message: string,
    override cause?: unknown,
  ) {
    super(message);
  }
}

/** @deprecated Import the classes themselves. */
export const errors = {
  IllegalStateError,
  ShutdownError,
  TransportError,
  UnexpectedError,
  GracefulShutdownPeriodExpiredError,
};
