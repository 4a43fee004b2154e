import { durationFromText, durationToText, timestampFromText, timestampToText } from './time-text.js';
import { doubleFromJson, doubleToJson } from './numbers.js';
import { JsonFormatError } from './json-format-error.js';
import { isFields } from './json-value.js';
import type { Fields, JsonValue } from './json-value.js';
import { codecOfType } from './registry.js';

/** Maps a message of a named type, for the types that hold others. */
type ToJson = (typeName: string, message: object) => JsonValue;
type FromJson = (typeName: string, json: unknown) => object;

/** A message type whose JSON is not an object of its fields. */
interface WellKnownType {
  toJson(message: Fields, inner: ToJson): JsonValue;
  fromJson(json: unknown, inner: FromJson): object;
}

/** Types wrapped in an Any keep their own JSON under this name if it is not an object of their fields. */
const WRAPPED_VALUE = 'value';

const text = (json: unknown): string => {
  if (typeof json !== 'string') throw new JsonFormatError('expected text');
  return json;
};

const secondsAndNanos = (message: Fields): { seconds: number; nanos: number } => ({
  seconds: Number(message['seconds'] ?? 0),
  nanos: Number(message['nanos'] ?? 0),
});

const duration: WellKnownType = {
  toJson: (message) => durationToText(secondsAndNanos(message)),
  fromJson: (json) => durationFromText(text(json)),
};

const timestamp: WellKnownType = {
  toJson: (message) => timestampToText(secondsAndNanos(message)),
  fromJson: (json) => timestampFromText(text(json)),
};

const fieldMask: WellKnownType = {
  toJson: (message) => ((message['paths'] ?? []) as readonly string[]).map(toCamelCase).join(','),
  fromJson: (json) => ({ paths: text(json).split(',').filter(Boolean).map(toSnakeCase) }),
};

const any: WellKnownType = {
  toJson(message, inner): JsonValue {
    const typeUrl = (message['typeUrl'] ?? '') as string;
    if (typeUrl === '') return {};
    const codec = codecOfAny(typeUrl);
    const json = inner(codec.typeName, codec.decode((message['value'] ?? new Uint8Array()) as Uint8Array));
    if (wellKnownType(codec.typeName) !== undefined) return { '@type': typeUrl, [WRAPPED_VALUE]: json };
    return { '@type': typeUrl, ...(json as Readonly<Record<string, JsonValue>>) };
  },
  fromJson(json, inner) {
    if (!isFields(json)) throw new JsonFormatError('expected an object');
    const { '@type': typeUrl, ...rest } = json;
    if (typeUrl === undefined && Object.keys(rest).length === 0) return {};
    const codec = codecOfAny(text(typeUrl));
    const content = wellKnownType(codec.typeName) === undefined ? rest : rest[WRAPPED_VALUE];
    return { typeUrl, value: codec.encode(inner(codec.typeName, content)) };
  },
};

const doubleValue: WellKnownType = {
  toJson: (message) => doubleToJson((message['value'] ?? 0) as number),
  fromJson: (json) => ({ value: doubleFromJson(json) }),
};

const TYPES: ReadonlyMap<string, WellKnownType> = new Map([
  ['google.protobuf.Duration', duration],
  ['google.protobuf.Timestamp', timestamp],
  ['google.protobuf.FieldMask', fieldMask],
  ['google.protobuf.Any', any],
  ['google.protobuf.DoubleValue', doubleValue],
]);

/** The special mapping of a message type; `undefined` for the many that have none. */
export function wellKnownType(typeName: string): WellKnownType | undefined {
  return TYPES.get(typeName);
}

function codecOfAny(typeUrl: string): NonNullable<ReturnType<typeof codecOfType>> {
  const codec = codecOfType(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  if (codec === undefined) throw new JsonFormatError(`no message type ${typeUrl} is known`);
  return codec;
}

function toCamelCase(path: string): string {
  return path.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function toSnakeCase(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
