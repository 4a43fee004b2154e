import type { Any } from './any.js';

/** The object without the properties that are null or `undefined`. */
export function filterNullAndUndefined<T extends Record<string, Any>>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null)) as T;
}

/**
 * The object with the properties of `delta`; those that `delta` sets to `undefined` are removed. The object itself where
 * nothing changes, so that callers can tell.
 */
export function mergeObjects<T extends Record<string, Any>>(original: T, delta: T | undefined): T;
export function mergeObjects<T extends Record<string, Any>>(
  original: T | undefined,
  delta: T | undefined,
): T | undefined;
export function mergeObjects<T extends Record<string, Any>>(
  original: T | undefined,
  delta: T | undefined,
): T | undefined {
  if (original === undefined) return delta;
  if (delta === undefined) return original;
  const changes = Object.entries(delta).filter(
    ([key, value]) => original[key] !== value || (value === undefined && key in original),
  );
  if (changes.length === 0) return original;
  const merged = new Map<string, unknown>(Object.entries(original));
  for (const [key, value] of changes) {
    if (value === undefined) merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged) as T;
}

/** The properties of both objects; where both have an object (not a list), those two are merged likewise. */
export function deepMerge<T extends Record<string, Any>>(target: T, source: Partial<T> | undefined): T {
  const merged = new Map<string, unknown>(Object.entries(target));
  for (const [key, value] of Object.entries(source ?? {})) {
    const present = merged.get(key);
    merged.set(key, isPlain(present) && isPlain(value) ? deepMerge(present, value) : value);
  }
  return Object.fromEntries(merged) as T;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
