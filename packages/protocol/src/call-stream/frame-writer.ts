import { allocate, writeUtf8 } from '../wire/text.js';
import { MESSAGE_PREFIX_BYTES } from './constants.js';

/** Bytes up to this length are copied into the batch; longer ones travel as they are. */
const COPY_LIMIT_BYTES = 2_048;
const INITIAL_BYTES = 4_096;

/** Gathers the frames of one batch, and hands them out as the chunks of one gRPC message. */
export class FrameWriter {
  private bytes = new Uint8Array(INITIAL_BYTES);
  private used = MESSAGE_PREFIX_BYTES;
  /** Bytes of `bytes` before this are in `chunks`. */
  private sealed = 0;
  private chunks: Uint8Array[] = [];
  private chunkBytes = 0;

  /** The length of the batch so far, without its prefix. */
  get length(): number {
    return this.chunkBytes + this.used - this.sealed - MESSAGE_PREFIX_BYTES;
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** The batch with its prefix; what is written from now on belongs to the next one. */
  take(): Uint8Array[] {
    const { length } = this;
    this.seal();
    const { chunks } = this;
    const prefix = chunks[0] as Uint8Array;
    prefix[0] = 0;
    prefix[1] = length >>> 24;
    prefix[2] = length >>> 16;
    prefix[3] = length >>> 8;
    prefix[4] = length;
    this.bytes = new Uint8Array(INITIAL_BYTES);
    this.used = MESSAGE_PREFIX_BYTES;
    this.sealed = 0;
    this.chunks = [];
    this.chunkBytes = 0;
    return chunks;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.used++] = value;
  }

  /** A whole number from 0 to 2^53-1, seven bits to a byte. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.used++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.used++] = rest;
  }

  /** Text behind its length. */
  text(value: string): void {
    const bytes = allocate(value.length * 3);
    this.block(bytes.subarray(0, writeUtf8(bytes, value, 0)));
  }

  /** Bytes behind their length. */
  block(value: Uint8Array): void {
    this.varint(value.length);
    this.append(value);
  }

  /** Bytes in pieces behind their length. They must not change until the batch is sent. */
  blockOf(pieces: readonly Uint8Array[]): void {
    let length = 0;
    for (const piece of pieces) length += piece.length;
    this.varint(length);
    for (const piece of pieces) this.append(piece);
  }

  private append(value: Uint8Array): void {
    if (value.length > COPY_LIMIT_BYTES) {
      this.seal();
      this.chunks.push(value);
      this.chunkBytes += value.length;
      return;
    }
    this.reserve(value.length);
    this.bytes.set(value, this.used);
    this.used += value.length;
  }

  private seal(): void {
    if (this.used === this.sealed) return;
    this.chunks.push(this.bytes.subarray(this.sealed, this.used));
    this.chunkBytes += this.used - this.sealed;
    this.sealed = this.used;
  }

  private reserve(length: number): void {
    if (this.used + length <= this.bytes.length) return;
    // The prefix stays where it is: what was sealed before is handed out as it stands.
    const unsealed = this.bytes.subarray(this.sealed, this.used);
    const grown = new Uint8Array(Math.max(INITIAL_BYTES, 2 * (unsealed.length + length)));
    grown.set(unsealed);
    this.bytes = grown;
    this.used = unsealed.length;
    this.sealed = 0;
  }
}
