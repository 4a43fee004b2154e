import { ValueError } from '../errors.js';
import { int64ToNumber } from '../time/timestamps.js';
import type { Timestamp } from '../time/index.js';
import { isRecord } from '../type-helpers.js';

/** How a message type with a JSON form of its own is converted; the message is a plain object of its fields. */
export interface WellKnownJson {
  toJson(message: Record<string, unknown>): unknown;
  fromJson(json: unknown): Record<string, unknown>;
}

const NANOS_DIGITS = 9;
const MS_PER_SECOND = 1_000;
const DURATION = /^(-?)(\d+)(?:\.(\d{1,9}))?s$/;
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

const duration: WellKnownJson = {
  toJson(message) {
    const { seconds, nanos } = secondsAndNanos(message);
    const sign = seconds < 0 || nanos < 0 ? '-' : '';
    return `${sign}${Math.abs(seconds)}${fraction(Math.abs(nanos))}s`;
  },
  fromJson(json) {
    const [, sign, seconds, digits] = DURATION.exec(text(json)) ?? [];
    if (seconds === undefined) throw new ValueError(`Expected a duration such as "1.5s", got ${JSON.stringify(json)}`);
    const factor = sign === '-' ? -1 : 1;
    return { seconds: factor * Number(seconds) + 0, nanos: factor * nanosOf(digits) + 0 };
  },
};

const timestamp: WellKnownJson = {
  toJson(message) {
    const { seconds, nanos } = secondsAndNanos(message);
    return new Date(seconds * MS_PER_SECOND).toISOString().replace(/\.000Z$/, `${fraction(nanos)}Z`);
  },
  fromJson(json) {
    const [, moment, digits, zone] = TIMESTAMP.exec(text(json)) ?? [];
    const ms = Date.parse(`${moment}${zone}`);
    if (Number.isNaN(ms)) throw new ValueError(`Expected a moment in RFC 3339, got ${JSON.stringify(json)}`);
    return { seconds: ms / MS_PER_SECOND, nanos: nanosOf(digits) };
  },
};

const value: WellKnownJson = {
  toJson(message) {
    if (isRecord(message.structValue)) return struct.toJson(message.structValue);
    if (isRecord(message.listValue)) return listValue.toJson(message.listValue);
    // The prototype of a message holds the defaults of the others.
    const set = ['stringValue', 'numberValue', 'boolValue'].find((name) => Object.hasOwn(message, name));
    return set === undefined ? null : (message[set] ?? null);
  },
  fromJson(json) {
    if (json === null) return { nullValue: 0 };
    if (typeof json === 'string') return { stringValue: json };
    if (typeof json === 'number') return { numberValue: json };
    if (typeof json === 'boolean') return { boolValue: json };
    return Array.isArray(json) ? { listValue: listValue.fromJson(json) } : { structValue: struct.fromJson(json) };
  },
};

const struct: WellKnownJson = {
  toJson({ fields }) {
    const entries = Object.entries(isRecord(fields) ? fields : {});
    return Object.fromEntries(entries.map(([name, field]) => [name, value.toJson(field as Record<string, unknown>)]));
  },
  fromJson(json) {
    if (!isRecord(json)) throw new ValueError(`Expected an object, got ${JSON.stringify(json)}`);
    return { fields: Object.fromEntries(Object.entries(json).map(([name, field]) => [name, value.fromJson(field)])) };
  },
};

const listValue: WellKnownJson = {
  toJson({ values }) {
    return (values as Record<string, unknown>[] | undefined)?.map((item) => value.toJson(item)) ?? [];
  },
  fromJson(json) {
    if (!Array.isArray(json)) throw new ValueError(`Expected a list, got ${JSON.stringify(json)}`);
    return { values: json.map((item: unknown) => value.fromJson(item)) };
  },
};

const fieldMask: WellKnownJson = {
  toJson({ paths }) {
    const camelCase = (path: string) => path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return ((paths as string[] | undefined) ?? []).map(camelCase).join(',');
  },
  fromJson(json) {
    const paths = text(json).split(',').filter(Boolean);
    return { paths: paths.map((path) => path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) };
  },
};

/** By full type name. Wrappers are not among them: theirs is the JSON of the field that they wrap. */
export const WELL_KNOWN_JSON: ReadonlyMap<string, WellKnownJson> = new Map(
  Object.entries({
    'google.protobuf.Duration': duration,
    'google.protobuf.Timestamp': timestamp,
    'google.protobuf.Value': value,
    'google.protobuf.Struct': struct,
    'google.protobuf.ListValue': listValue,
    'google.protobuf.FieldMask': fieldMask,
  }),
);

const WRAPPER = /^google\.protobuf\.(Double|Float|Int64|UInt64|Int32|UInt32|Bool|String|Bytes)Value$/;

/** Whether a type is a wrapper of one scalar, whose JSON is that scalar's. */
export function isWrapperType(typeName: string): boolean {
  return WRAPPER.test(typeName);
}

function secondsAndNanos(message: Record<string, unknown>): { seconds: number; nanos: number } {
  const { seconds, nanos } = message as Timestamp;
  return { seconds: int64ToNumber(seconds), nanos: nanos ?? 0 };
}

/** Three, six or nine digits, as proto3 JSON has it; nothing for zero. */
function fraction(nanos: number): string {
  if (nanos === 0) return '';
  return `.${String(nanos)
    .padStart(NANOS_DIGITS, '0')
    .replace(/(?:000){1,2}$/, '')}`;
}

function nanosOf(digits: string | undefined): number {
  return digits === undefined ? 0 : Number(digits.padEnd(NANOS_DIGITS, '0'));
}

function text(json: unknown): string {
  return typeof json === 'string' ? json : '';
}
