const MASK = 0xffff_ffff_ffff_ffffn;
const utf8 = new TextEncoder();

/**
 * The seed from which a run draws its random numbers, 64 bits without sign: SipHash-1-3 with zero keys of the run id and a
 * byte of ones. Every SDK that is built on Temporal's core gives a run this seed, so that workers of different SDKs
 * agree on the ids that workflow code draws.
 */
export function randomnessSeedOf(runId: string): bigint {
  const text = utf8.encode(runId);
  const bytes = new Uint8Array(text.length + 1);
  bytes.set(text);
  bytes[text.length] = 0xff;
  return sipHash13(bytes);
}

interface SipState {
  v0: bigint;
  v1: bigint;
  v2: bigint;
  v3: bigint;
}

// The initial state of SipHash for a key of zeros: the words of "somepseudorandomlygeneratedbytes".
function sipHash13(bytes: Uint8Array): bigint {
  const state: SipState = {
    v0: 0x736f6d6570736575n,
    v1: 0x646f72616e646f6dn,
    v2: 0x6c7967656e657261n,
    v3: 0x7465646279746573n,
  };
  const wordsEnd = bytes.length - (bytes.length % 8);
  for (let offset = 0; offset < wordsEnd; offset += 8) compress(state, word(bytes, offset, 8));
  compress(state, (BigInt(bytes.length & 0xff) << 56n) | word(bytes, wordsEnd, bytes.length - wordsEnd));
  state.v2 ^= 0xffn;
  for (let index = 0; index < 3; index += 1) round(state);
  return (state.v0 ^ state.v1 ^ state.v2 ^ state.v3) & MASK;
}

function compress(state: SipState, block: bigint): void {
  state.v3 ^= block;
  round(state);
  state.v0 ^= block;
}

function round(state: SipState): void {
  state.v0 = (state.v0 + state.v1) & MASK;
  state.v1 = rotate(state.v1, 13n) ^ state.v0;
  state.v0 = rotate(state.v0, 32n);
  state.v2 = (state.v2 + state.v3) & MASK;
  state.v3 = rotate(state.v3, 16n) ^ state.v2;
  state.v0 = (state.v0 + state.v3) & MASK;
  state.v3 = rotate(state.v3, 21n) ^ state.v0;
  state.v2 = (state.v2 + state.v1) & MASK;
  state.v1 = rotate(state.v1, 17n) ^ state.v2;
  state.v2 = rotate(state.v2, 32n);
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}

function word(bytes: Uint8Array, offset: number, length: number): bigint {
  let value = 0n;
  for (let index = 0; index < length; index += 1) value |= BigInt(bytes[offset + index] ?? 0) << BigInt(8 * index);
  return value;
}
