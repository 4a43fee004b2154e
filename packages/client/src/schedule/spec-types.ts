import type { Duration } from '@perdure/common';

/** The months, January first. */
export const MONTHS = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;
/** One of {@link MONTHS}. */
export type Month = (typeof MONTHS)[number];

/** The days of the week, Sunday first. */
export const DAYS_OF_WEEK = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;
/** One of {@link DAYS_OF_WEEK}. */
export type DayOfWeek = (typeof DAYS_OF_WEEK)[number];

/** Values of a calendar's field: `start`, and every `step`-th after it up to `end`, which is one of them if it fits. */
export interface Range<Unit> {
  start: Unit;
  /** `start` by default, and also if it comes before it. */
  end: Unit;
  /** 1 by default. */
  step: number;
}

/** A {@link Range}, or less: a value stands for itself, and `end` and `step` may be left out. */
export type LooseRange<Unit> =
  Range<Unit> | { start: Range<Unit>['start']; end?: Range<Unit>['end']; step?: never } | Unit;

/** Moments on the calendar: those at which every field matches. `*` matches everything. */
export interface CalendarSpec {
  /** 0 to 59; 0 by default. */
  second?: LooseRange<number> | LooseRange<number>[] | '*';
  /** 0 to 59; 0 by default. */
  minute?: LooseRange<number> | LooseRange<number>[] | '*';
  /** 0 to 23; 0 by default. */
  hour?: LooseRange<number> | LooseRange<number>[] | '*';
  /** 1 to 31; all by default. */
  dayOfMonth?: LooseRange<number> | LooseRange<number>[] | '*';
  /** All by default. */
  month?: LooseRange<Month> | LooseRange<Month>[] | '*';
  /** In full, such as 2030; all by default. */
  year?: LooseRange<number> | LooseRange<number>[] | '*';
  /** All by default. */
  dayOfWeek?: LooseRange<DayOfWeek> | LooseRange<DayOfWeek>[] | '*';
  /** For people: what is meant. */
  comment?: string;
}

/** A {@link CalendarSpec} as servers tell it. A year that is empty matches every year. */
export interface CalendarSpecDescription {
  second: Range<number>[];
  minute: Range<number>[];
  hour: Range<number>[];
  dayOfMonth: Range<number>[];
  month: Range<Month>[];
  year: Range<number>[];
  dayOfWeek: Range<DayOfWeek>[];
  comment?: string;
}

/** The moments that are a multiple of `every` after the epoch, plus `offset`. */
export interface IntervalSpec {
  /** Servers round it to seconds. */
  every: Duration;
  /** 0 by default. Servers round it to seconds. */
  offset?: Duration;
}

/** An {@link IntervalSpec} as servers tell it, in milliseconds. */
export interface IntervalSpecDescription {
  every: number;
  offset: number;
}

/** When a schedule takes its action: at the moments of any calendar, interval or cron expression that are not skipped. */
export interface ScheduleSpec {
  calendars?: CalendarSpec[];
  intervals?: IntervalSpec[];
  /**
   * Five fields (minute, hour, day of month, month, day of week), six with the year after them, seven with the second
   * before them; `@hourly` and its like; `@every <interval>[/<phase>]`. A time zone may come first as `TZ=...`, a comment
   * last after `#`. Servers turn them into calendars and intervals, and tell them as those.
   */
  cronExpressions?: string[];
  /** Moments at which nothing happens. Every field has to match, seconds too. */
  skip?: CalendarSpec[];
  /** Nothing happens before. */
  startAt?: Date;
  /** Nothing happens after. */
  endAt?: Date;
  /** Every moment is put off by a random time up to this. */
  jitter?: Duration;
  /** The name of a time zone, such as `Europe/Berlin`, known to the server; UTC by default. */
  timezone?: string;
}

/** A {@link ScheduleSpec} as servers tell it. */
export type ScheduleSpecDescription = Omit<
  ScheduleSpec,
  'calendars' | 'intervals' | 'cronExpressions' | 'skip' | 'jitter'
> & {
  calendars?: CalendarSpecDescription[];
  intervals?: IntervalSpecDescription[];
  skip?: CalendarSpecDescription[];
  /** In milliseconds. */
  jitter?: number;
};
