import { DEFAULT_MAX_FRAME_BYTES, ErrorCode, FRAME_HEADER_BYTES, MAX_STREAM_ID } from './constants.js';
import { ConnectionError } from './errors.js';

/** Takes frames. The payload is `bytes` from `start` to `end`, a view that may be kept. */
export interface FrameSink {
  onFrame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void;
}

/** Cuts a byte stream into frames. Frames inside one chunk are not copied; only one that spans chunks is assembled. */
export class FrameReader {
  /** The frame that is being assembled, header included, when a chunk ended inside it. */
  private partial: Buffer | undefined;
  private partialBytes = 0;
  private readonly partialHeader = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES);

  constructor(private readonly sink: FrameSink) {}

  /** Reads one chunk. @throws ConnectionError FRAME_SIZE_ERROR for a frame that exceeds the limit. */
  push(chunk: Buffer): void {
    let offset = this.partialBytes > 0 ? this.completePartial(chunk) : 0;
    while (chunk.length - offset >= FRAME_HEADER_BYTES) {
      const end = offset + FRAME_HEADER_BYTES + payloadLength(chunk, offset);
      if (end > chunk.length) break;
      this.emit(chunk, offset, end);
      offset = end;
    }
    if (offset < chunk.length) this.keep(chunk, offset);
  }

  private keep(chunk: Buffer, offset: number): void {
    const available = chunk.length - offset;
    this.partialBytes = available;
    if (available < FRAME_HEADER_BYTES) {
      chunk.copy(this.partialHeader, 0, offset);
      return;
    }
    this.partial = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + payloadLength(chunk, offset));
    chunk.copy(this.partial, 0, offset);
  }

  /** Adds what the partial frame lacks and emits it when whole; returns how much of the chunk was used. */
  private completePartial(chunk: Buffer): number {
    let used = 0;
    if (this.partial === undefined) {
      used = chunk.copy(this.partialHeader, this.partialBytes, 0);
      this.partialBytes += used;
      if (this.partialBytes < FRAME_HEADER_BYTES) return used;
      this.partial = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + payloadLength(this.partialHeader, 0));
      this.partialHeader.copy(this.partial);
    }
    const frame = this.partial;
    const copied = chunk.copy(frame, this.partialBytes, used);
    used += copied;
    this.partialBytes += copied;
    if (this.partialBytes < frame.length) return used;
    this.partial = undefined;
    this.partialBytes = 0;
    this.emit(frame, 0, frame.length);
    return used;
  }

  private emit(bytes: Buffer, offset: number, end: number): void {
    const type = bytes[offset + 3] as number;
    const flags = bytes[offset + 4] as number;
    const streamId = bytes.readUInt32BE(offset + 5) & MAX_STREAM_ID;
    this.sink.onFrame(type, flags, streamId, bytes, offset + FRAME_HEADER_BYTES, end);
  }
}

function payloadLength(bytes: Buffer, offset: number): number {
  const length = bytes.readUIntBE(offset, 3);
  if (length > DEFAULT_MAX_FRAME_BYTES) {
    throw new ConnectionError(ErrorCode.frameSizeError, `a frame of ${length} bytes exceeds the limit of 16384`);
  }
  return length;
}
