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
  return joined as unknown as AnyRpcMethod;
}
