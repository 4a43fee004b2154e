import { UsageError } from './errors.js';
import type { FlagSpec } from './command.js';
import type { Flags } from './flags.js';
import { at, isObject, listAt, textAt, type Json, type JsonObject } from './json.js';

/** Flags of arguments: `--input` and its kin, or `--update-input` and its kin with the prefix `update-`. */
export function inputFlags(prefix = ''): readonly FlagSpec[] {
  const short = prefix === '' ? '-i, ' : '';
  return [
    { flags: `${short}--${prefix}input <json>`, description: 'argument as JSON; repeat it for several', many: true },
    {
      flags: `--${prefix}input-file <path>`,
      description: 'file that holds one argument as JSON, - for what is piped in; may be repeated',
      many: true,
      isRead: true,
    },
    {
      flags: `--${prefix}input-meta <key=value>`,
      description: 'metadata of the arguments, such as encoding=json/protobuf',
      many: true,
    },
    { flags: `--${prefix}input-base64`, description: 'the inputs are base64 of the bytes to send' },
  ];
}

/** The arguments of a call as `Payloads`; undefined if none were given. */
export function inputPayloads(flags: Flags, prefix = ''): JsonObject | undefined {
  const texts = [
    ...flags.texts(`${prefix}input`),
    ...flags.fileTexts(`${prefix}input-file`).map((text) => text.trim()),
  ];
  if (texts.length === 0) return undefined;
  const metadata = Object.fromEntries(flags.pairs(`${prefix}input-meta`).map(([key, value]) => [key, base64(value)]));
  const isBase64 = flags.isSet(`${prefix}input-base64`);
  return { payloads: texts.map((text) => payload(text, metadata, isBase64)) };
}

/** Text as a payload, as it is. */
export function textPayload(text: string): JsonObject {
  return payload(JSON.stringify(text), {}, false);
}

/** A value in JSON as `Payloads`; a UsageError if it is none. */
export function jsonPayloads(text: string): JsonObject {
  return { payloads: [payload(text, {}, false)] };
}

/** `KEY=JSON` pairs as a map of payloads; undefined if none were given. */
export function payloadMap(flags: Flags, name: string): JsonObject | undefined {
  const pairs = flags.pairs(name);
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(pairs.map(([key, text]) => [key, payload(text, {}, false)]));
}

function payload(text: string, metadata: JsonObject, isBase64: boolean): JsonObject {
  const encoding = metadata['encoding'] ?? base64('json/plain');
  if (!isBase64 && encoding === base64('json/plain') && !isJson(text))
    throw new UsageError(`an input is not valid JSON: ${text} (text needs quotes: '"${text}"')`);
  return { metadata: { ...metadata, encoding }, data: isBase64 ? text : base64(text) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The payload as a value where it holds JSON, else in words. */
export function payloadValue(payloadJson: Json | undefined): Json {
  const held = valueIn(payloadJson);
  if (held !== undefined) return held.value;
  const encoding = Buffer.from(textAt(payloadJson, 'metadata.encoding'), 'base64').toString();
  const { length } = Buffer.from(textAt(payloadJson, 'data'), 'base64');
  return `<${length} bytes of ${encoding || 'unknown encoding'}>`;
}

/** The value that a payload holds in JSON; undefined if it holds something else. */
function valueIn(payloadJson: Json | undefined): { readonly value: Json } | undefined {
  const encoding = Buffer.from(textAt(payloadJson, 'metadata.encoding'), 'base64').toString();
  const data = Buffer.from(textAt(payloadJson, 'data'), 'base64').toString();
  if (encoding === 'binary/null') return { value: null };
  return encoding.startsWith('json/') && isJson(data) ? { value: JSON.parse(data) as Json } : undefined;
}

/** JSON with the values that payloads hold in their places; a payload that holds no JSON stays as it is. */
export function withPlainPayloads(json: Json): Json {
  if (Array.isArray(json)) return (json as readonly Json[]).map(withPlainPayloads);
  if (!isObject(json)) return json;
  const entries = Object.entries(json);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === 'payloads' && Array.isArray(first[1])) return withPlainPayloads(first[1]);
  if (typeof at(json, 'metadata.encoding') === 'string') return (valueIn(json) ?? { value: json }).value;
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value === undefined ? null : withPlainPayloads(value)]),
  );
}

/** The values of the `Payloads` at a path. */
export function payloadValues(json: Json | undefined, path: string): readonly Json[] {
  return listAt(json, `${path}.payloads`).map(payloadValue);
}

/** The failure in one line, with what caused it. */
export function failureText(failure: Json | undefined): string {
  const cause = at(failure, 'cause');
  const own = textAt(failure, 'message') || 'failed without a message';
  return isObject(cause) ? `${own}: ${failureText(cause)}` : own;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
