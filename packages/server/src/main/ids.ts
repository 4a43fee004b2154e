import { randomFillSync } from 'node:crypto';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const POOL_BYTES = 4096;
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/** A UUID of version 7: the time in front makes neighbours in time neighbours in the tables (RFC 9562). */
export function newRunId(nowMs: number): string {
  if (used + 10 > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const high = Math.floor(nowMs / 2 ** 16);
  const byte = (index: number): number => pool[used + index] ?? 0;
  const hex = (value: number): string => HEX[value & 0xff] ?? '00';
  const text =
    `${hex(high >>> 24)}${hex(high >>> 16)}${hex(high >>> 8)}${hex(high)}-` +
    `${hex(Math.floor(nowMs / 256))}${hex(nowMs % 256)}-` +
    `${hex(0x70 | (byte(0) & 0x0f))}${hex(byte(1))}-` +
    `${hex(0x80 | (byte(2) & 0x3f))}${hex(byte(3))}-` +
    `${hex(byte(4))}${hex(byte(5))}${hex(byte(6))}${hex(byte(7))}${hex(byte(8))}${hex(byte(9))}`;
  used += 10;
  return text;
}
