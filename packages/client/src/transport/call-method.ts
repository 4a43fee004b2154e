import { type AnyCodec, type MethodDescription, WireFormatError } from '@perdure/protocol';
import { callFor } from './call-for.js';
import { GrpcServiceError } from './grpc-service-error.js';
import { GrpcStatus } from './status.js';
import type { RpcCallOptions, RpcTransport } from './transport.js';

/** What may be sent to a method. */
export type RequestOf<Method extends MethodDescription> = Parameters<Method['requestType']['encode']>[0];

/** What a method answers. */
export type ResponseOf<Method extends MethodDescription> = ReturnType<Method['responseType']['decode']>;

const NO_OPTIONS: RpcCallOptions = {};

/**
 * Calls a method of `services` of `@perdure/protocol` with a message, for a message.
 * Rejects with `GrpcServiceError`; INTERNAL if the answer cannot be read.
 */
export function callMethod<Method extends MethodDescription>(
  transport: RpcTransport,
  method: Method,
  request: RequestOf<Method>,
  options: RpcCallOptions = NO_OPTIONS,
): Promise<ResponseOf<Method>> {
  const read = (bytes: Uint8Array): ResponseOf<Method> =>
    decodeAnswer(method.name, method.responseType, bytes) as ResponseOf<Method>;
  try {
    return callFor(transport, method.path, method.requestType.encode(request), options, read);
  } catch (error) {
    // What cannot be encoded rejects as everything else does.
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

function decodeAnswer(methodName: string, type: AnyCodec, bytes: Uint8Array): object {
  try {
    return type.decode(bytes);
  } catch (error) {
    if (!(error instanceof WireFormatError)) throw error;
    const details = `the answer to ${methodName} is not a valid ${type.typeName}: ${error.message}`;
    throw new GrpcServiceError(GrpcStatus.INTERNAL, details, undefined, { cause: error });
  }
}
