import { msToDuration, type schedule } from '@perdure/protocol';
import { calendarOfTexts } from './fields.js';
import { refuse } from './problem.js';

/** What a cron string stands for in the canonical form of a spec. */
export interface CronMeaning {
  readonly calendar?: schedule.IStructuredCalendarSpec;
  readonly interval?: schedule.IIntervalSpec;
  /** Empty when the string names none. */
  readonly timeZoneName: string;
}

const TIME_ZONE = /^(?:CRON_TZ|TZ)=(\S+)\s+(.*)$/s;
const EVERY = /^@every\s+(\S+)$/;
const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|us|ns|[dhms]))+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(ms|us|ns|[dhms])/g;
const UNIT_MS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  ns: 1e-6,
};

/**
 * Reads a cron string: five fields (minute to day of week), six (and a year) or seven (and seconds before), a nickname
 * such as `@daily`, or `@every 1h30m/10m` with an optional phase; `CRON_TZ=Zone/City ` before it; a comment after `#`.
 * Source: `temporal.api.schedule.v1.ScheduleSpec.cron_string`. Throws `SpecProblem`.
 */
export function readCronString(text: string): CronMeaning {
  const [beforeComment = '', ...comments] = text.split('#');
  const comment = comments.join('#').trim();
  const zoned = TIME_ZONE.exec(beforeComment.trim());
  const timeZoneName = zoned?.[1] ?? '';
  const body = (zoned?.[2] ?? beforeComment).trim();
  const every = EVERY.exec(body);
  if (every?.[1] !== undefined) return { interval: readEvery(every[1]), timeZoneName };
  const fields = (NICKNAMES[body.toLowerCase()] ?? body).split(/\s+/);
  if (fields.length < 5 || fields.length > 7) {
    refuse(`the cron string "${text}" does not have 5 to 7 fields, and is no nickname such as @daily`);
  }
  const [second, rest] = fields.length === 7 ? [fields[0], fields.slice(1)] : ['0', fields];
  const [minute, hour, dayOfMonth, month, dayOfWeek, year = '*'] = rest;
  return {
    calendar: calendarOfTexts({ second, minute, hour, dayOfMonth, month, dayOfWeek, year, comment }),
    timeZoneName,
  };
}

function readEvery(text: string): schedule.IIntervalSpec {
  const [interval = '', phase, ...more] = text.split('/');
  if (more.length > 0) refuse(`@every "${text}" has more than one phase`);
  return {
    interval: msToDuration(readDuration(interval)),
    phase: phase === undefined ? undefined : msToDuration(readDuration(phase)),
  };
}

function readDuration(text: string): number {
  if (!DURATION.test(text)) refuse(`"${text}" is no duration such as 1h30m`);
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(DURATION_PART)) totalMs += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  return totalMs;
}
