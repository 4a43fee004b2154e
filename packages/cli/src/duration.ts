import { UsageError } from './errors.js';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `500ms`, `10s`, `1h30m` or `2d`; a bare number counts seconds. */
export function durationToMs(flag: string, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text))
    throw new UsageError(`--${flag} must be a duration such as 500ms, 10s or 1h30m, not "${text}"`);
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g))
    totalMs += Number(amount) * (UNIT_MS[unit ?? 's'] ?? 0);
  return totalMs;
}

/** The duration as proto3 JSON writes it: `90s`. */
export function durationToJson(flag: string, text: string): string {
  return `${durationToMs(flag, text) / 1_000}s`;
}
