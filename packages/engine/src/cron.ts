import { Cron } from 'croner';

const EVERY = /^@every\s+(.+)$/;
const TIME_ZONE = /^(?:CRON_TZ|TZ)=(\S+)\s+(.+)$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(h|ms|m|s)/g;
const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Why the text is no cron schedule, or `undefined` if it is one. An empty text is no schedule and is accepted. */
export function invalidCron(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Milliseconds from `nowMs` to the next occurrence after `scheduledMs` that has not passed yet, rounded up to a
 * second; `undefined` if there is none.
 *
 * Grammar: five fields, `@hourly` and the like, `@every 1h30m`, optionally after `CRON_TZ=Zone/City `
 * (https://docs.temporal.io/cron-job).
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
  const pattern = zoned?.[2] ?? text.trim();
  if (!pattern.startsWith('@') && pattern.split(/\s+/).length !== 5)
    throw new Error('expected five fields: minute hour day-of-month month day-of-week');
  const cron = new Cron(pattern, { paused: true, timezone: zoned?.[1] ?? 'UTC' });
  return (scheduledMs, nowMs) => cron.nextRun(new Date(Math.max(scheduledMs, nowMs)))?.getTime();
}

function everyInterval(intervalMs: number): NextOccurrence {
  return (scheduledMs, nowMs) => {
    const skipped = Math.max(1, Math.floor((nowMs - scheduledMs) / intervalMs) + 1);
    return scheduledMs + skipped * intervalMs;
  };
}

function parseInterval(text: string): number {
  let totalMs = 0;
  let matched = '';
  for (const part of text.trim().matchAll(DURATION_PART)) {
    totalMs += Number(part[1]) * (UNIT_MS[part[2] ?? ''] ?? 0);
    matched += part[0];
  }
  if (matched !== text.trim() || totalMs < 1000)
    throw new Error(`"${text}" is not an interval of at least one second such as 1h30m`);
  return Math.floor(totalMs / 1000) * 1000;
}
