import assert from 'node:assert';
import type { StackMapping } from './stack-mapping.js';

type AnyFunction = (...args: unknown[]) => unknown;

/**
 * Node's assertions for workflow code. Their errors are made outside of the sandbox, where stacks know nothing of
 * sources: those are put into words here.
 */
export function providedAssert(mapping: StackMapping): object {
  const known = new WeakMap<AnyFunction, AnyFunction>();
  const explain = (error: unknown): void => {
    if (error instanceof assert.AssertionError && error.stack !== undefined) {
      error.stack = mapping.describeStack(error.stack);
    }
  };
  const wrapped = (original: AnyFunction): AnyFunction => {
    const present = known.get(original);
    if (present !== undefined) return present;
    const proxy = new Proxy(original, {
      apply(target, self, args) {
        try {
          return Reflect.apply<unknown, unknown[], unknown>(target, self, args);
        } catch (error) {
          explain(error);
          throw error;
        }
      },
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        // Classes are used with `new` and `instanceof`.
        return typeof value === 'function' && key !== 'AssertionError' ? wrapped(value as AnyFunction) : value;
      },
    });
    known.set(original, proxy);
    return proxy;
  };
  return wrapped(assert as unknown as AnyFunction);
}
