/**
 * A 64-bit integer as callers may hand it in: a whole number (exact up to 2^53), or the low and high 32-bit halves
 * that the `long` package and protobufjs use.
 */
export type Int64Input = number | { readonly low: number; readonly high: number; readonly unsigned?: boolean };

const TWO_TO_THE_32 = 4_294_967_296;

/** The signed value of two 32-bit halves; beyond 2^53 the nearest number. */
export function signedFromHalves(low: number, high: number): number {
  return (high | 0) * TWO_TO_THE_32 + (low >>> 0);
}

/** The unsigned value of two 32-bit halves; beyond 2^53 the nearest number. */
export function unsignedFromHalves(low: number, high: number): number {
  return (high >>> 0) * TWO_TO_THE_32 + (low >>> 0);
}

/** The low half of a whole number in two's complement. */
export function lowHalf(value: number): number {
  return value - Math.floor(value / TWO_TO_THE_32) * TWO_TO_THE_32;
}

/** The high half of a whole number in two's complement, as an unsigned 32-bit number. */
export function highHalf(value: number): number {
  return Math.floor(value / TWO_TO_THE_32) >>> 0;
}
