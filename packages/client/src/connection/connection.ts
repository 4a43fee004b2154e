import { AsyncLocalStorage } from 'node:async_hooks';
import type { MethodDescription } from '@perdure/protocol';
import {
  callMethod,
  GrpcServiceError,
  GrpcStatus,
  type RequestOf,
  type RpcCallOptions,
  type RpcMetadata,
  type RpcTransport,
} from '../transport/index.js';
import type { CallContext, ConnectionLike, Metadata } from '../types.js';
import { apiService, HealthService, OperatorService, TestService, WorkflowService } from './api-services.js';
import {
  type ConnectionOptions,
  type ConnectionOptionsWithDefaults,
  type ConnectionPlugin,
  type InternalConnectionOptions,
  InternalConnectionOptionsSymbol,
  normalizeConnectionOptions,
} from './connection-options.js';
import { type ConnectableTransport, openTransport } from './open-transport.js';

/** How many namespaces a connection keeps the headers of. */
const MAX_SHARED_HEADERS = 100;

const NO_CONTEXT: CallContext = {};

/** A connection to a server. Expensive: make one and share it between clients. Close it when done. */
export class Connection implements ConnectionLike {
  readonly options: ConnectionOptionsWithDefaults;
  /** Every method of the workflow service. The namespace of a client is not filled in. */
  readonly workflowService: WorkflowService;
  readonly operatorService: OperatorService;
  /** Only on connections to a test server. */
  readonly testService: TestService | undefined;
  readonly healthService: HealthService;
  readonly plugins: ConnectionPlugin[];
  readonly callContextStorage = new AsyncLocalStorage<CallContext>();
  private readonly carrier: ConnectableTransport;
  private apiKey: (() => string) | undefined;
  private connected: Promise<void> | undefined;
  private readonly headers = new Map<string, { readonly apiKey: string | undefined; readonly headers: RpcMetadata }>();

  /** A connection that is made with the first call. */
  static lazy(options?: ConnectionOptions): Connection {
    return new this(configured(options ?? {}));
  }

  /** A connection that is there. Rejects when no server answers within `connectTimeout`. */
  static async connect(options?: ConnectionOptions): Promise<Connection> {
    const connection = this.lazy(options);
    try {
      await connection.ensureConnected();
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  protected constructor(options: InternalConnectionOptions) {
    const normalized = normalizeConnectionOptions(options);
    this.options = normalized.options;
    this.apiKey = normalized.apiKey;
    this.plugins = normalized.options.plugins;
    this.carrier = openTransport(normalized, options.inProcess);
    const call = (method: MethodDescription, request: object): Promise<object> => this.call(method, request);
    this.workflowService = apiService(WorkflowService, call);
    this.operatorService = apiService(OperatorService, call);
    this.healthService = apiService(HealthService, call);
    const hasTestService = options[InternalConnectionOptionsSymbol]?.supportsTestService === true;
    this.testService = hasTestService ? apiService(TestService, call) : undefined;
  }

  /** What carries the calls of this connection, without its metadata, deadlines and retries. */
  get transport(): RpcTransport {
    return this.carrier.bare;
  }

  /** Resolves once a server has answered; rejects when none does within `connectTimeout`, and may be tried again then. */
  ensureConnected(): Promise<void> {
    this.connected ??= this.greet().catch((error: unknown) => {
      this.connected = undefined;
      throw error;
    });
    return this.connected;
  }

  /** Sets a deadline, a date or epoch milliseconds, for the calls that `fn` makes. */
  withDeadline<R>(deadline: number | Date, fn: () => Promise<R>): Promise<R> {
    return this.callContextStorage.run({ ...this.callContextStorage.getStore(), deadline }, fn);
  }

  /** Cancels the calls that `fn` makes when the signal aborts. */
  withAbortSignal<R>(abortSignal: AbortSignal, fn: () => Promise<R>): Promise<R> {
    return this.callContextStorage.run({ ...this.callContextStorage.getStore(), abortSignal }, fn);
  }

  /** Adds headers to the calls that `fn` makes. */
  withMetadata<R>(metadata: Metadata, fn: () => Promise<R>): Promise<R> {
    const context = this.callContextStorage.getStore();
    return this.callContextStorage.run({ ...context, metadata: { ...context?.metadata, ...metadata } }, fn);
  }

  /** Uses another API key for the calls that `fn` makes. */
  withApiKey<R>(apiKey: string, fn: () => Promise<R>): Promise<R> {
    return this.withMetadata({ Authorization: `Bearer ${apiKey}` }, fn);
  }

  /** Uses another API key from now on. Throws a TypeError if the connection has an `Authorization` header of its own. */
  setApiKey(apiKey: string | (() => string)): void {
    if (Object.keys(this.options.metadata).some((name) => name.toLowerCase() === 'authorization')) {
      throw new TypeError(
        'Both `apiKey` option and `Authorization` header were provided, but only one makes sense to use at a time.',
      );
    }
    this.apiKey = typeof apiKey === 'string' ? () => apiKey : apiKey;
  }

  /** Ends the calls that are under way and lets go of the server. Idempotent. */
  async close(): Promise<void> {
    await this.carrier.retrying.close();
  }

  private async greet(): Promise<void> {
    const { address, connectTimeoutMs } = this.options;
    const deadline = Date.now() + connectTimeoutMs;
    try {
      await this.carrier.whenReady(deadline);
      // Not with `withDeadline`: a storage that was used once makes each promise of the process dearer.
      const context = { ...this.callContextStorage.getStore(), deadline };
      await this.call(WorkflowService.methods.GetSystemInfo, {}, context);
    } catch (error) {
      if (error instanceof GrpcServiceError && error.code === GrpcStatus.UNIMPLEMENTED) return;
      if (Date.now() < deadline) throw error;
      const message =
        `Failed to connect before the deadline: ${address} did not answer within ${connectTimeoutMs} ms. ` +
        `Is a server running there, and is the address right?${firstCauseOf(error)}`;
      throw new Error(message, { cause: error });
    }
  }

  private call<Method extends MethodDescription>(
    method: Method,
    request: RequestOf<Method>,
    context: CallContext = this.callContextStorage.getStore() ?? NO_CONTEXT,
  ): Promise<object> {
    return callMethod(this.carrier.retrying, method, request, this.callOptions(request, context));
  }

  private callOptions(request: object, { deadline, metadata, abortSignal }: CallContext): RpcCallOptions {
    const { namespace } = request as { readonly namespace?: unknown };
    const shared = this.sharedHeaders(typeof namespace === 'string' ? namespace : '');
    return {
      metadata: metadata === undefined ? shared : { ...shared, ...withSmallNames(metadata) },
      timeoutMs: deadline === undefined ? undefined : Math.max(0, Number(deadline) - Date.now()),
      signal: abortSignal,
    };
  }

  /** The headers of calls in a namespace. The same object as long as they are the same, which a call stream sends once. */
  private sharedHeaders(namespace: string): RpcMetadata {
    const key = this.apiKey?.();
    const known = this.headers.get(namespace);
    if (known !== undefined && known.apiKey === key) return known.headers;
    const headers = {
      ...(namespace === '' ? {} : { 'temporal-namespace': namespace }),
      ...withSmallNames(this.options.metadata),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    };
    if (this.headers.size >= MAX_SHARED_HEADERS) this.headers.clear();
    this.headers.set(namespace, { apiKey: key, headers });
    return headers;
  }
}

function withSmallNames(metadata: Metadata): RpcMetadata {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The options as plugins change them, the first plugin first. */
function configured(options: ConnectionOptions): ConnectionOptions {
  const { plugins = [] } = options;
  return plugins.reduce((changed, plugin) => plugin.configureConnection?.(changed) ?? changed, options);
}

/** What lies below an error that only says that time was up, such as ECONNREFUSED. */
function firstCauseOf(error: unknown): string {
  let reason = '';
  for (let cause = (error as Error).cause; cause instanceof Error; cause = cause.cause)
    reason = cause.message || reason;
  return reason === '' ? '' : ` (${reason})`;
}
