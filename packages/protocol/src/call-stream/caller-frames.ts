import { CALL_STREAM_VERSION, FrameKind, MAX_METADATA_ENTRIES, MAX_PATHS, METADATA_SLOTS } from './constants.js';
import { CallStreamError } from './errors.js';
import { FrameReader } from './frame-reader.js';
import type { FrameWriter } from './frame-writer.js';

/** Metadata of a call; text, or bytes for names that end in `-bin`. */
export type CallMetadata = Readonly<Record<string, string | Uint8Array>>;

/** A call as it travels. */
export interface CallFrame {
  /** Not of another call under way on the stream. */
  readonly callId: number;
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly metadata: CallMetadata;
  /** How long the caller waits; `undefined` for as long as it takes. */
  readonly timeoutMs: number | undefined;
  readonly body: Uint8Array;
}

/** Hears the frames of a caller. */
export interface CallerFrameSink {
  onHello(version: number): void;
  onCall(call: CallFrame): void;
  onCancel(callId: number): void;
}

const NO_METADATA: CallMetadata = {};
/** Values before the first slot, in the field that says which metadata a call has. */
const METADATA_NONE = 0;
const METADATA_NEW = 1;
const FIRST_SLOT = 2;
const TEXT_VALUE = 0;
const BYTES_VALUE = 1;

/**
 * Writes the frames of a caller. Paths, and metadata objects that are used again, travel once: keep an object for calls
 * that have the same metadata, and never change it.
 */
export class CallerFrameEncoder {
  private readonly paths = new Map<string, number>();
  private readonly metadata = new WeakMap<CallMetadata, number>();
  private metadataCount = 0;

  constructor(private readonly writer: FrameWriter) {}

  hello(): void {
    this.writer.byte(FrameKind.hello);
    this.writer.varint(CALL_STREAM_VERSION);
  }

  call({ callId, path, metadata, timeoutMs, body }: CallFrame): void {
    const { writer } = this;
    writer.byte(FrameKind.call);
    writer.varint(callId);
    this.path(path);
    this.metadataOf(metadata);
    writer.varint(timeoutMs === undefined ? 0 : Math.ceil(timeoutMs) + 1);
    writer.block(body);
  }

  cancel(callId: number): void {
    this.writer.byte(FrameKind.cancel);
    this.writer.varint(callId);
  }

  private path(path: string): void {
    const known = this.paths.get(path);
    this.writer.varint(known ?? this.paths.size);
    if (known !== undefined) return;
    if (this.paths.size >= MAX_PATHS) throw new CallStreamError(`a stream names more than ${MAX_PATHS} paths`);
    this.paths.set(path, this.paths.size);
    this.writer.text(path);
  }

  private metadataOf(metadata: CallMetadata): void {
    const { writer } = this;
    const number = this.metadata.get(metadata);
    if (number !== undefined && this.metadataCount - number <= METADATA_SLOTS) {
      writer.varint(FIRST_SLOT + (number % METADATA_SLOTS));
      return;
    }
    const entries = Object.entries(metadata);
    if (entries.length === 0) return writer.varint(METADATA_NONE);
    if (entries.length > MAX_METADATA_ENTRIES) {
      throw new CallStreamError(`a call has more than ${MAX_METADATA_ENTRIES} entries of metadata`);
    }
    this.metadata.set(metadata, this.metadataCount++);
    writer.varint(METADATA_NEW);
    writer.varint(entries.length);
    for (const [name, value] of entries) {
      writer.text(name);
      writer.byte(typeof value === 'string' ? TEXT_VALUE : BYTES_VALUE);
      if (typeof value === 'string') writer.text(value);
      else writer.block(value);
    }
  }
}

/** Reads the frames of a caller, one decoder for each stream. */
export class CallerFrameDecoder {
  private readonly paths: string[] = [];
  private readonly metadata: CallMetadata[] = [];
  private metadataCount = 0;

  /** Hands every frame of a batch to the sink. @throws CallStreamError for what is not a batch of frames */
  read(batch: Uint8Array, sink: CallerFrameSink): void {
    const reader = new FrameReader(batch);
    while (!reader.isAtEnd) {
      const kind = reader.byte();
      if (kind === FrameKind.call) sink.onCall(this.call(reader));
      else if (kind === FrameKind.cancel) sink.onCancel(reader.varint());
      else if (kind === FrameKind.hello) sink.onHello(reader.varint());
      else throw new CallStreamError(`a caller sent a frame of kind ${kind}`);
    }
  }

  private call(reader: FrameReader): CallFrame {
    const callId = reader.varint();
    const path = this.path(reader);
    const metadata = this.metadataOf(reader);
    const timeout = reader.varint();
    return { callId, path, metadata, timeoutMs: timeout === 0 ? undefined : timeout - 1, body: reader.block() };
  }

  private path(reader: FrameReader): string {
    const index = reader.varint();
    if (index === this.paths.length && index < MAX_PATHS) this.paths.push(reader.text());
    const path = this.paths[index];
    if (path === undefined) throw new CallStreamError(`a call names the unknown path ${index}`);
    return path;
  }

  private metadataOf(reader: FrameReader): CallMetadata {
    const choice = reader.varint();
    if (choice === METADATA_NONE) return NO_METADATA;
    if (choice !== METADATA_NEW) {
      const known = this.metadata[choice - FIRST_SLOT];
      if (known === undefined) throw new CallStreamError(`a call names the unknown metadata ${choice}`);
      return known;
    }
    const count = reader.varint();
    if (count > MAX_METADATA_ENTRIES) throw new CallStreamError(`a call has ${count} entries of metadata`);
    const entries: [string, string | Uint8Array][] = [];
    for (let index = 0; index < count; index++) {
      const name = reader.text();
      // A slot outlives the batch, whose memory must not stay for its sake.
      entries.push([name, reader.byte() === TEXT_VALUE ? reader.text() : reader.block().slice()]);
    }
    const metadata = Object.fromEntries(entries);
    this.metadata[this.metadataCount++ % METADATA_SLOTS] = metadata;
    return metadata;
  }
}
