import type { Payload } from '@perdure/common';

const utf8 = new TextEncoder();
const text = new TextDecoder();
const ENCODING = utf8.encode('json/plain');

/** A value of our own as a payload; `type` is that of a search attribute. */
export function jsonPayload(value: unknown, type?: string): Payload {
  const metadata: Record<string, Uint8Array> = { encoding: ENCODING };
  if (type !== undefined) metadata['type'] = utf8.encode(type);
  return { metadata, data: utf8.encode(JSON.stringify(value)) };
}

/** The inverse of `jsonPayload`; `undefined` for no payload, and for one that holds no object. */
export function parseJsonPayload(payload: Payload | undefined): Readonly<Record<string, unknown>> | undefined {
  if (payload?.data == null) return undefined;
  try {
    const value: unknown = JSON.parse(text.decode(payload.data));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
