import { readFileSync } from 'node:fs';
import { CommandError, UsageError } from './errors.js';
import type { FlagSpec } from './command.js';
import type { Flags } from './flags.js';
import { at, isObject, listAt, textAt, type Json, type JsonObject } from './json.js';

/** Flags of every command that sends arguments. */
export const INPUT_FLAGS: readonly FlagSpec[] = [
  { flags: '-i, --input <json>', description: 'argument as JSON; repeat it for several', many: true },
  { flags: '--input-file <path>', description: 'file that holds one argument as JSON; may be repeated', many: true },
  {
    flags: '--input-meta <key=value>',
    description: 'metadata of the arguments, such as encoding=json/protobuf',
    many: true,
  },
  { flags: '--input-base64', description: 'the inputs are base64 of the bytes to send' },
];

/** The arguments of a call as `Payloads`; undefined if none were given. */
export function inputPayloads(flags: Flags): JsonObject | undefined {
  const texts = [...flags.texts('input'), ...flags.texts('input-file').map(readInput)];
  if (texts.length === 0) return undefined;
  const metadata = Object.fromEntries(flags.pairs('input-meta').map(([key, value]) => [key, base64(value)]));
  const isBase64 = flags.isSet('input-base64');
  return { payloads: texts.map((text) => payload(text, metadata, isBase64)) };
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

function readInput(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new CommandError(`cannot read --input-file ${path}: ${(error as Error).message}`);
  }
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
  const encoding = Buffer.from(textAt(payloadJson, 'metadata.encoding'), 'base64').toString();
  const data = Buffer.from(textAt(payloadJson, 'data'), 'base64');
  if (encoding === 'binary/null') return null;
  if (encoding.startsWith('json/') && isJson(data.toString())) return JSON.parse(data.toString()) as Json;
  return `<${data.length} bytes of ${encoding || 'unknown encoding'}>`;
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
