import { readFileSync } from 'node:fs';
import { CommandError, UsageError } from './errors.js';
import { durationToJson } from './duration.js';
import { nearest } from './spelling.js';

/** The flags of one call, read by their long names. */
export class Flags {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly off: ReadonlySet<string> = new Set(),
    /** What was piped in, for a file that is called `-`. */
    private readonly input: string = '',
    /** Names that were asked for. */
    private readonly heard: Set<string> = new Set(),
  ) {}

  /** The same flags, for files that are called `-`. */
  withInput(input: string): Flags {
    return new Flags(this.values, this.off, input, this.heard);
  }

  /** The same flags, with values for those that were not said. */
  withDefaults(values: Readonly<Record<string, unknown>>): Flags {
    return new Flags({ ...values, ...this.values }, this.off, this.input, this.heard);
  }

  /** Whether there is a value for it; that alone is no use of it. */
  isGiven(name: string): boolean {
    return this.values[camelCase(name)] !== undefined;
  }

  /** Those of the names that nobody has asked for: they made no difference. */
  unheard(names: readonly string[]): readonly string[] {
    return names.filter((name) => !this.heard.has(camelCase(name)));
  }

  text(name: string): string | undefined {
    const value = this.value(name);
    return typeof value === 'string' ? value : undefined;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new UsageError(`--${name} is required`);
    return value;
  }

  texts(name: string): readonly string[] {
    const value = this.value(name);
    return Array.isArray(value) ? (value as readonly string[]) : [];
  }

  isSet(name: string): boolean {
    return this.value(name) === true;
  }

  /** Whether it was switched off, by `--flag=false` or `--no-flag`. */
  isOff(name: string): boolean {
    return this.value(name) === false || this.off.has(name);
  }

  /** A whole number of at least 0. */
  count(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text === '' || !Number.isSafeInteger(value) || value < 0)
      throw new UsageError(`--${name} must be a whole number, not "${text}"`);
    return value;
  }

  /** A duration such as `1h30m`, as proto3 JSON writes it. */
  duration(name: string): string | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : durationToJson(name, text);
  }

  /** The value in the spelling it has in `allowed`; case does not count. */
  oneOf<Value extends string>(name: string, allowed: readonly Value[]): Value | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : among(name, allowed, text);
  }

  /** The same for a flag that may be repeated, or hold several values with commas between them. */
  allOf<Value extends string>(name: string, allowed: readonly Value[]): readonly Value[] {
    return this.texts(name)
      .flatMap((text) => text.split(','))
      .map((text) => among(name, allowed, text));
  }

  /** A point in time such as `2026-11-26T12:00:00Z`, as proto3 JSON writes it. */
  time(name: string): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const timeMs = Date.parse(text);
    if (Number.isNaN(timeMs))
      throw new UsageError(`--${name} must be a time such as 2026-11-26T12:00:00Z, not "${text}"`);
    return new Date(timeMs).toISOString();
  }

  /** The text of the file that a flag names; undefined if none was named. */
  fileText(name: string): string | undefined {
    const path = this.text(name);
    return path === undefined ? undefined : this.read(name, path);
  }

  /** The texts of the files that a flag which may be repeated names. */
  fileTexts(name: string): readonly string[] {
    return this.texts(name).map((path) => this.read(name, path));
  }

  private value(name: string): unknown {
    const key = camelCase(name);
    this.heard.add(key);
    return this.values[key];
  }

  private read(name: string, path: string): string {
    if (path === '-') return this.input;
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new CommandError(`cannot read --${name} ${path}: ${(error as Error).message}`);
    }
  }

  /** `KEY=VALUE` pairs of a flag that may be repeated. */
  pairs(name: string): readonly (readonly [string, string])[] {
    return this.texts(name).map((pair) => {
      const split = pair.indexOf('=');
      if (split < 1) throw new UsageError(`--${name} must have the form KEY=VALUE, not "${pair}"`);
      return [pair.slice(0, split), pair.slice(split + 1)];
    });
  }
}

function among<Value extends string>(name: string, allowed: readonly Value[], text: string): Value {
  const found = allowed.find((value) => value.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  const close = nearest(text, allowed);
  const advice = close === undefined ? '' : ` (Did you mean ${close}?)`;
  throw new UsageError(`--${name} must be one of ${allowed.join(', ')}, not "${text}"${advice}`);
}

/** The name as commander keeps it. */
export function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
