/**
 * Makes the built-in objects of a sandbox unchangeable, since all its runs share them: `Array.prototype.last = ...` in one must not be
 * seen by another. Ordinary code that gives its own objects a `toString` or a `name` goes on working, though a frozen prototype would
 * forbid even that: there such properties become accessors whose setter writes to the object itself.
 */
export function hardenIntrinsics(): void {
  const errors = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError];
  for (const error of errors) allowOverrides(error.prototype);
  allowOverrides(Object.prototype);
  allowOverrides(Function.prototype, ['toString', 'bind', 'call', 'apply']);
  for (const builtIn of builtIns()) {
    Object.freeze(builtIn.prototype);
    // The runtime and its sandbox set `Error.prepareStackTrace` and `Error.stackTraceLimit`.
    if (builtIn !== Error) Object.freeze(builtIn);
  }
  for (const hidden of hiddenPrototypes()) Object.freeze(hidden);
  for (const namespace of [Math, JSON, Reflect, Atomics, Intl]) Object.freeze(namespace);
}

interface BuiltIn {
  readonly prototype?: object;
}

function builtIns(): readonly BuiltIn[] {
  const typedArrays = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array];
  const moreArrays = [Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView, ArrayBuffer];
  const values = [Object, Function, Array, String, Number, Boolean, Symbol, BigInt, RegExp, Date];
  const collections = [Map, Set, WeakMap, WeakSet, Promise, Proxy];
  const errors = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError];
  return [...typedArrays, ...moreArrays, ...values, ...collections, ...errors] as readonly BuiltIn[];
}

/** Prototypes that have no name of their own. */
function hiddenPrototypes(): readonly object[] {
  const prototypeOf = (value: unknown): object => Object.getPrototypeOf(value) as object;
  const arrayIterator = prototypeOf([][Symbol.iterator]());
  function* generator(): Generator<number> {
    yield 1;
  }
  async function* asyncGenerator(): AsyncGenerator<number> {
    yield 1;
  }
  const asyncFunction = async (): Promise<void> => undefined;
  return [
    arrayIterator,
    prototypeOf(arrayIterator),
    prototypeOf(new Map()[Symbol.iterator]()),
    prototypeOf(new Set()[Symbol.iterator]()),
    prototypeOf(''[Symbol.iterator]()),
    prototypeOf(Uint8Array),
    prototypeOf(Uint8Array.prototype),
    prototypeOf(generator),
    prototypeOf(prototypeOf(generator())),
    prototypeOf(asyncGenerator),
    prototypeOf(prototypeOf(asyncGenerator())),
    prototypeOf(asyncFunction),
  ];
}

function allowOverrides(prototype: object, only?: readonly string[]): void {
  for (const name of only ?? Object.getOwnPropertyNames(prototype)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    if (descriptor === undefined || !('value' in descriptor) || !descriptor.configurable) continue;
    const value: unknown = descriptor.value;
    Object.defineProperty(prototype, name, {
      get: () => value,
      set(this: object, next: unknown) {
        if (this === prototype) throw new TypeError(`Cannot change '${name}' of a built-in object in workflow code`);
        Object.defineProperty(this, name, { value: next, writable: true, enumerable: true, configurable: true });
      },
      enumerable: descriptor.enumerable ?? false,
      configurable: false,
    });
  }
}
