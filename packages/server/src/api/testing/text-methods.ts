import type { CallContext, RpcMethod } from '../rpc.js';

/** A codec whose messages are plain text. */
export const text = {
  typeName: 'test.Text',
  encode: (message: string): Uint8Array => Buffer.from(message),
  decode: (bytes: Uint8Array): string => Buffer.from(bytes).toString(),
};

/** A method of `test.Service` that maps text to text. */
export function textMethod(
  name: string,
  handle: (request: string, context: CallContext) => Promise<string>,
): RpcMethod<string, string> {
  return { path: `/test.Service/${name}`, requestType: text, responseType: text, handle };
}

/** Answers what it was sent. */
export const echo = textMethod('Echo', (request) => Promise.resolve(request));

/** Never answers; says through `events` when it starts and why it is cancelled. */
export function hangingMethod(onStart: (context: CallContext) => void = () => undefined): RpcMethod<string, string> {
  return textMethod('Hang', (_, context) => {
    onStart(context);
    return new Promise(() => undefined);
  });
}

/** Holds the call until it is cancelled and answers why, as a long poll does when the server drains. */
export const longPoll = textMethod(
  'LongPoll',
  (_, context) => new Promise((resolve) => context.onCancelled((reason) => resolve(`empty: ${reason}`))),
);

/** A promise with its resolver outside. */
export function deferred<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((resolver) => (resolve = resolver));
  return { promise, resolve };
}

/** Resolves when a condition holds, looking again after every turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
