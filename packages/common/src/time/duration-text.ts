type Unit =
  | 'Years'
  | 'Year'
  | 'Yrs'
  | 'Yr'
  | 'Y'
  | 'Weeks'
  | 'Week'
  | 'W'
  | 'Days'
  | 'Day'
  | 'D'
  | 'Hours'
  | 'Hour'
  | 'Hrs'
  | 'Hr'
  | 'H'
  | 'Minutes'
  | 'Minute'
  | 'Mins'
  | 'Min'
  | 'M'
  | 'Seconds'
  | 'Second'
  | 'Secs'
  | 'Sec'
  | 's'
  | 'Milliseconds'
  | 'Millisecond'
  | 'Msecs'
  | 'Msec'
  | 'Ms';

type UnitInAnyCase = Unit | Uppercase<Unit> | Lowercase<Unit>;

/** A duration as text, as the npm package `ms` writes them: '100', '5s', '1.5 hours', '-3 days'. */
export type StringValue = `${number}` | `${number}${UnitInAnyCase}` | `${number} ${UnitInAnyCase}`;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A year is 365.25 days, as for `ms`. */
const UNITS: readonly (readonly [unitMs: number, names: string])[] = [
  [365.25 * DAY_MS, 'years year yrs yr y'],
  [7 * DAY_MS, 'weeks week w'],
  [DAY_MS, 'days day d'],
  [HOUR_MS, 'hours hour hrs hr h'],
  [MINUTE_MS, 'minutes minute mins min m'],
  [SECOND_MS, 'seconds second secs sec s'],
  [1, 'milliseconds millisecond msecs msec ms'],
];

const MS_BY_UNIT = new Map(UNITS.flatMap(([unitMs, names]) => names.split(' ').map((name) => [name, unitMs] as const)));

/** The same limit as `ms`: longer text is no duration, and matching it would only cost time. */
const LONGEST_TEXT = 100;
const NUMBER_AND_UNIT = /^(-?(?:\d+|\d*\.\d+)) *([a-z]*)$/i;

/** The milliseconds of a duration written as text; without a unit they are milliseconds. `undefined` if it is none. */
export function parseDurationMs(text: string): number | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const [, number, unit] = NUMBER_AND_UNIT.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  const unitMs = unit === '' ? 1 : MS_BY_UNIT.get(unit.toLowerCase());
  return unitMs === undefined ? undefined : Number.parseFloat(number) * unitMs;
}
