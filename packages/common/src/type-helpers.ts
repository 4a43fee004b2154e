import type { Any, AnyFunc } from './any.js';

export type { AnyFunc } from './any.js';

/** `T` with every property present and neither null nor undefined. */
export type NonNullableObject<T> = { [P in keyof T]-?: NonNullable<T[P]> };

/** A tuple without its last element. */
export type OmitLast<T> = T extends [...infer Rest, Any] ? Rest : never;

/** `F` without its last parameter. */
export type OmitLastParam<F extends AnyFunc> = (...args: OmitLast<Parameters<F>>) => ReturnType<F>;

/** A tuple without its first element. */
export type OmitFirst<T> = T extends [Any, ...infer Rest] ? Rest : never;

/** The function `T` without its first parameter. */
export type OmitFirstParam<T> = T extends AnyFunc ? (...args: OmitFirst<Parameters<T>>) => ReturnType<T> : never;

/** `T` with at least one of the properties `Keys` present. */
export type RequireAtLeastOne<T, Keys extends keyof T = keyof T> = Pick<T, Exclude<keyof T, Keys>> &
  { [K in Keys]-?: Required<Pick<T, K>> & Partial<Pick<T, Exclude<Keys, K>>> }[Keys];

/** `Base` with the properties of `New` in place of its own of the same names. */
export type Replace<Base, New> = Omit<Base, keyof New> & New;

/** `T` with every `ToReplace`, however deep inside, replaced by `ReplaceWith`. Functions and text maps stay. */
export type ReplaceNested<T, ToReplace, ReplaceWith> = T extends AnyFunc
  ? T
  : [keyof T] extends [never]
    ? T
    : T extends Record<string, string>
      ? T
      : T extends ToReplace
        ? ReplaceWith | Exclude<T, ToReplace>
        : { [P in keyof T]: ReplaceNested<T[P], ToReplace, ReplaceWith> };

/** Fails to compile unless `_Copy` extends `_Orig`; does nothing when it runs. */
export function checkExtends<_Orig, _Copy extends _Orig>(): void {
  // The work is done by the compiler.
}

/** Whether the value is an object whose properties may be looked at (arrays are, functions are not). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Whether the record has the property, itself or inherited. */
export function hasOwnProperty<X extends Record<string, unknown>, Y extends PropertyKey>(
  record: X,
  property: Y,
): record is X & Record<Y, unknown> {
  return property in record;
}

/** Whether the record has all of the properties, itself or inherited. */
export function hasOwnProperties<X extends Record<string, unknown>, Y extends PropertyKey>(
  record: X,
  properties: Y[],
): record is X & Record<Y, unknown> {
  return properties.every((property) => property in record);
}

/**
 * Whether the value is an error of any realm, or looks like one: text in `name` and `message`, and in `stack` where it
 * has one.
 */
export function isError(error: unknown): error is Error {
  return (
    isRecord(error) &&
    typeof error.name === 'string' &&
    typeof error.message === 'string' &&
    (error.stack === undefined || typeof error.stack === 'string')
  );
}

/** Whether the value is the error of an aborted `AbortSignal`. */
export function isAbortError(error: unknown): error is Error & { name: 'AbortError' } {
  return isError(error) && error.name === 'AbortError';
}

/** The text to show for something that was thrown: its message, or the thrown text itself; `undefined` if neither. */
export function errorMessage(error: unknown): string | undefined {
  if (typeof error === 'string') return error;
  return isError(error) ? error.message : undefined;
}

/** The `code` of an error, where it is text. */
export function errorCode(error: unknown): string | undefined {
  return isRecord(error) && typeof error.code === 'string' ? error.code : undefined;
}

/** Marks a place that the types say cannot be reached. Throws a TypeError with the message and the value if it is. */
export function assertNever(message: string, value: never): never {
  throw new TypeError(`${message}: ${String(value)}`);
}
