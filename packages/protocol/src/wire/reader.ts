import { NO_BYTES } from './defaults.js';
import { signedFromHalves, unsignedFromHalves } from './int64.js';
import { LONGEST_REMEMBERED_TEXT, hashOfAscii, recallText, rememberText } from './recent-text.js';
import { readUtf8 } from './text.js';
import { WireFormatError } from './wire-format-error.js';

/** How deep messages may nest before decoding refuses them; the customary limit of protobuf implementations. */
export const RECURSION_LIMIT = 100;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const FIXED32 = 5;

/**
 * A cursor over encoded bytes. Every read is checked against the end of the message being read, so no length on the
 * wire can make it read or allocate beyond its input.
 */
export class Reader {
  readonly bytes: Uint8Array;
  pos = 0;
  /** Where the message being read ends. */
  limit: number;
  private depth = 0;
  private view: DataView | undefined = undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.limit = bytes.length;
  }

  /** Reads a field's tag: field number times eight plus wire type. */
  tag(): number {
    const tag = this.small('a field tag');
    if (tag < 8) throw this.fault('field number 0');
    return tag;
  }

  uint32(): number {
    const pos = this.pos;
    if (pos < this.limit) {
      const byte = this.bytes[pos] as number;
      if (byte < 128) {
        this.pos = pos + 1;
        return byte;
      }
    }
    return this.longVarint() >>> 0;
  }

  int32(): number {
    return this.uint32() | 0;
  }

  sint32(): number {
    const value = this.uint32();
    return (value >>> 1) ^ -(value & 1);
  }

  bool(): boolean {
    return this.varint64() !== 0 || this.high !== 0;
  }

  int64(): number {
    const low = this.varint64();
    return signedFromHalves(low, this.high);
  }

  uint64(): number {
    const low = this.varint64();
    return unsignedFromHalves(low, this.high);
  }

  sint64(): number {
    const low = this.varint64();
    const sign = -(low & 1);
    return signedFromHalves(((low >>> 1) | (this.high << 31)) ^ sign, (this.high >>> 1) ^ sign);
  }

  fixed32(): number {
    return this.dataView(4).getUint32(this.pos - 4, true);
  }

  sfixed32(): number {
    return this.dataView(4).getInt32(this.pos - 4, true);
  }

  fixed64(): number {
    const view = this.dataView(8);
    return unsignedFromHalves(view.getUint32(this.pos - 8, true), view.getUint32(this.pos - 4, true));
  }

  sfixed64(): number {
    const view = this.dataView(8);
    return signedFromHalves(view.getUint32(this.pos - 8, true), view.getUint32(this.pos - 4, true));
  }

  float(): number {
    return this.dataView(4).getFloat32(this.pos - 4, true);
  }

  double(): number {
    return this.dataView(8).getFloat64(this.pos - 8, true);
  }

  string(): string {
    const end = this.end();
    const start = this.pos;
    if (start === end) return '';
    if (end - start <= LONGEST_REMEMBERED_TEXT) return this.shortText(start, end);
    const text = readUtf8(this.bytes, start, end);
    if (text === undefined) throw this.fault('text that is not valid UTF-8');
    this.pos = end;
    return text;
  }

  private shortText(start: number, end: number): string {
    const hash = hashOfAscii(this.bytes, start, end);
    const known = hash < 0 ? undefined : recallText(this.bytes, start, end, hash);
    const text = known ?? readUtf8(this.bytes, start, end);
    if (text === undefined) throw this.fault('text that is not valid UTF-8');
    if (known === undefined && hash >= 0) rememberText(text, hash);
    this.pos = end;
    return text;
  }

  /** A view of the input, not a copy. */
  byteString(): Uint8Array {
    const end = this.end();
    const start = this.pos;
    if (start === end) return NO_BYTES;
    this.pos = end;
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + start, end - start);
  }

  /** Enters a nested message or a packed field; returns the limit to hand to {@link leave}. */
  enter(): number {
    const end = this.end();
    if (++this.depth > RECURSION_LIMIT) throw this.fault(`messages nested deeper than ${RECURSION_LIMIT}`);
    const outer = this.limit;
    this.limit = end;
    return outer;
  }

  leave(outerLimit: number): void {
    this.limit = outerLimit;
    this.depth--;
  }

  /** Skips the value of a field that is not known here, or not in this wire type. */
  skip(tag: number): void {
    switch (tag & 7) {
      case VARINT:
        this.varint64();
        return;
      case FIXED64:
        this.advance(8);
        return;
      case LENGTH_DELIMITED:
        this.pos = this.end();
        return;
      case GROUP_START:
        this.skipGroup(tag);
        return;
      case GROUP_END:
        throw this.fault('end of a group that never began');
      case FIXED32:
        this.advance(4);
        return;
      default:
        throw this.fault(`unknown wire type ${tag & 7}`);
    }
  }

  /** Adds to a failure which message and field were being read; used by generated decoders. */
  explain(error: unknown, typeName: string, fieldNames: string, tag: number): unknown {
    return error instanceof WireFormatError ? error.within(typeName, fieldNames, tag >>> 3) : error;
  }

  private skipGroup(startTag: number): void {
    if (++this.depth > RECURSION_LIMIT) throw this.fault(`groups nested deeper than ${RECURSION_LIMIT}`);
    for (;;) {
      const tag = this.tag();
      if ((tag & 7) === GROUP_END) {
        if (tag >>> 3 !== startTag >>> 3) throw this.fault('a group closed by the end of another');
        break;
      }
      this.skip(tag);
    }
    this.depth--;
  }

  /** Reads a length and returns where what it measures ends. */
  private end(): number {
    const length = this.small('a length');
    if (length > this.limit - this.pos) {
      throw this.fault(`a length of ${length} bytes where ${this.limit - this.pos} are left`);
    }
    return this.pos + length;
  }

  /** Reads a varint that has no business being longer than 32 bits. */
  private small(what: string): number {
    const pos = this.pos;
    if (pos < this.limit) {
      const byte = this.bytes[pos] as number;
      if (byte < 128) {
        this.pos = pos + 1;
        return byte;
      }
    }
    const value = this.longVarint() >>> 0;
    if (this.high !== 0) throw this.fault(`${what} beyond 32 bits`);
    return value;
  }

  private advance(byteCount: number): void {
    if (byteCount > this.limit - this.pos) throw this.fault('the bytes end within a value');
    this.pos += byteCount;
  }

  private dataView(byteCount: number): DataView {
    this.advance(byteCount);
    this.view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return this.view;
  }

  /** The upper 32 bits of the last varint read by {@link varint64} or {@link longVarint}. */
  private high = 0;

  private varint64(): number {
    const pos = this.pos;
    if (pos < this.limit) {
      const byte = this.bytes[pos] as number;
      if (byte < 128) {
        this.pos = pos + 1;
        this.high = 0;
        return byte;
      }
    }
    return this.longVarint();
  }

  /** Reads a varint of any length; returns the low 32 bits, leaves the high ones in {@link high}. */
  private longVarint(): number {
    const { bytes, limit } = this;
    let pos = this.pos;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (pos >= limit) throw this.fault('the bytes end within a number');
      const byte = bytes[pos++] as number;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 128) {
        this.pos = pos;
        this.high = high;
        return low;
      }
    }
    throw this.fault('a number longer than 10 bytes');
  }

  private fault(reason: string): WireFormatError {
    return new WireFormatError(reason, this.pos);
  }
}
