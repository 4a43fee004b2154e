import type { ServiceError as GrpcJsServiceError } from '@grpc/grpc-js';
import type { RetryState } from '@perdure/common';
import { isRecord, nameErrorClass } from '@perdure/common/internal';
import { GrpcStatus } from './transport/index.js';

/** The server answered with an error that has no class of its own; the cause has its status. */
export class ServiceError extends Error {
  static {
    nameErrorClass(this, 'ServiceError');
  }

  override readonly cause?: Error;

  constructor(message: string, opts?: { cause: Error }) {
    super(message);
    this.cause = opts?.cause;
  }
}

/** The workflow did not complete; the cause says why. */
export class WorkflowFailedError extends Error {
  static {
    nameErrorClass(this, 'WorkflowFailedError');
  }

  constructor(
    message: string,
    override readonly cause: Error | undefined,
    readonly retryState: RetryState,
  ) {
    super(message);
  }
}

/** The update was rejected, or its handler failed. */
export class WorkflowUpdateFailedError extends Error {
  static {
    nameErrorClass(this, 'WorkflowUpdateFailedError');
  }

  constructor(
    message: string,
    override readonly cause: Error | undefined,
  ) {
    super(message);
  }
}

/** The call about an update timed out or was cancelled. The update itself goes on. */
export class WorkflowUpdateRPCTimeoutOrCancelledError extends Error {
  static {
    nameErrorClass(this, 'WorkflowUpdateRPCTimeoutOrCancelledError');
  }

  override readonly cause?: Error;

  constructor(message: string, opts?: { cause: Error }) {
    super(message);
    this.cause = opts?.cause;
  }
}

/** The run continued as new, and its result was asked for without following runs. */
export class WorkflowContinuedAsNewError extends Error {
  static {
    nameErrorClass(this, 'WorkflowExecutionContinuedAsNewError');
  }

  constructor(
    message: string,
    readonly newExecutionRunId: string,
  ) {
    super(message);
  }
}

/** The server does not know the activity, or it is closed. */
export class ActivityNotFoundError extends Error {
  static {
    nameErrorClass(this, 'ActivityNotFoundError');
  }
}

/** The activity could not be completed. */
export class ActivityCompletionError extends Error {
  static {
    nameErrorClass(this, 'ActivityCompletionError');
  }
}

/** A heartbeat was answered with: the activity is to be cancelled. */
export class ActivityCancelledError extends Error {
  static {
    nameErrorClass(this, 'ActivityCancelledError');
  }
}

/** A heartbeat was answered with: the activity is paused. */
export class ActivityPausedError extends Error {
  static {
    nameErrorClass(this, 'ActivityPausedError');
  }
}

/** A heartbeat was answered with: the activity is reset. */
export class ActivityResetError extends Error {
  static {
    nameErrorClass(this, 'ActivityResetError');
  }
}

/** An activity without a workflow did not complete; the cause says why. */
export class ActivityExecutionFailedError extends Error {
  static {
    nameErrorClass(this, 'ActivityExecutionFailedError');
  }

  constructor(
    message: string,
    override readonly cause: Error | undefined,
    readonly activityId: string,
    readonly runId?: string | undefined,
  ) {
    super(message);
  }
}

/** An activity without a workflow has this id already. */
export class ActivityExecutionAlreadyStartedError extends Error {
  static {
    nameErrorClass(this, 'ActivityExecutionAlreadyStartedError');
  }

  constructor(
    message: string,
    readonly activityId: string,
    readonly runId: string,
  ) {
    super(message);
  }
}

/** Whether an error is the answer to a call, from this transport or from grpc-js. */
export function isGrpcServiceError(error: unknown): error is GrpcJsServiceError {
  if (!(error instanceof Error)) return false;
  const { details, metadata } = error as Partial<GrpcJsServiceError>;
  return typeof details === 'string' && isRecord(metadata);
}

/** @deprecated Use isGrpcServiceError. */
export function isServerErrorResponse(error: unknown): error is GrpcJsServiceError {
  return isGrpcServiceError(error);
}

/** Whether an error, or a cause of it, is a call that passed its deadline. */
export function isGrpcDeadlineError(error: unknown): error is Error {
  return hasCode(error, GrpcStatus.DEADLINE_EXCEEDED);
}

/** Whether an error, or a cause of it, is a call that was cancelled. */
export function isGrpcCancelledError(error: unknown): error is Error {
  return hasCode(error, GrpcStatus.CANCELLED);
}

function hasCode(error: unknown, code: number): boolean {
  for (let link = error; link instanceof Error; link = link.cause) {
    if (isGrpcServiceError(link) && Number(link.code) === code) return true;
  }
  return false;
}
