/** What the clocks on the walls of a place show. */
export interface TimeZone {
  /** Seconds to add to UTC at a moment given in seconds since 1970. */
  offsetAt(seconds: number): number;
}

/** Coordinated universal time. */
export const UTC: TimeZone = { offsetAt: () => 0 };

const OFFSET = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/;
const zones = new Map<string, TimeZone>();

/** The zone of a name of the IANA database; an empty name is UTC. `undefined` if there is none. */
export function timeZoneOf(name: string): TimeZone | undefined {
  if (name === '' || name === 'UTC') return UTC;
  // Only names: not the offsets that newer engines take for zones.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  const key = name.toLowerCase();
  const known = zones.get(key);
  if (known !== undefined) return known;
  const zone = openZone(name);
  if (zone !== undefined) zones.set(key, zone);
  return zone;
}

function openZone(name: string): TimeZone | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, year: 'numeric', timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
  return {
    offsetAt(seconds) {
      const found = OFFSET.exec(format.format(seconds * 1000));
      if (found === null) throw new Error(`The offset of time zone ${name} cannot be read`);
      const [, sign, hours, minutes, secondsPart] = found;
      const size = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(secondsPart ?? 0);
      return sign === '-' ? -size : size;
    },
  };
}
