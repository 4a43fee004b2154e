const dateTimePattern = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Epoch milliseconds of an RFC 3339 time, or of a whole number of nanoseconds since 1970; fractional below a millisecond.
 * Undefined when the text is neither.
 */
export function parseDateTimeMs(text: string): number | undefined {
  if (/^[+-]?\d+$/.test(text)) return Number(text) / 1e6;
  const parts = dateTimePattern.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = parts;
  const utc = new Date(0);
  utc.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  utc.setUTCHours(Number(hour), Number(minute), Number(second));
  // A date that does not exist rolls over into another one, which is how it is told apart.
  if (utc.toISOString().slice(0, 19) !== `${year}-${month}-${day}T${hour}:${minute}:${second}`) return undefined;
  return utc.getTime() + Number(`0.${fraction ?? '0'}`) * 1e3 - zoneOffsetMs(zone ?? 'Z');
}

function zoneOffsetMs(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

const unitsMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3600e3,
  d: 86_400e3,
};

/**
 * Milliseconds of a duration in Go's notation ('1h30m', '250ms', days as 'd'), as 'hh:mm:ss', or as a whole number of
 * nanoseconds. Undefined when the text is none of these.
 */
export function parseDurationMs(text: string): number | undefined {
  if (/^[+-]?\d+$/.test(text)) return Number(text) / 1e6;
  const clock = /^(\d+):([0-5]\d):([0-5]\d)$/.exec(text);
  if (clock !== null) return (Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3])) * 1e3;
  if (!/^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h|d))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d)/g)) {
    totalMs += Number(amount) * (unitsMs[unit ?? ''] ?? 0);
  }
  return text.startsWith('-') ? -totalMs : totalMs;
}
