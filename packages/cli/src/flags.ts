import { UsageError } from './errors.js';
import { durationToJson } from './duration.js';

/** The flags of one call, read by their long names. */
export class Flags {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  text(name: string): string | undefined {
    const value = this.values[camelCase(name)];
    return typeof value === 'string' ? value : undefined;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new UsageError(`--${name} is required`);
    return value;
  }

  texts(name: string): readonly string[] {
    const value = this.values[camelCase(name)];
    return Array.isArray(value) ? (value as readonly string[]) : [];
  }

  isSet(name: string): boolean {
    return this.values[camelCase(name)] === true;
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

  oneOf<Value extends string>(name: string, allowed: readonly Value[]): Value | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = allowed.find((value) => value.toLowerCase() === text.toLowerCase());
    if (found === undefined) throw new UsageError(`--${name} must be one of ${allowed.join(', ')}, not "${text}"`);
    return found;
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

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
