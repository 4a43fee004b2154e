import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { CALL_STREAM_PATH } from '@perdure/protocol/call-stream';
import { CALL_STREAM_LIMITS } from './limits.js';
import {
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  frame,
  FRAME_HEADER_BYTES,
  FrameFlag,
  FrameType,
  opening,
  requestHead,
  Setting,
  settingsIn,
  windowUpdate,
  writeFrameHeader,
} from './http2-frames.js';
import { type FrameSink, Http2Error, Http2FrameReader } from './http2-frame-reader.js';
import { type CallStreamTarget, tlsOptionsOf } from './target.js';

/** Hears what happens to a stream. */
export interface Http2StreamListener {
  /** A piece of the answer's body. */
  onData(bytes: Buffer): void;
  /** All that was written is on its way, after `write` had answered false. */
  onWritable(): void;
  /** The server takes no further requests. */
  onGoAway(): void;
  /** Called once: it is over, because of an error if there is one. */
  onClosed(error: Error | undefined): void;
}

const { windowBytes, maxHttp2FrameBytes, keepaliveIntervalMs, keepaliveTimeoutMs } = CALL_STREAM_LIMITS;
const STREAM_ID = 1;
const NOTHING = Buffer.alloc(0);
const PING_PAYLOAD = Buffer.alloc(8);
/** Up to this length bytes are copied behind their frame's header, so that they go out in one piece. */
const COPY_LIMIT_BYTES = 8_192;

/**
 * An HTTP/2 connection with one request on it, whose body and answer stay open: the frames of RFC 9113 that this takes, on a socket.
 * `node:http2` could do it too. It sends what is written only in the next turn of the event loop, and takes a fifth longer for a call that
 * is alone.
 *
 * The head of the answer is not read. Whether it is the answer that was hoped for shows in the body; why it is not, `whyRefused` finds out.
 */
export class Http2Stream implements FrameSink {
  private readonly socket: Socket;
  private readonly reader = new Http2FrameReader(this, maxHttp2FrameBytes);
  private readonly unsent: Uint8Array[] = [];
  private connectionWindowBytes = DEFAULT_WINDOW_BYTES;
  private streamWindowBytes = DEFAULT_WINDOW_BYTES;
  private initialWindowBytes = DEFAULT_WINDOW_BYTES;
  private maxFrameBytes = DEFAULT_MAX_FRAME_BYTES;
  private unacknowledgedBytes = 0;
  private failure: Error | undefined;
  private isClosed = false;
  private isAnswered = false;
  private keepalive: NodeJS.Timeout | undefined;
  private pingTimeout: NodeJS.Timeout | undefined;

  /** Connects, and begins the request. Nothing has been answered yet when this returns. */
  constructor(
    { address, tls }: CallStreamTarget,
    private readonly listener: Http2StreamListener,
  ) {
    const scheme = tls === undefined ? 'http' : 'https';
    const url = new URL(`${scheme}://${address}`);
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const port = Number(url.port || (tls === undefined ? 80 : 443));
    const servername = isIP(host) === 0 ? host : undefined;
    this.socket =
      tls === undefined
        ? connectPlain({ host, port, noDelay: true })
        : connectTls({ host, port, ALPNProtocols: ['h2'], ...tlsOptionsOf(tls, servername) });
    const { socket } = this;
    socket.setNoDelay(true);
    socket.on(tls === undefined ? 'connect' : 'secureConnect', () => this.keepAlive());
    socket.on('data', (bytes: Buffer) => this.onBytes(bytes));
    socket.on('drain', () => this.send());
    socket.on('error', (error) => this.end(error));
    socket.on('close', () => this.end(undefined));
    const head = frame(
      FrameType.headers,
      FrameFlag.endHeaders,
      STREAM_ID,
      requestHead(scheme, url.host, CALL_STREAM_PATH),
    );
    socket.write(Buffer.concat([opening(windowBytes, maxHttp2FrameBytes), head]));
  }

  /** Whether there was an answer to the request, whatever it says. */
  get hasAnswer(): boolean {
    return this.isAnswered;
  }

  get hasEnded(): boolean {
    return this.isClosed;
  }

  /** The connection keeps the process from ending, which it does from the beginning. */
  ref(): void {
    this.socket.ref();
  }

  unref(): void {
    this.socket.unref();
  }

  /** Writes a piece of the request's body, which must not change any more. False while the peer, or the socket, does not take more. */
  write(bytes: Uint8Array): boolean {
    if (this.isClosed) return false;
    this.unsent.push(bytes);
    this.sendUnsent();
    return this.isWritable;
  }

  /** Ends it: the listener hears of it at once, unless it has. */
  destroy(error?: Error): void {
    this.end(error);
  }

  onFrame(type: number, flags: number, streamId: number, payload: Buffer): void {
    switch (type) {
      case FrameType.data:
        // One that is padded or empty.
        return this.onPaddedData(streamId, flags, payload);
      case FrameType.headers:
        this.isAnswered = true;
        if ((flags & FrameFlag.endStream) !== 0) this.end(undefined);
        return;
      case FrameType.resetStream:
        return this.end(new Http2Error(`the server reset the stream, with code ${numberIn(payload)}`));
      case FrameType.settings:
        return (flags & FrameFlag.ack) === 0 ? this.onSettings(payload) : undefined;
      case FrameType.ping:
        return this.onPing(flags, payload);
      case FrameType.goAway:
        return this.onGoAway(payload);
      case FrameType.windowUpdate:
        return this.onWindowUpdate(streamId, numberIn(payload));
      case FrameType.pushPromise:
        throw new Http2Error('the server sent PUSH_PROMISE, which is turned off');
    }
  }

  onDataPart(streamId: number, flags: number, part: Buffer): void {
    this.received(part.length);
    if (streamId !== STREAM_ID || this.isClosed) return;
    this.listener.onData(part);
    if ((flags & FrameFlag.endStream) !== 0) this.end(undefined);
  }

  private onBytes(bytes: Buffer): void {
    try {
      if (!this.isClosed) this.reader.push(bytes);
    } catch (error) {
      this.end(error as Error);
    }
  }

  private onPaddedData(streamId: number, flags: number, payload: Buffer): void {
    if ((flags & FrameFlag.padded) === 0) return this.onDataPart(streamId, flags, payload);
    const end = payload.length - (payload[0] ?? 0);
    if (payload.length === 0 || end < 1) throw new Http2Error('the padding of a frame exceeds it');
    this.received(payload.length - (end - 1));
    this.onDataPart(streamId, flags, payload.subarray(1, end));
  }

  private onSettings(payload: Buffer): void {
    for (const [identifier, value] of settingsIn(payload)) {
      if (identifier === Setting.maxFrameSize) this.maxFrameBytes = value;
      if (identifier !== Setting.initialWindowSize) continue;
      this.streamWindowBytes += value - this.initialWindowBytes;
      this.initialWindowBytes = value;
    }
    this.socket.write(frame(FrameType.settings, FrameFlag.ack, 0, NOTHING));
    this.send();
  }

  private onPing(flags: number, payload: Buffer): void {
    if ((flags & FrameFlag.ack) === 0) this.socket.write(frame(FrameType.ping, FrameFlag.ack, 0, payload));
    else {
      clearTimeout(this.pingTimeout);
      this.pingTimeout = undefined;
    }
  }

  private onGoAway(payload: Buffer): void {
    const code = payload.length < 8 ? 0 : payload.readUInt32BE(4);
    if (code === 0) this.listener.onGoAway();
    else this.end(new Http2Error(`the server went away, with code ${code}`));
  }

  private onWindowUpdate(streamId: number, bytes: number): void {
    if (streamId === 0) this.connectionWindowBytes += bytes;
    else this.streamWindowBytes += bytes;
    this.send();
  }

  /** Lets the server send more before it runs out of what it may. */
  private received(bytes: number): void {
    this.unacknowledgedBytes += bytes;
    if (this.unacknowledgedBytes < windowBytes / 4 || this.isClosed) return;
    const updates = [windowUpdate(0, this.unacknowledgedBytes), windowUpdate(STREAM_ID, this.unacknowledgedBytes)];
    this.unacknowledgedBytes = 0;
    this.socket.write(Buffer.concat(updates));
  }

  private get isWritable(): boolean {
    return this.unsent.length === 0 && !this.socket.writableNeedDrain;
  }

  /** Goes on with what could not be sent before. */
  private send(): void {
    if (this.isClosed) return;
    const wasHeldUp = this.unsent.length > 0;
    this.sendUnsent();
    if (this.isWritable && (wasHeldUp || this.socket.writableLength === 0)) this.listener.onWritable();
  }

  private sendUnsent(): void {
    while (this.unsent.length > 0) {
      const bytes = this.unsent[0] as Uint8Array;
      const length = Math.min(bytes.length, this.maxFrameBytes, this.connectionWindowBytes, this.streamWindowBytes);
      if (length <= 0) return;
      this.connectionWindowBytes -= length;
      this.streamWindowBytes -= length;
      this.writeData(bytes.subarray(0, length));
      if (length === bytes.length) this.unsent.shift();
      else this.unsent[0] = bytes.subarray(length);
    }
  }

  private writeData(bytes: Uint8Array): void {
    const { socket } = this;
    if (bytes.length <= COPY_LIMIT_BYTES) {
      socket.write(frame(FrameType.data, 0, STREAM_ID, bytes));
      return;
    }
    const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
    writeFrameHeader(header, bytes.length, FrameType.data, 0, STREAM_ID);
    socket.cork();
    socket.write(header);
    socket.write(bytes);
    socket.uncork();
  }

  private keepAlive(): void {
    if (this.isClosed) return;
    this.keepalive = setInterval(() => {
      this.socket.write(frame(FrameType.ping, 0, 0, PING_PAYLOAD));
      this.pingTimeout ??= setTimeout(
        () => this.end(new Error('the server did not answer a PING')),
        keepaliveTimeoutMs,
      ).unref();
    }, keepaliveIntervalMs).unref();
  }

  private end(error: Error | undefined): void {
    this.failure ??= error;
    if (this.isClosed) return;
    this.isClosed = true;
    clearInterval(this.keepalive);
    clearTimeout(this.pingTimeout);
    this.unsent.length = 0;
    this.socket.destroy();
    this.listener.onClosed(this.failure);
  }
}

function numberIn(payload: Buffer): number {
  return payload.length < 4 ? 0 : payload.readUInt32BE(0);
}
