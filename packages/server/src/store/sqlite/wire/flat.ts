/** What crosses between threads besides bytes. */
export type FlatValue = string | number | boolean | null;

/**
 * One message between threads: a flat list of values, and one array with all bytes, when there are any. Structured clone
 * of nested objects costs several times as much, and of views into pooled buffers it copies the pool.
 */
export interface FlatMessage {
  readonly values: readonly FlatValue[];
  readonly arena: Uint8Array<ArrayBuffer> | undefined;
}

/** Copying 200 bytes with a message costs 3 us, handing over the buffer they are in 8 us. */
const copiedArenaBytes = 8 * 1024;

/** What to hand over with a message instead of copying it. */
export function transferList({ arena }: FlatMessage): readonly ArrayBuffer[] {
  return arena === undefined || arena.byteLength <= copiedArenaBytes ? [] : [arena.buffer];
}

/** Bytes, or what writes its bytes at an offset once there is a buffer for them. */
type Blob = Uint8Array | ((target: Uint8Array, offset: number) => number);

/** Collects values and bytes for one message. */
export class FlatWriter {
  #values: FlatValue[] = [];
  #blobs: Blob[] = [];
  #sizeBytes = 0;

  put(value: FlatValue | undefined): this {
    this.#values.push(value ?? null);
    return this;
  }

  /** Adds bytes by reference: they are copied when the message is finished. */
  blob(bytes: Uint8Array): this {
    return this.#add(bytes, bytes.byteLength);
  }

  /** Adds room for bytes that `fill` writes, straight into the buffer, when the message is finished. */
  blobOf(sizeBytes: number, fill: (target: Uint8Array, offset: number) => number): this {
    return this.#add(fill, sizeBytes);
  }

  #add(blob: Blob, sizeBytes: number): this {
    this.#values.push(this.#sizeBytes, sizeBytes);
    this.#blobs.push(blob);
    this.#sizeBytes += sizeBytes;
    return this;
  }

  /** Precedes the values a step adds with their number, so that `FlatReader.section` can pass over them. */
  section(step: () => void): void {
    const index = this.#values.push(0) - 1;
    step();
    this.#values[index] = this.#values.length - index - 1;
  }

  get isEmpty(): boolean {
    return this.#values.length === 0;
  }

  /** Runs a step that adds values; takes everything it added back when it throws. */
  attempt(step: () => void): void {
    const valueCount = this.#values.length;
    const blobCount = this.#blobs.length;
    const sizeBytes = this.#sizeBytes;
    try {
      step();
    } catch (error) {
      this.#values.length = valueCount;
      this.#blobs.length = blobCount;
      this.#sizeBytes = sizeBytes;
      throw error;
    }
  }

  /** Builds the message and leaves the writer empty. */
  finish(): FlatMessage {
    const arena = this.#sizeBytes === 0 ? undefined : new Uint8Array(this.#sizeBytes);
    if (arena !== undefined) this.#fill(arena);
    const values = this.#values;
    this.#values = [];
    this.#blobs = [];
    this.#sizeBytes = 0;
    return { values, arena };
  }

  #fill(arena: Uint8Array): void {
    let offset = 0;
    for (const blob of this.#blobs) {
      if (typeof blob === 'function') {
        offset = blob(arena, offset);
      } else {
        arena.set(blob, offset);
        offset += blob.byteLength;
      }
    }
  }
}

const noBytes = new Uint8Array();

/** Reads a message in the order it was written. */
export class FlatReader {
  readonly #values: readonly FlatValue[];
  readonly #arena: Uint8Array;
  #next = 0;

  constructor({ values, arena }: FlatMessage) {
    this.#values = values;
    this.#arena = arena ?? noBytes;
  }

  get isDone(): boolean {
    return this.#next >= this.#values.length;
  }

  #take(): FlatValue {
    const value = this.#values[this.#next++];
    if (value === undefined) throw new RangeError('A message between store threads ended too early.');
    return value;
  }

  /** Goes on behind a section after a step, however much of it the step has read. */
  section<Result>(step: () => Result): Result {
    const end = this.number() + this.#next;
    try {
      return step();
    } finally {
      this.#next = end;
    }
  }

  /** Leaves the number before a section behind, to read the section later. */
  enterSection(): this {
    this.#next++;
    return this;
  }

  string(): string {
    return this.#take() as string;
  }

  number(): number {
    return this.#take() as number;
  }

  boolean(): boolean {
    return this.#take() as boolean;
  }

  optionalString(): string | undefined {
    return (this.#take() as string | null) ?? undefined;
  }

  optionalNumber(): number | undefined {
    return (this.#take() as number | null) ?? undefined;
  }

  /** For binding to a statement as it came. */
  value(): string | number | null {
    const value = this.#take();
    return typeof value === 'boolean' ? Number(value) : value;
  }

  /** A view of the message's buffer. */
  blob(): Uint8Array {
    const offset = this.number();
    return this.#arena.subarray(offset, offset + this.number());
  }
}
