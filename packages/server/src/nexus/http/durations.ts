const UNITS_MS = { ms: 1, s: 1000, m: 60_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m)$/;

/** Milliseconds of a duration as headers of Nexus have it: `250ms`, `10s`, `1m`. Undefined if it is none. */
export function durationOfHeader(text: string): number | undefined {
  const [, number, unit] = DURATION.exec(text.trim()) ?? [];
  return number === undefined ? undefined : Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS];
}

/** The inverse of `durationOfHeader`. */
export function headerOfDuration(ms: number): string {
  return `${Math.max(1, Math.floor(ms))}ms`;
}
