import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActionTimes } from './action-times.js';
import { canonicalSpec } from './canonical.js';
import { posixTimeZone } from './posix-time-zone.js';
import { timeZoneOf } from './time-zone.js';
import { tzifTimeZone } from './tzif.js';

interface ZoneFile {
  readonly version: 0 | 2;
  /** Offsets by type. */
  readonly offsets: readonly number[];
  /** When the clock is set, and the type it has then. */
  readonly changes?: readonly (readonly [seconds: number, type: number])[];
  readonly footer?: string;
}

/** A file as RFC 9636 has it. */
function fileOf({ version, offsets, changes = [], footer = '' }: ZoneFile): Uint8Array {
  const block = (timeBytes: 4 | 8, withData: boolean): Uint8Array => {
    const used = withData ? changes : [];
    const types = withData ? offsets : [0];
    const bytes = new Uint8Array(44 + used.length * (timeBytes + 1) + types.length * 6 + 1);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x545a6966);
    view.setUint8(4, version === 0 ? 0 : '2'.charCodeAt(0));
    for (const [index, count] of [0, 0, 0, used.length, types.length, 1].entries())
      view.setUint32(20 + index * 4, count);
    let at = 44;
    for (const [seconds] of used) {
      if (timeBytes === 4) view.setInt32(at, seconds);
      else view.setBigInt64(at, BigInt(seconds));
      at += timeBytes;
    }
    for (const [, type] of used) view.setUint8(at++, type);
    for (const offset of types) {
      view.setInt32(at, offset);
      at += 6;
    }
    return bytes;
  };
  const text = new TextEncoder().encode(`\n${footer}\n`);
  const parts = version === 0 ? [block(4, true)] : [block(4, false), block(8, true), text];
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const moments = fc.integer({ min: Date.UTC(2010, 0, 1) / 1000, max: Date.UTC(2099, 0, 1) / 1000 });

describe('rules as in TZ', () => {
  it.each([
    ['EST5EDT,M3.2.0,M11.1.0', 'America/New_York'],
    ['CET-1CEST,M3.5.0,M10.5.0/3', 'Europe/Berlin'],
    ['AEST-10AEDT,M10.1.0,M4.1.0/3', 'Australia/Sydney'],
    ['<+1030>-10:30<+11>-11,M10.1.0,M4.1.0', 'Australia/Lord_Howe'],
    ['IST-5:30', 'Asia/Kolkata'],
    ['<-03>3', 'America/Sao_Paulo'],
  ])('%s are those of %s', (text, name) => {
    const [rules, zone] = [posixTimeZone(text), timeZoneOf(name)];
    // Brazil had summer time until 2019.
    const from = Date.UTC(2020, 0, 1) / 1000;
    fc.assert(
      fc.property(moments, (moment) => {
        const seconds = Math.max(moment, from);
        expect(rules?.offsetAt(seconds)).toBe(zone?.offsetAt(seconds));
      }),
    );
  });

  it('may count days through the year', () => {
    const offset = (text: string, time: string) => posixTimeZone(text)?.offsetAt(Date.parse(time) / 1000);
    expect(offset('AAA0BBB,J60/0,J300/0', '2028-02-29T12:00Z')).toBe(0);
    expect(offset('AAA0BBB,J60/0,J300/0', '2028-03-01T00:00Z')).toBe(3600);
    expect(offset('AAA0BBB,59/0,300/0', '2028-02-29T00:00Z')).toBe(3600);
    expect(offset('AAA0BBB,59/0,300/0', '2027-02-28T23:59Z')).toBe(0);
  });

  it.each(['', 'EST', 'E5', 'EST5EDT', 'EST5EDT,M3.2,M11.1.0', '5EST'])('are not "%s"', (text) => {
    expect(posixTimeZone(text)).toBeUndefined();
  });
});

describe('a zone file', () => {
  const changes = [
    [1_000_000, 1],
    [2_000_000, 0],
    [1_900_000_000, 1],
  ] as const;

  it.each([0, 2] as const)('of version %i says when the clock was set', (version) => {
    const zone = tzifTimeZone(fileOf({ version, offsets: [3600, 7200], changes }));
    const at = [0, 999_999, 1_000_000, 1_999_999, 2_000_000, 1_899_999_999, 1_900_000_000, 4_000_000_000];
    expect(at.map((seconds) => zone?.offsetAt(seconds))).toEqual([3600, 3600, 7200, 7200, 3600, 3600, 7200, 7200]);
  });

  it('says how it goes on after that', () => {
    const footer = 'EST5EDT,M3.2.0,M11.1.0';
    const zone = tzifTimeZone(fileOf({ version: 2, offsets: [-18_000], footer, changes: [[0, 0]] }));
    fc.assert(
      fc.property(moments, (moment) => {
        expect(zone?.offsetAt(moment)).toBe(timeZoneOf('America/New_York')?.offsetAt(moment));
      }),
    );
  });

  it('cut off anywhere, or with bytes changed, is refused or read, and never more', () => {
    const file = fileOf({ version: 2, offsets: [3600, 7200], changes, footer: 'CET-1CEST,M3.5.0,M10.5.0/3' });
    for (let length = 0; length < file.length; length += 1) {
      expect(tzifTimeZone(file.subarray(0, length))).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.nat({ max: file.length - 1 }), fc.nat({ max: 255 }), (index, value) => {
        const changed = file.slice();
        changed[index] = value;
        expect(Number.isFinite(tzifTimeZone(changed)?.offsetAt(1e9) ?? 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is the zone of the spec that brings it, whatever its name', () => {
    const timezoneData = fileOf({
      version: 2,
      offsets: [-18_000],
      footer: 'EST5EDT,M3.2.0,M11.1.0',
      changes: [[0, 0]],
    });
    const result = canonicalSpec({ cronString: ['30 1 * * *'], timezoneName: 'Here', timezoneData });
    if ('problem' in result) throw new Error(result.problem);
    expect(result.spec).toMatchObject({ timezoneName: 'Here', timezoneData });
    const [start, end] = ['2026-10-31T12:00Z', '2026-11-01T12:00Z'].map(Date.parse) as [number, number];
    const times = new ActionTimes(result.spec, '').between(start, end, 9);
    expect(times.map(({ nominalMs }) => new Date(nominalMs).toISOString().slice(5, 16))).toEqual([
      '11-01T05:30',
      '11-01T06:30',
    ]);
  });
});
