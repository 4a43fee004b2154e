/** A header field in an index table. Fields are shared: one object serves every request that refers to its index. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
  /** Size as RFC 7541, section 4.1, counts it: both lengths plus 32. */
  readonly sizeBytes: number;
  /** Why a request holding this field is malformed; `undefined` for a good field. */
  readonly fault: string | undefined;
}

const ENTRY_OVERHEAD_BYTES = 32;
const LEGAL_NAME = /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/;

const ILLEGAL_VALUE = /[\0\r\n]/;

/** Builds a field, checking its characters once so that later uses by index cost nothing. */
export function headerField(name: string, value: string): HeaderField {
  const sizeBytes = name.length + value.length + ENTRY_OVERHEAD_BYTES;
  return { name, value, sizeBytes, fault: faultOf(name, value) };
}

function faultOf(name: string, value: string): string | undefined {
  if (!LEGAL_NAME.test(name)) return 'a header name holds a forbidden character';
  if (ILLEGAL_VALUE.test(value)) return `the value of header ${name} holds a forbidden character`;
  return undefined;
}

/** The static table of RFC 7541, appendix A; index 1 is the first entry. */
// prettier-ignore
const STATIC_FIELDS: readonly HeaderField[] = [
  [':authority', ''], [':method', 'GET'], [':method', 'POST'], [':path', '/'], [':path', '/index.html'],
  [':scheme', 'http'], [':scheme', 'https'], [':status', '200'], [':status', '204'], [':status', '206'],
  [':status', '304'], [':status', '400'], [':status', '404'], [':status', '500'], ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'], ['accept-language', ''], ['accept-ranges', ''], ['accept', ''],
  ['access-control-allow-origin', ''], ['age', ''], ['allow', ''], ['authorization', ''], ['cache-control', ''],
  ['content-disposition', ''], ['content-encoding', ''], ['content-language', ''], ['content-length', ''],
  ['content-location', ''], ['content-range', ''], ['content-type', ''], ['cookie', ''], ['date', ''], ['etag', ''],
  ['expect', ''], ['expires', ''], ['from', ''], ['host', ''], ['if-match', ''], ['if-modified-since', ''],
  ['if-none-match', ''], ['if-range', ''], ['if-unmodified-since', ''], ['last-modified', ''], ['link', ''],
  ['location', ''], ['max-forwards', ''], ['proxy-authenticate', ''], ['proxy-authorization', ''], ['range', ''],
  ['referer', ''], ['refresh', ''], ['retry-after', ''], ['server', ''], ['set-cookie', ''],
  ['strict-transport-security', ''], ['transfer-encoding', ''], ['user-agent', ''], ['vary', ''], ['via', ''],
  ['www-authenticate', ''],
].map(([name = '', value = '']) => headerField(name, value));

/** The index space of one direction of one connection: the static table, then the newest to oldest dynamic entries. */
export class HeaderTable {
  /** A ring: the newest entry sits just before `next`. */
  private readonly ring: (HeaderField | undefined)[];
  private next = 0;
  private count = 0;
  private sizeBytes = 0;
  private changes = 0;

  /** `capacityBytes` is the largest size that was agreed on; the table may be made smaller, never larger. */
  constructor(readonly capacityBytes: number) {
    this.limitBytes = capacityBytes;
    this.ring = new Array<HeaderField | undefined>(Math.ceil(capacityBytes / ENTRY_OVERHEAD_BYTES) + 1);
  }

  private limitBytes: number;

  /** How often the table was changed: indexes mean the same while this stays the same. */
  get version(): number {
    return this.changes;
  }

  /** The field at an index (from 1), or `undefined` when there is none. */
  get(index: number): HeaderField | undefined {
    if (index <= STATIC_FIELDS.length) return STATIC_FIELDS[index - 1];
    const age = index - STATIC_FIELDS.length;
    if (age > this.count) return undefined;
    const position = this.next - age;
    return this.ring[position < 0 ? position + this.ring.length : position];
  }

  /** Adds a field, evicting the oldest; a field larger than the table empties it (RFC 7541, section 4.4). */
  add(field: HeaderField): void {
    this.changes++;
    this.evictTo(this.limitBytes - field.sizeBytes);
    if (field.sizeBytes > this.limitBytes) return;
    this.ring[this.next] = field;
    this.next = this.next + 1 === this.ring.length ? 0 : this.next + 1;
    this.count++;
    this.sizeBytes += field.sizeBytes;
  }

  /** Changes the size the peer uses; the caller has checked it against `capacityBytes`. */
  resize(limitBytes: number): void {
    this.changes++;
    this.limitBytes = limitBytes;
    this.evictTo(limitBytes);
  }

  private evictTo(sizeBytes: number): void {
    while (this.count > 0 && this.sizeBytes > sizeBytes) {
      const position = this.next - this.count;
      const oldest = position < 0 ? position + this.ring.length : position;
      this.sizeBytes -= this.ring[oldest]?.sizeBytes ?? 0;
      this.ring[oldest] = undefined;
      this.count--;
    }
  }
}
