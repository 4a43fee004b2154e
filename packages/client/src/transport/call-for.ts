import type { ReadAnswer, RpcCallOptions, RpcTransport } from './transport.js';

/** `callFor` of any transport: of those that have none, `call` and what follows. */
export function callFor<T>(
  transport: RpcTransport,
  path: string,
  request: Uint8Array,
  options: RpcCallOptions,
  read: ReadAnswer<T>,
): Promise<T> {
  return transport.callFor?.(path, request, options, read) ?? transport.call(path, request, options).then(read);
}

/** For calls whose answer is wanted as it is. */
export function asItCame(answer: Uint8Array): Uint8Array {
  return answer;
}
