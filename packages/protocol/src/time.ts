import type { Int64Input } from '#wire';

/** The fields of `google.protobuf.Duration` and `google.protobuf.Timestamp` as anyone may hand them in. */
export interface SecondsAndNanosInput {
  readonly seconds?: Int64Input | null;
  readonly nanos?: number | null;
}

/** The fields of `google.protobuf.Duration` and `google.protobuf.Timestamp`. */
export interface SecondsAndNanos {
  readonly seconds: number;
  readonly nanos: number;
}

const NANOS_PER_MS = 1_000_000;
const NANOS_PER_SECOND = 1_000_000_000;

/** The largest `google.protobuf.Duration`, about 10,000 years; durations are bounded by plus and minus this. */
export const MAX_DURATION_SECONDS = 315_576_000_000;
/** 0001-01-01T00:00:00Z, the earliest `google.protobuf.Timestamp`. */
export const MIN_TIMESTAMP_SECONDS = -62_135_596_800;
/** 9999-12-31T23:59:59Z, the latest `google.protobuf.Timestamp`. */
export const MAX_TIMESTAMP_SECONDS = 253_402_300_799;

/** A `google.protobuf.Duration` in milliseconds (with a fraction where it has one); `undefined` if there is none. */
export function durationToMs(duration: SecondsAndNanosInput): number;
export function durationToMs(duration: SecondsAndNanosInput | null | undefined): number | undefined;
export function durationToMs(duration: SecondsAndNanosInput | null | undefined): number | undefined {
  return toMs(duration);
}

/**
 * Milliseconds, possibly fractional or negative, as a `google.protobuf.Duration`, to the nearest nanosecond. What is
 * longer than a Duration may be becomes the longest one. Throws a RangeError for NaN.
 */
export function msToDuration(ms: number): SecondsAndNanos;
export function msToDuration(ms: number | null | undefined): SecondsAndNanos | undefined;
export function msToDuration(ms: number | null | undefined): SecondsAndNanos | undefined {
  if (ms === undefined || ms === null) return undefined;
  refuseNaN(ms);
  const seconds = Math.trunc(ms / 1000);
  if (Math.abs(seconds) >= MAX_DURATION_SECONDS) return { seconds: Math.sign(ms) * MAX_DURATION_SECONDS, nanos: 0 };
  const nanos = Math.round((ms - seconds * 1000) * NANOS_PER_MS);
  // Adding 0 turns the -0 that rounding leaves behind into 0.
  if (Math.abs(nanos) === NANOS_PER_SECOND) return { seconds: seconds + Math.sign(nanos), nanos: 0 };
  return { seconds: seconds + 0, nanos: nanos + 0 };
}

/** A `google.protobuf.Timestamp` in milliseconds since 1970 (UTC), with a fraction where it has one. */
export function timestampToMs(timestamp: SecondsAndNanosInput): number;
export function timestampToMs(timestamp: SecondsAndNanosInput | null | undefined): number | undefined;
export function timestampToMs(timestamp: SecondsAndNanosInput | null | undefined): number | undefined {
  return toMs(timestamp);
}

/**
 * Milliseconds since 1970 (UTC), possibly fractional or negative, as a `google.protobuf.Timestamp`, to the nearest
 * nanosecond; nanos are never negative. Moments outside the years 1 to 9999 become the nearest moment inside. Throws
 * a RangeError for NaN.
 */
export function msToTimestamp(ms: number): SecondsAndNanos;
export function msToTimestamp(ms: number | null | undefined): SecondsAndNanos | undefined;
export function msToTimestamp(ms: number | null | undefined): SecondsAndNanos | undefined {
  if (ms === undefined || ms === null) return undefined;
  refuseNaN(ms);
  const seconds = Math.floor(ms / 1000);
  if (seconds < MIN_TIMESTAMP_SECONDS) return { seconds: MIN_TIMESTAMP_SECONDS, nanos: 0 };
  if (seconds > MAX_TIMESTAMP_SECONDS) return { seconds: MAX_TIMESTAMP_SECONDS, nanos: NANOS_PER_SECOND - 1 };
  const nanos = Math.round((ms - seconds * 1000) * NANOS_PER_MS);
  return nanos === NANOS_PER_SECOND ? { seconds: seconds + 1, nanos: 0 } : { seconds: seconds + 0, nanos };
}

function toMs(value: SecondsAndNanosInput | null | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  const seconds = value.seconds ?? 0;
  const wholeSeconds = typeof seconds === 'number' ? seconds : seconds.high * 4_294_967_296 + (seconds.low >>> 0);
  return wholeSeconds * 1000 + (value.nanos ?? 0) / NANOS_PER_MS;
}

function refuseNaN(ms: number): void {
  if (Number.isNaN(ms)) throw new RangeError('Cannot make a Duration or Timestamp of NaN milliseconds');
}
