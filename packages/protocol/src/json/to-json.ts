import { EncodedMessage } from '#wire';
import type { Codec } from '#wire';
import { enumName } from '../enum-names.js';
import { toBase64 } from './base64.js';
import { JsonFormatError, at } from './json-format-error.js';
import type { Fields, JsonValue } from './json-value.js';
import { doubleToJson, int64ToText } from './numbers.js';
import { codecOfType, fieldsOf } from './registry.js';
import type { FieldDescription, FieldKind } from './registry.js';
import { wellKnownType } from './well-known-types.js';

/**
 * A message as proto3 JSON: names in lowerCamelCase, enums by name, 64-bit integers as text, bytes in base64, fields
 * that hold their default left out. Throws `JsonFormatError` for an Any whose type is not known here.
 */
export function toJson<I extends object, D extends I>(codec: Codec<I, D>, message: I): JsonValue {
  return messageToJson(codec.typeName, message);
}

function messageToJson(typeName: string, message: object): JsonValue {
  const fields = plain(typeName, message);
  const special = wellKnownType(typeName);
  if (special !== undefined) return special.toJson(fields, messageToJson);
  const json: Record<string, JsonValue> = {};
  for (const field of fieldsOf(typeName) ?? []) {
    const value = fields[field.name];
    if (value === undefined || value === null || isDefault(field, value)) continue;
    json[field.name] = at(field.name, () => fieldToJson(field, value));
  }
  return json;
}

/** The fields of a message; one that is already encoded is decoded first. */
function plain(typeName: string, message: object): Fields {
  if (!(message instanceof EncodedMessage)) return message as Fields;
  const codec = codecOfType(typeName);
  if (codec === undefined) throw new JsonFormatError(`no message type ${typeName} is known`);
  return codec.decode(codec.encode(message)) as Fields;
}

function isDefault({ cardinality, type }: FieldDescription, value: unknown): boolean {
  if (cardinality === 'optional') return false;
  if (cardinality === 'map') return Object.keys(value as object).length === 0;
  if (cardinality === 'repeated' || type.kind === 'bytes') return (value as ArrayLike<unknown>).length === 0;
  return value === '' || value === false || (type.kind === 'double' ? Object.is(value, 0) : value === 0);
}

function fieldToJson({ cardinality, type }: FieldDescription, value: unknown): JsonValue {
  if (cardinality === 'repeated') return (value as readonly unknown[]).map((item) => valueToJson(type, item));
  if (cardinality !== 'map') return valueToJson(type, value);
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, valueToJson(type, item)]));
}

function valueToJson(type: FieldKind, value: unknown): JsonValue {
  switch (type.kind) {
    case 'message':
      return messageToJson(type.typeName, value as object);
    case 'enum':
      return enumName(type.values, value as number) ?? (value as number);
    case 'bytes':
      return toBase64(value as Uint8Array);
    case 'int64':
    case 'uint64':
      return int64ToText(value);
    case 'double':
      return doubleToJson(value as number);
    case 'string':
    case 'bool':
    case 'int32':
    case 'uint32':
      return value as JsonValue;
  }
}
