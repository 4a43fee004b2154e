/**
 * Whether `bytes` have exactly `expected` from `start` on. Compared from the end: what is sent again and again begins alike, and
 * compressed data ends with its checksum.
 */
export function hasBytesAt(bytes: Uint8Array, start: number, expected: Uint8Array): boolean {
  if (bytes.length - start < expected.length) return false;
  for (let index = expected.length - 1; index >= 0; index--) if (bytes[start + index] !== expected[index]) return false;
  return true;
}
