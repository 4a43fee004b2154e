/** Messages are written one after another into pieces of this size, and handed out as views of them. */
const CHUNK_SIZE_BYTES = 65_536;
/** A header of MessagePack takes at most so many bytes. */
const HEADER_BYTES = 9;
const LONGEST_SHORT_TEXT = 31;
const BINARY_32 = 0xc6;
const INTEGER_32 = 0xce;
const TEXT_32 = 0xdb;
const ARRAY_32 = 0xdd;
const MAP_32 = 0xdf;

/** Whether a record has a value of this name, and has it from nobody else: a library may have given all objects more. */
function isMember(record: Readonly<Record<string, unknown>>, name: string): boolean {
  return record[name] !== undefined && Object.hasOwn(record, name);
}

/**
 * Writes the kinds of MessagePack that journal records and snapshots are made of. For those alone it is several times as fast as an
 * encoder for all there is, and a message takes no memory of its own: whoever keeps one for long should keep a copy.
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
    else this.header(ARRAY_32, length);
    return this;
  }

  text(value: string): this {
    const { length } = value;
    this.reserve(HEADER_BYTES + length);
    const before = this.pos;
    if (length <= LONGEST_SHORT_TEXT) this.bytes[this.pos++] = 0xa0 | length;
    else this.header(TEXT_32, length);
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
    else if (value <= 0xffff_ffff) this.header(INTEGER_32, value);
    else {
      this.bytes[this.pos++] = 0xcf;
      this.view.setBigUint64(this.pos, BigInt(value));
      this.pos += 8;
    }
    return this;
  }

  binary(value: Uint8Array): this {
    this.reserve(HEADER_BYTES + value.length);
    this.header(BINARY_32, value.length);
    return this.append(value);
  }

  /** Whatever a record is made of; members of objects that are undefined are left out. */
  value(value: unknown): this {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return this.integer(value);
    if (value == null) return this.byte(0xc0);
    if (typeof value === 'boolean') return this.byte(value ? 0xc3 : 0xc2);
    if (value instanceof Uint8Array) return this.binary(value);
    if (Array.isArray(value)) {
      this.array(value.length);
      for (const item of value as readonly unknown[]) this.value(item);
      return this;
    }
    return Object.getPrototypeOf(value) === Object.prototype ? this.members(value) : this.any(value);
  }

  /** A plain object, without one of its members if so wished. */
  members(value: object, without?: string): this {
    const record = value as Readonly<Record<string, unknown>>;
    let count = 0;
    // Not `Object.keys`, which makes a list each time.
    for (const name in record) if (name !== without && isMember(record, name)) count++;
    this.reserve(HEADER_BYTES);
    if (count < 16) this.bytes[this.pos++] = 0x80 | count;
    else this.header(MAP_32, count);
    for (const name in record) if (name !== without && isMember(record, name)) this.text(name).value(record[name]);
    return this;
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

  private byte(value: number): this {
    this.reserve(HEADER_BYTES);
    this.bytes[this.pos++] = value;
    return this;
  }

  /** A length or number in its shortest form; the formats for 16 and, but for collections, 8 bits come before that for 32. */
  private header(format32: number, value: number): void {
    const { bytes } = this;
    if (value < 0x100 && format32 < ARRAY_32) {
      bytes[this.pos++] = format32 - 2;
      bytes[this.pos++] = value;
    } else if (value < 0x1_0000) {
      bytes[this.pos++] = format32 - 1;
      bytes[this.pos++] = value >>> 8;
      bytes[this.pos++] = value;
    } else {
      bytes[this.pos] = format32;
      this.view.setUint32(this.pos + 1, value);
      this.pos += 5;
    }
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
