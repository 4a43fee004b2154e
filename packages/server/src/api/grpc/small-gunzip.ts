import { crc32 } from 'node:zlib';

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const STORED = 0;
const FIXED_CODES = 1;
const CODES_OF_ITS_OWN = 2;
const END_OF_BLOCK = 256;
const FIRST_LENGTH = 257;
const LITERALS = 288;
const DISTANCES = 30;
const MAX_CODE_BITS = 15;
const REPEAT_LAST = 16;
const REPEAT_ZERO = 17;

// The least length or distance that a symbol stands for, and how many bits say how much more it is (RFC 1951, section 3.2.5).
const LENGTH_EXTRA_BITS = Uint8Array.from({ length: 29 }, (_, at) => (at < 8 || at === 28 ? 0 : (at >> 2) - 1));
const LENGTH_BASES = sums(3, LENGTH_EXTRA_BITS);
LENGTH_BASES[28] = 258;
const DISTANCE_EXTRA_BITS = Uint8Array.from({ length: DISTANCES }, (_, at) => (at < 4 ? 0 : (at >> 1) - 1));
const DISTANCE_BASES = sums(1, DISTANCE_EXTRA_BITS);
/** In which order the lengths of the code for lengths come (RFC 1951, section 3.2.7). */
const LENGTHS_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function sums(first: number, extraBits: Uint8Array): Uint16Array {
  const bases = new Uint16Array(extraBits.length);
  let base = first;
  for (const [at, bits] of extraBits.entries()) {
    bases[at] = base;
    base += 1 << bits;
  }
  return bases;
}

/** Not what a client of gRPC sends, or damaged. */
class UnusualError extends Error {}

/** A prefix code (RFC 1951, section 3.2.2). The codes of small messages are short, and so are their tables. */
class PrefixCode {
  private readonly counts = new Uint16Array(MAX_CODE_BITS + 1);
  private readonly nextCodes = new Uint16Array(MAX_CODE_BITS + 1);
  /** By what the next bits may be: the symbol whose code they begin with, times 16, and how many bits that takes. */
  private readonly table = new Uint16Array(1 << MAX_CODE_BITS);
  private longest = 0;

  /** Makes this the code whose symbols take so many bits; 0 for symbols that do not occur. */
  assign(lengths: Uint8Array, from: number, to: number): this {
    const { counts, nextCodes } = this;
    counts.fill(0);
    for (let at = from; at < to; at++) counts[lengths[at] ?? 0] = (counts[lengths[at] ?? 0] ?? 0) + 1;
    counts[0] = 0;
    this.longest = 0;
    let code = 0;
    for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
      code = (code + (counts[bits - 1] ?? 0)) << 1;
      nextCodes[bits] = code;
      if (counts[bits] !== 0) this.longest = bits;
    }
    this.table.fill(0, 0, 1 << this.longest);
    for (let at = from; at < to; at++) {
      const bits = lengths[at] ?? 0;
      if (bits !== 0) this.enter(at - from, bits);
    }
    return this;
  }

  private enter(symbol: number, bits: number): void {
    const { table, nextCodes } = this;
    let code = nextCodes[bits] ?? 0;
    nextCodes[bits] = code + 1;
    if (code >= 1 << bits) throw new UnusualError();
    // Codes come with their highest bit first, everything else with its lowest.
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++, code >>= 1) reversed = (reversed << 1) | (code & 1);
    for (let at = reversed; at < 1 << this.longest; at += 1 << bits) table[at] = (symbol << 4) | bits;
  }

  read(input: Bits): number {
    const entry = this.table[input.ahead(this.longest) & ((1 << this.longest) - 1)] ?? 0;
    if (entry === 0) throw new UnusualError();
    input.pass(entry & 15);
    return entry >> 4;
  }
}

/** Bits of a message from the lowest of each byte up. */
class Bits {
  private input: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;
  private held = 0;
  private heldBits = 0;

  begin(input: Uint8Array, from: number, end: number): void {
    this.input = input;
    this.at = from;
    this.end = end;
    this.held = 0;
    this.heldBits = 0;
  }

  get isAtEnd(): boolean {
    return this.at - (this.heldBits >> 3) === this.end;
  }

  /** The next bits, and maybe more, as a number; zeros where there are no more. */
  ahead(bits: number): number {
    while (this.heldBits < bits && this.at < this.end) {
      this.held |= (this.input[this.at++] ?? 0) << this.heldBits;
      this.heldBits += 8;
    }
    return this.held;
  }

  pass(bits: number): void {
    if (bits > this.heldBits) throw new UnusualError();
    this.held >>>= bits;
    this.heldBits -= bits;
  }

  /** Takes the next bits as a number, at most 16. */
  take(bits: number): number {
    const value = this.ahead(bits) & ((1 << bits) - 1);
    this.pass(bits);
    return value;
  }

  /** Whole bytes, from the next byte on. */
  bytes(length: number): Uint8Array {
    const from = this.at - (this.heldBits >> 3);
    if (from + length > this.end) throw new UnusualError();
    this.at = from + length;
    this.held = 0;
    this.heldBits = 0;
    return this.input.subarray(from, this.at);
  }

  /** Passes over what is left of a byte begun. */
  alignToByte(): void {
    this.take(this.heldBits & 7);
  }
}

const fixedLiterals = new PrefixCode().assign(
  Uint8Array.from({ length: LITERALS }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8)),
  0,
  LITERALS,
);
const fixedDistances = new PrefixCode().assign(new Uint8Array(DISTANCES).fill(5), 0, DISTANCES);

// Made once: a message is inflated in one go, and nothing of it is kept.
const input = new Bits();
const ownLiterals = new PrefixCode();
const ownDistances = new PrefixCode();
const ownLengths = new PrefixCode();
const lengths = new Uint8Array(LITERALS + 32);

/**
 * Inflates a small message of gzip (RFC 1952) without zlib, whose streams take 50 KB beyond the heap each, and are left to the
 * garbage collector: most of what inflating such a message costs. `undefined` where it is not what a client of gRPC sends, or would
 * be larger than it may: zlib then says what is wrong.
 */
export function gunzipSmall(bytes: Uint8Array, maxMessageBytes: number): Uint8Array | undefined {
  const end = bytes.length - TRAILER_BYTES;
  // The magic number, "deflate", and none of the optional fields.
  if (end <= HEADER_BYTES || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8 || bytes[3] !== 0)
    return undefined;
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end, TRAILER_BYTES);
  const sizeBytes = trailer.getUint32(4, true);
  if (sizeBytes > maxMessageBytes) return undefined;
  const output = new Uint8Array(sizeBytes);
  try {
    input.begin(bytes, HEADER_BYTES, end);
    if (inflate(output) !== sizeBytes || !input.isAtEnd) return undefined;
  } catch (error) {
    if (error instanceof UnusualError) return undefined;
    throw error;
  }
  return crc32(output) === trailer.getUint32(0, true) ? output : undefined;
}

/** Answers how much of the output was written. */
function inflate(output: Uint8Array): number {
  let at = 0;
  for (let isLast = false; !isLast;) {
    isLast = input.take(1) === 1;
    const kind = input.take(2);
    if (kind === STORED) at = copyStored(output, at);
    else if (kind === FIXED_CODES) at = inflateBlock(output, at, fixedLiterals, fixedDistances);
    else if (kind === CODES_OF_ITS_OWN) {
      readCodes();
      at = inflateBlock(output, at, ownLiterals, ownDistances);
    } else throw new UnusualError();
  }
  return at;
}

function copyStored(output: Uint8Array, at: number): number {
  input.alignToByte();
  const length = input.take(16);
  if ((input.take(16) ^ length) !== 0xffff || at + length > output.length) throw new UnusualError();
  output.set(input.bytes(length), at);
  return at + length;
}

function readCodes(): void {
  const literals = input.take(5) + 257;
  const distances = input.take(5) + 1;
  const given = input.take(4) + 4;
  if (literals > LITERALS) throw new UnusualError();
  lengths.fill(0, 0, LENGTHS_ORDER.length);
  for (let at = 0; at < given; at++) lengths[LENGTHS_ORDER[at] ?? 0] = input.take(3);
  ownLengths.assign(lengths, 0, LENGTHS_ORDER.length);
  const end = literals + distances;
  for (let at = 0; at < end;) {
    const symbol = ownLengths.read(input);
    if (symbol < REPEAT_LAST) {
      lengths[at++] = symbol;
      continue;
    }
    if (symbol === REPEAT_LAST && at === 0) throw new UnusualError();
    const repeated = symbol === REPEAT_LAST ? (lengths[at - 1] ?? 0) : 0;
    const times =
      symbol === REPEAT_LAST ? 3 + input.take(2) : symbol === REPEAT_ZERO ? 3 + input.take(3) : 11 + input.take(7);
    if (at + times > end) throw new UnusualError();
    lengths.fill(repeated, at, at + times);
    at += times;
  }
  ownLiterals.assign(lengths, 0, literals);
  ownDistances.assign(lengths, literals, end);
}

function inflateBlock(output: Uint8Array, from: number, literals: PrefixCode, distances: PrefixCode): number {
  let at = from;
  for (;;) {
    const symbol = literals.read(input);
    if (symbol === END_OF_BLOCK) return at;
    if (symbol < END_OF_BLOCK) {
      if (at >= output.length) throw new UnusualError();
      output[at++] = symbol;
      continue;
    }
    const length = valueOf(symbol - FIRST_LENGTH, LENGTH_BASES, LENGTH_EXTRA_BITS);
    const distance = valueOf(distances.read(input), DISTANCE_BASES, DISTANCE_EXTRA_BITS);
    if (distance > at || at + length > output.length) throw new UnusualError();
    // What is copied may overlap what it is copied from.
    for (const end = at + length; at < end; at++) output[at] = output[at - distance] ?? 0;
  }
}

function valueOf(symbol: number, bases: Uint16Array, extraBits: Uint8Array): number {
  const base = bases[symbol];
  if (base === undefined) throw new UnusualError();
  return base + input.take(extraBits[symbol] ?? 0);
}
