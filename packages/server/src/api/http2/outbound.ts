import {
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  ErrorCode,
  FrameFlag,
  FrameType,
  MAX_WINDOW_BYTES,
} from './constants.js';
import { ConnectionError, StreamError } from './errors.js';
import type { OutputQueue } from './output-queue.js';

/** Above this much unsent output, message data waits for the socket; control frames do not. */
const HIGH_WATER_BYTES = 1_048_576;

/** What the sending side keeps for a stream. */
export interface OutboundStream {
  readonly id: number;
  /** How much the peer allows on this stream; a changed setting can make it negative. */
  sendWindowBytes: number;
  /** Data that waits for a window or for the socket, then the trailers that follow it. */
  waiting: WaitingOutput | undefined;
  /** Called when nothing waits any more on a stream whose response goes on. */
  onWritable(): void;
  /** Called when the stream's last frame was handed over. */
  onSent(): void;
}

interface WaitingOutput {
  readonly chunks: Uint8Array[];
  /** How much of the first chunk was sent. */
  offset: number;
  trailerBlock: Uint8Array | undefined;
}

/** The sending side of a connection: header blocks, and data within the flow-control windows of RFC 9113, section 5.2. */
export class Outbound {
  private windowBytes = DEFAULT_WINDOW_BYTES;
  private initialStreamWindowBytes = DEFAULT_WINDOW_BYTES;
  private maxFrameBytes = DEFAULT_MAX_FRAME_BYTES;
  /** Streams that wait for the connection's window or for the socket, served in turns of one frame each. */
  private readonly blocked = new Set<OutboundStream>();

  constructor(private readonly output: OutputQueue) {}

  /** The window a new stream starts with. */
  get initialWindowBytes(): number {
    return this.initialStreamWindowBytes;
  }

  /** Sends a header block, split into CONTINUATION frames when it is larger than a frame. */
  headers(streamId: number, block: Uint8Array, endStream: boolean): void {
    const endFlag = endStream ? FrameFlag.endStream : 0;
    if (block.length <= this.maxFrameBytes) {
      this.output.frame(FrameType.headers, endFlag | FrameFlag.endHeaders, streamId, block);
      return;
    }
    for (let offset = 0; offset < block.length; offset += this.maxFrameBytes) {
      const part = block.subarray(offset, offset + this.maxFrameBytes);
      const type = offset === 0 ? FrameType.headers : FrameType.continuation;
      const lastFlag = offset + part.length === block.length ? FrameFlag.endHeaders : 0;
      this.output.frame(type, (offset === 0 ? endFlag : 0) | lastFlag, streamId, part);
    }
  }

  /** Sends data in order; chunks must not change afterwards. Trailers, when given, end the stream. */
  data(stream: OutboundStream, chunks: readonly Uint8Array[], trailerBlock: Uint8Array | undefined): void {
    let length = 0;
    for (const chunk of chunks) length += chunk.length;
    if (stream.waiting === undefined && this.fitsNow(stream, length)) {
      this.takeWindow(stream, length);
      if (length > 0) {
        this.output.frameHeader(length, FrameType.data, 0, stream.id);
        for (const chunk of chunks) this.output.payload(chunk);
      }
      if (trailerBlock !== undefined) this.finish(stream, trailerBlock);
      return;
    }
    stream.waiting ??= { chunks: [], offset: 0, trailerBlock: undefined };
    for (const chunk of chunks) if (chunk.length > 0) stream.waiting.chunks.push(chunk);
    stream.waiting.trailerBlock = trailerBlock;
    this.blocked.add(stream);
    this.pump();
  }

  /** Forgets a stream that was reset. */
  forget(stream: OutboundStream): void {
    stream.waiting = undefined;
    this.blocked.delete(stream);
  }

  /** The peer's WINDOW_UPDATE for the connection. */
  growConnectionWindow(bytes: number): void {
    this.windowBytes += bytes;
    if (this.windowBytes > MAX_WINDOW_BYTES) throw overflow();
    this.pump();
  }

  /** The peer's WINDOW_UPDATE for a stream. */
  growStreamWindow(stream: OutboundStream, bytes: number): void {
    stream.sendWindowBytes += bytes;
    if (stream.sendWindowBytes > MAX_WINDOW_BYTES) {
      throw new StreamError(stream.id, ErrorCode.flowControlError, 'a WINDOW_UPDATE overflows the stream window');
    }
    if (stream.waiting === undefined) return;
    this.blocked.add(stream);
    this.pump();
  }

  /** The peer's SETTINGS_INITIAL_WINDOW_SIZE, which also moves the windows of open streams (RFC 9113, section 6.9.2). */
  changeInitialWindow(bytes: number, open: Iterable<OutboundStream>): void {
    const delta = bytes - this.initialStreamWindowBytes;
    this.initialStreamWindowBytes = bytes;
    for (const stream of open) {
      stream.sendWindowBytes += delta;
      if (stream.sendWindowBytes > MAX_WINDOW_BYTES) throw overflow();
      if (stream.waiting !== undefined) this.blocked.add(stream);
    }
    this.pump();
  }

  /** The peer's SETTINGS_MAX_FRAME_SIZE. */
  changeMaxFrame(bytes: number): void {
    this.maxFrameBytes = bytes;
  }

  /** Sends what windows and socket allow; call it when the socket has drained. */
  pump(): void {
    while (this.blocked.size > 0 && this.output.backlogBytes < HIGH_WATER_BYTES) {
      let progressed = false;
      for (const stream of this.blocked) {
        if (this.output.backlogBytes >= HIGH_WATER_BYTES) return;
        progressed = this.sendOneFrame(stream) || progressed;
      }
      if (!progressed) return;
    }
  }

  private sendOneFrame(stream: OutboundStream): boolean {
    const { waiting } = stream;
    const chunk = waiting?.chunks[0];
    if (waiting === undefined || chunk === undefined) {
      this.blocked.delete(stream);
      stream.waiting = undefined;
      if (waiting?.trailerBlock !== undefined) this.finish(stream, waiting.trailerBlock);
      else stream.onWritable();
      return true;
    }
    if (stream.sendWindowBytes <= 0) {
      // Its own WINDOW_UPDATE puts it back.
      this.blocked.delete(stream);
      return false;
    }
    if (this.windowBytes <= 0) return false;
    const allowed = Math.min(stream.sendWindowBytes, this.windowBytes, this.maxFrameBytes);
    const part = chunk.subarray(waiting.offset, waiting.offset + allowed);
    this.takeWindow(stream, part.length);
    this.output.frame(FrameType.data, 0, stream.id, part);
    waiting.offset += part.length;
    if (waiting.offset === chunk.length) {
      waiting.chunks.shift();
      waiting.offset = 0;
    }
    return true;
  }

  private fitsNow(stream: OutboundStream, length: number): boolean {
    const isAllowed = length <= stream.sendWindowBytes && length <= this.windowBytes && length <= this.maxFrameBytes;
    return length === 0 || (isAllowed && this.output.backlogBytes < HIGH_WATER_BYTES);
  }

  private takeWindow(stream: OutboundStream, bytes: number): void {
    stream.sendWindowBytes -= bytes;
    this.windowBytes -= bytes;
  }

  private finish(stream: OutboundStream, trailerBlock: Uint8Array): void {
    this.headers(stream.id, trailerBlock, true);
    stream.onSent();
  }
}

function overflow(): ConnectionError {
  return new ConnectionError(ErrorCode.flowControlError, 'a flow-control window grew beyond 2^31-1 bytes');
}
