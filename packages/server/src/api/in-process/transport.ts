import { randomUUID } from 'node:crypto';

import { EncodedMessage } from '@perdure/protocol';
import { InFlightMap } from '@perdure/protocol/in-flight';

import { type Clock, SystemClock } from '../../clock.js';
import { type Logger, silentLogger } from '../../observability/index.js';
import { Call, type Caller } from '../call.js';
import { CallsInFlight, withGrace } from '../calls-in-flight.js';
import { type CallCarrier, CarriedCall, type CarriedCallHost } from '../carried-call.js';
import { DeadlineWheel } from '../deadline-wheel.js';
import { HealthService } from '../health.js';
import { Metadata, type MetadataInput } from '../metadata.js';
import { MethodTable } from '../method-table.js';
import { type AnyRpcMethod, type MessageDecoder, type MessageEncoder, serviceName } from '../rpc.js';
import { type RpcObserver, silentObserver } from '../rpc-observer.js';
import { ServiceError } from '../service-error.js';

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

/** Hears the outcome of a call: an error, or the encoded response. */
export type SettleCall = (error: ServiceError | undefined, response: Uint8Array) => void;

const NO_BYTES = new Uint8Array();
const CALLER: Caller = { peer: 'in-process', tlsSubject: undefined };

/**
 * Calls the same methods as the gRPC server, without sockets and with the same semantics: messages pass through their
 * encoding, so that caller and handler share no object and both see protobuf's defaults.
 *
 * Every call rejects with `ServiceError`.
 */
export class InProcessTransport implements CallCarrier {
  readonly health: HealthService;
  private readonly methods: MethodTable;
  private readonly clock: Clock;
  private readonly host: CarriedCallHost;
  private readonly waiting = new InFlightMap<number, SettleCall>();
  private nextCallId = 1;
  /** Its caller does not have the function that cancels it yet. */
  private beginning: number | undefined;
  private isDraining = false;

  constructor(options: InProcessTransportOptions) {
    const methods = [...options.methods];
    this.health = new HealthService(methods.map((method) => serviceName(method.path)));
    this.methods = new MethodTable([...methods, ...this.health.methods], options.observer ?? silentObserver);
    this.clock = options.clock ?? new SystemClock();
    this.host = {
      wheel: new DeadlineWheel(this.clock),
      inFlight: new CallsInFlight(),
      nowMs: () => this.clock.nowMs(),
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
  callEncoded(path: string, request: Uint8Array, options: InProcessCallOptions = {}): Promise<Uint8Array> {
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(new ServiceError('CANCELLED', `the caller cancelled ${path}`));
    return new Promise((resolve, reject) => {
      const cancel = this.begin(path, request, options, (error, response) => {
        signal?.removeEventListener('abort', cancel);
        if (error === undefined) resolve(response);
        else reject(error);
      });
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /**
   * The same without promises and signals, for callers who make many calls: `settle` is called once, never before this returns
   * unless the call is cancelled. Gives a function that cancels the call. The metadata must not change.
   */
  begin(
    path: string,
    request: Uint8Array,
    { metadata, timeoutMs }: Pick<InProcessCallOptions, 'metadata' | 'timeoutMs'>,
    settle: SettleCall,
  ): () => void {
    const entry = this.methods.get(path);
    if (entry === undefined) return refuse(this.methods.unimplemented(path), settle);
    if (this.isDraining) return refuse(new ServiceError('UNAVAILABLE', 'the server is shutting down'), settle);
    const shared = metadata === undefined ? Metadata.empty : Metadata.ofShared(metadata);
    const call = new Call(entry.name, path, shared, CALLER, this.host.nowMs(), timeoutMs);
    const callId = this.nextCallId++;
    this.waiting.set(callId, settle);
    const carried = new CarriedCall(this.host, this, callId, entry, call);
    this.beginning = callId;
    carried.run(request);
    this.beginning = undefined;
    return () => {
      if (!this.waiting.delete(callId)) return;
      carried.cancel('client');
      settle(new ServiceError('CANCELLED', `the caller cancelled ${entry.name}`), NO_BYTES);
    };
  }

  /** For calls: what the method answered. */
  answer(callId: number, body: readonly Uint8Array[]): void {
    const [only] = body;
    this.settle(callId, undefined, body.length === 1 && only !== undefined ? only : Buffer.concat(body));
  }

  /** For calls: the method did not answer. */
  fail(callId: number, error: ServiceError): void {
    this.settle(callId, error, NO_BYTES);
  }

  /** For calls. */
  onSettled(): void {}

  /** Refuses new calls, tells those in flight (`drain`), and waits for their handlers for up to `graceMs`. */
  async stop({ graceMs = 10_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    this.isDraining = true;
    this.health.shutDown();
    this.host.inFlight.cancelAll('drain');
    await withGrace(this.host.inFlight.whenIdle(), graceMs, this.clock);
    this.host.wheel.close();
  }

  private settle(callId: number, error: ServiceError | undefined, response: Uint8Array): void {
    const settle = this.waiting.get(callId);
    if (settle === undefined) return;
    if (callId === this.beginning) return queueMicrotask(() => this.settle(callId, error, response));
    this.waiting.delete(callId);
    settle(error, response);
  }
}

function refuse(error: ServiceError, settle: SettleCall): () => void {
  let isSettled = false;
  const once = (): void => {
    if (!isSettled) settle(error, NO_BYTES);
    isSettled = true;
  };
  queueMicrotask(once);
  return once;
}
