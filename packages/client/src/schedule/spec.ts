import { msOptionalToTs, msToTs, optionalDateToTs, optionalTsToDate, optionalTsToMs } from '@perdure/common/internal';
import type { schedule } from '@perdure/protocol';
import { decodeCalendar, encodeCalendar } from './calendar.js';
import type { IntervalSpecDescription, ScheduleSpec, ScheduleSpecDescription } from './spec-types.js';

/** When a schedule takes its action, as a message. */
export function encodeScheduleSpec(spec: ScheduleSpec): schedule.IScheduleSpec {
  return {
    structuredCalendar: spec.calendars?.map(encodeCalendar),
    interval: spec.intervals?.map(({ every, offset }) => ({ interval: msToTs(every), phase: msOptionalToTs(offset) })),
    cronString: spec.cronExpressions,
    excludeStructuredCalendar: spec.skip?.map(encodeCalendar),
    startTime: optionalDateToTs(spec.startAt),
    endTime: optionalDateToTs(spec.endAt),
    jitter: msOptionalToTs(spec.jitter),
    timezoneName: spec.timezone,
  };
}

/** When a schedule takes its action, off the wire. */
export function decodeScheduleSpec(spec: schedule.IScheduleSpec): ScheduleSpecDescription {
  return {
    calendars: (spec.structuredCalendar ?? []).map(decodeCalendar),
    intervals: (spec.interval ?? []).map(decodeInterval),
    skip: (spec.excludeStructuredCalendar ?? []).map(decodeCalendar),
    startAt: optionalTsToDate(spec.startTime),
    endAt: optionalTsToDate(spec.endTime),
    jitter: optionalTsToMs(spec.jitter),
    timezone: spec.timezoneName ?? undefined,
  };
}

function decodeInterval({ interval, phase }: schedule.IIntervalSpec): IntervalSpecDescription {
  return { every: optionalTsToMs(interval) ?? 0, offset: optionalTsToMs(phase) ?? 0 };
}
