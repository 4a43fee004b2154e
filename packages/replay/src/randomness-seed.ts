const utf8 = new TextEncoder();

/**
 * The seed from which a run draws its random numbers, 64 bits without sign: SipHash-1-3 with zero keys of the run id and a
 * byte of ones. Every SDK that is built on Temporal's core gives a run this seed, so that workers of different SDKs
 * agree on the ids that workflow code draws.
 */
export function randomnessSeedOf(runId: string): bigint {
  const text = utf8.encode(runId);
  // Whole words: the bytes, zeros, and the length in the last byte.
  const length = text.length + 1;
  const padded = new Uint8Array((length >> 3) * 8 + 8);
  padded.set(text);
  padded[text.length] = 0xff;
  padded[padded.length - 1] = length & 0xff;
  return sipHash13(new DataView(padded.buffer));
}

// The four words of 64 bits that SipHash works on, each in two halves, as bigints would be made anew at every step. One at a time.
const high = new Int32Array(4);
const low = new Int32Array(4);
// "somepseudorandomlygeneratedbytes", the state for a key of zeros.
const INITIAL_HIGH = [0x736f6d65, 0x646f7261, 0x6c796765, 0x74656462];
const INITIAL_LOW = [0x70736575, 0x6e646f6d, 0x6e657261, 0x79746573];

function sipHash13(words: DataView): bigint {
  high.set(INITIAL_HIGH);
  low.set(INITIAL_LOW);
  for (let offset = 0; offset < words.byteLength; offset += 8) {
    const wordLow = words.getInt32(offset, true);
    const wordHigh = words.getInt32(offset + 4, true);
    xor(3, wordHigh, wordLow);
    round();
    xor(0, wordHigh, wordLow);
  }
  xor(2, 0, 0xff);
  round();
  round();
  round();
  for (const index of [1, 2, 3]) xor(0, at(high, index), at(low, index));
  return (BigInt(at(high, 0) >>> 0) << 32n) | BigInt(at(low, 0) >>> 0);
}

function round(): void {
  add(0, 1);
  rotate(1, 13);
  xor(1, at(high, 0), at(low, 0));
  swapHalves(0);
  add(2, 3);
  rotate(3, 16);
  xor(3, at(high, 2), at(low, 2));
  add(0, 3);
  rotate(3, 21);
  xor(3, at(high, 0), at(low, 0));
  add(2, 1);
  rotate(1, 17);
  xor(1, at(high, 2), at(low, 2));
  swapHalves(2);
}

function at(halves: Int32Array, index: number): number {
  return halves[index] as number;
}

function xor(index: number, withHigh: number, withLow: number): void {
  high[index] = at(high, index) ^ withHigh;
  low[index] = at(low, index) ^ withLow;
}

function add(index: number, other: number): void {
  const sum = (at(low, index) >>> 0) + (at(low, other) >>> 0);
  low[index] = sum;
  high[index] = at(high, index) + at(high, other) + (sum > 0xffff_ffff ? 1 : 0);
}

/** To the left, by less than half a word. */
function rotate(index: number, bits: number): void {
  const oldHigh = at(high, index);
  const oldLow = at(low, index);
  high[index] = (oldHigh << bits) | (oldLow >>> (32 - bits));
  low[index] = (oldLow << bits) | (oldHigh >>> (32 - bits));
}

function swapHalves(index: number): void {
  const oldHigh = at(high, index);
  high[index] = at(low, index);
  low[index] = oldHigh;
}
