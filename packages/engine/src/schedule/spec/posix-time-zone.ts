import type { TimeZone } from './time-zone.js';

const DAY = 86_400;
const HOUR = 3600;
const NAME = String.raw`(?:<[A-Za-z0-9+-]+>|[A-Za-z]{3,})`;
const TIME = String.raw`[+-]?\d{1,3}(?::\d{1,2}){0,2}`;
const RULE = String.raw`(?:M\d{1,2}\.\d\.\d|J\d{1,3}|\d{1,3})`;
const POSIX = new RegExp(
  `^${NAME}(?<standard>${TIME})(?:${NAME}(?<summer>${TIME})?,(?<start>${RULE})(?:/(?<startTime>${TIME}))?,` +
    `(?<end>${RULE})(?:/(?<endTime>${TIME}))?)?$`,
);
const DEFAULT_CHANGE = 2 * HOUR;

/**
 * A zone whose rules are written as in the variable TZ: `EST5EDT,M3.2.0,M11.1.0`. `undefined` if they are not.
 * Source: POSIX.1-2017, 8.3, with the hours beyond a day of RFC 9636, 3.3.1.
 */
export function posixTimeZone(text: string): TimeZone | undefined {
  const parts = POSIX.exec(text)?.groups;
  if (parts?.['standard'] === undefined) return undefined;
  // West of Greenwich the text has a plus.
  const standard = 0 - secondsOf(parts['standard']);
  const { start, end, summer: summerText } = parts;
  if (start === undefined || end === undefined) return { offsetAt: () => standard };
  const summer = summerText === undefined ? standard + HOUR : 0 - secondsOf(summerText);
  const startTime = parts['startTime'] === undefined ? DEFAULT_CHANGE : secondsOf(parts['startTime']);
  const endTime = parts['endTime'] === undefined ? DEFAULT_CHANGE : secondsOf(parts['endTime']);
  return {
    offsetAt(seconds) {
      const year = new Date((seconds + standard) * 1000).getUTCFullYear();
      const begins = dayOf(start, year) * DAY + startTime - standard;
      const ends = dayOf(end, year) * DAY + endTime - summer;
      const isSummer = begins < ends ? seconds >= begins && seconds < ends : seconds >= begins || seconds < ends;
      return isSummer ? summer : standard;
    },
  };
}

/** `-1:30` in seconds. */
function secondsOf(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, '').split(':').map(Number);
  const size = hours * HOUR + minutes * 60 + seconds;
  return text.startsWith('-') ? -size : size;
}

/** The day, counted from 1970, that a rule means in a year. */
function dayOf(rule: string, year: number): number {
  const newYear = Date.UTC(year, 0, 1) / 1000 / DAY;
  if (!rule.startsWith('M')) {
    // Counted without 29 February from 1, or with it from 0.
    if (!rule.startsWith('J')) return newYear + Number(rule);
    const number = Number(rule.slice(1));
    const isLeapYear = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
    return newYear + number - 1 + (isLeapYear && number >= 60 ? 1 : 0);
  }
  const [month = 1, week = 1, weekday = 0] = rule.slice(1).split('.').map(Number);
  const first = Date.UTC(year, month - 1, 1) / 1000 / DAY;
  const firstWeekday = new Date(first * DAY * 1000).getUTCDay();
  const day = first + ((weekday - firstWeekday + 7) % 7) + (week - 1) * 7;
  // The fifth is the last, which may be the fourth.
  return day < Date.UTC(year, month, 1) / 1000 / DAY ? day : day - 7;
}
