import { EncodedMessage } from '@perdure/protocol';
import type { Rejection } from '@perdure/engine';

import type { Logger } from '../observability/index.js';
import type { Call } from './call.js';
import type { MessageDecoder, MessageEncoder } from './rpc.js';
import { ServiceError } from './service-error.js';

/** What turns the outcome of a handler into an answer, the same for every transport. */
export interface DispatchPorts {
  readonly log: Logger;
  /** A short random text that ties an INTERNAL answer to its line in the log. */
  readonly newErrorId: () => string;
}

/** Decodes a request. @throws ServiceError INVALID_ARGUMENT that says which field cannot be read. */
export function decodeRequest<Request>(type: MessageDecoder<Request>, bytes: Uint8Array): Request {
  try {
    return type.decode(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError('INVALID_ARGUMENT', `the request is not a valid ${type.typeName}: ${reason}`);
  }
}

/** The bytes of a response, which the handler may have encoded already. */
export function encodeResponse(type: MessageEncoder<unknown>, response: unknown): readonly Uint8Array[] {
  return response instanceof EncodedMessage ? response.chunks : [type.encode(response)];
}

/** What the caller is told about anything a handler threw. Only errors meant for callers pass as they are. */
export function toServiceError(thrown: unknown, call: Call, ports: DispatchPorts): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  if (isRejection(thrown)) return ServiceError.fromRejection(thrown);
  const errorId = ports.newErrorId();
  ports.log.error('A handler failed unexpectedly', { errorId, method: call.path, peer: call.peer, error: thrown });
  return new ServiceError('INTERNAL', `internal error ${errorId} in ${call.method}; the server's log has the details`);
}

/** What the caller of a handler that took too long is told. */
export function deadlineExceeded(call: Call): ServiceError {
  const message = `the deadline of ${call.timeoutMs} ms passed before ${call.method} answered`;
  return new ServiceError('DEADLINE_EXCEEDED', message);
}

function isRejection(thrown: unknown): thrown is Rejection {
  return typeof thrown === 'object' && thrown !== null && (thrown as Partial<Rejection>).rejected === true;
}
