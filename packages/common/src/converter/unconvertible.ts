import { PayloadConverterError, ValueError } from '../errors.js';

/** An error of a converter, which says what the value is to the application, such as `Argument 2 of activity "charge"`. */
export function namingValue(error: unknown, what: string): unknown {
  if (!(error instanceof ValueError)) return error;
  const message = `${what}: ${error.message}`;
  return error instanceof PayloadConverterError
    ? new PayloadConverterError(message, error.cause)
    : new ValueError(message, error.cause);
}

/** What JSON, which most values are meant for, has against a value, as a sentence with a blank behind it; empty if nothing. */
export function unconvertibleReason(value: unknown): string {
  try {
    if (JSON.stringify(value) !== undefined) return '';
    return `JSON has no ${typeof value}. `;
  } catch (error) {
    return `${foundIn(value) ?? (error instanceof Error ? error.message : String(error))}. `;
  }
}

function foundIn(value: unknown): string | undefined {
  try {
    return obstacleAt('', '', value, new Map());
  } catch {
    // Too deep, or with a mind of its own.
    return undefined;
  }
}

/** The first thing on the way of JSON through a value that it stops at. Goes as JSON does. */
function obstacleAt(path: string, key: string, given: unknown, around: Map<unknown, string>): string | undefined {
  let value = given;
  try {
    const { toJSON } = (given ?? {}) as { readonly toJSON?: unknown };
    if (typeof toJSON === 'function') value = (toJSON as (key: string) => unknown).call(given, key);
  } catch (error) {
    return `The toJSON of ${nameOf(path)} threw: ${String(error)}`;
  }
  if (typeof value === 'bigint') return `${capital(nameOf(path))} is a BigInt, which JSON does not have`;
  if (typeof value !== 'object' || value === null) return undefined;
  const outer = around.get(value);
  if (outer !== undefined) return `${capital(nameOf(path))} refers back to ${nameOf(outer)}, without end`;
  around.set(value, path);
  for (const name of Object.keys(value)) {
    const next = `${path}${stepTo(value, name)}`;
    let inside: unknown;
    try {
      inside = (value as Record<string, unknown>)[name];
    } catch (error) {
      return `Reading ${nameOf(next)} threw: ${String(error)}`;
    }
    const found = obstacleAt(next, name, inside, around);
    if (found !== undefined) return found;
  }
  around.delete(value);
  return undefined;
}

function stepTo(parent: object, name: string): string {
  if (Array.isArray(parent)) return `[${name}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function nameOf(path: string): string {
  return path === '' ? 'the value itself' : path;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
