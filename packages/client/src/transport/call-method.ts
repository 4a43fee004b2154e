import { type AnyCodec, type MethodDescription, WireFormatError } from '@perdure/protocol';
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
  let answer: Promise<Uint8Array>;
  try {
    answer = transport.call(method.path, method.requestType.encode(request), options);
  } catch (error) {
    // What cannot be encoded rejects as everything else does.
    answer = Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
  return answer.then((bytes) => decodeAnswer(method.name, method.responseType, bytes) as ResponseOf<Method>);
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
