import { ValueError } from '../errors.js';
import { isRecord } from '../type-helpers.js';
import { fromBase64, toBase64 } from './base64.js';

const LONG_TYPES = new Set(['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64']);
const NOT_FINITE = new Set(['NaN', 'Infinity', '-Infinity']);

/** The proto3 JSON of a scalar: 64-bit integers and what is not finite as text, bytes as base64. */
export function scalarToJson(type: string, value: unknown): unknown {
  if (LONG_TYPES.has(type)) return String(value);
  if (type === 'bytes') return toBase64(value as Uint8Array);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}

/** The scalar of its proto3 JSON. 64-bit integers become what `longOf` makes of their text. */
export function scalarFromJson(type: string, json: unknown, longOf: (text: string) => unknown): unknown {
  if (LONG_TYPES.has(type)) {
    if (typeof json === 'number' || typeof json === 'string') return longOf(String(json));
  } else if (type === 'bytes') {
    if (typeof json === 'string') return fromBase64(json);
  } else if (type === 'string' || type === 'bool') {
    if (typeof json === (type === 'bool' ? 'boolean' : 'string')) return json;
  } else if (typeof json === 'number') {
    return json;
  } else if (typeof json === 'string' && json.trim() !== '') {
    const number = Number(json);
    if (!Number.isNaN(number) || NOT_FINITE.has(json)) return number;
  }
  throw new ValueError(`Expected ${type} in the JSON of a protobuf message, got ${JSON.stringify(json)}`);
}

/** Whether a field of the scalar type may be left out because it holds the default. */
export function isDefaultScalar(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  if (isRecord(value)) return value.low === 0 && value.high === 0;
  // -0 is not the default of a floating-point field.
  return value === '' || value === false || Object.is(value, 0);
}
