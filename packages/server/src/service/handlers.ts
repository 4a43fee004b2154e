import type { EncodedMessage } from '@perdure/protocol';
import type { AnyRpcMethod, CallContext, RpcMethod } from '../api/index.js';

/** The description of a method, as `@perdure/protocol` generates it. */
interface MethodDescription<Request, Response> {
  readonly path: string;
  readonly requestType: { readonly typeName: string; decode(bytes: Uint8Array): Request };
  readonly responseType: { readonly typeName: string; encode(message: Response): Uint8Array };
}

/** Joins a method of the API and the function that answers it. */
export function method<Request, Response>(
  description: MethodDescription<Request, Response>,
  handle: (request: Request, context: CallContext) => Promise<NoInfer<Response> | EncodedMessage>,
): AnyRpcMethod {
  const joined: RpcMethod<Request, Response> = {
    path: description.path,
    requestType: description.requestType,
    responseType: description.responseType,
    handle,
  };
  return joined;
}

/**
 * Marks a promise that is awaited later as taken care of: if what it waits behind fails first, its own failure must
 * not end the process.
 */
export function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined);
  return promise;
}
