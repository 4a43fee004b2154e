import type { Int64Input, SecondsAndNanos } from '@perdure/protocol';
import { ValueError } from '../errors.js';
import { parseDurationMs } from './duration-text.js';
import type { StringValue } from './duration-text.js';

/** `google.protobuf.Timestamp` or `google.protobuf.Duration`: seconds as a number or as the halves of a `Long`. */
export interface Timestamp {
  seconds?: Int64Input | null;
  nanos?: number | null;
}

/** Milliseconds, or a text such as '30s', '5 minutes' or '1 day'. */
export type Duration = StringValue | number;

const MS_PER_SECOND = 1_000;
const NANOS_PER_MS = 1_000_000;
const NANOS_PER_SECOND = 1_000_000_000;
const TWO_TO_THE_32 = 4_294_967_296;

/** Whole milliseconds, rounded down; `undefined` if there is no timestamp. */
export function optionalTsToMs(ts: Timestamp | null | undefined): number | undefined {
  return ts === undefined || ts === null ? undefined : tsToMs(ts);
}

/** Whole milliseconds, rounded down. Throws a TypeError that names the field if there is no timestamp. */
export function requiredTsToMs(ts: Timestamp | null | undefined, fieldName: string): number {
  if (ts === undefined || ts === null)
    throw new TypeError(`Expected ${fieldName} to be a timestamp, got ${String(ts)}`);
  return tsToMs(ts);
}

/** Whole milliseconds, rounded down. Throws if there is no timestamp. */
export function tsToMs(ts: Timestamp | null | undefined): number {
  if (ts === undefined || ts === null) throw new TypeError(`Expected timestamp, got ${String(ts)}`);
  return int64ToNumber(ts.seconds) * MS_PER_SECOND + Math.floor((ts.nanos ?? 0) / NANOS_PER_MS);
}

/**
 * Milliseconds as a `google.protobuf.Duration`, to the nearest nanosecond; seconds and nanos of a negative one are both
 * negative, as the wire demands. Throws a {@link ValueError} unless the number is finite.
 */
export function msNumberToTs(ms: number): SecondsAndNanos {
  if (!Number.isFinite(ms)) throw new ValueError(`Invalid millis ${ms}`);
  const seconds = Math.trunc(ms / MS_PER_SECOND);
  const nanos = Math.round((ms - seconds * MS_PER_SECOND) * NANOS_PER_MS);
  const carry = Math.trunc(nanos / NANOS_PER_SECOND);
  // Adding zero turns -0 into 0, which reads better and compares equal.
  return { seconds: seconds + carry + 0, nanos: nanos - carry * NANOS_PER_SECOND + 0 };
}

/** A duration as a `google.protobuf.Duration`. Throws what {@link msToNumber} and {@link msNumberToTs} throw. */
export function msToTs(duration: Duration): SecondsAndNanos {
  return msNumberToTs(msToNumber(duration));
}

/** {@link msToTs}, or `undefined` for nothing. */
export function msOptionalToTs(duration: Duration | undefined | null): SecondsAndNanos | undefined {
  return duration === undefined || duration === null ? undefined : msToTs(duration);
}

/** {@link msToNumber}, or `undefined` for nothing. */
export function msOptionalToNumber(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : msToNumber(duration);
}

/** A duration in milliseconds. Throws a TypeError for what is neither a number nor a duration written as text. */
export function msToNumber(duration: Duration): number {
  if (typeof duration === 'number') return duration;
  const ms = typeof duration === 'string' ? parseDurationMs(duration) : undefined;
  if (ms === undefined) {
    throw new TypeError(
      `Invalid duration string: '${String(duration)}'. Use milliseconds or a text such as '30s', '5 minutes' or '1 day'`,
    );
  }
  return ms;
}

/** The moment of a timestamp, rounded down to milliseconds. Throws if there is none. */
export function tsToDate(ts: Timestamp): Date {
  return new Date(tsToMs(ts));
}

/** The moment of a timestamp. Throws a TypeError that names the field if there is none. */
export function requiredTsToDate(ts: Timestamp | null | undefined, fieldName: string): Date {
  return new Date(requiredTsToMs(ts, fieldName));
}

/** The moment of a timestamp; `undefined` if there is none. */
export function optionalTsToDate(ts: Timestamp | null | undefined): Date | undefined {
  return ts === undefined || ts === null ? undefined : tsToDate(ts);
}

/** A moment as a `google.protobuf.Timestamp`, whose nanos are never negative; `undefined` for nothing. */
export function optionalDateToTs(date: Date | null | undefined): SecondsAndNanos | undefined {
  if (date === undefined || date === null) return undefined;
  const ms = date.getTime();
  if (Number.isNaN(ms)) throw new ValueError('Invalid date: it has no time. Check how it was parsed');
  const seconds = Math.floor(ms / MS_PER_SECOND);
  return { seconds, nanos: (ms - seconds * MS_PER_SECOND) * NANOS_PER_MS };
}

/** A 64-bit integer of the wire as a number, the nearest beyond 2^53; 0 for nothing. */
export function int64ToNumber(seconds: Int64Input | null | undefined): number {
  if (seconds === undefined || seconds === null) return 0;
  return typeof seconds === 'number' ? seconds : seconds.high * TWO_TO_THE_32 + (seconds.low >>> 0);
}
