import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';

import { CALL_STREAM_PATH } from '@perdure/protocol/call-stream';

import { type Clock, SystemClock } from '../../clock.js';
import { type Logger, silentLogger } from '../../observability/index.js';
import { Call } from '../call.js';
import {
  CallStream,
  type CallStreamHost,
  type CallStreamLimits,
  DEFAULT_CALL_STREAM_LIMITS,
} from '../call-stream/index.js';
import { CallsInFlight, withGrace } from '../calls-in-flight.js';
import { DeadlineWheel } from '../deadline-wheel.js';
import { HealthService } from '../health.js';
import {
  Http2Server,
  type Http2Limits,
  type RequestHead,
  type ServerStream,
  type StreamListener,
} from '../http2/index.js';
import type { TlsOptions } from '../http2/index.js';
import { MethodTable } from '../method-table.js';
import { type AnyRpcMethod, serviceName } from '../rpc.js';
import { type RpcObserver, silentObserver } from '../rpc-observer.js';
import { ServiceError } from '../service-error.js';
import { CallHead } from './call-head.js';
import { GrpcCaller } from './caller.js';
import { type CallHost, GrpcCall } from './grpc-call.js';
import { errorOnly, refusalHead } from './response-headers.js';
import { refusalOf } from './request-headers.js';

/** How a gRPC server is built. */
export interface GrpcServerOptions {
  readonly methods: Iterable<AnyRpcMethod>;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 (default) takes any free port. */
  readonly port?: number;
  readonly tls?: TlsOptions;
  /** Largest request message after decompression. Default 4 MiB, which is what Temporal's frontend accepts. */
  readonly maxRequestBytes?: number;
  readonly limits?: Partial<Http2Limits>;
  /** Bounds of call streams; false to offer none. */
  readonly callStreams?: Partial<CallStreamLimits> | false;
  readonly log?: Logger;
  readonly observer?: RpcObserver;
  readonly clock?: Clock;
  readonly newErrorId?: () => string;
  /** Told how many connections are open. */
  readonly onConnectionCount?: (connections: number) => void;
}

const DEFAULT_MAX_REQUEST_BYTES = 4 * 1024 * 1024;
const IGNORED: StreamListener = { onData: () => undefined, onEnd: () => undefined, onClosed: () => undefined };

/**
 * Serves methods over gRPC, with `grpc.health.v1.Health` beside them.
 *
 * What a peer sends cannot make it throw, and one call cannot disturb another.
 */
export class GrpcServer {
  readonly health: HealthService;
  private readonly options: GrpcServerOptions;
  private readonly methods: MethodTable;
  private readonly http2: Http2Server;
  private readonly wheel: DeadlineWheel;
  private readonly inFlight = new CallsInFlight();
  private readonly clock: Clock;
  private readonly host: CallHost;
  private readonly callStreamHost: CallStreamHost | undefined;
  private readonly callStreams = new Set<CallStream>();
  private readonly log: Logger;
  private boundAddress: AddressInfo | undefined;
  private isDraining = false;

  constructor(options: GrpcServerOptions) {
    this.options = options;
    const methods = [...options.methods];
    this.health = new HealthService(methods.map((method) => serviceName(method.path)));
    this.methods = new MethodTable([...methods, ...this.health.methods], options.observer ?? silentObserver);
    this.clock = options.clock ?? new SystemClock();
    this.wheel = new DeadlineWheel(this.clock);
    this.log = options.log ?? silentLogger;
    this.host = {
      wheel: this.wheel,
      inFlight: this.inFlight,
      maxRequestBytes: options.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES,
      nowMs: () => this.clock.nowMs(),
      log: this.log,
      newErrorId: options.newErrorId ?? (() => randomUUID().slice(0, 8)),
    };
    if (options.callStreams !== false) {
      this.callStreamHost = {
        ...this.host,
        methods: this.methods,
        limits: { ...DEFAULT_CALL_STREAM_LIMITS, ...options.callStreams },
        onStreamClosed: (stream) => this.callStreams.delete(stream),
      };
    }
    this.http2 = new Http2Server({
      tls: options.tls,
      limits: options.limits,
      onRequest: (stream, head) => this.accept(stream, head),
      onConnectionFailed: (peer, reason) => this.log.debug('A connection failed', { peer, error: reason }),
      onConnectionCount: options.onConnectionCount,
    });
  }

  /** `host:port`, once started. */
  get address(): string {
    if (this.boundAddress === undefined) throw new Error('the gRPC server is not listening yet: call start() first');
    const { address, family, port } = this.boundAddress;
    return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
  }

  /** Calls whose handlers have not settled. */
  get callsInFlight(): number {
    return this.inFlight.size;
  }

  /** Opens the port. @throws Error with one clear sentence when it cannot be opened. */
  async start(): Promise<void> {
    this.boundAddress = await this.http2.listen(this.options.host ?? '127.0.0.1', this.options.port ?? 0);
  }

  /**
   * Stops: health says NOT_SERVING, the port closes, clients are told to go elsewhere (GOAWAY), handlers hear `drain` so
   * that long polls answer empty, calls in flight finish. What has not finished after `graceMs` is cut off.
   */
  async stop({ graceMs = 10_000 }: { readonly graceMs?: number } = {}): Promise<void> {
    this.isDraining = true;
    this.health.shutDown();
    const drained = Promise.all([this.http2.drain(), this.inFlight.whenIdle()]);
    for (const stream of [...this.callStreams]) stream.drain();
    this.inFlight.cancelAll('drain');
    await withGrace(drained, graceMs, this.clock);
    await this.http2.close();
    this.wheel.close();
  }

  private accept(stream: ServerStream, head: RequestHead): StreamListener {
    const refusal = head.attachment === undefined ? refusalOf(head) : undefined;
    if (refusal !== undefined) {
      stream.respond(refusalHead(refusal), [Buffer.from(`${refusal.message}\n`)], new Uint8Array(0));
      return IGNORED;
    }
    try {
      return this.open(stream, head);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      stream.respondHeadersOnly(errorOnly(error));
      return IGNORED;
    }
  }

  private open(stream: ServerStream, head: RequestHead): StreamListener {
    if (head.path === CALL_STREAM_PATH && this.callStreamHost !== undefined) {
      return this.openCallStream(this.callStreamHost, stream);
    }
    const callHead = CallHead.of(head, this.methods);
    const caller = GrpcCaller.of(stream.connection);
    this.admit(caller, head.path);
    const { entry, metadata, timeoutMs } = callHead;
    const call = new Call(entry.name, head.path, metadata, caller, this.clock.nowMs(), timeoutMs);
    return new GrpcCall(this.host, stream, callHead, call, caller);
  }

  private openCallStream(host: CallStreamHost, stream: ServerStream): StreamListener {
    const caller = GrpcCaller.of(stream.connection);
    this.admit(caller, CALL_STREAM_PATH);
    const callStream = new CallStream(host, stream, caller);
    this.callStreams.add(callStream);
    return callStream;
  }

  private admit(caller: GrpcCaller, path: string): void {
    if (this.isDraining && !this.health.serves(path)) {
      throw new ServiceError('UNAVAILABLE', 'the server is shutting down; retry on another connection');
    }
    // Streams that a peer opens and resets at once still occupy handlers: they count until those have settled.
    if (caller.callsInFlight >= 2 * this.http2.limits.maxConcurrentStreams) {
      throw new ServiceError('RESOURCE_EXHAUSTED', 'too many calls of this connection are still being worked on');
    }
  }
}
