import type { schedule } from '@perdure/protocol';
import { refuse } from './problem.js';

/** The fields of a calendar that hold numbers. */
export type FieldName = 'second' | 'minute' | 'hour' | 'dayOfMonth' | 'month' | 'year' | 'dayOfWeek';

/** One field: what it may hold, and what it is when a calendar written as text leaves it out. */
export interface Field {
  readonly name: FieldName;
  /** As messages name it. */
  readonly title: string;
  readonly first: number;
  readonly last: number;
  readonly whenAbsent: '0' | '*';
  /** Texts that stand for numbers, from `first` on. */
  readonly names: readonly string[];
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const SHORTEST_NAME = 3;

/** Every field, in the order of a cron string with seconds and a year. */
export const FIELDS: readonly Field[] = [
  { name: 'second', title: 'Second', first: 0, last: 59, whenAbsent: '0', names: [] },
  { name: 'minute', title: 'Minute', first: 0, last: 59, whenAbsent: '0', names: [] },
  { name: 'hour', title: 'Hour', first: 0, last: 23, whenAbsent: '0', names: [] },
  { name: 'dayOfMonth', title: 'DayOfMonth', first: 1, last: 31, whenAbsent: '*', names: [] },
  { name: 'month', title: 'Month', first: 1, last: 12, whenAbsent: '*', names: MONTHS },
  { name: 'dayOfWeek', title: 'DayOfWeek', first: 0, last: 6, whenAbsent: '*', names: DAYS },
  { name: 'year', title: 'Year', first: 2000, last: 2100, whenAbsent: '*', names: [] },
];

const MAX_COMMENT_CHARACTERS = 200;

/** The canonical form of a calendar that is written as texts: each field a list of ranges with end and step. */
export function calendarOfTexts(texts: schedule.ICalendarSpec): schedule.IStructuredCalendarSpec {
  const ranges: { [name in FieldName]?: readonly schedule.IRange[] } = {};
  for (const field of FIELDS) ranges[field.name] = rangesOfText(field, texts[field.name] || field.whenAbsent);
  return { ...ranges, comment: checkedComment(texts.comment) };
}

/** The canonical form of a calendar of ranges. An empty field matches nothing, but for the year, where it matches any. */
export function canonicalCalendar(given: schedule.IStructuredCalendarSpec): schedule.IStructuredCalendarSpec {
  const ranges: { [name in FieldName]?: readonly schedule.IRange[] } = {};
  for (const field of FIELDS) {
    ranges[field.name] = (given[field.name] ?? []).map((range) => canonicalRange(field, range));
  }
  return { ...ranges, comment: checkedComment(given.comment) };
}

/** The numbers that ranges hold, ascending. */
export function numbersIn(ranges: readonly schedule.IRange[] | null | undefined): readonly number[] {
  const numbers = new Set<number>();
  for (const { start, end, step } of ranges ?? []) {
    for (let number = start ?? 0; number <= (end ?? 0); number += step || 1) numbers.add(number);
  }
  return [...numbers].sort((left, right) => left - right);
}

function checkedComment(comment: string | null | undefined): string {
  if ((comment?.length ?? 0) > MAX_COMMENT_CHARACTERS) {
    refuse(`the comment of a calendar is too long: at most ${MAX_COMMENT_CHARACTERS} characters are allowed`);
  }
  return comment ?? '';
}

function canonicalRange({ title, first, last }: Field, given: schedule.IRange): schedule.IRange {
  const start = given.start ?? 0;
  const end = given.end || start;
  const step = given.step || 1;
  if (start < first || start > last) refuse(`${title} start ${start} is not in range [${first}-${last}]`);
  if (end < start || end > last) refuse(`${title} end ${end} is before its start or not in range [${first}-${last}]`);
  if (step < 0) refuse(`${title} step ${step} is negative`);
  return { start, end, step };
}

/** A text such as `1-5,10/2`, as cron has them. */
function rangesOfText(field: Field, text: string): readonly schedule.IRange[] {
  const isAny = text.trim() === '*';
  // Of the year, any is said by saying nothing.
  if (isAny && field.name === 'year') return [];
  const ranges = text.split(',').map((part) => rangeOfText(field, part.trim()));
  return field.name === 'dayOfWeek' ? ranges.flatMap(withoutSeven) : ranges;
}

function rangeOfText(field: Field, part: string): schedule.IRange {
  const [range = '', stepText, ...more] = part.split('/');
  if (more.length > 0) refuse(`${field.title} has too many slashes in "${part}"`);
  const step = stepText === undefined ? 1 : wholeNumber(stepText);
  if (step === undefined || step < 1) refuse(`${field.title} has an invalid step in "${part}"`);
  if (range === '*') return { start: field.first, end: field.last, step };
  const [startText = '', endText, ...rest] = range.split('-');
  if (rest.length > 0) refuse(`${field.title} has too many dashes in "${part}"`);
  const start = numberIn(field, startText);
  if (endText !== undefined) {
    const end = numberIn(field, endText);
    if (end < start) refuse(`${field.title} end is before its start in "${part}"`);
    return { start, end, step };
  }
  // From a value on, every so often.
  return { start, end: stepText === undefined ? start : field.last, step };
}

function numberIn({ title, first, last, names, name }: Field, text: string): number {
  const lower = text.toLowerCase();
  const named =
    lower.length < SHORTEST_NAME ? -1 : names.findIndex((each) => each === lower || each.slice(0, 3) === lower);
  if (named !== -1) return named + first;
  // Sunday may be 7 as well.
  const highest = name === 'dayOfWeek' ? 7 : last;
  const number = wholeNumber(text);
  if (number === undefined || number < first || number > highest) {
    refuse(`${title} "${text}" is not in range [${first}-${highest}]`);
  }
  return number;
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function withoutSeven(range: schedule.IRange): readonly schedule.IRange[] {
  const { start = 0, end = 0, step } = range as schedule.Range;
  if (end !== 7) return [range];
  if (start === 7) return [{ start: 0, end: 0, step: 1 }];
  const isSundayIn = (7 - start) % step === 0;
  const rest = { start, end: 6, step };
  return !isSundayIn || start === 0 ? [rest] : [{ start: 0, end: 0, step: 1 }, rest];
}
