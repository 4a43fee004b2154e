import type { common } from '@perdure/protocol';

const ENCODING = ascii('json/plain');

/** One JSON payload, for the few texts that the server itself puts into history. */
export function jsonPayloads(value: string): common.IPayloads {
  return { payloads: [{ metadata: { encoding: ENCODING }, data: ascii(JSON.stringify(value)) }] };
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
