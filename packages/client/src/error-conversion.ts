import { NamespaceNotFoundError, WorkflowNotFoundError } from '@perdure/common';
import { errordetails, type google, rpc } from '@perdure/protocol';
import { isGrpcServiceError, ServiceError } from './errors.js';
import { GrpcStatus, statusDetailsOf } from './transport/index.js';
import type { WorkflowExecution } from './types.js';

/** The details of an answer, packed. Empty if it has none or they cannot be read. */
export function statusDetails(error: Error): readonly google.Any[] {
  if (!isGrpcServiceError(error)) return [];
  const bytes = statusDetailsOf(error);
  if (bytes === undefined) return [];
  try {
    return rpc.Status.decode(bytes).details;
  } catch {
    return [];
  }
}

/** The message in `packed`, if it is of that type. */
export function unpack<Message>(
  codec: { readonly typeName: string; decode(bytes: Uint8Array): Message },
  packed: google.Any | undefined,
): Message | undefined {
  if (packed === undefined || packed.typeUrl.slice(packed.typeUrl.lastIndexOf('/') + 1) !== codec.typeName) {
    return undefined;
  }
  return codec.decode(packed.value);
}

/** Throws the error that the details of an answer name. Returns if they name none. */
export function throwIfDetailsSay(error: Error): void {
  for (const packed of statusDetails(error)) {
    const missing = unpack(errordetails.NamespaceNotFoundFailure, packed);
    if (missing !== undefined) throw new NamespaceNotFoundError(missing.namespace);
  }
}

/** Throws the error for a failed call about a workflow. */
export function throwWorkflowError(error: unknown, fallbackMessage: string, execution?: WorkflowExecution): never {
  if (!isGrpcServiceError(error)) {
    throw new ServiceError(`${fallbackMessage}: ${messageOf(error)}`, { cause: asError(error) });
  }
  throwIfDetailsSay(error);
  if (Number(error.code) === GrpcStatus.NOT_FOUND) {
    throw new WorkflowNotFoundError(
      error.details === '' ? 'Workflow not found' : error.details,
      execution?.workflowId ?? '',
      execution?.runId,
    );
  }
  throw new ServiceError(fallbackMessage, { cause: error });
}

/**
 * Throws the error for a failed call about something that stands alone, of which not every server knows.
 * @param subject what the call was about, as in `Failed to start activity: the server does not know …`
 */
export function throwStandaloneError(
  error: unknown,
  fallbackMessage: string,
  subject: string,
  notFound?: Error,
): never {
  if (!isGrpcServiceError(error)) {
    throw new ServiceError(`${fallbackMessage}: ${messageOf(error)}`, { cause: asError(error) });
  }
  throwIfDetailsSay(error);
  if (Number(error.code) === GrpcStatus.NOT_FOUND && notFound !== undefined) throw notFound;
  if (Number(error.code) === GrpcStatus.UNIMPLEMENTED) {
    const message = `${fallbackMessage}: this server does not support ${subject} (UNIMPLEMENTED: ${error.details})`;
    throw new ServiceError(message, { cause: error });
  }
  throw new ServiceError(fallbackMessage, { cause: error });
}

/** What was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
