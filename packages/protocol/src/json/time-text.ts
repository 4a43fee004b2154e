import { MAX_DURATION_SECONDS, MAX_TIMESTAMP_SECONDS, MIN_TIMESTAMP_SECONDS } from '../time.js';
import type { SecondsAndNanos } from '../time.js';
import { JsonFormatError } from './json-format-error.js';

const DURATION = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/;
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i;

/** A Duration as `-1.500s`: with 0, 3, 6 or 9 digits after the point. */
export function durationToText({ seconds, nanos }: SecondsAndNanos): string {
  const sign = seconds < 0 || nanos < 0 ? '-' : '';
  return `${sign}${Math.abs(seconds)}${fraction(Math.abs(nanos))}s`;
}

/** Reads a Duration, with up to 9 digits after the point. */
export function durationFromText(text: string): SecondsAndNanos {
  const [, sign, seconds, digits] = DURATION.exec(text) ?? [];
  if (seconds === undefined || Number(seconds) > MAX_DURATION_SECONDS) {
    throw new JsonFormatError('expected a duration such as "1.5s"');
  }
  const factor = sign === '-' ? -1 : 1;
  return { seconds: Number(seconds) * factor + 0, nanos: nanosOf(digits) * factor + 0 };
}

/** A Timestamp in RFC 3339, in UTC. */
export function timestampToText({ seconds, nanos }: SecondsAndNanos): string {
  return new Date(seconds * 1000).toISOString().replace(/\.000Z$/, `${fraction(nanos)}Z`);
}

/** Reads a Timestamp in RFC 3339, with any offset. */
export function timestampFromText(text: string): SecondsAndNanos {
  const [, moment, digits, offset] = TIMESTAMP.exec(text) ?? [];
  const seconds = moment === undefined ? NaN : Date.parse(`${moment}${offset ?? ''}`.toUpperCase()) / 1000;
  if (!(seconds >= MIN_TIMESTAMP_SECONDS && seconds <= MAX_TIMESTAMP_SECONDS)) {
    throw new JsonFormatError('expected a time such as "2026-01-31T12:00:00Z"');
  }
  return { seconds, nanos: nanosOf(digits) };
}

function nanosOf(digits: string | undefined): number {
  return digits === undefined ? 0 : Number(digits.padEnd(9, '0'));
}

function fraction(nanos: number): string {
  if (nanos === 0) return '';
  const digits = String(nanos).padStart(9, '0');
  if (digits.endsWith('000000')) return `.${digits.slice(0, 3)}`;
  return digits.endsWith('000') ? `.${digits.slice(0, 6)}` : `.${digits}`;
}
