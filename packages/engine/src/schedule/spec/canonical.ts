import { durationToMs, type schedule } from '@perdure/protocol';
import { readCronString } from './cron-string.js';
import { calendarOfTexts, canonicalCalendar } from './fields.js';
import { refuse, SpecProblem } from './problem.js';
import { timeZoneOf } from './time-zone.js';
import { tzifTimeZone } from './tzif.js';

const MINIMUM_INTERVAL_MS = 1000;
const MAX_ZONE_BYTES = 65_536;

/** A spec in its canonical form, or what is wrong with it. */
export type CanonicalSpec = { readonly spec: schedule.IScheduleSpec } | { readonly problem: string };

/**
 * Brings a spec into the form in which it is kept and described: calendars written as texts, and cron strings, become
 * structured calendars and intervals; ranges have their ends and steps; a time zone that a cron string names is that of
 * the whole spec.
 */
export function canonicalSpec(given: schedule.IScheduleSpec): CanonicalSpec {
  try {
    return { spec: canonical(given) };
  } catch (error) {
    if (error instanceof SpecProblem) return { problem: error.message };
    throw error;
  }
}

function canonical(given: schedule.IScheduleSpec): schedule.IScheduleSpec {
  const crons = (given.cronString ?? []).map(readCronString);
  const timeZoneName = commonTimeZone(
    given,
    crons.map((cron) => cron.timeZoneName),
  );
  const jitterMs = durationToMs(given.jitter) ?? 0;
  if (jitterMs < 0) refuse('Jitter is negative');
  return {
    structuredCalendar: [
      ...(given.structuredCalendar ?? []).map(canonicalCalendar),
      ...(given.calendar ?? []).map(calendarOfTexts),
      ...crons.flatMap((cron) => cron.calendar ?? []),
    ],
    interval: [...(given.interval ?? []), ...crons.flatMap((cron) => cron.interval ?? [])].map(checkedInterval),
    excludeStructuredCalendar: [
      ...(given.excludeStructuredCalendar ?? []).map(canonicalCalendar),
      ...(given.excludeCalendar ?? []).map(calendarOfTexts),
    ],
    startTime: given.startTime,
    endTime: given.endTime,
    jitter: given.jitter,
    timezoneName: timeZoneName,
    timezoneData: given.timezoneData,
  };
}

function commonTimeZone(given: schedule.IScheduleSpec, ofCronStrings: readonly string[]): string {
  const names = new Set(ofCronStrings);
  if (given.timezoneName) names.delete('');
  if (given.timezoneName) names.add(given.timezoneName);
  if (names.size > 1) refuse('the time zones of TimezoneName and of the cron strings are not the same');
  const [name = ''] = names;
  // A zone that is sent along may have any name.
  const { timezoneData } = given;
  if (timezoneData != null && timezoneData.length > 0) {
    if (timezoneData.length > MAX_ZONE_BYTES) refuse(`TimezoneData has more than ${MAX_ZONE_BYTES} bytes`);
    if (tzifTimeZone(timezoneData) === undefined) refuse('TimezoneData is no file of the IANA time zone database');
  } else if (timeZoneOf(name) === undefined) refuse(`unknown time zone ${name}`);
  return name;
}

function checkedInterval(given: schedule.IIntervalSpec): schedule.IIntervalSpec {
  const intervalMs = durationToMs(given.interval) ?? 0;
  const phaseMs = durationToMs(given.phase) ?? 0;
  if (intervalMs < MINIMUM_INTERVAL_MS) refuse('an interval is too small: give at least one second');
  if (phaseMs < 0) refuse('the phase of an interval is negative');
  if (phaseMs >= intervalMs) refuse('the phase of an interval must be less than the interval');
  return { interval: given.interval, phase: given.phase };
}
