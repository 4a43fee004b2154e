import { readUtf8 } from '../wire/text.js';
import { CallStreamError } from './errors.js';

const LARGEST_SCALE = 2 ** 49;

/** Reads the fields of frames. What it reads is a view of the message. @throws CallStreamError beyond the end */
export class FrameReader {
  private position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.position >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.position];
    if (value === undefined) throw new CallStreamError('a frame ends early');
    this.position++;
    return value;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= LARGEST_SCALE; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
    }
    throw new CallStreamError('a number is larger than 2^53-1');
  }

  block(): Uint8Array {
    const length = this.varint();
    const end = this.position + length;
    if (end > this.bytes.length) throw new CallStreamError('a frame ends early');
    const block = this.bytes.subarray(this.position, end);
    this.position = end;
    return block;
  }

  text(): string {
    const block = this.block();
    const text = readUtf8(block, 0, block.length);
    if (text === undefined) throw new CallStreamError('a text is not UTF-8');
    return text;
  }
}
