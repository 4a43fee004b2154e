import type { Payload } from './payload.js';
import type { AnyFunc, OmitLastParam } from './type-helpers.js';

/** The function that an interceptor calls to go on: its own type without the `next` parameter. */
export type Next<IF, FN extends keyof IF> = Required<IF>[FN] extends AnyFunc ? OmitLastParam<Required<IF>[FN]> : never;

/** Payloads by header name. */
export type Headers = Record<string, Payload>;

/** Adds something to every `next` that an interceptor is given, for example the restoring of a context. */
export type WrapNext = <F extends AnyFunc>(next: F) => F;

/**
 * One function that runs the method of every interceptor that has it, the first given outermost, and `next` innermost.
 * Every `next` handed to an interceptor goes through `wrapNext`.
 */
export function composeInterceptorsWith<I, M extends keyof I>(
  interceptors: readonly I[],
  method: M,
  next: Next<I, M>,
  wrapNext: WrapNext,
): Next<I, M> {
  let composed = next as AnyFunc;
  for (const interceptor of [...interceptors].reverse()) {
    if (interceptor[method] === undefined || interceptor[method] === null) continue;
    const following = wrapNext(composed);
    // Methods are looked up when called, so that an interceptor may replace its own.
    composed = (input: unknown): unknown => (interceptor[method] as AnyFunc)(input, following) as unknown;
  }
  return composed as Next<I, M>;
}

/** {@link composeInterceptorsWith} that leaves `next` as it is. */
export function composeInterceptors<I, M extends keyof I>(
  interceptors: readonly I[],
  method: M,
  next: Next<I, M>,
): Next<I, M> {
  return composeInterceptorsWith(interceptors, method, next, (following) => following);
}
