import type { Any } from './any.js';
import { isRecord } from './type-helpers.js';

/** A class of errors. */
export type Class<E extends Error> = { new (...args: Any[]): E; prototype: E };

/**
 * Names a class of errors and makes `instanceof` work across realms and across copies of this library.
 *
 * The class's prototype gets the name, and a marker under a symbol of the global registry that `instanceof` looks for.
 * A workflow sandbox and its host, two installed copies of this package, and the official SDK (whose markers have the
 * same symbols) therefore recognise each other's errors. Subclasses that are not named this way keep ordinary
 * `instanceof`.
 */
export function nameErrorClass<E extends Error>(errorClass: Class<E>, name: string): void {
  const marker = Symbol.for(`__temporal_is${name}`);
  Object.defineProperty(errorClass.prototype, 'name', { value: name, enumerable: true });
  Object.defineProperty(errorClass.prototype, marker, { value: true, enumerable: false });
  Object.defineProperty(errorClass, Symbol.hasInstance, {
    value(this: unknown, error: unknown): boolean {
      if (this === errorClass) return isRecord(error) && error[marker as unknown as string] === true;
      return Function.prototype[Symbol.hasInstance].call(this, error);
    },
  });
}

/** {@link nameErrorClass} as a class decorator. */
export function SymbolBasedInstanceOfError<E extends Error>(name: string): (errorClass: Class<E>) => void {
  return (errorClass) => nameErrorClass(errorClass, name);
}
