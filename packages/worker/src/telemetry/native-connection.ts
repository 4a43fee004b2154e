import { IllegalStateError } from '@perdure/common';
import { msToNumber } from '@perdure/common/internal';
import type { ProxyConfig, TLSConfig } from '@perdure/common/internal/conversion';
import {
  Connection,
  type CallContext,
  type ConnectionLike,
  type ConnectionOptions,
  type HealthService,
  type Metadata,
  type OperatorService,
  type TestService,
  type WorkflowService,
} from '@perdure/client';
import { type InternalConnectionOptions, InternalConnectionOptionsSymbol } from '@perdure/client/internal';
import {
  callFor,
  type InProcessServer,
  type ReadAnswer,
  type RpcCallOptions,
  type RpcTransport,
} from '@perdure/client/transport';
import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Duration } from '@perdure/common';
import { TransportError } from '../errors.js';
import { MeteredTransport } from './metered-transport.js';
import { Runtime } from './runtime.js';

/** Looks up the addresses of a host again, and spreads calls over them. */
export interface DNSLoadBalancingConfig {
  resolutionInterval: Duration;
}

/** Whether messages are compressed. */
export type GrpcCompressionConfig = { codec: 'gzip' } | { codec: 'none' };

/** Where a worker's connection goes, and how. */
export interface NativeConnectionOptions {
  /** `host:port`; port 7233 by default, and `localhost:7233` without an address. IPv6 addresses go in brackets. */
  address?: string;
  /** True or a configuration for TLS. By default TLS is used with an API key only. */
  tls?: TLSConfig | boolean | null;
  /** Not supported: connecting throws. Set the environment variable `grpc_proxy` instead. */
  proxy?: ProxyConfig;
  dnsLoadBalancingConfig?: DNSLoadBalancingConfig | null;
  /** None by default: on most networks it costs more than it gains. */
  grpcCompression?: GrpcCompressionConfig;
  /** Sent with every call; {@link NativeConnection.setMetadata} changes it. */
  metadata?: Metadata;
  /** Sent as `Authorization: Bearer ...`, unless the metadata says something else. */
  apiKey?: string;
  /** Leaves the status out of the metrics of failed calls. */
  disableErrorCodeMetricTags?: boolean;
  /** Accepted and not used: the server's limits hold. */
  payloadLimits?: { payloadsWarnSize?: number; memoWarnSize?: number };
  /** May change these options; also passed to workers made on this connection. */
  plugins?: NativeConnectionPlugin[];
  /** How calls travel, see `ConnectionOptions.transport` of the client. Not an option of Temporal's SDK. */
  transport?: ConnectionOptions['transport'];
  /** A server in this process: no address, no sockets. Not an option of Temporal's SDK. */
  inProcess?: InProcessServer;
}

/** Changes the options of a connection before it is made. */
export interface NativeConnectionPlugin {
  get name(): string;
  configureNativeConnection?(options: NativeConnectionOptions): NativeConnectionOptions;
}

/** The key of what only workers ask a connection. */
export const transportForWorker: unique symbol = Symbol.for('__perdure_transport_for_worker');

/** A connection for workers, which clients may use as well. Called native for compatibility only. */
export class NativeConnection implements ConnectionLike {
  readonly workflowService: WorkflowService;
  readonly operatorService: OperatorService;
  readonly healthService: HealthService;
  readonly testService: TestService | undefined;
  readonly plugins: NativeConnectionPlugin[];
  readonly callContextStorage: AsyncLocalStorage<CallContext>;
  private readonly workers = new Set<object>();
  private readonly ownHeaders: Metadata;
  private apiKey: string | undefined;

  protected constructor(
    private readonly runtime: Runtime,
    private readonly connection: Connection,
    private readonly options: NativeConnectionOptions,
    private readonly letRuntimeGo: () => Promise<void>,
  ) {
    this.workflowService = connection.workflowService;
    this.operatorService = connection.operatorService;
    this.healthService = connection.healthService;
    this.testService = connection.testService;
    this.callContextStorage = connection.callContextStorage;
    this.plugins = options.plugins ?? [];
    this.apiKey = options.apiKey;
    const given = new Set(Object.keys(options.metadata ?? {}));
    this.ownHeaders = Object.fromEntries(
      Object.entries(connection.options.metadata).filter(([name]) => !given.has(name)),
    );
  }

  /** A connection that is there. Rejects with a {@link TransportError} when no server answers. */
  static async connect(options: NativeConnectionOptions = {}): Promise<NativeConnection> {
    const { plugins = [] } = options;
    const configured = plugins.reduce(
      (changed, plugin) => plugin.configureNativeConnection?.(changed) ?? changed,
      options,
    );
    const runtime = Runtime.instance();
    const connection = Connection.lazy(connectionOptionsOf(configured));
    const letRuntimeGo = runtime.hold();
    try {
      await connection.ensureConnected();
    } catch (error) {
      await connection.close();
      await letRuntimeGo();
      const message = error instanceof Error ? error.message : String(error);
      throw Object.assign(new TransportError(message), { cause: error });
    }
    return new this(runtime, connection, configured, letRuntimeGo);
  }

  /** @deprecated Use {@link connect}. */
  static create(options?: NativeConnectionOptions): Promise<NativeConnection> {
    return this.connect(options);
  }

  /** The address that it leads to. */
  get address(): string {
    return this.connection.options.address;
  }

  /** Does nothing: it is connected. */
  async ensureConnected(): Promise<void> {}

  /** Sets a deadline, a date or epoch milliseconds, for the calls that `fn` makes. */
  withDeadline<R>(deadline: number | Date, fn: () => Promise<R>): Promise<R> {
    return this.connection.withDeadline(deadline, fn);
  }

  /** Adds headers to the calls that `fn` makes. */
  withMetadata<R>(metadata: Metadata, fn: () => Promise<R>): Promise<R> {
    return this.connection.withMetadata(metadata, fn);
  }

  /** Cancels the calls that `fn` makes when the signal aborts. */
  withAbortSignal<R>(abortSignal: AbortSignal, fn: () => Promise<R>): Promise<R> {
    return this.connection.withAbortSignal(abortSignal, fn);
  }

  /** Sends other metadata with every call from now on. */
  async setMetadata(metadata: Metadata): Promise<void> {
    this.connection.options.metadata = { ...this.ownHeaders, ...metadata };
  }

  /** Uses another API key from now on, unless the metadata has an `authorization` header. */
  async setApiKey(apiKey: string): Promise<void> {
    this.apiKey = apiKey;
    if (!hasAuthorization(this.connection.options.metadata)) this.connection.setApiKey(apiKey);
  }

  /** Lets go of the server. Throws an `IllegalStateError` while workers use the connection. */
  async close(): Promise<void> {
    if (this.workers.size > 0) {
      throw new IllegalStateError(
        `Cannot close this connection: ${this.workers.size} worker(s) still use it. Wait for worker.run() to resolve first`,
      );
    }
    await this.connection.close();
    await this.letRuntimeGo();
  }

  /**
   * What a worker makes its calls with: metadata and metrics included, retries not. For the worker; it calls the function
   * beside it when it stops.
   */
  [transportForWorker](namespace: string, taskQueue: string): { transport: RpcTransport; release: () => void } {
    const worker = {};
    this.workers.add(worker);
    const withHeaders = new HeaderTransport(this.connection.transport, this.headersOf(namespace));
    const meter = this.runtime.ownMetricMeter;
    const tags = { namespace, task_queue: taskQueue };
    const hasStatusTags = this.options.disableErrorCodeMetricTags !== true;
    const transport = meter === undefined ? withHeaders : new MeteredTransport(withHeaders, meter, tags, hasStatusTags);
    return { transport, release: () => void this.workers.delete(worker) };
  }

  /** The headers of calls for a namespace: the same object for as long as they are the same, since transports send an object once. */
  private headersOf(namespace: string): () => Readonly<Record<string, string | Uint8Array>> {
    let of: { readonly metadata: Metadata; readonly apiKey: string | undefined } | undefined;
    let headers: Record<string, string | Uint8Array> = {};
    return () => {
      const { apiKey } = this;
      const { metadata } = this.connection.options;
      if (of?.metadata === metadata && of.apiKey === apiKey) return headers;
      headers = { 'temporal-namespace': namespace };
      for (const [name, value] of Object.entries(metadata)) headers[name.toLowerCase()] = value;
      if (apiKey !== undefined) headers['authorization'] ??= `Bearer ${apiKey}`;
      of = { metadata, apiKey };
      return headers;
    };
  }
}

/** Marks a connection that a worker made for itself, and closes. */
export class InternalNativeConnection extends NativeConnection {}

class HeaderTransport implements RpcTransport {
  constructor(
    private readonly inner: RpcTransport,
    private readonly headers: () => Readonly<Record<string, string | Uint8Array>>,
  ) {}

  call(path: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
    return this.inner.call(path, request, this.withHeaders(options));
  }

  callFor<T>(path: string, request: Uint8Array, options: RpcCallOptions, read: ReadAnswer<T>): Promise<T> {
    return callFor(this.inner, path, request, this.withHeaders(options), read);
  }

  private withHeaders({ metadata, timeoutMs, signal }: RpcCallOptions): RpcCallOptions {
    const shared = this.headers();
    return { metadata: metadata ? { ...shared, ...metadata } : shared, timeoutMs, signal };
  }

  /** The connection is not the worker's to close. */
  async close(): Promise<void> {}
}

function hasAuthorization(metadata: Metadata): boolean {
  return Object.keys(metadata).some((name) => name.toLowerCase() === 'authorization');
}

function connectionOptionsOf(
  options: NativeConnectionOptions & Pick<InternalConnectionOptions, typeof InternalConnectionOptionsSymbol>,
): InternalConnectionOptions {
  const { metadata = {}, apiKey, proxy, dnsLoadBalancingConfig, grpcCompression } = options;
  if (proxy !== undefined) {
    throw new IllegalStateError(
      'NativeConnectionOptions.proxy is not supported. Set the environment variable grpc_proxy (or https_proxy) to its address',
    );
  }
  const GZIP = 2;
  return {
    address: options.address,
    tls: options.tls ?? (apiKey === undefined ? undefined : true),
    metadata,
    apiKey: hasAuthorization(metadata) ? undefined : apiKey,
    transport: options.transport,
    inProcess: options.inProcess,
    [InternalConnectionOptionsSymbol]: options[InternalConnectionOptionsSymbol],
    channelArgs: {
      // By default a channel waits up to two minutes before it looks whether the server is back.
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 5_000,
      ...(grpcCompression?.codec === 'gzip' ? { 'grpc.default_compression_algorithm': GZIP } : {}),
      ...(dnsLoadBalancingConfig
        ? {
            'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
            'grpc.dns_min_time_between_resolutions_ms': msToNumber(dnsLoadBalancingConfig.resolutionInterval),
          }
        : {}),
    },
  };
}
