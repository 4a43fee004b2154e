import { JsonFormatError } from './json-format-error.js';
import { isFields } from './json-value.js';

/** The range of int32. */
export const INT32_BOUNDS = [-2_147_483_648n, 2_147_483_647n] as const;
/** The range of uint32. */
export const UINT32_BOUNDS = [0n, 4_294_967_295n] as const;
/** The range of int64. */
export const INT64_BOUNDS = [-(2n ** 63n), 2n ** 63n - 1n] as const;
/** The range of uint64. */
export const UINT64_BOUNDS = [0n, 2n ** 64n - 1n] as const;
const WHOLE_NUMBER = /^-?\d{1,20}$/;

/** A whole number within bounds, given as a number or as text. */
export function integer(json: unknown, [least, greatest]: readonly [bigint, bigint]): bigint {
  const isWhole =
    typeof json === 'number' ? Number.isInteger(json) : typeof json === 'string' && WHOLE_NUMBER.test(json);
  const value = isWhole ? BigInt(json as number | string) : undefined;
  if (value === undefined || value < least || value > greatest) {
    throw new JsonFormatError(`expected a whole number from ${least} to ${greatest}`);
  }
  return value;
}

/** A 64-bit integer as encoders take it without loss. */
export function halves(value: bigint): { low: number; high: number; unsigned: boolean } {
  return {
    low: Number(BigInt.asIntN(32, value)),
    high: Number(BigInt.asIntN(32, value >> 32n)),
    unsigned: value >= 2n ** 63n,
  };
}

/** A floating-point number; the three that JSON lacks are given by name. */
export function doubleFromJson(json: unknown): number {
  if (typeof json === 'number') return json;
  if (json === 'NaN' || json === 'Infinity' || json === '-Infinity') return Number(json);
  const value = typeof json === 'string' && json.trim() !== '' ? Number(json) : NaN;
  if (Number.isNaN(value)) throw new JsonFormatError('expected a number');
  return value;
}

/** A floating-point number as JSON; the three that JSON lacks by name, and -0 as text since JSON.stringify drops its sign. */
export function doubleToJson(value: number): number | string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

/** A 64-bit integer, given as a number or as two halves, as decimal text. */
export function int64ToText(value: unknown): string {
  if (!isFields(value)) return String(BigInt(value as number));
  const bits = (BigInt(value['high'] as number) << 32n) | BigInt((value['low'] as number) >>> 0);
  return String(value['unsigned'] === true ? BigInt.asUintN(64, bits) : BigInt.asIntN(64, bits));
}
