/** Messages are written one after another into pieces of this size, and handed out as views of them. */
const CHUNK_SIZE_BYTES = 65_536;
/** A header of MessagePack takes at most so many bytes. */
const HEADER_BYTES = 9;
const LONGEST_SHORT_TEXT = 31;

/**
 * Writes the kinds of MessagePack that make up journal records. For those alone it is several times as fast as an encoder for all there
 * is, and a record takes no memory of its own: whoever keeps one for long should keep a copy.
 *
 * Source: https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export class MessagePackWriter {
  private bytes = new Uint8Array(CHUNK_SIZE_BYTES);
  private view = new DataView(this.bytes.buffer);
  private start = 0;
  private pos = 0;

  /** @param encodeAny encodes what is not as simple; its result is copied at once */
  constructor(private readonly encodeAny: (value: unknown) => Uint8Array) {}

  /** Begins an array; its items follow. */
  array(length: number): this {
    this.reserve(HEADER_BYTES);
    if (length < 16) this.bytes[this.pos++] = 0x90 | length;
    else this.header(0xdd, length);
    return this;
  }

  text(value: string): this {
    const { length } = value;
    this.reserve(HEADER_BYTES + length);
    const before = this.pos;
    if (length <= LONGEST_SHORT_TEXT) this.bytes[this.pos++] = 0xa0 | length;
    else this.header(0xdb, length);
    const { bytes } = this;
    let at = this.pos;
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      if (unit >= 0x80) {
        this.pos = before;
        return this.any(value);
      }
      bytes[at++] = unit;
    }
    this.pos = at;
    return this;
  }

  /** A whole number from 0 on. */
  integer(value: number): this {
    this.reserve(HEADER_BYTES);
    if (value < 0x80) this.bytes[this.pos++] = value;
    else if (value <= 0xffff_ffff) this.header(0xce, value);
    else {
      this.bytes[this.pos++] = 0xcf;
      this.view.setBigUint64(this.pos, BigInt(value));
      this.pos += 8;
    }
    return this;
  }

  binary(value: Uint8Array): this {
    this.reserve(HEADER_BYTES + value.length);
    this.header(0xc6, value.length);
    return this.append(value);
  }

  any(value: unknown): this {
    const encoded = this.encodeAny(value);
    this.reserve(encoded.length);
    return this.append(encoded);
  }

  /** What was written since the last call. */
  finish(): Uint8Array {
    const message = this.bytes.subarray(this.start, this.pos);
    this.start = this.pos;
    return message;
  }

  /** A format byte and a length or number of 32 bits. */
  private header(format: number, value: number): void {
    this.bytes[this.pos] = format;
    this.view.setUint32(this.pos + 1, value);
    this.pos += 5;
  }

  private append(value: Uint8Array): this {
    this.bytes.set(value, this.pos);
    this.pos += value.length;
    return this;
  }

  /** Makes room, in a new piece if this one is full: what has been written of the message moves there. */
  private reserve(sizeBytes: number): void {
    if (this.pos + sizeBytes <= this.bytes.length) return;
    const begun = this.bytes.subarray(this.start, this.pos);
    this.bytes = new Uint8Array(Math.max(CHUNK_SIZE_BYTES, 2 * (begun.length + sizeBytes)));
    this.view = new DataView(this.bytes.buffer);
    this.bytes.set(begun);
    this.start = 0;
    this.pos = begun.length;
  }
}
