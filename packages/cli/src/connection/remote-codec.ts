import { CommandError } from '../errors.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import type { CodecSettings, ConnectionSettings } from './settings.js';

/** Sends every payload inside a message through the remote codec; gives the message back with what it answered. */
export async function throughCodec(
  { codec, namespace }: ConnectionSettings,
  direction: 'encode' | 'decode',
  message: Json,
): Promise<Json> {
  if (codec === undefined) return message;
  const payloads: JsonObject[] = [];
  walk(message, (payload) => (payloads.push(payload), payload));
  if (payloads.length === 0) return message;
  const answer = await post(codec, direction, namespace, { payloads });
  const converted = [...answer];
  if (converted.length !== payloads.length)
    throw new CommandError(
      `the codec at ${codec.endpoint} answered ${converted.length} payloads for ${payloads.length}`,
    );
  return walk(message, () => converted.shift() ?? {});
}

function walk(json: Json, replace: (payload: JsonObject) => Json): Json {
  if (Array.isArray(json)) return (json as readonly Json[]).map((item) => walk(item, replace));
  if (!isObject(json)) return json;
  const { metadata } = json;
  if (isObject(metadata) && typeof metadata['encoding'] === 'string') return replace(json);
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [name, value === undefined ? value : walk(value, replace)]),
  );
}

async function post(
  codec: CodecSettings,
  direction: 'encode' | 'decode',
  namespace: string,
  body: JsonObject,
): Promise<readonly Json[]> {
  const endpoint = codec.endpoint.replaceAll('{namespace}', namespace).replace(/\/$/, '');
  const url = `${/^https?:/.test(endpoint) ? '' : 'http://'}${endpoint}/${direction}`;
  const headers = {
    'content-type': 'application/json',
    'x-namespace': namespace,
    ...(codec.auth === undefined ? {} : { authorization: codec.auth }),
    ...codec.headers,
  };
  try {
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return ((await response.json()) as { readonly payloads: readonly Json[] }).payloads;
  } catch (error) {
    throw new CommandError(`the codec at ${url} failed: ${(error as Error).message}`);
  }
}
