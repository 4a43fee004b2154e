import { nameErrorClass } from '@perdure/common/internal';
import { errordetails } from '@perdure/protocol';
import { statusDetails, throwStandaloneError, unpack } from '../error-conversion.js';
import { isGrpcServiceError } from '../errors.js';
import { GrpcStatus } from '../transport/index.js';

/** A Nexus operation did not complete; the cause says why. */
export class NexusOperationFailureError extends Error {
  static {
    nameErrorClass(this, 'NexusOperationFailureError');
  }

  constructor(
    message: string,
    override readonly cause: Error,
  ) {
    super(message);
  }
}

/** A Nexus operation has this id already, and the policies of the caller forbid another. */
export class NexusOperationAlreadyStartedError extends Error {
  static {
    nameErrorClass(this, 'NexusOperationAlreadyStartedError');
  }

  constructor(
    readonly operationId: string,
    readonly runId?: string | undefined,
  ) {
    super(`Nexus operation already started: ${named(operationId, runId)}`);
  }
}

/** The server does not know the Nexus operation, or not this run of it. */
export class NexusOperationNotFoundError extends Error {
  static {
    nameErrorClass(this, 'NexusOperationNotFoundError');
  }

  constructor(
    readonly operationId: string,
    readonly runId?: string | undefined,
  ) {
    super(`Nexus operation not found: ${named(operationId, runId)}`);
  }
}

function named(operationId: string, runId: string | undefined): string {
  return runId === undefined ? `operationId=${operationId}` : `operationId=${operationId} runId=${runId}`;
}

/** Throws the error for a failed call about Nexus operations that stand alone; with `operationId` about that one. */
export function throwNexusError(error: unknown, fallbackMessage: string, operationId?: string, runId?: string): never {
  const notFound = operationId === undefined ? undefined : new NexusOperationNotFoundError(operationId, runId);
  return throwStandaloneError(error, fallbackMessage, 'Nexus operations without a workflow', notFound);
}

/** Throws the error for an operation that could not be started. */
export function throwStartNexusError(error: unknown, operationId: string): never {
  if (isGrpcServiceError(error) && Number(error.code) === GrpcStatus.ALREADY_EXISTS) {
    const started = statusDetails(error)
      .map((packed) => unpack(errordetails.NexusOperationExecutionAlreadyStartedFailure, packed))
      .find((detail) => detail !== undefined);
    throw new NexusOperationAlreadyStartedError(operationId, started?.runId);
  }
  return throwNexusError(error, 'Failed to start Nexus operation', operationId);
}
