/** Draws numbers from 0 up to 1. */
export type RandomSource = () => number;

const SMALL = 2.3283064365386963e-10; // 2^-32

/**
 * Baagøe's generator "Alea", from a seed of bytes: the generator that the SDKs of Temporal use for workflow code, so that a run
 * which changes its worker goes on with the same numbers.
 */
export function alea(seed: readonly number[]): RandomSource {
  const mash = masher();
  const state = [mash([32]), mash([32]), mash([32])] as [number, number, number];
  for (let index = 0; index < 3; index += 1) {
    const mixed = (state[index] ?? 0) - mash(seed);
    state[index] = mixed < 0 ? mixed + 1 : mixed;
  }
  let carry = 1;
  return () => {
    const next = 2_091_639 * state[0] + carry * SMALL;
    state[0] = state[1];
    state[1] = state[2];
    carry = next | 0;
    state[2] = next - carry;
    return state[2];
  };
}

/** The source of a 64-bit seed. Both are made with the first number, since few workflows draw any. */
export function seeded(seed: () => bigint): RandomSource {
  let source: RandomSource | undefined;
  return () => (source ??= alea(seedBytes(seed())))();
}

/** The 8 bytes of a 64-bit seed, highest first. */
export function seedBytes(seed: bigint): readonly number[] {
  return Array.from({ length: 8 }, (_, index) => Number((seed >> BigInt(8 * (7 - index))) & 0xffn));
}

/** A hash that remembers what it has seen. */
function masher(): (codes: readonly number[]) => number {
  let n = 0xefc8249d;
  return (codes) => {
    for (const code of codes) {
      n += code;
      let rest = 0.02519603282416938 * n;
      n = rest >>> 0;
      rest = (rest - n) * n;
      n = rest >>> 0;
      n += (rest - n) * 0x1_0000_0000;
    }
    return (n >>> 0) * SMALL;
  };
}

/** A version 4 UUID out of four numbers of the source. */
export function uuid4From(random: RandomSource): string {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let offset = 0; offset < 16; offset += 4) view.setUint32(offset, (random() * 0x1_0000_0000) >>> 0);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Fills the array with random bytes and gives it back. */
export function fillFrom(random: RandomSource, bytes: Uint8Array): Uint8Array {
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = Math.floor(random() * 256);
  return bytes;
}
