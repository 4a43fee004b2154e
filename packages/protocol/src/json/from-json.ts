import type { Codec } from '#wire';
import { fromBase64 } from './base64.js';
import { JsonFormatError, at } from './json-format-error.js';
import { isFields } from './json-value.js';
import {
  INT32_BOUNDS,
  INT64_BOUNDS,
  UINT32_BOUNDS,
  UINT64_BOUNDS,
  doubleFromJson,
  halves,
  integer,
} from './numbers.js';
import { codecOfType, fieldsOf } from './registry.js';
import type { FieldDescription, FieldKind } from './registry.js';
import { wellKnownType } from './well-known-types.js';

/** Choices of {@link fromJson}. */
export interface FromJsonOptions {
  /** Skip names that the message does not have, instead of refusing them. */
  readonly ignoreUnknownFields?: boolean;
}

/** How deep JSON may nest; the same limit as on the wire. */
const DEPTH_LIMIT = 100;

/**
 * The message that proto3 JSON describes. Takes names in lowerCamelCase or as in the proto file, enums as names or
 * numbers, integers as numbers or text. Throws {@link JsonFormatError}, which says where and what was expected.
 */
export function fromJson<I extends object, D extends I>(
  codec: Codec<I, D>,
  json: unknown,
  options: FromJsonOptions = {},
): D {
  const message = new JsonReader(options).message(codec.typeName, json);
  return codec.decode(codec.encode(message as I));
}

class JsonReader {
  private readonly options: FromJsonOptions;
  private depth = 0;

  constructor(options: FromJsonOptions) {
    this.options = options;
  }

  message(typeName: string, json: unknown): object {
    if (++this.depth > DEPTH_LIMIT) throw new JsonFormatError(`nested deeper than ${DEPTH_LIMIT}`);
    const message = this.messageHere(typeName, json);
    this.depth--;
    return message;
  }

  private messageHere(typeName: string, json: unknown): object {
    const special = wellKnownType(typeName);
    if (special !== undefined) return special.fromJson(json, (inner, value) => this.message(inner, value));
    if (!isFields(json)) throw new JsonFormatError(`expected an object (${typeName})`);
    const fields = fieldsByName(typeName);
    const message: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(json)) {
      const field = fields.get(name);
      if (field === undefined) {
        if (this.options.ignoreUnknownFields === true) continue;
        throw new JsonFormatError(`${typeName} has no such field`).within(name);
      }
      const mapped = at(name, () => this.field(field, value));
      if (mapped !== undefined) message[field.name] = mapped;
    }
    return message;
  }

  private field({ cardinality, type }: FieldDescription, json: unknown): unknown {
    if (json === null) return undefined;
    if (cardinality === 'repeated') {
      if (!Array.isArray(json)) throw new JsonFormatError('expected a list');
      return json.map((item, index) => at(`[${index}]`, () => this.value(type, item)));
    }
    if (cardinality !== 'map') return this.value(type, json);
    if (!isFields(json)) throw new JsonFormatError('expected an object');
    return Object.fromEntries(
      Object.entries(json).map(([key, item]) => [key, at(`[${JSON.stringify(key)}]`, () => this.value(type, item))]),
    );
  }

  private value(type: FieldKind, json: unknown): unknown {
    switch (type.kind) {
      case 'message':
        return this.message(type.typeName, json);
      case 'enum':
        return enumFromJson(type, json);
      case 'string':
        if (typeof json !== 'string') throw new JsonFormatError('expected text');
        return json;
      case 'bytes':
        if (typeof json !== 'string') throw new JsonFormatError('expected base64');
        return fromBase64(json);
      case 'bool':
        if (typeof json !== 'boolean') throw new JsonFormatError('expected true or false');
        return json;
      case 'int32':
        return Number(integer(json, INT32_BOUNDS));
      case 'uint32':
        return Number(integer(json, UINT32_BOUNDS));
      case 'int64':
        return halves(integer(json, INT64_BOUNDS));
      case 'uint64':
        return halves(integer(json, UINT64_BOUNDS));
      case 'double':
        return doubleFromJson(json);
    }
  }
}

const fieldNames = new Map<string, ReadonlyMap<string, FieldDescription>>();

/** Fields by both of their JSON names. */
function fieldsByName(typeName: string): ReadonlyMap<string, FieldDescription> {
  let fields = fieldNames.get(typeName);
  if (fields === undefined) {
    const described = fieldsOf(typeName);
    if (described === undefined || codecOfType(typeName) === undefined) {
      throw new JsonFormatError(`no message type ${typeName} is known`);
    }
    const protoName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    fields = new Map(
      described.flatMap((field) => [[field.name, field] as const, [protoName(field.name), field] as const]),
    );
    fieldNames.set(typeName, fields);
  }
  return fields;
}

function enumFromJson(type: FieldKind & { kind: 'enum' }, json: unknown): number {
  if (typeof json === 'number') return Number(integer(json, INT32_BOUNDS));
  const value = typeof json === 'string' && Object.hasOwn(type.values, json) ? type.values[json] : undefined;
  if (value === undefined) throw new JsonFormatError(`expected a name or number of ${type.typeName}`);
  return value;
}
