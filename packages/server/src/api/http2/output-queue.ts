import type { Socket } from 'node:net';

import { FRAME_HEADER_BYTES } from './constants.js';

const BUFFER_BYTES = 32_768;
const MAX_POOLED_BUFFERS = 64;

/** Payloads up to this size are copied next to their frame header; larger ones go to the socket as they are. */
const COPY_LIMIT_BYTES = 4096;

/**
 * Flushes the output of every connection of a server at the end of the event-loop turn. Replies that become ready in the
 * same turn share one write: under load the system call is paid once for dozens of calls.
 */
export class FlushScheduler {
  private queues: OutputQueue[] = [];
  private preparations: (() => void)[] = [];
  private isScheduled = false;
  private readonly pool: Buffer[] = [];
  private readonly flushAll = (): void => {
    const { preparations } = this;
    this.preparations = [];
    for (const prepare of preparations) prepare();
    const { queues } = this;
    this.queues = [];
    this.isScheduled = false;
    for (const queue of queues) queue.flush();
  };

  /** Flushes a queue in this turn's check phase. */
  schedule(queue: OutputQueue): void {
    this.queues.push(queue);
    this.scheduleFlush();
  }

  /** Calls back in this turn's check phase, before queues are flushed: what is then appended still goes out with them. */
  beforeFlush(prepare: () => void): void {
    this.preparations.push(prepare);
    this.scheduleFlush();
  }

  private scheduleFlush(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(this.flushAll);
  }

  /** A buffer of `BUFFER_BYTES` bytes. */
  acquireBuffer(): Buffer {
    return this.pool.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  /** Takes back a buffer whose bytes the kernel has copied. */
  releaseBuffer(buffer: Buffer): void {
    if (this.pool.length < MAX_POOLED_BUFFERS) this.pool.push(buffer);
  }
}

/** The bytes one connection has to send: small writes are gathered in a pooled buffer, large ones are queued as views. */
export class OutputQueue {
  private buffer: Buffer | undefined;
  private used = 0;
  /** Bytes of `buffer` before this are already in `segments`. */
  private sealed = 0;
  private segments: Uint8Array[] = [];
  private segmentBytes = 0;
  private isScheduled = false;
  private isClosed = false;

  constructor(
    private readonly socket: Socket,
    private readonly scheduler: FlushScheduler,
  ) {}

  /** Bytes accepted and not yet handed to the kernel. */
  get backlogBytes(): number {
    return this.segmentBytes + (this.used - this.sealed) + this.socket.writableLength;
  }

  /** Appends one frame. The payload must not change afterwards. */
  frame(type: number, flags: number, streamId: number, payload: Uint8Array): void {
    this.frameHeader(payload.length, type, flags, streamId);
    this.payload(payload);
  }

  /** Appends a frame's header; exactly `length` bytes of `payload` calls must follow. */
  frameHeader(length: number, type: number, flags: number, streamId: number): void {
    const buffer = this.reserve(FRAME_HEADER_BYTES);
    const at = this.used;
    buffer[at] = length >>> 16;
    buffer[at + 1] = length >>> 8;
    buffer[at + 2] = length;
    buffer[at + 3] = type;
    buffer[at + 4] = flags;
    buffer[at + 5] = streamId >>> 24;
    buffer[at + 6] = streamId >>> 16;
    buffer[at + 7] = streamId >>> 8;
    buffer[at + 8] = streamId;
    this.used = at + FRAME_HEADER_BYTES;
  }

  /** Appends raw bytes, which must not change afterwards. */
  payload(bytes: Uint8Array): void {
    if (bytes.length > COPY_LIMIT_BYTES) {
      this.seal();
      this.segments.push(bytes);
      this.segmentBytes += bytes.length;
      return;
    }
    const buffer = this.reserve(bytes.length);
    buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Appends a 32-bit number. */
  uint32(value: number): void {
    const buffer = this.reserve(4);
    this.used = buffer.writeUInt32BE(value, this.used);
  }

  /** Hands everything to the socket now. */
  flush(): void {
    this.isScheduled = false;
    if (this.isClosed) return;
    const { buffer, segments, socket } = this;
    this.buffer = undefined;
    if (segments.length === 0) {
      if (buffer !== undefined) socket.write(buffer.subarray(this.sealed, this.used));
    } else {
      this.buffer = buffer;
      this.seal();
      this.buffer = undefined;
      this.segments = [];
      this.segmentBytes = 0;
      socket.cork();
      for (const segment of segments) socket.write(segment);
      socket.uncork();
    }
    this.used = 0;
    this.sealed = 0;
    // Nothing left in the socket means that the kernel has its copy; otherwise the socket still reads from the buffer.
    if (buffer !== undefined && socket.writableLength === 0) this.scheduler.releaseBuffer(buffer);
  }

  /** Sends what there is, and nothing that is appended later. */
  close(): void {
    this.flush();
    this.isClosed = true;
  }

  private reserve(bytes: number): Buffer {
    if (!this.isScheduled) {
      this.isScheduled = true;
      this.scheduler.schedule(this);
    }
    if (this.buffer !== undefined && this.used + bytes <= BUFFER_BYTES) return this.buffer;
    if (this.buffer !== undefined) this.seal();
    this.used = 0;
    this.sealed = 0;
    return (this.buffer = this.scheduler.acquireBuffer());
  }

  private seal(): void {
    if (this.buffer === undefined || this.used === this.sealed) return;
    this.segments.push(this.buffer.subarray(this.sealed, this.used));
    this.segmentBytes += this.used - this.sealed;
    this.sealed = this.used;
  }
}
