import fc from 'fast-check';
import { msToDuration, msToTimestamp, type schedule } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { ActionTimes } from './action-times.js';
import { canonicalSpec } from './canonical.js';

function canonical(spec: schedule.IScheduleSpec): schedule.IScheduleSpec {
  const result = canonicalSpec(spec);
  if ('problem' in result) throw new Error(result.problem);
  return result.spec;
}

function problem(spec: schedule.IScheduleSpec): string {
  const result = canonicalSpec(spec);
  return 'problem' in result ? result.problem : 'none';
}

/** Times after one moment up to another, short: `03-08T07:00`. */
function times(spec: schedule.IScheduleSpec, start: string, end: string, limit = 100): string[] {
  const found = new ActionTimes(canonical(spec), 'seed').between(Date.parse(start), Date.parse(end), limit);
  return found.map(({ actualMs }) => new Date(actualMs).toISOString().replace(/^\d{4}-|:00\.000Z$/g, ''));
}

/** Ranges in short: `1-5/1`. */
function ranges(given: readonly schedule.IRange[] | null | undefined): string {
  return (given ?? []).map(({ start, end, step }) => `${start}-${end}/${step}`).join();
}

function calendar(text: string): string {
  const [found] = canonical({ cronString: [text] }).structuredCalendar ?? [];
  const { second, minute, hour, dayOfMonth, month, dayOfWeek, year } = found ?? {};
  return [second, minute, hour, dayOfMonth, month, dayOfWeek, year].map(ranges).join(' ').trimEnd();
}

const seconds = (value: number) => ({ seconds: value, nanos: 0 });

describe('the canonical form', () => {
  it.each([
    ['0 12 * * MON-FRI', '0-0/1 0-0/1 12-12/1 1-31/1 1-12/1 1-5/1'],
    ['*/15 9-17 * * *', '0-0/1 0-59/15 9-17/1 1-31/1 1-12/1 0-6/1'],
    ['0 0/20 * * *', '0-0/1 0-0/1 0-23/20 1-31/1 1-12/1 0-6/1'],
    ['0 12 * * 7', '0-0/1 0-0/1 12-12/1 1-31/1 1-12/1 0-0/1'],
    ['0 12 * * 0-7', '0-0/1 0-0/1 12-12/1 1-31/1 1-12/1 0-6/1'],
    ['0 12 * * 5-7', '0-0/1 0-0/1 12-12/1 1-31/1 1-12/1 0-0/1,5-6/1'],
    ['0 12 * jan-mar sun,tue', '0-0/1 0-0/1 12-12/1 1-31/1 1-3/1 0-0/1,2-2/1'],
    ['0 12 1 January Wednesday 2030', '0-0/1 0-0/1 12-12/1 1-1/1 1-1/1 3-3/1 2030-2030/1'],
    ['30 0 12 1,15 * * 2030-2040/5', '30-30/1 0-0/1 12-12/1 1-1/1,15-15/1 1-12/1 0-6/1 2030-2040/5'],
    ['@yearly', '0-0/1 0-0/1 0-0/1 1-1/1 1-1/1 0-6/1'],
    ['@monthly', '0-0/1 0-0/1 0-0/1 1-1/1 1-12/1 0-6/1'],
    ['@weekly', '0-0/1 0-0/1 0-0/1 1-31/1 1-12/1 0-0/1'],
    ['@daily', '0-0/1 0-0/1 0-0/1 1-31/1 1-12/1 0-6/1'],
    ['@hourly', '0-0/1 0-0/1 0-23/1 1-31/1 1-12/1 0-6/1'],
  ])('of the cron string %s', (text, expected) => expect(calendar(text)).toBe(expected));

  it('of a cron string with time zone and comment', () => {
    const spec = canonical({ cronString: ['CRON_TZ=America/New_York 15 3 * * * # in the morning'] });
    expect(spec.timezoneName).toBe('America/New_York');
    expect(spec.structuredCalendar?.[0]?.comment).toBe('in the morning');
  });

  it.each([
    ['@every 5m', 300, undefined],
    ['@every 1h30m/10m # c', 5400, 600],
    ['@every 1d', 86_400, undefined],
  ])('of the interval %s', (text, interval, phase) => {
    const [found] = canonical({ cronString: [text] }).interval ?? [];
    expect(found?.interval?.seconds).toBe(interval);
    expect(found?.phase?.seconds).toBe(phase);
  });

  it('of a calendar of texts fills in what is left out', () => {
    const { structuredCalendar } = canonical({ calendar: [{ hour: '5', dayOfWeek: 'Monday-Wed', comment: 'five' }] });
    expect(structuredCalendar).toEqual([
      {
        second: [{ start: 0, end: 0, step: 1 }],
        minute: [{ start: 0, end: 0, step: 1 }],
        hour: [{ start: 5, end: 5, step: 1 }],
        dayOfMonth: [{ start: 1, end: 31, step: 1 }],
        month: [{ start: 1, end: 12, step: 1 }],
        dayOfWeek: [{ start: 1, end: 3, step: 1 }],
        year: [],
        comment: 'five',
      },
    ]);
  });

  it('of a structured calendar gives every range its end and step, and fills nothing in', () => {
    const { structuredCalendar } = canonical({ structuredCalendar: [{ hour: [{ start: 5 }] }] });
    expect(structuredCalendar?.[0]).toMatchObject({ hour: [{ start: 5, end: 5, step: 1 }], minute: [] });
    expect(times({ structuredCalendar: [{ hour: [{ start: 5 }] }] }, '2026-01-01T00:00Z', '2027-01-01T00:00Z')).toEqual(
      [],
    );
  });

  it('is its own canonical form', () => {
    const once = canonical({ cronString: ['0 12 * * 1-5 2030', '@every 1h/5m'], calendar: [{ hour: '3' }] });
    expect(canonical(once)).toEqual(once);
  });

  it.each<[schedule.IScheduleSpec, RegExp]>([
    [{ cronString: ['0 12 * *'] }, /does not have 5 to 7 fields/],
    [{ cronString: [''] }, /does not have 5 to 7 fields/],
    [{ cronString: ['@foo'] }, /does not have 5 to 7 fields/],
    [{ cronString: ['60 * * * *'] }, /Minute "60" is not in range \[0-59\]/],
    [{ cronString: ['0 12 L * *'] }, /DayOfMonth "L" is not in range \[1-31\]/],
    [{ cronString: ['0 12 ? * *'] }, /DayOfMonth "\?" is not in range/],
    [{ cronString: ['0 9-5 * * *'] }, /Hour end is before its start/],
    [{ cronString: ['*/0 * * * *'] }, /Minute has an invalid step/],
    [{ cronString: ['CRON_TZ=Bogus 0 1 * * *'] }, /unknown time zone Bogus/],
    [{ cronString: ['0 12 * * *', 'CRON_TZ=Asia/Tokyo 0 0 * * *'] }, /time zones .* are not the same/],
    [{ cronString: ['@every soon'] }, /no duration/],
    [{ structuredCalendar: [{ hour: [{ start: 5, end: 50 }] }] }, /Hour end 50 is before/],
    [{ structuredCalendar: [{ minute: [{ start: 10, end: 3 }] }] }, /Minute end 3 is before/],
    [{ structuredCalendar: [{ hour: [{ start: 5, end: 7, step: -1 }] }] }, /Hour step -1 is negative/],
    [{ structuredCalendar: [{ dayOfWeek: [{ start: 7 }] }] }, /DayOfWeek start 7 is not in range \[0-6\]/],
    [{ structuredCalendar: [{ year: [{ start: 1999 }] }] }, /Year start 1999 is not in range/],
    [{ structuredCalendar: [{ dayOfMonth: [{ start: 0 }] }] }, /DayOfMonth start 0/],
    [{ structuredCalendar: [{ comment: 'x'.repeat(201) }] }, /comment of a calendar is too long/],
    [{ interval: [{}] }, /interval is too small/],
    [{ interval: [{ interval: seconds(10), phase: seconds(10) }] }, /phase of an interval must be less/],
    [{ interval: [{ interval: seconds(10), phase: seconds(-1) }] }, /phase of an interval is negative/],
    [{ jitter: seconds(-1) }, /Jitter is negative/],
    [{ timezoneName: 'Nowhere/X' }, /unknown time zone Nowhere\/X/],
    [{ timezoneName: '+01:00' }, /unknown time zone/],
    [{ timezoneData: Uint8Array.of(1) }, /TimezoneData is no file/],
    [{ timezoneData: new Uint8Array(70_000) }, /TimezoneData has more than/],
  ])('of %j there is none', (spec, expected) => expect(problem(spec)).toMatch(expected));
});

// What Temporal's server 1.29 answers to ListScheduleMatchingTimes.
describe('times', () => {
  const timezoneName = 'America/New_York';

  it('leave out what the clock leaves out in spring', () => {
    expect(times({ cronString: ['30 2 * * *'], timezoneName }, '2026-03-07T00:00Z', '2026-03-10T00:00Z')).toEqual([
      '03-07T07:30',
      '03-09T06:30',
    ]);
    expect(times({ cronString: ['*/30 * * * *'], timezoneName }, '2026-03-08T06:00Z', '2026-03-08T08:00Z')).toEqual([
      '03-08T06:30',
      '03-08T07:00',
      '03-08T07:30',
      '03-08T08:00',
    ]);
  });

  it('come twice when the clock shows them twice in autumn', () => {
    expect(times({ cronString: ['30 1 * * *'], timezoneName }, '2026-10-31T00:00Z', '2026-11-03T00:00Z')).toEqual([
      '10-31T05:30',
      '11-01T05:30',
      '11-01T06:30',
      '11-02T06:30',
    ]);
    expect(times({ cronString: ['0 2 * * *'], timezoneName }, '2026-10-31T08:00Z', '2026-11-02T08:00Z')).toEqual([
      '11-01T07:00',
      '11-02T07:00',
    ]);
  });

  it('follow clocks that are set by half an hour', () => {
    const lordHowe = { cronString: ['0 * * * *'], timezoneName: 'Australia/Lord_Howe' };
    // At 15:00 the clock goes from 2:00 back to 1:30. Temporal acts at that moment too, which no clock shows as a full hour.
    expect(times(lordHowe, '2026-04-04T13:00Z', '2026-04-04T18:00Z')).toEqual([
      '04-04T14:00',
      '04-04T15:30',
      '04-04T16:30',
      '04-04T17:30',
    ]);
  });

  it('need both the day of the month and the day of the week', () => {
    expect(times({ cronString: ['0 12 13 * 5'] }, '2026-01-01T00:00Z', '2026-12-30T00:00Z')).toEqual([
      '02-13T12:00',
      '03-13T12:00',
      '11-13T12:00',
    ]);
    expect(times({ cronString: ['0 0 29 2 *'] }, '2026-01-01T00:00Z', '2033-01-01T00:00Z')).toEqual([
      '02-29T00:00',
      '02-29T00:00',
    ]);
    expect(times({ cronString: ['0 12 31 2 *'] }, '2026-01-01T00:00Z', '2100-01-01T00:00Z')).toEqual([]);
  });

  it('are counted from 1970 for intervals, in whole seconds', () => {
    const interval = [{ interval: seconds(5400), phase: seconds(600) }];
    expect(times({ interval }, '2026-11-26T19:00Z', '2026-11-26T23:00Z')).toEqual([
      '11-26T19:40',
      '11-26T21:10',
      '11-26T22:40',
    ]);
    const odd = new ActionTimes(canonical({ interval: [{ interval: { seconds: 10, nanos: 5e8 } }] }), '');
    expect(odd.nextAfter(1_795_720_792_936)?.nominalMs).toBe(1_795_720_800_000);
  });

  it('keep within start and end, both included, and come once when several say them', () => {
    const spec = {
      interval: [{ interval: seconds(3600) }, { interval: seconds(7200) }],
      cronString: ['0 * * * *'],
      startTime: msToTimestamp(Date.UTC(2026, 0, 1, 3)),
      endTime: msToTimestamp(Date.UTC(2026, 0, 1, 5)),
    };
    expect(times(spec, '2026-01-01T00:30Z', '2026-01-01T08:30Z')).toEqual([
      '01-01T03:00',
      '01-01T04:00',
      '01-01T05:00',
    ]);
  });

  it('leave out what is excluded, however much that is', () => {
    const every = (start: number, end: number) => [{ start, end }];
    const night = {
      second: every(0, 59),
      minute: every(0, 59),
      dayOfMonth: every(1, 31),
      month: every(1, 12),
      dayOfWeek: every(0, 6),
    };
    const interval = [{ interval: seconds(600) }];
    expect(
      times(
        { interval, excludeStructuredCalendar: [{ ...night, hour: [{ start: 3 }] }] },
        '2026-01-01T02:40Z',
        '2026-01-01T04:10Z',
      ),
    ).toEqual(['01-01T02:50', '01-01T04:00', '01-01T04:10']);
    const weekend = { ...night, hour: every(0, 23), dayOfWeek: [{ start: 0 }, { start: 6 }] };
    const everySecond = { interval: [{ interval: seconds(1) }], excludeStructuredCalendar: [weekend] };
    expect(times(everySecond, '2026-01-02T23:59:58Z', '2026-01-06T00:00Z', 3)).toEqual([
      '01-02T23:59:59.000Z',
      '01-05T00:00',
      '01-05T00:00:01.000Z',
    ]);
    const always = { ...night, hour: every(0, 23) };
    expect(times({ interval, excludeStructuredCalendar: [always] }, '2026-01-01T00:00Z', '2090-01-01T00:00Z')).toEqual(
      [],
    );
  });

  it('have jitter that is the same each time, and differs between schedules', () => {
    const spec = canonical({ interval: [{ interval: seconds(3600) }], jitter: seconds(1800) });
    const first = new ActionTimes(spec, 'a').between(0, 36_000_000, 10);
    expect(new ActionTimes(spec, 'a').between(0, 36_000_000, 10)).toEqual(first);
    expect(new ActionTimes(spec, 'b').between(0, 36_000_000, 10)).not.toEqual(first);
    expect(new Set(first.map(({ nominalMs, actualMs }) => actualMs - nominalMs)).size).toBeGreaterThan(5);
  });
});

const field = (first: number, last: number) =>
  fc
    .tuple(fc.integer({ min: first, max: last }), fc.integer({ min: first, max: last }), fc.integer({ min: 1, max: 7 }))
    .map(([left, right, step]) => ({ start: Math.min(left, right), end: Math.max(left, right), step }));
const someCalendar = fc.record({
  second: fc.array(field(0, 59), { minLength: 1, maxLength: 2 }),
  minute: fc.array(field(0, 59), { minLength: 1, maxLength: 2 }),
  hour: fc.array(field(0, 23), { minLength: 1, maxLength: 2 }),
  dayOfMonth: fc.array(field(1, 31), { minLength: 1, maxLength: 2 }),
  month: fc.array(field(1, 12), { minLength: 1, maxLength: 2 }),
  dayOfWeek: fc.array(field(0, 6), { minLength: 1, maxLength: 2 }),
});
const someZone = fc.constantFrom(
  '',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Europe/Berlin',
);
const someSpec = fc.record({
  structuredCalendar: fc.array(someCalendar, { maxLength: 2 }),
  interval: fc.array(
    fc.integer({ min: 1, max: 100_000 }).map((every) => ({ interval: seconds(every), phase: seconds(every >> 1) })),
    { maxLength: 2 },
  ),
  excludeStructuredCalendar: fc.array(someCalendar, { maxLength: 1 }),
  jitter: fc.integer({ min: 0, max: 10_000 }).map(seconds),
  startTime: fc.option(fc.integer({ min: 1_700_000_000, max: 1_800_000_000 }).map(seconds)),
  endTime: fc.option(fc.integer({ min: 1_750_000_000, max: 1_900_000_000 }).map(seconds)),
  timezoneName: someZone,
});

/** What the wall clock shows, by another way than the one under test. */
function wallClock(timeMs: number, timeZone: string): Record<string, number> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timeZone || 'UTC',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = Object.fromEntries(format.formatToParts(timeMs).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  const dayOfWeek = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return { second, minute, hour, dayOfMonth: day, month, dayOfWeek };
}

function shows(calendar: schedule.IStructuredCalendarSpec, clock: Record<string, number>): boolean {
  return Object.entries(clock).every(([name, value]) =>
    (calendar[name as 'second'] ?? []).some(
      ({ start, end, step }) => value >= start! && value <= end! && (value - start!) % step! === 0,
    ),
  );
}

describe('whatever the spec', () => {
  it('times grow, keep their order with jitter, keep within bounds and out of exclusions', () => {
    fc.assert(
      fc.property(someSpec, fc.integer({ min: 1_690_000_000, max: 1_850_000_000 }), (given, after) => {
        const spec = canonical(given);
        const found = new ActionTimes(spec, 'seed').between(after * 1000, Infinity, 8);
        let previous = { nominalMs: after * 1000, actualMs: -Infinity };
        for (const time of found) {
          expect(time.nominalMs).toBeGreaterThan(previous.nominalMs);
          expect(time.actualMs).toBeGreaterThan(previous.actualMs);
          expect(time.actualMs - time.nominalMs).toBeLessThanOrEqual((given.jitter.seconds || 0) * 1000);
          expect(time.nominalMs).toBeGreaterThanOrEqual((given.startTime?.seconds ?? 0) * 1000);
          expect(time.nominalMs).toBeLessThanOrEqual((given.endTime?.seconds ?? Infinity) * 1000);
          const clock = wallClock(time.nominalMs, given.timezoneName);
          const isWanted =
            given.structuredCalendar.some((each) => shows(each, clock)) ||
            given.interval.some(
              ({ interval, phase }) => (time.nominalMs / 1000 - phase.seconds) % interval.seconds === 0,
            );
          expect(isWanted).toBe(true);
          expect(given.excludeStructuredCalendar.some((each) => shows(each, clock))).toBe(false);
          previous = time;
        }
      }),
      { numRuns: 150 },
    );
  });

  it('no time is passed over', () => {
    fc.assert(
      fc.property(someCalendar, someZone, fc.integer({ min: 0, max: 365 * 86_400 }), (given, timezoneName, offset) => {
        const start = 1_767_225_600 + offset;
        const always = { ...given, dayOfMonth: [{ start: 1, end: 31 }], month: [{ start: 1, end: 12 }] };
        const spec = canonical({ structuredCalendar: [always], timezoneName });
        const next = new ActionTimes(spec, '').nextAfter(start * 1000)?.nominalMs ?? Infinity;
        const [checked] = spec.structuredCalendar ?? [];
        for (let second = start + 1; second < Math.min(next / 1000, start + 2000); second += 1) {
          expect(shows(checked!, wallClock(second * 1000, timezoneName))).toBe(false);
        }
      }),
      { numRuns: 5 },
    );
  });

  it('durations and texts are read without end of time', () => {
    const spec = canonical({ interval: [{ interval: msToDuration(Number.MAX_SAFE_INTEGER) }] });
    expect(new ActionTimes(spec, '').nextAfter(1_767_225_600_000)?.nominalMs).toBeGreaterThan(1_767_225_600_000);
  });
});
