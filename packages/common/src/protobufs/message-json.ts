import { ValueError } from '../errors.js';
import { isRecord } from '../type-helpers.js';
import { isProtobufType, typeNameOf } from './protobufjs.js';
import type { ProtobufEnum, ProtobufField, ProtobufType } from './protobufjs.js';
import { isDefaultScalar, scalarFromJson, scalarToJson } from './scalar-json.js';
import { WELL_KNOWN_JSON, isWrapperType } from './well-known-json.js';

const ANY_TYPE = 'google.protobuf.Any';
const TYPE_URL_PREFIX = 'type.googleapis.com/';

/** The proto3 JSON of a message (https://protobuf.dev/programming-guides/json/): fields with defaults are left out. */
export function messageToJson(type: ProtobufType, message: Record<string, unknown>): unknown {
  const typeName = typeNameOf(type);
  const wellKnown = WELL_KNOWN_JSON.get(typeName);
  if (wellKnown !== undefined) return wellKnown.toJson(message);
  if (typeName === ANY_TYPE) return anyToJson(type, message);
  if (isWrapperType(typeName)) return scalarToJson(wrapped(type).type, message.value);
  const json = new Map<string, unknown>();
  for (const field of type.fieldsArray) {
    const value = message[field.name];
    if (value === undefined || value === null || isLeftOut(field, message, value)) continue;
    json.set(field.name, fieldToJson(field, value));
  }
  return Object.fromEntries(json);
}

/** The message of its proto3 JSON. Names that the type does not have are skipped. Throws a {@link ValueError}. */
export function messageFromJson(type: ProtobufType, json: unknown): Record<string, unknown> {
  const typeName = typeNameOf(type);
  const wellKnown = WELL_KNOWN_JSON.get(typeName);
  if (wellKnown !== undefined) return type.create(wellKnown.fromJson(json));
  if (typeName === ANY_TYPE) return anyFromJson(type, json);
  if (isWrapperType(typeName)) return type.create({ value: scalarOf(wrapped(type), json) });
  if (!isRecord(json) || Array.isArray(json)) {
    throw new ValueError(`Expected an object in the JSON of ${typeName}, got ${JSON.stringify(json)}`);
  }
  const properties: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const value = json[field.name] ?? json[snakeCase(field.name)];
    if (value === undefined || value === null) continue;
    properties[field.name] = fieldFromJson(field, value);
  }
  return type.create(properties);
}

function isLeftOut(field: ProtobufField, message: Record<string, unknown>, value: unknown): boolean {
  if (field.map) return Object.keys(value as object).length === 0;
  if (field.repeated) return (value as readonly unknown[]).length === 0;
  // The prototype of a message holds the defaults, so only an own property has been set.
  if (!Object.hasOwn(message, field.name)) return true;
  field.resolve();
  return field.partOf === null && !isProtobufType(field.resolvedType) && isDefaultScalar(value);
}

function fieldToJson(field: ProtobufField, value: unknown): unknown {
  if (field.map) {
    const entries = Object.entries(value as Record<string, unknown>);
    return Object.fromEntries(entries.map(([key, item]) => [key, itemToJson(field, item)]));
  }
  if (field.repeated) return (value as readonly unknown[]).map((item) => itemToJson(field, item));
  return itemToJson(field, value);
}

function itemToJson(field: ProtobufField, item: unknown): unknown {
  field.resolve();
  const { resolvedType } = field;
  if (resolvedType === null) return scalarToJson(field.type, item);
  if (isProtobufType(resolvedType)) return messageToJson(resolvedType, item as Record<string, unknown>);
  if (typeNameOf(resolvedType) === 'google.protobuf.NullValue') return null;
  return typeof item === 'number' ? (resolvedType.valuesById[item] ?? item) : item;
}

function fieldFromJson(field: ProtobufField, json: unknown): unknown {
  if (field.map) {
    if (!isRecord(json)) throw new ValueError(`Expected an object for the map ${field.name}`);
    return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, itemFromJson(field, item)]));
  }
  if (field.repeated) {
    if (!Array.isArray(json)) throw new ValueError(`Expected a list for the repeated field ${field.name}`);
    return json.map((item: unknown) => itemFromJson(field, item));
  }
  return itemFromJson(field, json);
}

function itemFromJson(field: ProtobufField, json: unknown): unknown {
  field.resolve();
  const { resolvedType } = field;
  if (resolvedType === null) return scalarOf(field, json);
  return isProtobufType(resolvedType) ? messageFromJson(resolvedType, json) : enumFromJson(resolvedType, json);
}

function enumFromJson(type: ProtobufEnum, json: unknown): number {
  if (typeof json === 'number') return json;
  const number = typeof json === 'string' && Object.hasOwn(type.values, json) ? type.values[json] : undefined;
  if (number === undefined) throw new ValueError(`Expected a value of enum ${typeNameOf(type)}, got ${String(json)}`);
  return number;
}

/** 64-bit integers become the halves that every version of protobufjs encodes. */
function scalarOf(field: ProtobufField, json: unknown): unknown {
  return scalarFromJson(field.type, json, (text) => {
    const integer = BigInt(text);
    return { low: Number(BigInt.asIntN(32, integer)), high: Number(BigInt.asIntN(32, integer >> 32n)) };
  });
}

function wrapped(type: ProtobufType): ProtobufField {
  const [field] = type.fieldsArray;
  if (field === undefined) throw new ValueError(`${typeNameOf(type)} has no field`);
  return field;
}

function anyToJson(type: ProtobufType, message: Record<string, unknown>): unknown {
  const typeUrl = String(message.type_url ?? message.typeUrl ?? '');
  const inner = type.root.lookupType(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  const json = messageToJson(inner, inner.decode(message.value as Uint8Array) as Record<string, unknown>);
  return { '@type': typeUrl, ...(hasOwnJson(inner) || !isRecord(json) ? { value: json } : json) };
}

function anyFromJson(type: ProtobufType, json: unknown): Record<string, unknown> {
  const typeUrl = isRecord(json) ? json['@type'] : undefined;
  if (!isRecord(json) || typeof typeUrl !== 'string') throw new ValueError('Expected an object with @type');
  const inner = type.root.lookupType(typeUrl.slice(typeUrl.lastIndexOf('/') + 1) || typeUrl);
  const message = messageFromJson(inner, hasOwnJson(inner) ? json.value : json);
  const url = typeUrl.includes('/') ? typeUrl : TYPE_URL_PREFIX + typeUrl;
  const [urlField] = type.fieldsArray;
  return type.create({ [urlField?.name ?? 'type_url']: url, value: inner.encode(message).finish() });
}

function hasOwnJson(type: ProtobufType): boolean {
  const typeName = typeNameOf(type);
  return WELL_KNOWN_JSON.has(typeName) || isWrapperType(typeName);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
