import { ErrorCode } from './constants.js';
import { ConnectionError } from './errors.js';
import { HeaderList } from './header-list.js';
import { type HeaderField, HeaderTable, headerField } from './header-table.js';
import { decodeHuffman } from './huffman.js';
import { KnownBlocks } from './known-blocks.js';

/** The dynamic table size we agree to: the default of RFC 9113, which needs no setting. */
const TABLE_CAPACITY_BYTES = 4096;

/** The largest integer we read in a header block; nothing legitimate comes near. */
const MAX_INTEGER = 0x0fff_ffff;

/** Decodes the header blocks (HPACK, RFC 7541) of one connection, which must be given in the order they arrived. */
export class HeaderDecoder {
  private readonly table = new HeaderTable(TABLE_CAPACITY_BYTES);
  private readonly known = new KnownBlocks();
  private bytes: Buffer = Buffer.alloc(0);
  private position = 0;
  private end = 0;

  /**
   * Decodes one complete header block into shared field objects; one that is known is not decoded again.
   *
   * @throws ConnectionError COMPRESSION_ERROR for anything RFC 7541 forbids: the tables of both ends no longer agree.
   */
  decode(bytes: Buffer, start: number, end: number): HeaderList {
    const known = this.known.find(bytes, start, end);
    if (known !== undefined) return known;
    const { version } = this.table;
    const list = new HeaderList(this.decodeFields(bytes, start, end));
    if (this.table.version === version) this.known.add(bytes, start, end, list);
    else this.known.clear();
    return list;
  }

  private decodeFields(bytes: Buffer, start: number, end: number): HeaderField[] {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    const fields: HeaderField[] = [];
    while (this.position < end) {
      const byte = bytes[this.position] as number;
      if (byte >= 0x80) fields.push(this.indexed());
      else if (byte >= 0x40) fields.push(this.literal(6, true));
      else if (byte < 0x20) fields.push(this.literal(4, false));
      else if (fields.length === 0) this.resizeTable();
      else throw compressionError('a table size update follows a header field');
    }
    return fields;
  }

  private indexed(): HeaderField {
    const index = this.integer(7);
    return this.at(index);
  }

  private literal(prefixBits: number, addToTable: boolean): HeaderField {
    const nameIndex = this.integer(prefixBits);
    const name = nameIndex === 0 ? this.string() : this.at(nameIndex).name;
    const field = headerField(name, this.string());
    if (addToTable) this.table.add(field);
    return field;
  }

  private at(index: number): HeaderField {
    const field = this.table.get(index);
    if (field === undefined) throw compressionError(`header index ${index} is not in the table`);
    return field;
  }

  private resizeTable(): void {
    const sizeBytes = this.integer(5);
    if (sizeBytes > this.table.capacityBytes) throw compressionError('a table size update exceeds the agreed size');
    this.table.resize(sizeBytes);
  }

  /** RFC 7541, section 5.1. */
  private integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = this.byte() & mask;
    if (value < mask) return value;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (value > MAX_INTEGER || shift > 28) throw compressionError('an integer in a header block is too large');
      if (byte < 0x80) return value;
    }
  }

  /** RFC 7541, section 5.2. */
  private string(): string {
    const isHuffman = (this.bytes[this.position] ?? 0) >= 0x80;
    const length = this.integer(7);
    const start = this.position;
    if (start + length > this.end) throw compressionError('a header string is cut off');
    this.position = start + length;
    if (isHuffman) return decodeHuffman(this.bytes, start, this.position);
    return this.bytes.toString('latin1', start, this.position);
  }

  private byte(): number {
    if (this.position >= this.end) throw compressionError('a header block is cut off');
    return this.bytes[this.position++] as number;
  }
}

function compressionError(message: string): ConnectionError {
  return new ConnectionError(ErrorCode.compressionError, message);
}
