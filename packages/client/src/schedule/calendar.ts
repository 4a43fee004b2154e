import type { schedule } from '@perdure/protocol';
import {
  type CalendarSpec,
  type CalendarSpecDescription,
  DAYS_OF_WEEK,
  type DayOfWeek,
  type LooseRange,
  type Month,
  MONTHS,
  type Range,
} from './spec-types.js';

/** How the values of one field of a calendar become numbers, and what leaving the field out means. */
interface Field<Unit> {
  readonly name: string;
  /** What `*` is on the wire. */
  readonly everything: readonly schedule.IRange[];
  readonly byDefault: readonly schedule.IRange[];
  readonly encode: (unit: Unit) => number | undefined;
  readonly decode: (number: number) => Unit | undefined;
}

/** Zero and nothing else, in as few bytes as there are. */
const ONLY_ZERO = [{ start: 0, end: 0, step: 0 }];

const second = numeric('second', 0, 59, ONLY_ZERO);
const minute = numeric('minute', 0, 59, ONLY_ZERO);
const hour = numeric('hour', 0, 23, ONLY_ZERO);
const dayOfMonth = numeric('dayOfMonth', 1, 31);
const year: Field<number> = { name: 'year', everything: [], byDefault: [], encode: whole, decode: whole };
const month = named<Month>('month', MONTHS, 1);
const dayOfWeek = named<DayOfWeek>('dayOfWeek', DAYS_OF_WEEK, 0);

/** A calendar as a message. Throws a TypeError that names a field whose value is none. */
export function encodeCalendar(calendar: CalendarSpec): schedule.IStructuredCalendarSpec {
  return {
    second: encodeField(second, calendar.second),
    minute: encodeField(minute, calendar.minute),
    hour: encodeField(hour, calendar.hour),
    dayOfMonth: encodeField(dayOfMonth, calendar.dayOfMonth),
    month: encodeField(month, calendar.month),
    year: encodeField(year, calendar.year),
    dayOfWeek: encodeField(dayOfWeek, calendar.dayOfWeek),
    comment: calendar.comment,
  };
}

/** A calendar off the wire. Throws a RangeError that names a field whose value is none. */
export function decodeCalendar(calendar: schedule.IStructuredCalendarSpec): CalendarSpecDescription {
  return {
    second: decodeField(second, calendar.second),
    minute: decodeField(minute, calendar.minute),
    hour: decodeField(hour, calendar.hour),
    dayOfMonth: decodeField(dayOfMonth, calendar.dayOfMonth),
    month: decodeField(month, calendar.month),
    year: decodeField(year, calendar.year),
    dayOfWeek: decodeField(dayOfWeek, calendar.dayOfWeek),
    comment: calendar.comment ?? undefined,
  };
}

function numeric(name: string, first: number, last: number, byDefault?: readonly schedule.IRange[]): Field<number> {
  const inside = (number: number): number | undefined =>
    number >= first && number <= last ? whole(number) : undefined;
  const everything = [{ start: first, end: last, step: 1 }];
  return { name, everything, byDefault: byDefault ?? everything, encode: inside, decode: inside };
}

function named<Name extends string>(name: string, names: readonly Name[], first: number): Field<Name> {
  const everything = [{ start: first, end: first + names.length - 1, step: 1 }];
  return {
    name,
    everything,
    byDefault: everything,
    encode: (unit) => (names.includes(unit) ? names.indexOf(unit) + first : undefined),
    decode: (number) => names[number - first],
  };
}

function whole(number: number): number | undefined {
  return Number.isInteger(number) ? number : undefined;
}

function encodeField<Unit>(
  field: Field<Unit>,
  given: LooseRange<Unit> | LooseRange<Unit>[] | '*' | undefined,
): readonly schedule.IRange[] {
  if (given === undefined) return field.byDefault;
  if (given === '*') return field.everything;
  return (Array.isArray(given) ? given : [given]).map((range) => encodeRange(field, range));
}

function encodeRange<Unit>(field: Field<Unit>, given: LooseRange<Unit>): schedule.IRange {
  const range = isRange(given) ? given : { start: given };
  const { start, end, step } = range as { start: Unit; end?: Unit; step?: number };
  const first = encodeUnit(field, start);
  return { start: first, end: end === undefined ? first : encodeUnit(field, end), step: step ?? 1 };
}

function isRange(given: unknown): given is object {
  return typeof given === 'object' && given !== null && 'start' in given;
}

function encodeUnit<Unit>(field: Field<Unit>, unit: Unit): number {
  const number = field.encode(unit);
  if (number !== undefined) return number;
  throw new TypeError(
    `Invalid CalendarSpec component for field ${field.name}: '${String(unit)}' of type '${typeof unit}'`,
  );
}

function decodeField<Unit>(field: Field<Unit>, ranges: readonly schedule.IRange[] | null | undefined): Range<Unit>[] {
  return (ranges ?? []).map((range) => {
    const start = range.start ?? 0;
    return {
      start: decodeUnit(field, start),
      // The API's own rule: an end before the start means the start, and a step below one means one.
      end: decodeUnit(field, Math.max(start, range.end ?? 0)),
      step: Math.max(1, range.step ?? 0),
    };
  });
}

function decodeUnit<Unit>(field: Field<Unit>, number: number): Unit {
  const unit = field.decode(number);
  if (unit !== undefined) return unit;
  throw new RangeError(`Invalid CalendarSpec component for field ${field.name}: ${number} is out of bounds`);
}
