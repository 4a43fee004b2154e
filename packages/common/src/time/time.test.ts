import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { msNumberToTs, msToNumber, optionalDateToTs, requiredTsToMs, tsToDate, tsToMs } from './index.js';
import type { Duration } from './index.js';

describe('durations', () => {
  it.each([
    ['10', 10],
    ['1.5 hours', 5_400_000],
    ['-3 days', -259_200_000],
    ['.5S', 500],
    ['1y', 31_557_600_000],
  ] as [Duration, number][])('%s is %d ms', (duration, ms) => {
    expect(msToNumber(duration)).toBe(ms);
  });

  it.each(['', ' 1s', '1 month', '1e3', '1.s', '9'.repeat(101)])(
    '%j is none, and the error says what to write',
    (text) => {
      expect(() => msToNumber(text as Duration)).toThrow(/Use milliseconds or a text such as '30s'/);
    },
  );

  it('keep every nanosecond of a fraction, with one sign', () => {
    expect(msNumberToTs(1.5)).toEqual({ seconds: 0, nanos: 1_500_000 });
    expect(msNumberToTs(-1_500)).toEqual({ seconds: -1, nanos: -500_000_000 });
    expect(msNumberToTs(999.999_999_9)).toEqual({ seconds: 1, nanos: 0 });
  });

  it('survive the wire to the millisecond', () => {
    fc.assert(fc.property(fc.integer({ min: -1e14, max: 1e14 }), (ms) => tsToMs(msNumberToTs(ms)) === ms));
  });

  it('are never endless', () => {
    expect(() => msNumberToTs(Number.POSITIVE_INFINITY)).toThrow('Invalid millis Infinity');
  });
});

describe('moments', () => {
  it('survive the wire, before 1970 too, with nanos that are never negative', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        const timestamp = optionalDateToTs(date);
        return timestamp !== undefined && timestamp.nanos >= 0 && tsToDate(timestamp).getTime() === date.getTime();
      }),
    );
  });

  it('may have seconds as the halves of a Long', () => {
    expect(tsToMs({ seconds: { low: -1, high: 0 }, nanos: 1_000_000 })).toBe(4_294_967_295_001);
  });

  it('that are missing are reported by the name of the field', () => {
    expect(() => requiredTsToMs(undefined, 'startTime')).toThrow('Expected startTime to be a timestamp');
  });
});
