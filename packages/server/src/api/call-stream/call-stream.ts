import {
  BATCH_BYTES,
  BATCH_OVERHEAD_BYTES,
  CALL_STREAM_VERSION,
  CallerFrameDecoder,
  type CallerFrameSink,
  type CallFrame,
  CallStreamError,
  FrameWriter,
  MessageSplitter,
  ServerFrameEncoder,
} from '@perdure/protocol/call-stream';
import { InFlightMap } from '@perdure/protocol/in-flight';

import { Call } from '../call.js';
import { type CallCarrier, CarriedCall } from '../carried-call.js';
import type { GrpcCaller } from '../grpc/caller.js';
import type { CallHost } from '../grpc/grpc-call.js';
import { errorTrailers, OK_TRAILERS, RESPONSE_HEAD } from '../grpc/response-headers.js';
import type { ServerStream, StreamListener } from '../http2/index.js';
import { Metadata } from '../metadata.js';
import type { MethodTable } from '../method-table.js';
import { ServiceError } from '../service-error.js';
import { messageForTrailers } from '../status-details.js';
import type { CallStreamLimits } from './limits.js';

const NO_DETAILS = new Uint8Array(0);

/** What the call streams of a server share. */
export interface CallStreamHost extends CallHost {
  readonly methods: MethodTable;
  readonly limits: CallStreamLimits;
  readonly onStreamClosed: (stream: CallStream) => void;
}

/**
 * A stream of calls: reads batches of them, and answers in batches, one for each turn of the event loop.
 *
 * Nothing a peer sends makes it throw: a violation ends the stream, with a status that says what was wrong.
 */
export class CallStream implements StreamListener, CallerFrameSink, CallCarrier {
  private readonly splitter: MessageSplitter;
  private readonly decoder = new CallerFrameDecoder();
  private readonly writer = new FrameWriter();
  private readonly encoder = new ServerFrameEncoder(this.writer);
  private readonly calls = new InFlightMap<number, CarriedCall>();
  private readonly receive = (batch: Uint8Array): void => this.decoder.read(batch, this);
  private readonly flush = (): void => this.sendBatch();
  private answerBacklogBytes = 0;
  private isFlushScheduled = false;
  private hasGreeted = false;
  private isDraining = false;
  private isEnded = false;

  constructor(
    private readonly host: CallStreamHost,
    private readonly stream: ServerStream,
    private readonly caller: GrpcCaller,
  ) {
    this.splitter = new MessageSplitter(host.maxRequestBytes + BATCH_OVERHEAD_BYTES);
    stream.respondHead(RESPONSE_HEAD);
  }

  onData(bytes: Uint8Array): void {
    if (this.isEnded) return;
    try {
      this.splitter.push(bytes, this.receive);
    } catch (error) {
      if (!(error instanceof CallStreamError)) throw error;
      this.end(new ServiceError('INTERNAL', `the call stream is broken: ${error.message}`));
    }
  }

  onEnd(): void {
    this.isDraining = true;
    this.endWhenDrained();
  }

  onClosed(errorCode: number | undefined): void {
    this.isEnded = true;
    for (const call of this.calls.values()) call.cancel(errorCode === undefined ? 'connection' : 'client');
    this.host.onStreamClosed(this);
  }

  onWritable(): void {
    this.answerBacklogBytes = 0;
    this.stream.resumeReading();
  }

  /** Takes no more calls; ends once those under way are answered. */
  drain(): void {
    if (this.isDraining || this.isEnded) return;
    this.isDraining = true;
    this.encoder.drain();
    this.schedule();
    this.endWhenDrained();
  }

  onHello(version: number): void {
    if (version !== CALL_STREAM_VERSION) {
      const message = `this server speaks version ${CALL_STREAM_VERSION} of the call stream, not ${version}`;
      return this.end(new ServiceError('UNIMPLEMENTED', message));
    }
    if (this.hasGreeted) throw new CallStreamError('a second hello');
    this.hasGreeted = true;
    const { maxConcurrentCalls } = this.host.limits;
    this.encoder.hello({ maxConcurrentCalls, maxRequestBytes: this.host.maxRequestBytes });
    this.schedule();
  }

  onCall({ callId, path, metadata, timeoutMs, body }: CallFrame): void {
    if (this.isEnded) return;
    if (!this.hasGreeted) throw new CallStreamError('a call before the hello');
    if (this.calls.has(callId)) throw new CallStreamError(`call ${callId} is under way already`);
    const entry = this.host.methods.get(path);
    const refusal = this.refusalOf(body) ?? (entry === undefined ? this.host.methods.unimplemented(path) : undefined);
    if (refusal !== undefined || entry === undefined) {
      if (refusal !== undefined) this.fail(callId, refusal);
      return;
    }
    const context = new Call(entry.name, path, Metadata.ofShared(metadata), this.caller, this.host.nowMs(), timeoutMs);
    const call = new CarriedCall(this.host, this, callId, entry, context);
    this.calls.set(callId, call);
    call.run(body);
  }

  onCancel(callId: number): void {
    this.calls.get(callId)?.cancel('client');
  }

  answer(callId: number, body: readonly Uint8Array[]): void {
    if (this.isEnded) return;
    this.encoder.answer(callId, body);
    this.schedule();
  }

  fail(callId: number, error: ServiceError): void {
    if (this.isEnded) return;
    const statusDetails = error.statusDetails ?? NO_DETAILS;
    this.encoder.error(callId, { code: error.grpcStatus, message: messageForTrailers(error), statusDetails });
    this.schedule();
  }

  onSettled(callId: number): void {
    this.calls.delete(callId);
    this.endWhenDrained();
  }

  private refusalOf(body: Uint8Array): ServiceError | undefined {
    const { limits, maxRequestBytes } = this.host;
    if (this.isDraining) {
      return new ServiceError('UNAVAILABLE', 'the server is shutting down; retry on another connection');
    }
    if (this.calls.size >= limits.maxConcurrentCalls) {
      return new ServiceError('RESOURCE_EXHAUSTED', 'too many calls of this stream are still being worked on');
    }
    if (body.length <= maxRequestBytes) return undefined;
    const message = `the request message has ${body.length} bytes, the limit is ${maxRequestBytes}`;
    return new ServiceError('RESOURCE_EXHAUSTED', message);
  }

  private schedule(): void {
    if (this.writer.length >= BATCH_BYTES) this.sendBatch();
    else if (!this.isFlushScheduled) {
      this.isFlushScheduled = true;
      this.stream.connection.beforeFlush(this.flush);
    }
  }

  private sendBatch(): void {
    this.isFlushScheduled = false;
    if (this.isEnded || this.writer.isEmpty) return;
    const sizeBytes = this.writer.length;
    if (this.stream.write(this.writer.take())) return;
    // A caller that does not read its answers is not given more to ask for.
    this.answerBacklogBytes += sizeBytes;
    if (this.answerBacklogBytes > this.host.limits.maxAnswerBacklogBytes) this.stream.pauseReading();
  }

  private endWhenDrained(): void {
    if (!this.isDraining || this.isEnded || this.calls.size > 0) return;
    this.sendBatch();
    this.isEnded = true;
    this.stream.finish(OK_TRAILERS);
    this.host.onStreamClosed(this);
  }

  private end(error: ServiceError): void {
    if (this.isEnded) return;
    this.sendBatch();
    this.isEnded = true;
    this.stream.finish(errorTrailers(error));
    for (const call of this.calls.values()) call.cancel('connection');
    this.host.onStreamClosed(this);
  }
}
