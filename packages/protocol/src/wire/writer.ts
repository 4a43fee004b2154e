import { EncodedMessage } from './encoded-message.js';
import { highHalf, lowHalf } from './int64.js';
import type { Int64Input } from './int64.js';
import { RECURSION_LIMIT } from './reader.js';
import { allocate, writeUtf8 } from './text.js';

/** Messages are written one after another into chunks of this size, and handed out as views of them. */
const CHUNK_SIZE_BYTES = 16_384;
/** The largest piece of memory that is kept for the next message that outgrows a chunk. */
const LARGEST_SPARE_BYTES = 1 << 20;
/** Positions are packed with three bits in a small integer, see {@link Writer.fork}. */
const LARGEST_MESSAGE_BYTES = 1 << 28;
/** Text and bytes up to this length are copied one by one; beyond, the call into native code pays off. */
const SHORT_LENGTH = 24;

/**
 * Builds encoded messages in a single pass: room for a nested message's length is left open and filled in afterwards.
 * Methods that take a `tag` write a whole field.
 *
 * Allocating a piece of memory costs more than encoding a small message, so messages share chunks, as Node's pooled
 * Buffers do: whoever keeps a small message for long should keep a copy (`bytes.slice()`), or it holds its chunk.
 */
export class Writer {
  private bytes: Uint8Array = allocate(CHUNK_SIZE_BYTES);
  private view: DataView | undefined = undefined;
  private spare: Uint8Array | undefined = undefined;
  /** Where the message being written begins. */
  private start = 0;
  private pos = 0;
  private depth = 0;

  /** The number of bytes written since the last {@link finish}. */
  get length(): number {
    return this.pos - this.start;
  }

  /** The bytes written since the last call; what is written from now on belongs to the next message. */
  finish(): Uint8Array {
    const { bytes, start, pos } = this;
    const message = new Uint8Array(bytes.buffer, bytes.byteOffset + start, pos - start);
    this.start = pos;
    if (bytes.length <= CHUNK_SIZE_BYTES) return message;
    if (bytes.length <= LARGEST_SPARE_BYTES) this.spare = bytes;
    this.useChunk(allocate(CHUNK_SIZE_BYTES));
    return bytes === this.spare ? message.slice() : message;
  }

  /** Forgets what was written since the last {@link finish}; needed when an encoder has thrown. */
  reset(): void {
    this.pos = this.start;
    this.depth = 0;
  }

  /**
   * Begins a nested message (or packed field) and returns the mark to hand to {@link join}. The length is expected to
   * fit one byte, or to be that of an already encoded message.
   */
  fork(tag: number, message: unknown): number {
    if (++this.depth > RECURSION_LIMIT)
      throw new RangeError(`Cannot encode messages nested deeper than ${RECURSION_LIMIT}`);
    this.reserve(10);
    this.varint(tag);
    const room = message instanceof EncodedMessage ? varintSize(message.byteLength) : 1;
    this.pos += room;
    return (this.pos - this.start) * 8 + room;
  }

  /** Ends what {@link fork} began: fills in the length, moving the content if that takes more room than was left. */
  join(mark: number): void {
    const room = mark & 7;
    const length = this.pos - this.start - (mark >>> 3);
    this.depth--;
    if (length < 128 && room === 1) {
      this.bytes[this.pos - length - 1] = length;
      return;
    }
    const wanted = varintSize(length);
    if (wanted !== room) this.reserve(wanted);
    const begin = this.start + (mark >>> 3);
    if (wanted !== room) this.bytes.copyWithin(begin - room + wanted, begin, this.pos);
    this.pos = begin - room;
    this.varint(length);
    this.pos += length;
  }

  /** Copies the bytes of a message that is already encoded. */
  splice(message: EncodedMessage): void {
    this.reserve(message.byteLength);
    for (const chunk of message.chunks) {
      this.bytes.set(chunk, this.pos);
      this.pos += chunk.length;
    }
  }

  string(tag: number, value: string): void {
    if (typeof value !== 'string') throw new TypeError(`Cannot encode ${describe(value)} as text`);
    const length = value.length;
    this.reserve(length * 3 + 10);
    this.varint(tag);
    if (length <= SHORT_LENGTH && this.shortAscii(value, length)) return;
    const room = varintSize(length);
    const start = this.pos + room;
    const written = writeUtf8(this.bytes, value, start);
    const wanted = varintSize(written);
    if (wanted !== room) this.bytes.copyWithin(start - room + wanted, start, start + written);
    this.varint(written);
    this.pos += written;
  }

  byteString(tag: number, value: Uint8Array): void {
    const length = value.length;
    if (!isBytes(value)) throw new TypeError(`Cannot encode ${describe(value)} as bytes`);
    this.reserve(length + 10);
    this.varint(tag);
    this.varint(length);
    const { bytes, pos } = this;
    if (length > SHORT_LENGTH) bytes.set(value, pos);
    else for (let index = 0; index < length; index++) bytes[pos + index] = value[index] as number;
    this.pos = pos + length;
  }

  bool(tag: number, value: boolean): void {
    this.reserve(6);
    this.varint(tag);
    this.bytes[this.pos++] = value ? 1 : 0;
  }

  int32(tag: number, value: number): void {
    this.reserve(15);
    this.varint(tag);
    if (value !== (value | 0)) throw outOfRange(value, 'a signed 32-bit number');
    if (value < 0) this.varint64(value | 0, -1);
    else this.varint(value);
  }

  uint32(tag: number, value: number): void {
    this.reserve(10);
    this.varint(tag);
    if (value !== value >>> 0) throw outOfRange(value, 'an unsigned 32-bit number');
    this.varint(value);
  }

  sint32(tag: number, value: number): void {
    if (value !== (value | 0)) throw outOfRange(value, 'a signed 32-bit number');
    this.uint32(tag, ((value << 1) ^ (value >> 31)) >>> 0);
  }

  int64(tag: number, value: Int64Input): void {
    this.reserve(15);
    this.varint(tag);
    if (typeof value !== 'number') this.varint64(value.low, value.high);
    else if (value >= 0 && value <= 0x7fffffff && value === (value | 0)) this.varint(value);
    else this.varint64(lowHalf(whole(value)), highHalf(value));
  }

  uint64(tag: number, value: Int64Input): void {
    if (typeof value === 'number' && value < 0) throw outOfRange(value, 'an unsigned 64-bit number');
    this.int64(tag, value);
  }

  sint64(tag: number, value: Int64Input): void {
    const low = typeof value === 'number' ? lowHalf(whole(value)) : value.low;
    const high = (typeof value === 'number' ? highHalf(value) : value.high) | 0;
    const sign = high >> 31;
    this.reserve(15);
    this.varint(tag);
    this.varint64((low << 1) ^ sign, ((high << 1) | (low >>> 31)) ^ sign);
  }

  packedInt32(tag: number, values: readonly number[]): void {
    const mark = this.fork(tag, undefined);
    for (const value of values) {
      this.reserve(10);
      if (value !== (value | 0)) throw outOfRange(value, 'a signed 32-bit number');
      this.varint64(value, value < 0 ? -1 : 0);
    }
    this.join(mark);
  }

  packedUint32(tag: number, values: readonly number[]): void {
    const mark = this.fork(tag, undefined);
    for (const value of values) {
      this.reserve(5);
      if (value !== value >>> 0) throw outOfRange(value, 'an unsigned 32-bit number');
      this.varint(value);
    }
    this.join(mark);
  }

  fixed32(tag: number, value: number): void {
    this.tagged(tag, 4).setUint32(this.pos - 4, value, true);
  }

  sfixed32(tag: number, value: number): void {
    this.tagged(tag, 4).setInt32(this.pos - 4, value, true);
  }

  fixed64(tag: number, value: Int64Input): void {
    const view = this.tagged(tag, 8);
    view.setUint32(this.pos - 8, typeof value === 'number' ? lowHalf(whole(value)) : value.low, true);
    view.setUint32(this.pos - 4, typeof value === 'number' ? highHalf(value) : value.high, true);
  }

  sfixed64(tag: number, value: Int64Input): void {
    this.fixed64(tag, value);
  }

  float(tag: number, value: number): void {
    this.tagged(tag, 4).setFloat32(this.pos - 4, value, true);
  }

  double(tag: number, value: number): void {
    this.tagged(tag, 8).setFloat64(this.pos - 8, value, true);
  }

  /** Writes the low 32 bits of a number; the caller has reserved room. */
  private varint(value: number): void {
    const bytes = this.bytes;
    let pos = this.pos;
    let rest = value;
    while (rest > 127) {
      bytes[pos++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[pos++] = rest;
    this.pos = pos;
  }

  private varint64(lowBits: number, highBits: number): void {
    const bytes = this.bytes;
    let low = lowBits >>> 0;
    let high = highBits >>> 0;
    while (high > 0) {
      bytes[this.pos++] = (low & 127) | 128;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.varint(low);
  }

  /** Writes short text if it is ASCII; otherwise writes nothing and says so. */
  private shortAscii(value: string, length: number): boolean {
    const bytes = this.bytes;
    const start = this.pos + 1;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 127) return false;
      bytes[start + index] = code;
    }
    bytes[start - 1] = length;
    this.pos = start + length;
    return true;
  }

  private tagged(tag: number, byteCount: number): DataView {
    this.reserve(byteCount + 5);
    this.varint(tag);
    this.pos += byteCount;
    this.view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return this.view;
  }

  private reserve(byteCount: number): void {
    if (this.pos + byteCount > this.bytes.length) this.grow(byteCount);
  }

  /** Moves the message being written to memory with room for more. */
  private grow(byteCount: number): void {
    const { bytes, start, pos } = this;
    const wanted = pos - start + byteCount;
    if (wanted > LARGEST_MESSAGE_BYTES) {
      throw new RangeError(`Cannot encode a message larger than ${LARGEST_MESSAGE_BYTES} bytes`);
    }
    if (wanted <= CHUNK_SIZE_BYTES) this.useChunk(allocate(CHUNK_SIZE_BYTES));
    else if (this.spare !== undefined && wanted <= this.spare.length) this.useChunk(this.spare);
    else this.useChunk(allocate(Math.min(LARGEST_MESSAGE_BYTES, wanted * 2)));
    this.spare = this.bytes === this.spare ? undefined : this.spare;
    this.bytes.set(bytes.subarray(start, pos));
    this.pos = pos - start;
  }

  private useChunk(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = undefined;
    this.start = 0;
    this.pos = 0;
  }
}

function varintSize(value: number): number {
  return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : value < 268_435_456 ? 4 : 5;
}

function whole(value: number): number {
  if (!Number.isInteger(value)) throw outOfRange(value, 'a 64-bit integer');
  return value;
}

function outOfRange(value: unknown, wanted: string): Error {
  return new RangeError(`Cannot encode ${describe(value)} as ${wanted}`);
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : value === null ? 'null' : `a value of type ${typeof value}`;
}

/** Bytes of another realm (workflow code runs in one of its own) are no instances of this one's class. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || (ArrayBuffer.isView(value) && value.constructor.name === 'Uint8Array');
}
