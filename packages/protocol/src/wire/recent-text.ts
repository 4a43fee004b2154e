/** Longer text is seldom repeated, and comparing it costs more than decoding it. */
export const LONGEST_REMEMBERED_TEXT = 24;

const SLOT_COUNT = 1024;
const slots: string[] = new Array<string>(SLOT_COUNT).fill('');

/**
 * Short ASCII text that was read before and is still remembered, or `undefined`. Names of namespaces, task queues,
 * types and encodings come by again and again: finding them here spares a call into native code and a string each.
 */
export function recallText(bytes: Uint8Array, start: number, end: number, hash: number): string | undefined {
  const text = slots[hash & (SLOT_COUNT - 1)] as string;
  const length = end - start;
  if (text.length !== length) return undefined;
  for (let index = 0; index < length; index++) {
    if (text.charCodeAt(index) !== bytes[start + index]) return undefined;
  }
  return text;
}

/** Remembers text in place of whatever shared its slot. */
export function rememberText(text: string, hash: number): void {
  slots[hash & (SLOT_COUNT - 1)] = text;
}

/** A hash of ASCII bytes, or -1 if there are others. */
export function hashOfAscii(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let all = 0;
  for (let index = start; index < end; index++) {
    const byte = bytes[index] as number;
    all |= byte;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  return all > 127 ? -1 : (hash ^ (hash >>> 15)) & 0x7fffffff;
}
