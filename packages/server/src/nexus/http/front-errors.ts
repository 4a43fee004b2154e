import type { failure } from '@perdure/protocol';
import { ServiceError } from '../../api/index.js';
import { handlerFailure, type HandlerErrorType } from '../handler-errors.js';

/** A request that is answered with an error of Nexus. */
export class FrontError extends Error {
  readonly failure: failure.IFailure;

  constructor(type: HandlerErrorType, message: string, retryable?: boolean) {
    super(message);
    this.failure = handlerFailure(type, message, { retryable });
  }
}

type ServiceErrorCode = ServiceError['code'];

const TYPES: Partial<Readonly<Record<ServiceErrorCode, HandlerErrorType>>> = {
  INVALID_ARGUMENT: 'BAD_REQUEST',
  FAILED_PRECONDITION: 'BAD_REQUEST',
  OUT_OF_RANGE: 'BAD_REQUEST',
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  PERMISSION_DENIED: 'UNAUTHORIZED',
  NOT_FOUND: 'NOT_FOUND',
  ALREADY_EXISTS: 'CONFLICT',
  RESOURCE_EXHAUSTED: 'RESOURCE_EXHAUSTED',
  UNIMPLEMENTED: 'NOT_IMPLEMENTED',
  DEADLINE_EXCEEDED: 'REQUEST_TIMEOUT',
  ABORTED: 'UNAVAILABLE',
  UNAVAILABLE: 'UNAVAILABLE',
};

/** The failure that tells of an error of ours; undefined for what is our bug. */
export function failureOfError(error: unknown): failure.IFailure | undefined {
  if (error instanceof FrontError) return error.failure;
  if (!(error instanceof ServiceError)) return undefined;
  const type = TYPES[error.code];
  return type && handlerFailure(type, error.message);
}
