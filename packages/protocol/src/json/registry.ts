import * as generated from '../../generated/index.js';
import { enumTypes, messageTypes } from '../../generated/json-tables.js';
import type { AnyCodec } from '#wire';

/** How often a field occurs. */
export type Cardinality = 'singular' | 'optional' | 'repeated' | 'map';

/** What a field holds. Integers of 64 bits are apart because JSON carries them as text. */
export type FieldKind =
  | { readonly kind: 'string' | 'bytes' | 'bool' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'double' }
  | { readonly kind: 'enum'; readonly typeName: string; readonly values: Readonly<Record<string, number>> }
  | { readonly kind: 'message'; readonly typeName: string };

/** A field as the JSON mapping needs it. */
export interface FieldDescription {
  readonly name: string;
  readonly cardinality: Cardinality;
  readonly type: FieldKind;
}

const CARDINALITIES: Readonly<Record<string, Cardinality>> = {
  '=': 'singular',
  '?': 'optional',
  '*': 'repeated',
  '%': 'map',
};

const SCALARS = {
  s: 'string',
  b: 'bytes',
  t: 'bool',
  i: 'int32',
  u: 'uint32',
  l: 'int64',
  L: 'uint64',
  d: 'double',
} as const;

const FIELD = /^(\w+)([=?*%])(\w)(\d*)$/;

const lines = new Map(messageTypes.map((line) => [line.slice(0, line.indexOf(' ')), line]));
const parsed = new Map<string, readonly FieldDescription[]>();
let codecs: ReadonlyMap<string, AnyCodec> | undefined;

/** The fields of a message type; `undefined` if there is no such type. */
export function fieldsOf(typeName: string): readonly FieldDescription[] | undefined {
  const known = parsed.get(typeName);
  if (known !== undefined) return known;
  const line = lines.get(typeName);
  if (line === undefined) return undefined;
  const fields = line.split(' ').slice(1).filter(Boolean).map(parseField);
  parsed.set(typeName, fields);
  return fields;
}

/** The codec of a message type by its full protobuf name; `undefined` if there is none. */
export function codecOfType(typeName: string): AnyCodec | undefined {
  codecs ??= new Map(
    Object.values(generated)
      .flatMap((namespace) => Object.values(namespace as Readonly<Record<string, unknown>>))
      .filter(isCodec)
      .map((codec) => [codec.typeName, codec]),
  );
  return codecs.get(typeName);
}

function isCodec(value: unknown): value is AnyCodec {
  return typeof value === 'object' && value !== null && 'typeName' in value && 'encodeTo' in value;
}

function parseField(text: string): FieldDescription {
  const [, name, sign, letter, index] = FIELD.exec(text) ?? [];
  if (name === undefined || sign === undefined || letter === undefined)
    throw new Error(`Malformed table entry ${text}`);
  return { name, cardinality: CARDINALITIES[sign] ?? 'singular', type: parseKind(letter, Number(index)) };
}

function parseKind(letter: string, index: number): FieldKind {
  if (letter === 'm') {
    const line = messageTypes[index] ?? '';
    return { kind: 'message', typeName: line.slice(0, line.indexOf(' ')) };
  }
  if (letter === 'e') {
    const [typeName, values] = enumTypes[index] ?? ['', {}];
    return { kind: 'enum', typeName, values };
  }
  return { kind: SCALARS[letter as keyof typeof SCALARS] };
}
