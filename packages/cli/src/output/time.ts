/** How times are shown: `3 minutes ago`, `2026-11-26T12:00:00Z`, or exactly as the server sent them. */
export type TimeFormat = 'relative' | 'iso' | 'raw';

const UNITS: readonly (readonly [string, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** A time in words. */
export function timeText(iso: string, format: TimeFormat, nowMs: number): string {
  if (format === 'raw') return iso;
  const timeMs = Date.parse(iso);
  if (Number.isNaN(timeMs)) return iso;
  if (format === 'iso') return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
  const awayMs = Math.abs(nowMs - timeMs);
  const [name, unitMs] = UNITS.find(([, sizeMs]) => awayMs >= sizeMs) ?? ['second', 1_000];
  const amount = Math.floor(awayMs / unitMs);
  if (amount === 0) return 'now';
  const words = `${amount} ${name}${amount === 1 ? '' : 's'}`;
  return timeMs > nowMs ? `in ${words}` : `${words} ago`;
}
