import type { schedule } from '@perdure/protocol';
import { numbersIn } from './fields.js';
import type { TimeZone } from './time-zone.js';

const DAY = 86_400;
const HOUR = 3600;
const FIRST_YEAR = 2000;
const LAST_YEAR = 2100;
/** No zone was ever further from UTC. */
const MAX_OFFSET = 16 * HOUR;

/**
 * A calendar in a time zone, made fast to ask. A moment matches when the wall clock of the zone shows a matching time: what
 * the clock leaves out in spring is left out, what it shows twice in autumn matches twice. All times are whole seconds
 * since 1970.
 */
export class CompiledCalendar {
  private readonly seconds: readonly number[];
  private readonly minutes: readonly number[];
  private readonly hours: readonly number[];
  private readonly days: ReadonlySet<number>;
  private readonly months: ReadonlySet<number>;
  private readonly years: ReadonlySet<number>;
  private readonly weekdays: ReadonlySet<number>;

  constructor(
    spec: schedule.IStructuredCalendarSpec,
    private readonly zone: TimeZone,
  ) {
    this.seconds = numbersIn(spec.second);
    this.minutes = numbersIn(spec.minute);
    this.hours = numbersIn(spec.hour);
    this.days = new Set(numbersIn(spec.dayOfMonth));
    this.months = new Set(numbersIn(spec.month));
    this.years = new Set(numbersIn(spec.year));
    this.weekdays = new Set(numbersIn(spec.dayOfWeek));
  }

  /** The first match after a moment, up to the year 2100; `undefined` if there is none. */
  nextAfter(after: number): number | undefined {
    if (this.isNever) return undefined;
    // A clock set back at midnight shows the evening before once more.
    const start = Math.max(
      Math.floor((after + this.zone.offsetAt(after)) / DAY) - 1,
      Date.UTC(FIRST_YEAR, 0, 1) / 1000 / DAY,
    );
    for (let day: number | undefined = this.nextDay(start); day !== undefined; day = this.nextDay(day + 1)) {
      const found = this.nextOnDay(day, after);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Whether a moment matches. */
  matches(moment: number): boolean {
    const local = moment + this.zone.offsetAt(moment);
    const day = Math.floor(local / DAY);
    const timeOfDay = local - day * DAY;
    return (
      this.hours.includes(Math.floor(timeOfDay / HOUR)) &&
      this.minutes.includes(Math.floor((timeOfDay % HOUR) / 60)) &&
      this.seconds.includes(timeOfDay % 60) &&
      this.isMatchingDay(day)
    );
  }

  /** Of a matching moment: a later one, itself or the last of those right after it that are known to match as well. */
  lastOfMatchingStretch(moment: number): number {
    if (this.seconds.length < 60) return moment;
    const local = moment + this.zone.offsetAt(moment);
    // Not further than an hour: at a full hour a clock may be set.
    const unit = this.minutes.length < 60 ? 60 : HOUR;
    return moment + unit - 1 - (((local % unit) + unit) % unit);
  }

  private get isNever(): boolean {
    const { seconds, minutes, hours, days, months, weekdays } = this;
    return (
      seconds.length === 0 ||
      minutes.length === 0 ||
      hours.length === 0 ||
      days.size === 0 ||
      months.size === 0 ||
      weekdays.size === 0
    );
  }

  private nextDay(from: number): number | undefined {
    let day = from;
    for (;;) {
      const date = new Date(day * DAY * 1000);
      const year = date.getUTCFullYear();
      const month = date.getUTCMonth();
      if (year > LAST_YEAR) return undefined;
      if (this.years.size > 0 && !this.years.has(year)) day = Date.UTC(year + 1, 0, 1) / 1000 / DAY;
      else if (!this.months.has(month + 1)) day = Date.UTC(year, month + 1, 1) / 1000 / DAY;
      else if (this.days.has(date.getUTCDate()) && this.weekdays.has(date.getUTCDay())) return day;
      else day += 1;
    }
  }

  private isMatchingDay(day: number): boolean {
    return this.nextDay(day) === day;
  }

  /** The first match after a moment while the wall clock shows a date. */
  private nextOnDay(day: number, after: number): number | undefined {
    const midnight = day * DAY;
    const from = midnight - MAX_OFFSET;
    const to = midnight + DAY + MAX_OFFSET;
    const change = this.changeBetween(from, to);
    const stretches =
      change === undefined
        ? [[from, to]]
        : ([
            [from, change],
            [change, to],
          ] as const);
    for (const [begin = from, end = to] of stretches) {
      const offset = this.zone.offsetAt(begin);
      const earliest = Math.max(begin, after + 1) + offset - midnight;
      const timeOfDay = this.nextTimeOfDay(Math.max(0, earliest));
      const found = timeOfDay === undefined ? undefined : midnight + timeOfDay - offset;
      if (found !== undefined && found < end) return found;
    }
    return undefined;
  }

  /** When the clock is set between two moments, if it is. */
  private changeBetween(from: number, to: number): number | undefined {
    const before = this.zone.offsetAt(from);
    if (this.zone.offsetAt(to) === before) return undefined;
    let [low, high] = [from, to];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.zone.offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }

  private nextTimeOfDay(from: number): number | undefined {
    for (const hour of this.hours) {
      if ((hour + 1) * HOUR <= from) continue;
      for (const minute of this.minutes) {
        const start = hour * HOUR + minute * 60;
        if (start + 60 <= from) continue;
        for (const second of this.seconds) if (start + second >= from) return start + second;
      }
    }
    return undefined;
  }
}
