import type { Call, CallOwner } from './call.js';
import type { CallsInFlight } from './calls-in-flight.js';
import type { DeadlineWheel } from './deadline-wheel.js';
import { deadlineExceeded, decodeRequest, encodeResponse, toServiceError, type DispatchPorts } from './dispatch.js';
import type { MethodEntry } from './method-table.js';
import type { CancelReason } from './rpc.js';
import { ServiceError } from './service-error.js';
import { OK_GRPC_STATUS, STATUS } from './status.js';

/** What all calls of a server share. */
export interface CarriedCallHost extends DispatchPorts {
  readonly wheel: DeadlineWheel;
  readonly inFlight: CallsInFlight;
  readonly nowMs: () => number;
}

/** What a call came on: a call stream, or a caller in this process. */
export interface CallCarrier {
  /** The answer of a call, once; nothing if the caller no longer wants it. */
  answer(callId: number, body: readonly Uint8Array[]): void;
  fail(callId: number, error: ServiceError): void;
  /** The handler has settled. */
  onSettled(callId: number): void;
}

/**
 * One call that has no HTTP/2 stream of its own. As with one that has, two things end independently: the caller's interest, and
 * the handler's work. Whatever the handler does after the first is dropped.
 */
export class CarriedCall implements CallOwner {
  private isConcluded = false;
  private requestBytes = 0;

  constructor(
    private readonly host: CarriedCallHost,
    private readonly carrier: CallCarrier,
    private readonly callId: number,
    private readonly entry: MethodEntry,
    private readonly call: Call,
  ) {
    call.owner = this;
  }

  /** Hands the request to its handler. */
  run(body: Uint8Array): void {
    const { method, observer, name } = this.entry;
    this.requestBytes = body.length;
    observer.started();
    this.host.inFlight.add(this.call);
    this.host.wheel.add(this.call);
    try {
      if (!('handle' in method)) {
        throw new ServiceError('UNIMPLEMENTED', `${name} streams its responses: call it over a gRPC stream of its own`);
      }
      method.handle(decodeRequest(method.requestType, body), this.call).then(
        (response) => this.onAnswer(response),
        (thrown: unknown) => this.onThrown(thrown),
      );
    } catch (error) {
      this.onThrown(error);
    }
  }

  /** The caller does not want an answer any more. */
  cancel(reason: CancelReason): void {
    this.conclude(STATUS.CANCELLED.grpc, 0);
    this.call.cancel(reason);
  }

  onDeadlinePassed(): void {
    this.fail(deadlineExceeded(this.call));
  }

  private onAnswer(response: unknown): void {
    try {
      if (this.isConcluded) return;
      const chunks = encodeResponse(this.entry.method.responseType, response);
      let sizeBytes = 0;
      for (const chunk of chunks) sizeBytes += chunk.length;
      this.carrier.answer(this.callId, chunks);
      this.conclude(OK_GRPC_STATUS, sizeBytes);
    } catch (error) {
      this.fail(error);
    } finally {
      this.settle();
    }
  }

  private onThrown(thrown: unknown): void {
    this.fail(thrown);
    this.settle();
  }

  private fail(thrown: unknown): void {
    if (this.isConcluded) return;
    let error = toServiceError(thrown, this.call, this.host);
    try {
      this.carrier.fail(this.callId, error);
    } catch (unsendable) {
      // Only a detail that cannot be encoded gets us here.
      error = toServiceError(unsendable, this.call, this.host);
      this.carrier.fail(this.callId, error);
    }
    this.conclude(error.grpcStatus, 0);
  }

  private conclude(grpcStatus: number, responseBytes: number): void {
    if (this.isConcluded) return;
    this.isConcluded = true;
    this.host.wheel.remove(this.call);
    const durationMs = this.host.nowMs() - this.call.startedAtMs;
    this.entry.observer.finished(grpcStatus, durationMs, this.requestBytes, responseBytes);
  }

  private settle(): void {
    this.host.inFlight.remove(this.call);
    this.carrier.onSettled(this.callId);
  }
}
