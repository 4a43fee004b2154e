/** Status codes that have an index of their own in the static table. */
const STATIC_STATUS: Readonly<Record<string, number>> = {
  '200': 8,
  '204': 9,
  '206': 10,
  '304': 11,
  '400': 12,
  '404': 13,
  '500': 14,
};

/**
 * Encodes a header block without touching the dynamic table: a block is the same bytes on every connection, so the
 * usual responses are encoded once for the whole process. Names must be lower case; values latin-1.
 */
export function encodeHeaderBlock(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of fields) {
    const statusIndex = name === ':status' ? STATIC_STATUS[value] : undefined;
    if (statusIndex !== undefined) parts.push(Buffer.of(0x80 | statusIndex));
    else parts.push(Buffer.of(0x00), encodeString(name), encodeString(value));
  }
  return Buffer.concat(parts);
}

function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([encodeInteger(bytes.length, 7), bytes]);
}

/** RFC 7541, section 5.1, with the bits above the prefix left zero. */
function encodeInteger(value: number, prefixBits: number): Buffer {
  const mask = (1 << prefixBits) - 1;
  if (value < mask) return Buffer.of(value);
  const bytes = [mask];
  let rest = value - mask;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
