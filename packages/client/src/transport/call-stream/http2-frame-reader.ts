import { FRAME_HEADER_BYTES, FrameFlag, FrameType } from './http2-frames.js';

/** Takes what a peer sends. The bytes are views that may be kept. */
export interface FrameSink {
  /** A frame as a whole. */
  onFrame(type: number, flags: number, streamId: number, payload: Buffer): void;
  /** A part of a DATA frame, as soon as it is here; the flags are 0 for all parts but the last. */
  onDataPart(streamId: number, flags: number, part: Buffer): void;
}

/** What a peer sent is not HTTP/2. */
export class Http2Error extends Error {
  override readonly name = 'Http2Error';
}

/**
 * Cuts a byte stream into frames. DATA is handed on in whatever pieces it comes: what is in it has boundaries of its own. Only other frames
 * are put together when they come in pieces.
 */
export class Http2FrameReader {
  private rest: Buffer | undefined;
  /** Of the DATA frame that is under way. */
  private dataLeftBytes = 0;
  private dataFlags = 0;
  private dataStreamId = 0;

  /** @param maxFrameBytes what we have told the peer that a frame may have */
  constructor(
    private readonly sink: FrameSink,
    private readonly maxFrameBytes: number,
  ) {}

  /** Reads what has come. @throws Http2Error for a frame larger than announced */
  push(chunk: Buffer): void {
    const bytes = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = undefined;
    let at = 0;
    while (at < bytes.length) {
      if (this.dataLeftBytes > 0) {
        at = this.dataPart(bytes, at);
        continue;
      }
      const end = this.frame(bytes, at);
      if (end === undefined) {
        this.rest = bytes.subarray(at);
        return;
      }
      at = end;
    }
  }

  /** Hands on a frame; where it ends, or undefined if it is not here as a whole. */
  private frame(bytes: Buffer, at: number): number | undefined {
    const start = at + FRAME_HEADER_BYTES;
    if (start > bytes.length) return undefined;
    const length = bytes.readUIntBE(at, 3);
    if (length > this.maxFrameBytes) throw new Http2Error(`the server sent an HTTP/2 frame of ${length} bytes`);
    const type = bytes[at + 3] as number;
    const flags = bytes[at + 4] as number;
    const streamId = bytes.readUInt32BE(at + 5) & 0x7fff_ffff;
    if (type === FrameType.data && (flags & FrameFlag.padded) === 0 && length > 0) {
      this.dataLeftBytes = length;
      this.dataFlags = flags;
      this.dataStreamId = streamId;
      return start;
    }
    const end = start + length;
    if (end > bytes.length) return undefined;
    this.sink.onFrame(type, flags, streamId, bytes.subarray(start, end));
    return end;
  }

  private dataPart(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.dataLeftBytes);
    this.dataLeftBytes -= end - at;
    const flags = this.dataLeftBytes === 0 ? this.dataFlags : 0;
    this.sink.onDataPart(this.dataStreamId, flags, bytes.subarray(at, end));
    return end;
  }
}
