import { randomUUID } from 'node:crypto';

import { EncodedMessage } from '@perdure/protocol';

import { type Clock, SystemClock } from '../../clock.js';
import { type Logger, silentLogger } from '../../observability/index.js';
import { Call, type Caller } from '../call.js';
import { CallsInFlight, withGrace } from '../calls-in-flight.js';
import { DeadlineWheel } from '../deadline-wheel.js';
import { deadlineExceeded, decodeRequest, type DispatchPorts, encodeResponse, toServiceError } from '../dispatch.js';
import { HealthService } from '../health.js';
import { Metadata, type MetadataInput } from '../metadata.js';
import { type MethodEntry, MethodTable } from '../method-table.js';
import { type AnyRpcMethod, type MessageDecoder, type MessageEncoder, serviceName } from '../rpc.js';
import { type RpcObserver, silentObserver } from '../rpc-observer.js';
import { ServiceError } from '../service-error.js';
import { OK_GRPC_STATUS } from '../status.js';

/** How an in-process transport is built. */
export interface InProcessTransportOptions {
  readonly methods: Iterable<AnyRpcMethod>;
  readonly log?: Logger;
  readonly observer?: RpcObserver;
  readonly clock?: Clock;
  readonly newErrorId?: () => string;
}

/** What a caller may say about a call. */
export interface InProcessCallOptions {
  readonly metadata?: MetadataInput;
  /** How long the caller waits. */
  readonly timeoutMs?: number;
  /** Cancels the call when it aborts. */
  readonly signal?: AbortSignal;
}

/** A unary method as its caller sees it; the descriptions in `services` of `@perdure/protocol` are of this shape. */
export interface CallableMethod<Request, Response> {
  readonly path: string;
  readonly requestType: MessageEncoder<Request>;
  readonly responseType: MessageDecoder<Response>;
}

const CALLER: Caller = { peer: 'in-process', tlsSubject: undefined };

/**
 * Calls the same methods as the gRPC server, without sockets and with the same semantics: messages pass through their
 * encoding, so that caller and handler share no object and both see protobuf's defaults.
 *
 * Every call rejects with `ServiceError`.
 */
export class InProcessTransport {
  readonly health: HealthService;
  private readonly methods: MethodTable;
  private readonly wheel: DeadlineWheel;
  private readonly inFlight = new CallsInFlight();
  private readonly clock: Clock;
  private readonly ports: DispatchPorts;
  private isDraining = false;

  constructor(options: InProcessTransportOptions) {
    const methods = [...options.methods];
    this.health = new HealthService(methods.map((method) => serviceName(method.path)));
    this.methods = new MethodTable([...methods, ...this.health.methods], options.observer ?? silentObserver);
    this.clock = options.clock ?? new SystemClock();
    this.wheel = new DeadlineWheel(this.clock);
    this.ports = {
      log: options.log ?? silentLogger,
      newErrorId: options.newErrorId ?? (() => randomUUID().slice(0, 8)),
    };
  }

  /** Calls a method with a message; an `EncodedMessage` may stand for the request. */
  async call<Request, Response>(
    method: CallableMethod<Request, Response>,
    request: Request | EncodedMessage,
    options: InProcessCallOptions = {},
  ): Promise<Response> {
    const bytes =
      request instanceof EncodedMessage ? Buffer.concat(request.chunks) : method.requestType.encode(request);
    return method.responseType.decode(await this.callEncoded(method.path, bytes, options));
  }

  /** Calls a method by its path with an encoded request, for an encoded response. */
  async callEncoded(path: string, request: Uint8Array, options: InProcessCallOptions = {}): Promise<Uint8Array> {
    const entry = this.methods.get(path);
    if (entry === undefined) throw this.methods.unimplemented(path);
    if (this.isDraining) throw new ServiceError('UNAVAILABLE', 'the server is shutting down');
    const metadata = options.metadata === undefined ? Metadata.empty : Metadata.of(options.metadata);
    const call = new Call(entry.name, path, metadata, CALLER, this.clock.nowMs(), options.timeoutMs);
    return new Promise((resolve, reject) => this.run(entry, call, request, options.signal, resolve, reject));
  }

  /** Refuses new calls, tells those in flight (`drain`), and waits for their handlers for up to `graceMs`. */
  async stop({ graceMs = 10_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    this.isDraining = true;
    this.health.shutDown();
    this.inFlight.cancelAll('drain');
    await withGrace(this.inFlight.whenIdle(), graceMs, this.clock);
    this.wheel.close();
  }

  private run(
    entry: MethodEntry,
    call: Call,
    requestBytes: Uint8Array,
    signal: AbortSignal | undefined,
    resolve: (bytes: Uint8Array) => void,
    reject: (error: ServiceError) => void,
  ): void {
    let isConcluded = false;
    const conclude = (grpcStatus: number, responseBytes: number): boolean => {
      if (isConcluded) return false;
      isConcluded = true;
      this.wheel.remove(call);
      signal?.removeEventListener('abort', onAbort);
      const durationMs = this.clock.nowMs() - call.startedAtMs;
      entry.observer.finished(grpcStatus, durationMs, requestBytes.length, responseBytes);
      return true;
    };
    const fail = (error: ServiceError): void => {
      if (conclude(error.grpcStatus, 0)) reject(error);
    };
    const onAbort = (): void => {
      fail(new ServiceError('CANCELLED', `the caller cancelled ${call.method}`));
      call.cancel('client');
    };
    call.owner = { onDeadlinePassed: () => fail(deadlineExceeded(call)) };
    entry.observer.started();
    this.wheel.add(call);
    this.inFlight.add(call);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) {
      onAbort();
      this.inFlight.remove(call);
      return;
    }
    this.answer(entry, call, requestBytes)
      .then((bytes) => {
        if (conclude(OK_GRPC_STATUS, bytes.length)) resolve(bytes);
      })
      .catch((thrown: unknown) => fail(toServiceError(thrown, call, this.ports)))
      .finally(() => this.inFlight.remove(call));
  }

  private async answer({ method }: MethodEntry, call: Call, requestBytes: Uint8Array): Promise<Uint8Array> {
    if (!('handle' in method)) {
      throw new ServiceError(
        'UNIMPLEMENTED',
        `${call.method} streams its responses, which this transport does not carry`,
      );
    }
    const request = decodeRequest(method.requestType, requestBytes);
    const chunks = encodeResponse(method.responseType, await method.handle(request, call));
    const [only] = chunks;
    return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  }
}
