import { durationToMs, timestampToMs, type schedule } from '@perdure/protocol';
import { CompiledCalendar } from './calendar.js';
import { timeZoneOf, UTC } from './time-zone.js';
import { tzifTimeZone } from './tzif.js';

/** When an action is to be taken: the time the spec says, and that time with jitter. */
export interface ActionTime {
  readonly nominalMs: number;
  readonly actualMs: number;
}

interface Interval {
  readonly every: number;
  readonly phase: number;
}

/** Moments that an exclusion has taken out before the spec is taken to have no more times. */
const MAX_EXCLUDED = 10_000;

/** The times of one spec in canonical form. */
export class ActionTimes {
  private readonly calendars: readonly CompiledCalendar[];
  private readonly exclusions: readonly CompiledCalendar[];
  private readonly intervals: readonly Interval[];
  private readonly earliest: number;
  private readonly latest: number;
  private readonly jitterMs: number;

  /** @param seed times of equal specs with different seeds get different jitter */
  constructor(
    spec: schedule.IScheduleSpec,
    private readonly seed: string,
  ) {
    const given = spec.timezoneData == null ? undefined : tzifTimeZone(spec.timezoneData);
    const zone = given ?? timeZoneOf(spec.timezoneName ?? '') ?? UTC;
    const compiled = (calendar: schedule.IStructuredCalendarSpec) => new CompiledCalendar(calendar, zone);
    this.calendars = (spec.structuredCalendar ?? []).map(compiled);
    this.exclusions = (spec.excludeStructuredCalendar ?? []).map(compiled);
    this.intervals = (spec.interval ?? []).map(({ interval, phase }) => ({
      every: Math.max(1, wholeSeconds(durationToMs(interval) ?? 0)),
      phase: wholeSeconds(durationToMs(phase) ?? 0),
    }));
    this.earliest = Math.ceil((timestampToMs(spec.startTime) ?? -Infinity) / 1000);
    this.latest = Math.floor((timestampToMs(spec.endTime) ?? Infinity) / 1000);
    this.jitterMs = durationToMs(spec.jitter) ?? 0;
  }

  /** The first time whose nominal moment lies after another; `undefined` if there is none. */
  nextAfter(afterMs: number): ActionTime | undefined {
    const nominal = this.nominalAfter(wholeSeconds(afterMs));
    if (nominal === undefined) return undefined;
    return { nominalMs: nominal * 1000, actualMs: nominal * 1000 + this.jitterAt(nominal) };
  }

  /** Times in a range, its start left out: as many as are wanted at most, and none that jitter takes past its end. */
  between(startMs: number, endMs: number, limit: number): readonly ActionTime[] {
    const times: ActionTime[] = [];
    for (let afterMs = startMs; times.length < limit;) {
      const next = this.nextAfter(afterMs);
      if (next === undefined || next.nominalMs > endMs || next.actualMs > endMs) break;
      times.push(next);
      afterMs = next.nominalMs;
    }
    return times;
  }

  private nominalAfter(after: number): number | undefined {
    let from = Math.max(after, this.earliest - 1);
    for (let excluded = 0; excluded < MAX_EXCLUDED; excluded += 1) {
      const candidate = this.candidateAfter(from);
      if (candidate === undefined || candidate > this.latest) return undefined;
      const exclusion = this.exclusions.find((calendar) => calendar.matches(candidate));
      if (exclusion === undefined) return candidate;
      from = exclusion.lastOfMatchingStretch(candidate);
    }
    return undefined;
  }

  private candidateAfter(after: number): number | undefined {
    let earliest: number | undefined;
    const offer = (candidate: number | undefined): void => {
      if (candidate !== undefined && (earliest === undefined || candidate < earliest)) earliest = candidate;
    };
    for (const { every, phase } of this.intervals) offer((Math.floor((after - phase) / every) + 1) * every + phase);
    for (const calendar of this.calendars) offer(calendar.nextAfter(after));
    return earliest;
  }

  /** The same for the same spec, seed and moment, and never past the next moment: times keep their order. */
  private jitterAt(nominal: number): number {
    if (this.jitterMs <= 0) return 0;
    const next = this.nominalAfter(nominal);
    const room = next === undefined ? this.jitterMs : Math.min(this.jitterMs, (next - nominal) * 1000);
    return Math.floor(fractionOf(`${this.seed}\n${nominal}`) * room);
  }
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** A number from 0 up to 1 that looks random and is a function of a text: FNV-1a, mixed as in MurmurHash3. */
function fractionOf(text: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
