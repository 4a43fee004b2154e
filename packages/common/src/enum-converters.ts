import { ValueError } from './errors.js';

/** What follows the prefix in the names of an enum, without the unspecified value. */
type ShortNames<ProtoEnum, Prefix extends string> = Exclude<
  keyof ProtoEnum extends infer Name ? (Name extends `${Prefix}${infer Short}` ? Short : never) : never,
  'UNSPECIFIED'
>;

/** A number for every name of the enum; the compiler checks both against the wire's definition. */
type NumbersByShortName<ProtoEnum, Prefix extends string> = {
  readonly [Name in keyof ProtoEnum as Name extends `${Prefix}${infer Short}` ? Short : never]: ProtoEnum[Name];
};

/**
 * Makes the two functions that convert between an enum of the wire (numbers) and its public form (short texts).
 *
 * Encoding takes the short name, the wire's full name, or the number, and gives the number; nothing gives `undefined`.
 * Decoding gives the short name, `undefined` for nothing and for the unspecified value 0, and `unknown_<number>` for
 * a number that this version does not know. Both throw a {@link ValueError} for anything else.
 *
 * The table repeats the numbers so that workflow bundles need not hold the wire's definitions.
 */
export function makeProtoEnumConverters<ProtoEnum extends Readonly<Record<string, number>>, Prefix extends string>(
  numbersByName: NumbersByShortName<ProtoEnum, Prefix>,
  prefix: Prefix,
): [
  encode: (
    input:
      | ShortNames<ProtoEnum, Prefix>
      | `${Prefix}${ShortNames<ProtoEnum, Prefix>}`
      | ProtoEnum[keyof ProtoEnum]
      | null
      | undefined,
  ) => ProtoEnum[keyof ProtoEnum] | undefined,
  decode: (input: ProtoEnum[keyof ProtoEnum] | null | undefined) => ShortNames<ProtoEnum, Prefix> | undefined,
] {
  type Value = ProtoEnum[keyof ProtoEnum];
  type ShortName = ShortNames<ProtoEnum, Prefix>;
  const numbers = new Map(Object.entries<Value>(numbersByName));
  const names = new Map([...numbers].map(([name, number]) => [number, name as ShortName]));

  function encode(input: unknown): Value | undefined {
    if (input === undefined || input === null) return undefined;
    if (typeof input === 'number') return input as Value;
    const number = typeof input === 'string' ? numbers.get(withoutPrefix(input, prefix)) : undefined;
    if (number === undefined) {
      const expected = [...numbers.keys()].filter((name) => name !== 'UNSPECIFIED').join(', ');
      throw new ValueError(`Invalid enum value: '${String(input)}'. Use one of: ${expected}`);
    }
    return number;
  }

  function decode(input: Value | null | undefined): ShortName | undefined {
    if (input === undefined || input === null) return undefined;
    if (typeof input !== 'number') {
      throw new ValueError(`Invalid proto enum value: '${String(input)}' of type ${typeof input}`);
    }
    const name = names.get(input) ?? (`unknown_${String(input)}` as ShortName);
    return name === 'UNSPECIFIED' ? undefined : name;
  }

  return [encode, decode];
}

function withoutPrefix(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}
