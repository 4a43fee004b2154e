import { Cron } from 'croner';

const EVERY = /^@every\s+(.+)$/;
const TIME_ZONE = /^(?:CRON_TZ|TZ)=(\S+)\s+(.+)$/;
const NICKNAME = /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/;
const DURATION = /^[+-]?(?:\d+(?:\.\d*)?(?:h|ms|us|ns|m|s))+$/;
const DURATION_PART = /(\d+(?:\.\d*)?)(h|ms|us|ns|m|s)/g;
const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1, us: 1e-3, ns: 1e-6 };
const MINIMUM_INTERVAL_MS = 1_000;

/** What a field may consist of (extensions of other cron dialects are not part of ours), and its last value. */
const FIELDS = [
  { name: 'minute', part: /^(?:\*|\?|\d+(?:-\d+)?)(?:\/\d+)?$/, last: 59 },
  { name: 'hour', part: /^(?:\*|\?|\d+(?:-\d+)?)(?:\/\d+)?$/, last: 23 },
  { name: 'day-of-month', part: /^(?:\*|\?|\d+(?:-\d+)?)(?:\/\d+)?$/, last: 31 },
  { name: 'month', part: /^(?:\*|\?|(?:\d+|[a-z]{3})(?:-(?:\d+|[a-z]{3}))?)(?:\/\d+)?$/i, last: 12 },
  { name: 'day-of-week', part: /^(?:\*|\?|(?:[0-6]|[a-z]{3})(?:-(?:[0-6]|[a-z]{3}))?)(?:\/\d+)?$/i, last: 6 },
] as const;

/** Why the text is no cron schedule, or `undefined` if it is one. An empty text is no schedule and is accepted. */
export function invalidCron(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    if (parse(text)(ANY_TIME_MS, ANY_TIME_MS) === undefined) return 'no time can be found to satisfy the schedule';
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const ANY_TIME_MS = Date.UTC(2024, 0, 1);

/**
 * Milliseconds from `nowMs` to the next occurrence after `scheduledMs` that has not passed yet, rounded up to a
 * second; `undefined` if there is none.
 *
 * Grammar: five fields, `@hourly` and the like, `@every 1h30m`, optionally after `CRON_TZ=Zone/City `
 * (https://docs.temporal.io/cron-job).
 *
 * @throws Error if `invalidCron` has a complaint
 */
export function cronDelayMs(text: string, scheduledMs: number, nowMs: number): number | undefined {
  const next = parse(text)(scheduledMs, nowMs);
  if (next === undefined) return undefined;
  return Math.ceil((next - nowMs) / 1000) * 1000;
}

type NextOccurrence = (scheduledMs: number, nowMs: number) => number | undefined;

function parse(text: string): NextOccurrence {
  const every = EVERY.exec(text.trim());
  if (every?.[1] !== undefined) return everyInterval(parseInterval(every[1]));
  const zoned = TIME_ZONE.exec(text.trim());
  const cron = new Cron(pattern(zoned?.[2] ?? text.trim()), { paused: true, timezone: zoned?.[1] ?? 'UTC' });
  return (scheduledMs, nowMs) => cron.nextRun(new Date(Math.max(scheduledMs, nowMs)))?.getTime();
}

function pattern(text: string): string {
  if (NICKNAME.test(text)) return text;
  const fields = text.split(/\s+/);
  if (fields.length !== FIELDS.length) {
    throw new Error(`"${text}" is not five fields: minute hour day-of-month month day-of-week`);
  }
  return FIELDS.map(({ name, part, last }, index) => {
    const parts = (fields[index] ?? '').split(',');
    for (const each of parts) if (!part.test(each)) throw new Error(`"${each}" is no ${name}`);
    // From a value on, every so often: what is written `5/10` here is a range in the library.
    return parts.map((each) => each.replace(/^(\d+)\/(\d+)$/, `$1-${last}/$2`)).join(',');
  }).join(' ');
}

function everyInterval(intervalMs: number): NextOccurrence {
  return (scheduledMs, nowMs) => {
    const skipped = Math.max(1, Math.floor((nowMs - scheduledMs) / intervalMs) + 1);
    return scheduledMs + skipped * intervalMs;
  };
}

function parseInterval(text: string): number {
  const trimmed = text.trim();
  if (!DURATION.test(trimmed)) throw new Error(`"${text}" is no interval such as 1h30m`);
  if (trimmed.startsWith('-')) return MINIMUM_INTERVAL_MS;
  let totalMs = 0;
  for (const [, amount, unit] of trimmed.matchAll(DURATION_PART))
    totalMs += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  return Math.max(MINIMUM_INTERVAL_MS, Math.floor(totalMs / 1000) * 1000);
}
