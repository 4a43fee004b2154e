import type { Call, CallOwner } from '../call.js';
import type { CallsInFlight } from '../calls-in-flight.js';
import type { DeadlineWheel } from '../deadline-wheel.js';
import { deadlineExceeded, decodeRequest, type DispatchPorts, encodeResponse, toServiceError } from '../dispatch.js';
import type { ServerStream, StreamListener } from '../http2/index.js';
import type { ServiceError } from '../service-error.js';
import { OK_GRPC_STATUS, STATUS } from '../status.js';
import type { CallHead } from './call-head.js';
import type { GrpcCaller } from './caller.js';
import { deflateMessage, inflateMessage, isWorthCompressing } from './compression.js';
import { type FramedMessage, framed, MessageReader, totalLength } from './message-reader.js';
import {
  ADVERTISING_RESPONSE_HEAD,
  compressedResponseHead,
  errorOnly,
  errorTrailers,
  OK_TRAILERS,
  RESPONSE_HEAD,
} from './response-headers.js';

/** What the calls of a server share. */
export interface CallHost extends DispatchPorts {
  readonly wheel: DeadlineWheel;
  readonly inFlight: CallsInFlight;
  readonly maxRequestBytes: number;
  readonly nowMs: () => number;
}

/**
 * One call over HTTP/2, from its head to its trailers.
 *
 * Two things end independently: the caller's interest (`conclude`: answered, cancelled, lost, deadline passed) and the
 * handler's work (`release`). Whatever the handler does after the first is dropped.
 */
export class GrpcCall implements StreamListener, CallOwner {
  private reader: MessageReader | undefined;
  private isRunning = false;
  private isConcluded = false;
  private hasSentHead = false;
  private isForgotten = false;
  private requestBytes = 0;
  private responseBytes = 0;

  constructor(
    private readonly host: CallHost,
    private readonly stream: ServerStream,
    private readonly head: CallHead,
    private readonly call: Call,
    private readonly caller: GrpcCaller,
  ) {
    this.reader = new MessageReader(host.maxRequestBytes);
    head.entry.observer.started();
    host.inFlight.add(call);
    caller.callsInFlight++;
    call.owner = this;
    host.wheel.add(call);
  }

  onData(bytes: Uint8Array): void {
    try {
      if (!this.isConcluded) this.reader?.push(bytes);
    } catch (error) {
      this.fail(error);
    }
  }

  onEnd(): void {
    const { reader } = this;
    this.reader = undefined;
    if (this.isConcluded || reader === undefined) return;
    try {
      const bytes = this.inflate(reader.end());
      if (bytes instanceof Uint8Array) return this.run(bytes);
      bytes.then(
        (inflated) => this.run(inflated),
        (error: unknown) => this.fail(error),
      );
    } catch (error) {
      this.fail(error);
    }
  }

  onClosed(errorCode: number | undefined): void {
    this.conclude(STATUS.CANCELLED.grpc);
    this.call.cancel(errorCode === undefined ? 'connection' : 'client');
  }

  private inflate(message: FramedMessage): Uint8Array | Promise<Uint8Array> {
    if (!message.isCompressed) return message.bytes;
    const { encoding, repeated } = this.head;
    const known = repeated.find(message.bytes);
    if (known !== undefined) return known;
    const inflated = inflateMessage(message, encoding, this.host.maxRequestBytes);
    if (inflated instanceof Uint8Array) repeated.note(message.bytes, inflated);
    return inflated;
  }

  private run(bytes: Uint8Array): void {
    if (this.isConcluded) return;
    const { method } = this.head.entry;
    this.requestBytes = bytes.length;
    try {
      const request = decodeRequest(method.requestType, bytes);
      this.isRunning = true;
      const onThrown = (thrown: unknown): void => this.onThrown(thrown);
      if ('handle' in method) method.handle(request, this.call).then((response) => this.onAnswer(response), onThrown);
      else {
        const ended = method.stream(request, this.call, (response) => this.send(response));
        ended.then(() => this.onStreamEnd()).catch(onThrown);
      }
    } catch (error) {
      this.onThrown(error);
    }
  }

  private onAnswer(response: unknown): void {
    this.release();
    if (this.isConcluded) return;
    try {
      const chunks = encodeResponse(this.head.entry.method.responseType, response);
      const sizeBytes = totalLength(chunks);
      this.responseBytes = sizeBytes;
      if (isWorthCompressing(this.head.encoding, sizeBytes)) {
        this.answerCompressed(chunks).catch((error: unknown) => this.fail(error));
        return;
      }
      this.stream.respond(this.responseHead(), framed(chunks, false), OK_TRAILERS);
      this.conclude(OK_GRPC_STATUS);
    } catch (error) {
      this.fail(error);
    }
  }

  private async answerCompressed(chunks: readonly Uint8Array[]): Promise<void> {
    const compressed = await deflateMessage(chunks, this.head.encoding);
    if (this.isConcluded) return;
    this.stream.respond(compressedResponseHead(this.head.encoding), framed([compressed], true), OK_TRAILERS);
    this.conclude(OK_GRPC_STATUS);
  }

  private send(response: unknown): boolean {
    if (this.isConcluded) return false;
    if (!this.hasSentHead) this.stream.respondHead(this.responseHead());
    this.hasSentHead = true;
    const chunks = encodeResponse(this.head.entry.method.responseType, response);
    this.responseBytes += totalLength(chunks);
    return this.stream.write(framed(chunks, false));
  }

  private onStreamEnd(): void {
    this.release();
    if (this.isConcluded) return;
    if (!this.hasSentHead) this.stream.respondHead(this.responseHead());
    this.stream.finish(OK_TRAILERS);
    this.conclude(OK_GRPC_STATUS);
  }

  private onThrown(thrown: unknown): void {
    this.release();
    this.fail(thrown);
  }

  onDeadlinePassed(): void {
    this.fail(deadlineExceeded(this.call));
  }

  private fail(thrown: unknown): void {
    if (this.isConcluded) return;
    const error = toServiceError(thrown, this.call, this.host);
    try {
      this.sendError(error);
      this.conclude(error.grpcStatus);
    } catch (unsendable) {
      // Only a detail that cannot be encoded gets us here.
      const replacement = toServiceError(unsendable, this.call, this.host);
      this.sendError(replacement);
      this.conclude(replacement.grpcStatus);
    }
  }

  private sendError(error: ServiceError): void {
    if (this.hasSentHead) this.stream.finish(errorTrailers(error));
    else this.stream.respondHeadersOnly(errorOnly(error));
  }

  private responseHead(): Uint8Array {
    if (this.caller.hasAdvertised) return RESPONSE_HEAD;
    this.caller.hasAdvertised = true;
    return ADVERTISING_RESPONSE_HEAD;
  }

  /** The caller has, or no longer wants, an answer. */
  private conclude(grpcStatus: number): void {
    if (this.isConcluded) return;
    this.isConcluded = true;
    this.reader = undefined;
    this.host.wheel.remove(this.call);
    const durationMs = this.host.nowMs() - this.call.startedAtMs;
    this.head.entry.observer.finished(grpcStatus, durationMs, this.requestBytes, this.responseBytes);
    if (!this.isRunning) this.forget();
  }

  /** The handler has settled. */
  private release(): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.forget();
  }

  private forget(): void {
    if (this.isForgotten) return;
    this.isForgotten = true;
    this.caller.callsInFlight--;
    this.host.inFlight.remove(this.call);
  }
}
