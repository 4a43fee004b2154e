import { ServiceError } from '@perdure/client';
import { GrpcStatus } from '@perdure/client/transport';
import { ApplicationFailure, CancelledFailure, WorkflowExecutionAlreadyStartedError } from '@perdure/common';
import { isAbortError } from '@perdure/common/internal';
import { HandlerError, type HandlerErrorType } from 'nexus-rpc';

/** What a caller is told of a call of the server that failed, by its status; INTERNAL of others. */
const TYPES: ReadonlyMap<number, HandlerErrorType> = new Map([
  [GrpcStatus.INVALID_ARGUMENT, 'BAD_REQUEST'],
  [GrpcStatus.DEADLINE_EXCEEDED, 'UPSTREAM_TIMEOUT'],
  [GrpcStatus.NOT_FOUND, 'NOT_FOUND'],
  [GrpcStatus.RESOURCE_EXHAUSTED, 'RESOURCE_EXHAUSTED'],
  [GrpcStatus.ABORTED, 'UNAVAILABLE'],
  [GrpcStatus.UNIMPLEMENTED, 'NOT_IMPLEMENTED'],
  [GrpcStatus.UNAVAILABLE, 'UNAVAILABLE'],
]);

/** Statuses of calls that fail the same way again, although INTERNAL errors are tried again otherwise. */
const FINAL: ReadonlySet<number> = new Set([
  GrpcStatus.ALREADY_EXISTS,
  GrpcStatus.FAILED_PRECONDITION,
  GrpcStatus.OUT_OF_RANGE,
]);

/**
 * What a caller is told of an error that a handler threw. Callers try again unless the error says otherwise, since most of what
 * goes wrong passes.
 */
export function handlerErrorOf(error: unknown, isStopping: boolean): HandlerError {
  if (error instanceof HandlerError) return error;
  if (isStopping && isInterruption(error)) {
    return new HandlerError('UNAVAILABLE', 'The worker stopped before the operation was handled', { cause: error });
  }
  if (error instanceof ApplicationFailure && error.nonRetryable === true) {
    const message = `The handler failed in a way that is not tried again: ${error.message}`;
    return new HandlerError('INTERNAL', message, { cause: error, retryableOverride: false });
  }
  if (error instanceof WorkflowExecutionAlreadyStartedError) {
    return new HandlerError('INTERNAL', error.message, { cause: error, retryableOverride: false });
  }
  const status = error instanceof ServiceError ? statusOf(error.cause) : undefined;
  if (status === undefined) return new HandlerError('INTERNAL', undefined, { cause: error });
  const retryableOverride = FINAL.has(status) ? false : undefined;
  return new HandlerError(TYPES.get(status) ?? 'INTERNAL', undefined, { cause: error, retryableOverride });
}

/** What an abort signal has come to by the time it leaves the handler. */
function isInterruption(error: unknown): boolean {
  if (error instanceof CancelledFailure || isAbortError(error)) return true;
  return error instanceof ServiceError && statusOf(error.cause) === GrpcStatus.CANCELLED;
}

function statusOf(cause: unknown): number | undefined {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'number' ? code : undefined;
}
