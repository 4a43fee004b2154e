import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MAX_DURATION_SECONDS,
  MAX_TIMESTAMP_SECONDS,
  MIN_TIMESTAMP_SECONDS,
  durationToMs,
  google,
  msToDuration,
  msToTimestamp,
  timestampToMs,
} from '@perdure/protocol';

describe('durations', () => {
  it.each([
    [0, { seconds: 0, nanos: 0 }],
    [1_500, { seconds: 1, nanos: 500_000_000 }],
    [-1_500, { seconds: -1, nanos: -500_000_000 }],
    [-250, { seconds: 0, nanos: -250_000_000 }],
    [0.000_001, { seconds: 0, nanos: 1 }],
    [999.999_999_9, { seconds: 1, nanos: 0 }],
    [-999.999_999_9, { seconds: -1, nanos: 0 }],
    [1e300, { seconds: MAX_DURATION_SECONDS, nanos: 0 }],
    [-Infinity, { seconds: -MAX_DURATION_SECONDS, nanos: 0 }],
  ])('%d ms', (ms, duration) => {
    expect(msToDuration(ms)).toStrictEqual(duration);
  });

  it('come back from the wire as they were, to the nanosecond', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e12, max: 1e12, noNaN: true }), (ms) => {
        const duration = google.Duration.decode(google.Duration.encode(msToDuration(ms)));
        expect(Math.abs(duration.nanos)).toBeLessThan(1_000_000_000);
        expect(duration.seconds * duration.nanos).toBeGreaterThanOrEqual(0);
        expect(Math.abs(durationToMs(duration) - ms)).toBeLessThan(1e-3);
      }),
    );
  });

  it('may be absent', () => {
    expect(durationToMs(undefined)).toBeUndefined();
    expect(durationToMs(null)).toBeUndefined();
    expect(msToDuration(undefined)).toBeUndefined();
    expect(durationToMs({})).toBe(0);
  });

  it('cannot be NaN', () => {
    expect(() => msToDuration(NaN)).toThrow(RangeError);
    expect(() => msToTimestamp(NaN)).toThrow(RangeError);
  });
});

describe('timestamps', () => {
  it.each([
    [0, { seconds: 0, nanos: 0 }],
    [1_700_000_000_123.5, { seconds: 1_700_000_000, nanos: 123_500_000 }],
    [-1, { seconds: -1, nanos: 999_000_000 }],
    [-1_000, { seconds: -1, nanos: 0 }],
    [Infinity, { seconds: MAX_TIMESTAMP_SECONDS, nanos: 999_999_999 }],
    [-1e300, { seconds: MIN_TIMESTAMP_SECONDS, nanos: 0 }],
  ])('%d ms', (ms, timestamp) => {
    expect(msToTimestamp(ms)).toStrictEqual(timestamp);
  });

  it('take seconds as halves of a 64-bit integer', () => {
    expect(timestampToMs({ seconds: { low: 1, high: 1 }, nanos: 500_000 })).toBe((2 ** 32 + 1) * 1_000 + 0.5);
  });

  it('are whole milliseconds exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: MIN_TIMESTAMP_SECONDS * 1_000, max: MAX_TIMESTAMP_SECONDS * 1_000 }), (ms) => {
        const timestamp = msToTimestamp(ms);
        expect(timestamp.nanos).toBeGreaterThanOrEqual(0);
        expect(timestampToMs(timestamp)).toBe(ms);
      }),
    );
  });
});
