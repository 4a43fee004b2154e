/** Lengths of codes, and the tables made of them, are used again for every message: making them anew costs more than reading one. */
const LITERAL_SYMBOLS = 288;
/** The last two have no meaning, and are there for fixed codes only. */
const MAX_LITERALS = 286;
const DISTANCE_SYMBOLS = 32;
const LENGTH_SYMBOLS = 19;
const MAX_CODE_BITS = 15;
const MAX_LENGTH_CODE_BITS = 7;
const END_OF_BLOCK = 256;
/** Bits are taken from the input a few bytes before they are used. */
const MAX_LOOKAHEAD_BYTES = 4;
const REPEAT_LAST = 16;
const REPEAT_ZERO = 17;

const BLOCK_STORED = 0;
const BLOCK_FIXED = 1;
const BLOCK_DYNAMIC = 2;

const LENGTH_ORDER = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);
const LENGTH_EXTRA_BITS = Uint8Array.from({ length: 29 }, (_, at) => (at < 8 || at === 28 ? 0 : (at >> 2) - 1));
const LENGTH_BASES = basesOf(3, LENGTH_EXTRA_BITS);
LENGTH_BASES[28] = 258;
const DISTANCE_EXTRA_BITS = Uint8Array.from({ length: 30 }, (_, at) => (at < 4 ? 0 : (at >> 1) - 1));
const DISTANCE_BASES = basesOf(1, DISTANCE_EXTRA_BITS);

/** The bits of a byte in the other order: codes begin with their highest bit, everything else with its lowest. */
const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed = (reversed << 1) | ((byte >> bit) & 1);
  return reversed;
});

function basesOf(first: number, extraBits: Uint8Array): Uint16Array {
  let next = first;
  return Uint16Array.from(extraBits, (bits) => {
    const base = next;
    next += 1 << bits;
    return base;
  });
}

/** What a code of a prefix code stands for, looked up by the next bits of the input. */
class PrefixTable {
  /** How many bits an index has: as many as the longest code. */
  indexBits = 0;
  /** The symbol, times 16, and how many bits its code has; 0 where no code begins like that. */
  readonly entries: Uint16Array;
  private readonly counts = new Uint16Array(MAX_CODE_BITS + 1);
  private readonly nextCodes = new Uint16Array(MAX_CODE_BITS + 1);

  constructor(maxCodeBits: number) {
    this.entries = new Uint16Array(1 << maxCodeBits);
  }

  /**
   * Takes the code whose symbols have codes of these lengths, 0 for none. False if there is no such code, or if it leaves bits without a meaning,
   * unless it is sparse: one code of one bit, or none.
   */
  build(lengths: Uint8Array, from: number, to: number, mayBeSparse: boolean): boolean {
    const { counts, nextCodes } = this;
    counts.fill(0);
    for (let at = from; at < to; at++) (counts[lengths[at] as number] as number)++;
    counts[0] = 0;
    this.indexBits = 0;
    let code = 0;
    /** How many codes of so many bits are left. */
    let left = 1;
    for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
      code = (code + (counts[bits - 1] as number)) << 1;
      nextCodes[bits] = code;
      left = left * 2 - (counts[bits] as number);
      if (left < 0) return false;
      if (counts[bits] !== 0) this.indexBits = bits;
    }
    if (left > 0 && !(mayBeSparse && this.indexBits <= 1)) return false;
    this.fill(lengths, from, to);
    return true;
  }

  private fill(lengths: Uint8Array, from: number, to: number): void {
    const { entries, nextCodes } = this;
    const size = 1 << this.indexBits;
    entries.fill(0, 0, size);
    for (let at = from; at < to; at++) {
      const bits = lengths[at] as number;
      if (bits === 0) continue;
      const code = (nextCodes[bits] as number)++;
      const reversed = (((REVERSED[code & 255] as number) << 8) | (REVERSED[code >> 8] as number)) >> (16 - bits);
      const entry = ((at - from) << 4) | bits;
      for (let index = reversed; index < size; index += 1 << bits) entries[index] = entry;
    }
  }
}

const NO_BYTES = new Uint8Array(0);

/**
 * Inflates small pieces of DEFLATE data (RFC 1951) without memory of its own for each. Anything that is not as it should be is refused without
 * a reason: the caller has zlib say what is wrong.
 */
class SmallInflater {
  private readonly lengths = new Uint8Array(LITERAL_SYMBOLS + DISTANCE_SYMBOLS);
  private readonly lengthCodes = new PrefixTable(MAX_LENGTH_CODE_BITS);
  private readonly literals = new PrefixTable(MAX_CODE_BITS);
  private readonly distances = new PrefixTable(MAX_CODE_BITS);
  private input: Uint8Array = NO_BYTES;
  private pos = 0;
  private end = 0;
  /** Bits that were taken from the input and not used yet, the next one lowest. */
  private bits = 0;
  private bitCount = 0;
  private written = 0;

  /** Inflates what lies between two positions. True if it is whole and fills `output` exactly. */
  inflate(input: Uint8Array, from: number, to: number, output: Uint8Array): boolean {
    this.input = input;
    this.pos = from;
    this.end = to;
    this.bits = 0;
    this.bitCount = 0;
    this.written = 0;
    try {
      let isLast = false;
      while (!isLast) {
        isLast = this.take(1) === 1;
        if (!this.block(this.take(2), output)) return false;
      }
      return this.written === output.length && this.pos - (this.bitCount >> 3) === this.end;
    } finally {
      this.input = NO_BYTES;
    }
  }

  private block(type: number, output: Uint8Array): boolean {
    if (type === BLOCK_STORED) return this.stored(output);
    if (type === BLOCK_FIXED) return this.useFixedCodes() && this.symbols(output);
    return type === BLOCK_DYNAMIC && this.readCodes() && this.symbols(output);
  }

  /** The next bits as a number, at most 16; zeros beyond the end, where only the position tells that there was nothing. */
  private take(count: number): number {
    while (this.bitCount < count) {
      this.bits |= (this.pos < this.end ? (this.input[this.pos] as number) : 0) << this.bitCount;
      this.pos++;
      this.bitCount += 8;
    }
    const value = this.bits & ((1 << count) - 1);
    this.bits >>= count;
    this.bitCount -= count;
    return value;
  }

  private stored(output: Uint8Array): boolean {
    this.take(this.bitCount & 7);
    const length = this.take(16);
    if (this.take(16) !== (length ^ 0xffff)) return false;
    const from = this.pos - (this.bitCount >> 3);
    if (from + length > this.end || this.written + length > output.length) return false;
    output.set(this.input.subarray(from, from + length), this.written);
    this.written += length;
    this.pos = from + length;
    this.bits = 0;
    this.bitCount = 0;
    return true;
  }

  private useFixedCodes(): boolean {
    const { lengths } = this;
    lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, LITERAL_SYMBOLS);
    lengths.fill(5, LITERAL_SYMBOLS);
    return (
      this.literals.build(lengths, 0, LITERAL_SYMBOLS, false) &&
      this.distances.build(lengths, LITERAL_SYMBOLS, lengths.length, false)
    );
  }

  /** Reads the codes that a block brings along. */
  private readCodes(): boolean {
    const { lengths, lengthCodes } = this;
    const literals = this.take(5) + 257;
    const distances = this.take(5) + 1;
    const given = this.take(4) + 4;
    lengths.fill(0, 0, LENGTH_SYMBOLS);
    for (let at = 0; at < given; at++) lengths[LENGTH_ORDER[at] as number] = this.take(3);
    if (literals > MAX_LITERALS || distances > DISTANCE_BASES.length) return false;
    if (!lengthCodes.build(lengths, 0, LENGTH_SYMBOLS, false)) return false;
    const all = literals + distances;
    for (let at = 0; at < all;) {
      const symbol = this.symbolOf(lengthCodes);
      if (symbol < 0) return false;
      if (symbol < REPEAT_LAST) {
        lengths[at++] = symbol;
        continue;
      }
      if (symbol === REPEAT_LAST && at === 0) return false;
      const value = symbol === REPEAT_LAST ? (lengths[at - 1] as number) : 0;
      const times =
        symbol === REPEAT_LAST ? 3 + this.take(2) : symbol === REPEAT_ZERO ? 3 + this.take(3) : 11 + this.take(7);
      if (at + times > all) return false;
      lengths.fill(value, at, at + times);
      at += times;
    }
    if (lengths[END_OF_BLOCK] === 0) return false;
    return this.literals.build(lengths, 0, literals, true) && this.distances.build(lengths, literals, all, true);
  }

  /** The symbol of the next code, -1 if there is none. */
  private symbolOf(table: PrefixTable): number {
    // A whole index is taken, and what the code did not need is given back.
    const { indexBits } = table;
    const index = this.take(indexBits);
    const entry = table.entries[index] as number;
    const bits = entry & 15;
    if (bits === 0) return -1;
    this.bits = (this.bits << (indexBits - bits)) | (index >> bits);
    this.bitCount += indexBits - bits;
    return entry >> 4;
  }

  /** Reads what a block holds up to its end. */
  private symbols(output: Uint8Array): boolean {
    const { input, end } = this;
    const { entries } = this.literals;
    const mask = (1 << this.literals.indexBits) - 1;
    while (this.pos <= end + MAX_LOOKAHEAD_BYTES) {
      // Most symbols are bytes: for those, state is in variables.
      let { pos, bits, bitCount, written } = this;
      let symbol: number;
      for (;;) {
        while (bitCount <= 16) {
          bits |= (pos < end ? (input[pos] as number) : 0) << bitCount;
          pos++;
          bitCount += 8;
        }
        const entry = entries[bits & mask] as number;
        if (entry === 0) return false;
        bits >>= entry & 15;
        bitCount -= entry & 15;
        symbol = entry >> 4;
        if (symbol >= END_OF_BLOCK) break;
        if (written === output.length) return false;
        output[written++] = symbol;
      }
      this.pos = pos;
      this.bits = bits;
      this.bitCount = bitCount;
      this.written = written;
      if (symbol === END_OF_BLOCK) return true;
      if (!this.repeat(symbol - END_OF_BLOCK - 1, output)) return false;
    }
    return false;
  }

  /** Writes again what is already there. */
  private repeat(lengthAt: number, output: Uint8Array): boolean {
    if (lengthAt >= LENGTH_BASES.length) return false;
    const length = (LENGTH_BASES[lengthAt] as number) + this.take(LENGTH_EXTRA_BITS[lengthAt] as number);
    const distanceAt = this.symbolOf(this.distances);
    if (distanceAt < 0 || distanceAt >= DISTANCE_BASES.length) return false;
    const distance = (DISTANCE_BASES[distanceAt] as number) + this.take(DISTANCE_EXTRA_BITS[distanceAt] as number);
    let { written } = this;
    const stop = written + length;
    if (distance > written || stop > output.length) return false;
    for (; written < stop; written++) output[written] = output[written - distance] as number;
    this.written = written;
    return true;
  }
}

const inflater = new SmallInflater();

/**
 * Inflates the DEFLATE data between two positions of `input` into `output`. True if it is well-formed, ends where it should and fills `output`
 * exactly; otherwise what `output` holds is nothing.
 */
export function inflateInto(input: Uint8Array, from: number, to: number, output: Uint8Array): boolean {
  return inflater.inflate(input, from, to, output);
}
