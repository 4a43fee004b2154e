import type { Socket } from 'node:net';

import { InFlightMap } from '@perdure/protocol/in-flight';

import { CLIENT_PREFACE, ErrorCode, FrameFlag, FrameType, MAX_STREAM_ID } from './constants.js';
import { ControlFrames } from './control-frames.js';
import { ConnectionError, StreamError } from './errors.js';
import { requireConnectionStream, requireLength, windowExceeded, wrongLength } from './frame-checks.js';
import { FrameReader, type FrameSink } from './frame-reader.js';
import { HeaderBlockAssembler, stripPadding } from './header-block.js';
import type { Http2Limits } from './limits.js';
import { Outbound } from './outbound.js';
import { type FlushScheduler, OutputQueue } from './output-queue.js';
import { readSettings } from './peer-settings.js';
import { checkTrailers, type RequestHead } from './request-head.js';
import { RecentlyReset } from './recently-reset.js';
import { ServerStream, type StreamListener } from './stream.js';

/** What a connection needs from the server that accepted it. */
export interface ConnectionOwner {
  readonly limits: Http2Limits;
  readonly scheduler: FlushScheduler;
  /** A request's head is complete; the listener hears the rest. */
  onRequest(stream: ServerStream, head: RequestHead): StreamListener;
  /** The connection is gone and every stream was told. `reason` is absent for an orderly end. */
  onConnectionClosed(connection: Connection, reason: Error | undefined): void;
}

const HTTP1_REQUEST = /^(GET|POST|HEAD|PUT|OPTIONS|DELETE|PATCH|CONNECT) /;
const HTTP1_ANSWER =
  'HTTP/1.1 505 HTTP Version Not Supported\r\nconnection: close\r\ncontent-type: text/plain\r\n\r\n' +
  'This port speaks gRPC over HTTP/2 with prior knowledge.\n';

/** How long the peer has to read our GOAWAY before the socket is destroyed. */
const LINGER_MS = 1_000;

/**
 * One HTTP/2 connection from the server's side (RFC 9113): reads frames, keeps the streams, answers control frames.
 *
 * Nothing a peer sends makes it throw: a violation resets the stream or ends the connection.
 */
export class Connection implements FrameSink {
  readonly outbound: Outbound;
  readonly peer: string;
  /** Free for the layer above, which may keep here what it derives once per connection. */
  attachment: unknown;
  private readonly output: OutputQueue;
  private readonly control: ControlFrames;
  private readonly reader = new FrameReader(this);
  private readonly headerBlocks: HeaderBlockAssembler;
  private readonly streams = new InFlightMap<number, ServerStream>();
  private readonly recentlyReset = new RecentlyReset();
  private prefaceBytes = 0;
  private hasSettings = false;
  private lastStreamId = 0;
  private unacknowledgedBytes = 0;
  private lastHeardMs: number;
  private pingSentMs: number | undefined;
  private isDraining = false;
  private isClosed = false;

  constructor(
    readonly socket: Socket,
    private readonly owner: ConnectionOwner,
    nowMs: number,
  ) {
    this.peer = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
    this.output = new OutputQueue(socket, owner.scheduler);
    this.control = new ControlFrames(this.output);
    this.outbound = new Outbound(this.output);
    this.headerBlocks = new HeaderBlockAssembler(owner.limits.maxHeaderBlockBytes);
    this.lastHeardMs = nowMs;
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('drain', () => this.onDrain());
    socket.on('error', (error) => this.close(error));
    socket.on('close', () => this.close(undefined));
    this.control.settings(owner.limits);
  }

  /** Open streams, those whose response is not complete included. */
  get streamCount(): number {
    return this.streams.size;
  }

  /** Stops accepting streams: GOAWAY; the connection closes when the last stream is done. */
  drain(): void {
    if (this.isDraining || this.isClosed) return;
    this.isDraining = true;
    this.control.goAway(MAX_STREAM_ID, ErrorCode.noError, '');
    this.closeWhenDrained();
  }

  /** Closes at once; streams in flight are told. */
  destroy(): void {
    if (this.isClosed) return;
    this.control.goAway(this.lastStreamId, ErrorCode.noError, '');
    this.close(undefined);
  }

  /** Called every few seconds: enforces the handshake timeout and pings a silent peer that holds streams. */
  checkLiveness(nowMs: number): void {
    const { handshakeTimeoutMs, keepaliveIntervalMs, keepaliveTimeoutMs } = this.owner.limits;
    const silentMs = nowMs - this.lastHeardMs;
    if (!this.hasSettings) {
      if (silentMs > handshakeTimeoutMs) this.fail(ErrorCode.settingsTimeout, 'no SETTINGS frame arrived in time');
    } else if (this.pingSentMs !== undefined) {
      if (nowMs - this.pingSentMs > keepaliveTimeoutMs) this.fail(ErrorCode.noError, 'the peer did not answer a PING');
    } else if (silentMs > keepaliveIntervalMs && this.streams.size > 0) {
      this.pingSentMs = nowMs;
      this.control.ping();
    }
  }

  /** Called by a stream whose last frame was handed over. */
  onResponseSent(stream: ServerStream): void {
    this.streams.delete(stream.id);
    if (!stream.isRemoteClosed) {
      // RFC 9113, section 8.1: the rest of the request is not needed.
      this.recentlyReset.add(stream.id);
      this.control.resetStream(stream.id, ErrorCode.noError);
    }
    if (this.isDraining) this.closeWhenDrained();
  }

  /** Gives a stream the window back that was held back while its reading was paused. */
  acknowledgeHeldBack(stream: ServerStream): void {
    if (this.isClosed || stream.isRemoteClosed || stream.unacknowledgedBytes === 0) return;
    this.control.windowUpdate(stream.id, stream.unacknowledgedBytes);
    stream.unacknowledgedBytes = 0;
  }

  /** Calls back once before the output of this turn is sent. */
  beforeFlush(prepare: () => void): void {
    this.owner.scheduler.beforeFlush(prepare);
  }

  /** Aborts a stream without telling its listener. */
  resetStream(streamId: number, errorCode: number): void {
    this.recentlyReset.add(streamId);
    this.control.resetStream(streamId, errorCode);
    this.removeStream(streamId);
  }

  onFrame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (this.isClosed) return;
    if (!this.hasSettings && (type !== FrameType.settings || (flags & FrameFlag.ack) !== 0)) {
      throw new ConnectionError(ErrorCode.protocolError, 'the first frame is not SETTINGS');
    }
    this.headerBlocks.checkOrder(type, streamId);
    try {
      this.dispatch(type, flags, streamId, bytes, start, end);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      const listener = this.streams.get(error.streamId)?.listener;
      this.resetStream(error.streamId, error.code);
      listener?.onClosed(error.code);
    }
  }

  private receive(chunk: Buffer): void {
    if (this.isClosed) return;
    this.lastHeardMs = Date.now();
    this.pingSentMs = undefined;
    try {
      const body = this.prefaceBytes < CLIENT_PREFACE.length ? this.readPreface(chunk) : chunk;
      if (body.length > 0) this.reader.push(body);
    } catch (error) {
      if (error instanceof ConnectionError) this.fail(error.code, error.message);
      else this.failInternally(error);
    }
    // A peer that sends but does not read must not make us hold its answers without bound.
    if (this.output.backlogBytes > this.owner.limits.maxOutputBacklogBytes) this.socket.pause();
  }

  private readPreface(chunk: Buffer): Buffer {
    const length = Math.min(chunk.length, CLIENT_PREFACE.length - this.prefaceBytes);
    if (CLIENT_PREFACE.compare(chunk, 0, length, this.prefaceBytes, this.prefaceBytes + length) !== 0) {
      if (this.prefaceBytes === 0 && HTTP1_REQUEST.test(chunk.toString('latin1', 0, 11))) {
        this.output.close();
        this.socket.end(HTTP1_ANSWER);
        this.close(new Error('the peer speaks HTTP/1'));
        return chunk.subarray(chunk.length);
      }
      throw new ConnectionError(ErrorCode.protocolError, 'the connection does not begin with the HTTP/2 preface');
    }
    this.prefaceBytes += length;
    return chunk.subarray(length);
  }

  private dispatch(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    switch (type) {
      case FrameType.data:
        return this.onData(flags, streamId, bytes, start, end);
      case FrameType.headers:
      case FrameType.continuation:
        return this.onHeaders(type, flags, streamId, bytes, start, end);
      case FrameType.windowUpdate:
        return this.onWindowUpdate(streamId, bytes, start, end);
      case FrameType.resetStream:
        return this.onResetStream(streamId, bytes, start, end);
      case FrameType.ping:
        return this.onPing(flags, streamId, bytes, start, end);
      case FrameType.settings:
        return this.onSettings(flags, streamId, bytes, start, end);
      case FrameType.priority:
        return this.onPriority(streamId, bytes, start, end);
      case FrameType.goAway:
        return requireConnectionStream(streamId, 'GOAWAY');
      case FrameType.pushPromise:
        throw new ConnectionError(ErrorCode.protocolError, 'a client cannot push');
      default:
        // RFC 9113, section 5.5: unknown frame types are ignored.
        return;
    }
  }

  private onHeaders(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    const block = this.headerBlocks.add(type, flags, streamId, bytes, start, end);
    if (block === undefined) return;
    const { list, endStream } = block;
    const known = this.streams.get(streamId);
    if (known !== undefined) {
      if (known.isRemoteClosed)
        throw new StreamError(streamId, ErrorCode.streamClosed, 'HEADERS on a half-closed stream');
      if (!endStream) throw new StreamError(streamId, ErrorCode.protocolError, 'trailers do not end the stream');
      checkTrailers(streamId, list.fields);
      return this.endRequest(known);
    }
    if (streamId <= this.lastStreamId) {
      if (this.recentlyReset.has(streamId)) return;
      throw new ConnectionError(ErrorCode.streamClosed, 'HEADERS on a closed stream');
    }
    if (streamId % 2 === 0)
      throw new ConnectionError(ErrorCode.protocolError, 'a client stream has an even identifier');
    this.lastStreamId = streamId;
    if (this.streams.size >= this.owner.limits.maxConcurrentStreams || this.isClosed) {
      throw new StreamError(streamId, ErrorCode.refusedStream, 'too many concurrent streams');
    }
    if (block.selfDependent) throw new StreamError(streamId, ErrorCode.protocolError, 'a stream depends on itself');
    if (list.sizeBytes > this.owner.limits.maxHeaderBlockBytes) {
      throw new StreamError(streamId, ErrorCode.enhanceYourCalm, 'the headers are too large');
    }
    this.openStream(streamId, list.requestHead(streamId), endStream);
  }

  private openStream(streamId: number, head: RequestHead, endStream: boolean): void {
    const stream = new ServerStream(streamId, this, this.outbound.initialWindowBytes, head.contentLength);
    stream.isRemoteClosed = endStream;
    this.streams.set(streamId, stream);
    stream.listener = this.owner.onRequest(stream, head);
    if (endStream) this.endRequest(stream);
  }

  private onData(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId === 0) throw new ConnectionError(ErrorCode.protocolError, 'DATA on stream 0');
    this.acknowledgeOnConnection(end - start);
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      if (streamId > this.lastStreamId) throw new ConnectionError(ErrorCode.protocolError, 'DATA on an idle stream');
      if (this.recentlyReset.has(streamId)) return;
      throw new StreamError(streamId, ErrorCode.streamClosed, 'DATA on a closed stream');
    }
    if (stream.isRemoteClosed) throw new StreamError(streamId, ErrorCode.streamClosed, 'DATA on a half-closed stream');
    const endStream = (flags & FrameFlag.endStream) !== 0;
    this.acknowledgeOnStream(stream, end - start, endStream);
    const data = (flags & FrameFlag.padded) === 0 ? bytes.subarray(start, end) : stripPadding(bytes, start, end);
    stream.receivedBytes += data.length;
    if (stream.expectedBytes >= 0 && stream.receivedBytes > stream.expectedBytes) throw wrongLength(streamId);
    if (data.length > 0) stream.listener?.onData(data);
    if (endStream) this.endRequest(stream);
  }

  private endRequest(stream: ServerStream): void {
    stream.isRemoteClosed = true;
    if (stream.isLocalClosed) return;
    if (stream.expectedBytes >= 0 && stream.receivedBytes !== stream.expectedBytes) throw wrongLength(stream.id);
    stream.listener?.onEnd();
  }

  /** The connection's window is given back in large steps, whatever becomes of the stream. */
  private acknowledgeOnConnection(bytes: number): void {
    this.unacknowledgedBytes += bytes;
    const windowBytes = this.owner.limits.connectionWindowBytes;
    if (this.unacknowledgedBytes > windowBytes) throw windowExceeded();
    if (this.unacknowledgedBytes * 2 < windowBytes) return;
    this.control.windowUpdate(0, this.unacknowledgedBytes);
    this.unacknowledgedBytes = 0;
  }

  private acknowledgeOnStream(stream: ServerStream, bytes: number, endStream: boolean): void {
    stream.unacknowledgedBytes += bytes;
    const windowBytes = this.owner.limits.streamWindowBytes;
    if (stream.unacknowledgedBytes > windowBytes) throw windowExceeded();
    if (endStream || stream.isReadingPaused || stream.unacknowledgedBytes * 2 < windowBytes) return;
    this.control.windowUpdate(stream.id, stream.unacknowledgedBytes);
    stream.unacknowledgedBytes = 0;
  }

  private onWindowUpdate(streamId: number, bytes: Buffer, start: number, end: number): void {
    requireLength(end - start, 4, 'WINDOW_UPDATE');
    const increment = bytes.readUInt32BE(start) & MAX_STREAM_ID;
    if (streamId === 0) {
      if (increment === 0) throw new ConnectionError(ErrorCode.protocolError, 'a WINDOW_UPDATE of zero');
      return this.outbound.growConnectionWindow(increment);
    }
    this.requireNotIdle(streamId, 'WINDOW_UPDATE');
    const stream = this.streams.get(streamId);
    if (stream === undefined) return;
    if (increment === 0) throw new StreamError(streamId, ErrorCode.protocolError, 'a WINDOW_UPDATE of zero');
    this.outbound.growStreamWindow(stream, increment);
  }

  private onResetStream(streamId: number, bytes: Buffer, start: number, end: number): void {
    requireLength(end - start, 4, 'RST_STREAM');
    this.requireNotIdle(streamId, 'RST_STREAM');
    const listener = this.removeStream(streamId)?.listener;
    listener?.onClosed(bytes.readUInt32BE(start));
    if (this.isDraining) this.closeWhenDrained();
  }

  private onPing(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    requireConnectionStream(streamId, 'PING');
    requireLength(end - start, 8, 'PING');
    if ((flags & FrameFlag.ack) !== 0) return;
    this.control.pingAck(bytes.subarray(start, end));
  }

  private onSettings(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
    requireConnectionStream(streamId, 'SETTINGS');
    if ((flags & FrameFlag.ack) !== 0) return requireLength(end - start, 0, 'SETTINGS with ACK');
    const settings = readSettings(bytes, start, end);
    this.hasSettings = true;
    this.control.settingsAck();
    if (settings.maxFrameBytes !== undefined) this.outbound.changeMaxFrame(settings.maxFrameBytes);
    if (settings.initialWindowBytes !== undefined) {
      this.outbound.changeInitialWindow(settings.initialWindowBytes, this.streams.values());
    }
  }

  private onPriority(streamId: number, bytes: Buffer, start: number, end: number): void {
    if (streamId === 0) throw new ConnectionError(ErrorCode.protocolError, 'PRIORITY on stream 0');
    if (end - start !== 5) throw new StreamError(streamId, ErrorCode.frameSizeError, 'PRIORITY has a wrong length');
    if ((bytes.readUInt32BE(start) & MAX_STREAM_ID) === streamId) {
      throw new StreamError(streamId, ErrorCode.protocolError, 'a stream depends on itself');
    }
  }

  private requireNotIdle(streamId: number, frame: string): void {
    if (streamId === 0 || streamId > this.lastStreamId) {
      throw new ConnectionError(ErrorCode.protocolError, `${frame} on an idle stream`);
    }
  }

  private removeStream(streamId: number): ServerStream | undefined {
    const stream = this.streams.get(streamId);
    if (stream === undefined) return undefined;
    this.streams.delete(streamId);
    stream.isLocalClosed = true;
    this.outbound.forget(stream);
    return stream;
  }

  private onDrain(): void {
    if (this.isClosed) return;
    this.outbound.pump();
    if (this.socket.isPaused()) this.socket.resume();
  }

  private closeWhenDrained(): void {
    if (this.streams.size > 0) return;
    this.control.goAway(this.lastStreamId, ErrorCode.noError, '');
    this.close(undefined);
  }

  private fail(errorCode: number, message: string): void {
    this.control.goAway(this.lastStreamId, errorCode, message);
    this.close(new ConnectionError(errorCode, message));
  }

  private failInternally(error: unknown): void {
    this.control.goAway(this.lastStreamId, ErrorCode.internalError, 'internal error');
    this.close(error instanceof Error ? error : new Error(String(error)));
  }

  private close(reason: Error | undefined): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.output.close();
    if (!this.socket.destroyed) {
      this.socket.end();
      setTimeout(() => this.socket.destroy(), LINGER_MS).unref();
      // Keep reading, into nothing, so that the peer's pending bytes do not turn our farewell into a TCP reset.
      this.socket.resume();
    }
    for (const streamId of [...this.streams.keys()]) {
      this.removeStream(streamId)?.listener?.onClosed(undefined);
    }
    this.owner.onConnectionClosed(this, reason);
  }
}
