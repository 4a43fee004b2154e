import { schedule } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { decodeScheduleSpec, encodeScheduleSpec } from './spec.js';
import { type CalendarSpec, DAYS_OF_WEEK, MONTHS, type ScheduleSpec } from './spec-types.js';

/** What becomes of a spec on its way to a server and back. */
function throughTheWire(spec: ScheduleSpec) {
  return decodeScheduleSpec(schedule.ScheduleSpec.decode(schedule.ScheduleSpec.encode(encodeScheduleSpec(spec))));
}

const calendarThroughTheWire = (calendar: CalendarSpec) => throughTheWire({ calendars: [calendar] }).calendars?.[0];

const once = <Unit>(unit: Unit) => [{ start: unit, end: unit, step: 1 }];

describe('the spec of a schedule', () => {
  it('comes back as it was sent', () => {
    const description = {
      calendars: [
        {
          second: [{ start: 1, end: 5, step: 2 }],
          minute: once(0),
          hour: [...once(3), { start: 10, end: 20, step: 5 }],
          dayOfMonth: once(31),
          month: [{ start: 'MARCH' as const, end: 'JUNE' as const, step: 1 }],
          year: once(2030),
          dayOfWeek: [{ start: 'MONDAY' as const, end: 'FRIDAY' as const, step: 2 }],
          comment: 'rarely',
        },
      ],
      intervals: [{ every: 90_000, offset: 1_500 }],
      skip: [],
      startAt: new Date(1_000_001),
      endAt: new Date(2_000_002),
      jitter: 250,
      timezone: 'Europe/Berlin',
    };
    expect(throughTheWire(description)).toEqual(description);
  });

  it('takes durations as text', () => {
    expect(throughTheWire({ intervals: [{ every: '1h', offset: '5 minutes' }], jitter: '2s' })).toMatchObject({
      intervals: [{ every: 3_600_000, offset: 300_000 }],
      jitter: 2_000,
    });
  });

  it('is empty where nothing is said', () => {
    expect(throughTheWire({})).toEqual({
      calendars: [],
      intervals: [],
      skip: [],
      startAt: undefined,
      endAt: undefined,
      jitter: undefined,
      timezone: '',
    });
  });

  it('sends cron expressions as they are', () => {
    expect(encodeScheduleSpec({ cronExpressions: ['@daily'] }).cronString).toEqual(['@daily']);
  });
});

describe('a calendar', () => {
  it('means midnight of every day where nothing is said', () => {
    expect(calendarThroughTheWire({})).toEqual({
      second: once(0),
      minute: once(0),
      hour: once(0),
      dayOfMonth: [{ start: 1, end: 31, step: 1 }],
      month: [{ start: 'JANUARY', end: 'DECEMBER', step: 1 }],
      year: [],
      dayOfWeek: [{ start: 'SUNDAY', end: 'SATURDAY', step: 1 }],
      comment: '',
    });
  });

  it('takes * for everything', () => {
    expect(calendarThroughTheWire({ second: '*', minute: '*', hour: '*', year: '*' })).toMatchObject({
      second: [{ start: 0, end: 59, step: 1 }],
      minute: [{ start: 0, end: 59, step: 1 }],
      hour: [{ start: 0, end: 23, step: 1 }],
      year: [],
    });
  });

  it.each(MONTHS)('knows %s', (month) => {
    expect(calendarThroughTheWire({ month })?.month).toEqual(once(month));
  });

  it.each(DAYS_OF_WEEK)('knows %s', (dayOfWeek) => {
    expect(calendarThroughTheWire({ dayOfWeek })?.dayOfWeek).toEqual(once(dayOfWeek));
  });

  it('takes ranges without an end or a step', () => {
    expect(calendarThroughTheWire({ hour: [{ start: 2 }, { start: 4, end: 6 }] })?.hour).toEqual([
      ...once(2),
      { start: 4, end: 6, step: 1 },
    ]);
  });

  it.each<[string, CalendarSpec]>([
    ['second', { second: 60 }],
    ['minute', { minute: -1 }],
    ['hour', { hour: [{ start: 1, end: 24 }] }],
    ['dayOfMonth', { dayOfMonth: 0 }],
    ['month', { month: 'SMARCH' as never }],
    ['year', { year: 2030.5 }],
    ['dayOfWeek', { dayOfWeek: ['MONDAY', 7 as never] }],
  ])('refuses a %s that is none', (field, calendar) => {
    expect(() => encodeScheduleSpec({ calendars: [calendar] })).toThrow(`for field ${field}: `);
  });

  it.each<[string, schedule.IStructuredCalendarSpec]>([
    ['month', { month: [{ start: 0 }] }],
    ['dayOfWeek', { dayOfWeek: [{ start: 6, end: 7 }] }],
    ['hour', { hour: [{ start: 24 }] }],
  ])('refuses a %s from a server that is none', (field, structuredCalendar) => {
    expect(() => decodeScheduleSpec({ structuredCalendar: [structuredCalendar] })).toThrow(`for field ${field}: `);
  });
});
