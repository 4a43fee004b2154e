import type { Connection } from './connection.js';
import type { OutboundStream } from './outbound.js';

/** What a request's server side hears. After `onClosed` nothing more is called. */
export interface StreamListener {
  /** A piece of the request's body, a view on the inbound buffer. */
  onData(bytes: Uint8Array): void;
  /** The request is complete. */
  onEnd(): void;
  /** What `write` had to hold back is sent. */
  onWritable?(): void;
  /**
   * The stream ended before its response was complete: it was reset with an `ErrorCode`, or, when that is `undefined`,
   * the connection was lost.
   */
  onClosed(errorCode: number | undefined): void;
}

/** One request and its response. Header blocks come from `encodeHeaderBlock`. */
export class ServerStream implements OutboundStream {
  /** Set right after the request handler returned; frames never arrive before that. */
  listener: StreamListener | undefined;
  /** The peer sent END_STREAM. */
  isRemoteClosed = false;
  /** The response is complete, or the stream was reset. */
  isLocalClosed = false;
  waiting: OutboundStream['waiting'] = undefined;
  /** Received and not yet returned to the peer through WINDOW_UPDATE. */
  unacknowledgedBytes = 0;
  receivedBytes = 0;
  /** No more of the request is asked for: its sender can fill the window and then has to wait. */
  isReadingPaused = false;

  constructor(
    readonly id: number,
    readonly connection: Connection,
    public sendWindowBytes: number,
    /** From content-length, or -1. */
    readonly expectedBytes: number,
  ) {}

  /** Sends a whole response; chunks must not change afterwards. */
  respond(headerBlock: Uint8Array, chunks: readonly Uint8Array[], trailerBlock: Uint8Array): void {
    if (this.isLocalClosed) return;
    this.connection.outbound.headers(this.id, headerBlock, false);
    this.connection.outbound.data(this, chunks, trailerBlock);
  }

  /** Sends a response that has no body: the header block ends the stream. */
  respondHeadersOnly(headerBlock: Uint8Array): void {
    if (this.isLocalClosed) return;
    this.connection.outbound.headers(this.id, headerBlock, true);
    this.onSent();
  }

  /** Sends the head of a response whose body follows by `write` and `finish`. */
  respondHead(headerBlock: Uint8Array): void {
    if (!this.isLocalClosed) this.connection.outbound.headers(this.id, headerBlock, false);
  }

  /** Sends a part of the body. Returns false while earlier parts still wait for the peer. */
  write(chunks: readonly Uint8Array[]): boolean {
    if (!this.isLocalClosed) this.connection.outbound.data(this, chunks, undefined);
    return this.waiting === undefined;
  }

  /** Ends a response that `respondHead` began. */
  finish(trailerBlock: Uint8Array): void {
    if (!this.isLocalClosed) this.connection.outbound.data(this, [], trailerBlock);
  }

  /** Aborts the stream with an `ErrorCode`; the listener is not told. */
  reset(errorCode: number): void {
    if (!this.isLocalClosed) this.connection.resetStream(this.id, errorCode);
  }

  /** Lets the peer send no more than the window it has. */
  pauseReading(): void {
    this.isReadingPaused = true;
  }

  /** Lets the peer go on. */
  resumeReading(): void {
    if (!this.isReadingPaused) return;
    this.isReadingPaused = false;
    if (!this.isLocalClosed) this.connection.acknowledgeHeldBack(this);
  }

  onWritable(): void {
    this.listener?.onWritable?.();
  }

  onSent(): void {
    this.isLocalClosed = true;
    this.connection.onResponseSent(this);
  }
}
