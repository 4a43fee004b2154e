import { randomUUID } from 'node:crypto';
import {
  createRpcMetrics,
  Metrics,
  MetricsServer,
  openLogger,
  silentLogger,
  type Logger,
} from '../observability/index.js';
import {
  GrpcServer,
  HttpServer,
  InProcessTransport,
  nameOfGrpcStatus,
  type GrpcServerOptions,
  type HttpHandler,
} from '../api/index.js';
import { NexusFront } from '../nexus/index.js';
import { openPort } from '../listen-error.js';
import { allMethods, ensureNamespace, resumeNamespaceDeletions, type Services } from '../service/index.js';
import { openStore, type Store } from '../store/index.js';
import { createServices } from './create-services.js';
import type { ServerOptions } from './options.js';
import { nexusHttpMetrics, registerServerMetrics } from './server-metrics.js';

const DEFAULT_PORT = 7233;
const DEFAULT_NAMESPACES = ['default'];

/** A server that accepts calls. */
export interface RunningServer {
  /** `host:port` of the gRPC port. */
  readonly address: string;
  /** `host:port` of the HTTP port, if there is one. */
  readonly httpAddress: string | undefined;
  /** Answers what is served over HTTP, for whoever serves HTTP in this process on a port of its own. */
  readonly httpHandler: HttpHandler;
  /** `host:port` of the metrics port, if there is one. */
  readonly metricsAddress: string | undefined;
  readonly services: Services;
  /** The way in for clients in this process: `callEncoded(path, request, options)`. */
  readonly inProcess: InProcessTransport;
  /** Health of the server as probes see it. */
  readonly isServing: boolean;
  /** Answers long polls, finishes calls, writes everything, closes the store. Idempotent. */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Starts a server: opens the store, recovers what was under way, then opens the port.
 *
 * @throws StoreOpenError; ListenError when a port cannot be opened
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  if (options.timeSkipping === true && options.store.kind !== 'memory') {
    throw new Error("Time skips on a memory store only: leave timeSkipping out, or set store to { kind: 'memory' }");
  }
  const log = options.log === undefined ? silentLogger : await openLogger(options.log);
  const store = await openStore({ ...options.store, clusterId: randomUUID(), shardCount: options.shardCount });
  try {
    return await compose(options, store, log);
  } catch (error) {
    await store.close();
    throw error;
  }
}

function grpcServerOf(
  { grpc }: ServerOptions,
  { limits, clock, log }: Services,
  parts: Pick<GrpcServerOptions, 'methods' | 'observer'>,
): GrpcServer {
  return new GrpcServer({
    ...parts,
    host: grpc?.host,
    port: grpc?.port ?? DEFAULT_PORT,
    tls: grpc?.tls,
    maxRequestBytes: limits.grpcMessageSizeBytes,
    log: log.child({ part: 'grpc' }),
    clock,
  });
}

function httpHandlerOf(services: Services, metrics: Metrics): HttpHandler {
  const { nexusEndpoints: endpoints, nexusTasks: tasks, nexusCompletions: completions } = services;
  const { namespaces, limits, log } = services;
  const front = new NexusFront({
    endpoints,
    tasks,
    completions,
    namespaces,
    limits,
    log: log.child({ part: 'nexus' }),
    observer: nexusHttpMetrics(metrics),
  });
  return (request, response) => front.handle(request, response);
}

function httpServerOf({ http, grpc }: ServerOptions, handler: HttpHandler): HttpServer | undefined {
  return http && new HttpServer({ tls: grpc?.tls, ...http, handlers: [handler] });
}

function frontUrl({ http, grpc }: ServerOptions, server: HttpServer | undefined): string | undefined {
  if (server === undefined) return undefined;
  const scheme = (http?.tls ?? grpc?.tls) === undefined ? 'http' : 'https';
  return (http?.publicUrl ?? `${scheme}://${server.address}`).replace(/\/+$/, '');
}

async function loadRegistries(services: Services, namespaces: readonly string[]): Promise<void> {
  await services.namespaces.load();
  await services.nexusEndpoints.load();
  for (const name of namespaces) await ensureNamespace(services, name);
}

/** Polls are answered; requests to handlers of Nexus operations are made again after the next start. */
function stopWaiting({ matching, nexusTasks, nexusDelivery }: Services): void {
  matching.stop();
  nexusTasks.stop();
  nexusDelivery.stop();
}

/** The ways into a server. */
interface Ports {
  readonly inProcess: InProcessTransport;
  readonly grpc: GrpcServer;
  readonly http: HttpServer | undefined;
  readonly metrics: MetricsServer | undefined;
}

async function compose(options: ServerOptions, store: Store, log: Logger): Promise<RunningServer> {
  const { services, committer } = createServices(options, store, log);
  const metrics = new Metrics();
  registerServerMetrics(metrics, services, committer);
  const parts = { methods: allMethods(services), observer: createRpcMetrics(metrics, nameOfGrpcStatus) };
  const httpHandler = httpHandlerOf(services, metrics);
  let isServing = false;
  const { clock } = services;
  const ports: Ports = {
    inProcess: new InProcessTransport({ ...parts, log: log.child({ part: 'in-process' }), clock }),
    grpc: grpcServerOf(options, services, parts),
    http: httpServerOf(options, httpHandler),
    metrics: options.metrics && new MetricsServer({ ...options.metrics, metrics, isHealthy: () => isServing }),
  };
  if (options.metrics !== undefined) await metrics.collectProcessMetrics();
  await open(options, services, ports);
  isServing = true;
  let stopped: Promise<void> | undefined;
  return {
    address: ports.grpc.address,
    httpAddress: ports.http?.address,
    httpHandler,
    metricsAddress: ports.metrics?.address,
    services,
    inProcess: ports.inProcess,
    get isServing() {
      return isServing;
    },
    stop: ({ graceMs = 10_000 } = {}) => {
      isServing = false;
      return (stopped ??= close(services, ports, store, graceMs));
    },
  };
}

/** Takes up what was under way, and lets callers in; or closes again whatever it had opened. */
async function open(options: ServerOptions, services: Services, ports: Ports): Promise<void> {
  try {
    await loadRegistries(services, options.namespaces ?? DEFAULT_NAMESPACES);
    await openPort('metrics.port', () => ports.metrics?.start());
    // Requests to handlers outside are made again as soon as the shards are open, and tell where to call back.
    await openPort('http.port', () => ports.http?.start());
    services.nexusFrontUrl.url = frontUrl(options, ports.http);
    await services.host.open();
    services.schedules.open();
    await openPort('grpc.port', () => ports.grpc.start());
    resumeNamespaceDeletions(services);
    await services.batches.resume();
  } catch (error) {
    stopWaiting(services);
    await Promise.all([services.schedules.stop(), services.batches.stop()]);
    await services.host.stop();
    await Promise.all([ports.metrics?.stop(), ports.http?.stop({ graceMs: 0 })]);
    throw error;
  }
}

async function close(services: Services, ports: Ports, store: Store, graceMs: number): Promise<void> {
  services.timeSkipper?.stop();
  stopWaiting(services);
  const { grpc, inProcess, http } = ports;
  await Promise.all([grpc.stop({ graceMs }), inProcess.stop({ graceMs }), http?.stop({ graceMs })]);
  try {
    await Promise.all([services.schedules.stop(), services.batches.stop()]);
    await services.host.stop();
  } finally {
    await store.close();
    await ports.metrics?.stop();
  }
}
