import type { Writable } from 'node:stream';

const COLOURS: Readonly<Record<string, number>> = { trace: 90, debug: 34, info: 32, warn: 33, error: 31, fatal: 31 };

/** Takes pino's lines of JSON and writes them as text for people: time, level, message, fields, then the stack of an error. */
export function prettyLines(destination: Writable): { write(line: string): void } {
  return { write: (line) => void destination.write(prettyLine(line)) };
}

function prettyLine(line: string): string {
  const { level, time, msg, error, ...fields } = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const [, clock = ''] = /T([\d:.]+)/.exec(String(time)) ?? [];
  const name = String(level);
  const coloured = `\u001b[${COLOURS[name] ?? 0}m${name.toUpperCase().padEnd(5)}\u001b[0m`;
  const details = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`;
  return `[${clock}] ${coloured} ${String(msg)}${details}\n${stackOf(error)}`;
}

function stackOf(error: unknown): string {
  if (error === undefined || error === null) return '';
  const { stack, message } = error as { readonly stack?: unknown; readonly message?: unknown };
  const text = typeof stack === 'string' ? stack : typeof message === 'string' ? message : JSON.stringify(error);
  return `${text.replace(/^/gm, '    ')}\n`;
}
