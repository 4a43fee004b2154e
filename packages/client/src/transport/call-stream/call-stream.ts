import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import {
  BATCH_BYTES,
  BATCH_OVERHEAD_BYTES,
  type CallError,
  CALL_STREAM_VERSION,
  CallerFrameEncoder,
  type CallMetadata,
  FrameWriter,
  MessageSplitter,
  readServerFrames,
  type ServerFrameSink,
  type StreamTerms,
} from '@perdure/protocol/call-stream';
import { InFlightMap } from '@perdure/protocol/in-flight';
import { GrpcServiceError } from '../grpc-service-error.js';
import { cancelledError } from '../grpc-transport.js';
import { GrpcStatus } from '../status.js';
import { asItCame } from '../call-for.js';
import type { ReadAnswer, RpcCallOptions } from '../transport.js';
import { Deadlines } from './deadlines.js';
import { CallStreamUnsupportedError } from './errors.js';
import { CALL_STREAM_LIMITS } from './limits.js';
import { type CallStreamTarget, openHttp2Stream, refusalOf, statusOf } from './open-stream.js';
import { PendingCall } from './pending-call.js';

const NO_METADATA: CallMetadata = {};

/** One stream to one server, from its hello to its end. After its end every call rejects with UNAVAILABLE. */
export class CallStream implements ServerFrameSink {
  private readonly session: ClientHttp2Session;
  private readonly stream: ClientHttp2Stream;
  private readonly splitter = new MessageSplitter(CALL_STREAM_LIMITS.maxResponseBytes + BATCH_OVERHEAD_BYTES);
  private readonly writer = new FrameWriter();
  private readonly encoder = new CallerFrameEncoder(this.writer);
  private readonly calls = new InFlightMap<number, PendingCall<unknown>>();
  private readonly deadlines = new Deadlines();
  private readonly receive = (batch: Uint8Array): void => readServerFrames(batch, this);
  private readonly flush = (): void => this.sendBatches();
  private readonly answers: { readonly callId: number; readonly body: Uint8Array }[] = [];
  private isHandingOut = false;
  private readonly handOutMore = (): void => {
    this.isHandingOut = this.answers.length > 0;
    if (!this.isHandingOut) return;
    this.handOut();
    setImmediate(this.handOutMore);
  };
  private readonly batches: Uint8Array[][] = [];
  private terms: StreamTerms | undefined;
  private nextCallId = 1;
  private unsentBytes = 0;
  private isFlushScheduled = false;
  private isBlocked = false;
  private isDraining = false;
  private isEnded = false;
  private failure: Error | undefined;
  private onReady: (error?: Error) => void = () => undefined;

  private constructor(
    private readonly target: CallStreamTarget,
    private readonly onClosed: () => void,
  ) {
    const { session, stream } = openHttp2Stream(target);
    this.session = session;
    this.stream = stream;
    session.on('error', (error) => (this.failure ??= error));
    session.on('close', () => this.end());
    session.on('goaway', () => this.onDrain());
    stream.on('error', (error) => (this.failure ??= error));
    stream.on('response', (head) => this.onRefusal(refusalOf(head)));
    stream.on('trailers', (trailers) => this.onRefusal(statusOf(trailers)));
    stream.on('data', (bytes: Buffer) => this.onData(bytes));
    stream.on('close', () => this.end());
    stream.on('drain', () => {
      this.isBlocked = false;
      this.sendBatches();
    });
    this.encoder.hello();
    this.schedule();
  }

  /**
   * A stream whose server has answered the hello. Rejects with `CallStreamUnsupportedError` where there is none, with
   * `GrpcServiceError` UNAVAILABLE where no server can be reached.
   */
  static open(target: CallStreamTarget, onClosed: () => void): Promise<CallStream> {
    return new Promise((resolve, reject) => {
      const stream = new CallStream(target, onClosed);
      const timer = setTimeout(
        () =>
          stream.destroy(new CallStreamUnsupportedError(`${target.address} did not answer the call stream's hello`)),
        CALL_STREAM_LIMITS.handshakeTimeoutMs,
      );
      stream.onReady = (error) => {
        clearTimeout(timer);
        if (error === undefined) resolve(stream);
        else reject(error);
      };
    });
  }

  /** Whether new calls may be made here. */
  get isOpen(): boolean {
    return !this.isEnded && !this.isDraining;
  }

  /** Whether the stream is over; until then calls that were made before are still answered. */
  get hasEnded(): boolean {
    return this.isEnded;
  }

  call(path: string, body: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    return this.callFor(path, body, options, asItCame);
  }

  /** The same, for what `read` makes of the answer. */
  callFor<T>(path: string, body: Uint8Array, options: RpcCallOptions, read: ReadAnswer<T>): Promise<T> {
    const refusal = this.refusalOf(body, options);
    if (refusal !== undefined) return Promise.reject(refusal);
    const callId = this.nextCallId++;
    const pending = new PendingCall(options, read, () => this.abandon(callId), this.deadlines);
    this.calls.set(callId, pending as PendingCall<unknown>);
    if (this.calls.size === 1) this.session.ref();
    const { metadata = NO_METADATA, timeoutMs } = options;
    this.encoder.call({ callId, path, metadata, timeoutMs, body });
    this.schedule();
    return pending.promise;
  }

  /** Ends the stream now, and with it every call. */
  destroy(reason?: Error): void {
    if (this.isEnded) return;
    this.failure ??= reason;
    this.end();
  }

  onHello(terms: StreamTerms): void {
    if (terms.version !== CALL_STREAM_VERSION) {
      const message = `${this.target.address} speaks version ${terms.version} of the call stream`;
      return this.destroy(new CallStreamUnsupportedError(message));
    }
    this.terms = terms;
    this.onReady();
    this.letProcessEnd();
  }

  onAnswer(callId: number, body: Uint8Array): void {
    this.answers.push({ callId, body });
    if (this.isHandingOut) return;
    this.isHandingOut = true;
    this.handOut();
    setImmediate(this.handOutMore);
  }

  onError(callId: number, { code, message, statusDetails }: CallError): void {
    const details = statusDetails.length > 0 ? statusDetails : undefined;
    this.take(callId)?.fail(GrpcServiceError.withStatusDetails(code, message, details));
  }

  onDrain(): void {
    this.isDraining = true;
    this.endWhenDrained();
  }

  /**
   * Answers come many at once. What follows from the first is to be on its way before the last is looked at, or client and server would
   * take turns in working.
   */
  private handOut(): void {
    for (const { callId, body } of this.answers.splice(0, CALL_STREAM_LIMITS.answersPerTurn)) {
      this.take(callId)?.succeed(body);
    }
  }

  private onData(bytes: Buffer): void {
    if (this.isEnded) return;
    try {
      this.splitter.push(bytes, this.receive);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private onRefusal(refusal: Error | undefined): void {
    if (refusal !== undefined) this.destroy(refusal);
  }

  private refusalOf(body: Uint8Array, { signal }: RpcCallOptions): GrpcServiceError | undefined {
    if (signal?.aborted === true) return cancelledError();
    if (!this.isOpen) return this.unavailable();
    const maxRequestBytes = this.terms?.maxRequestBytes ?? 0;
    if (body.length > maxRequestBytes) {
      const details = `the request message has ${body.length} bytes, the limit is ${maxRequestBytes}`;
      return new GrpcServiceError(GrpcStatus.RESOURCE_EXHAUSTED, details);
    }
    if (this.unsentBytes <= CALL_STREAM_LIMITS.maxUnsentBytes) return undefined;
    const details = `${this.target.address} does not read: ${this.unsentBytes} bytes of calls wait to be sent`;
    return new GrpcServiceError(GrpcStatus.RESOURCE_EXHAUSTED, details);
  }

  private abandon(callId: number): void {
    if (!this.calls.delete(callId) || this.isEnded) return;
    this.encoder.cancel(callId);
    this.schedule();
    this.letProcessEnd();
    this.endWhenDrained();
  }

  private take(callId: number): PendingCall<unknown> | undefined {
    const pending = this.calls.get(callId);
    // One that was given up may still be answered.
    if (pending === undefined) return undefined;
    this.calls.delete(callId);
    this.letProcessEnd();
    this.endWhenDrained();
    return pending;
  }

  /** A connection that nobody waits for does not keep a script from ending that forgot to close it. */
  private letProcessEnd(): void {
    if (this.calls.size === 0 && !this.isEnded) this.session.unref();
  }

  private schedule(): void {
    if (this.writer.length >= BATCH_BYTES) this.closeBatch();
    if (this.isFlushScheduled) return;
    this.isFlushScheduled = true;
    setImmediate(this.flush);
  }

  private closeBatch(): void {
    this.unsentBytes += this.writer.length;
    this.batches.push(this.writer.take());
  }

  private sendBatches(): void {
    this.isFlushScheduled = false;
    if (this.isEnded || this.isBlocked) return;
    if (!this.writer.isEmpty) this.closeBatch();
    while (this.batches.length > 0 && !this.isBlocked) {
      const chunks = this.batches.shift() ?? [];
      const bytes = chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
      this.unsentBytes -= bytes.length;
      this.isBlocked = !this.stream.write(bytes);
    }
    this.unsentBytes = Math.max(0, this.unsentBytes);
  }

  private endWhenDrained(): void {
    if (!this.isDraining || this.isEnded || this.calls.size > 0) return;
    this.end();
  }

  private end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.onReady(this.failure instanceof CallStreamUnsupportedError ? this.failure : this.unavailable());
    // What has arrived counts, even if its turn has not come.
    for (const { callId, body } of this.answers.splice(0)) this.take(callId)?.succeed(body);
    for (const pending of this.calls.values()) pending.fail(this.unavailable());
    this.calls.clear();
    this.stream.destroy();
    this.session.destroy();
    this.onClosed();
  }

  private unavailable(): GrpcServiceError {
    const reason = this.failure === undefined ? 'the connection was closed' : this.failure.message;
    const details = `${this.target.address} cannot be reached: ${reason}`;
    return new GrpcServiceError(GrpcStatus.UNAVAILABLE, details, undefined, { cause: this.failure });
  }
}
