import { randomUUID } from 'node:crypto';
import { DEFAULT_LIMITS } from '@perdure/engine';
import {
  createRpcMetrics,
  createLogger,
  Metrics,
  MetricsServer,
  silentLogger,
  type Logger,
} from '../observability/index.js';
import { GrpcServer, nameOfGrpcStatus } from '../api/index.js';
import { SystemClock } from '../clock.js';
import { Committer } from '../committer/index.js';
import { DeliveryService } from '../delivery/index.js';
import { ExecutionHost } from '../host/index.js';
import { Matching } from '../matching/index.js';
import { NamespaceRegistry } from '../namespace/index.js';
import { QueryService } from '../queries/index.js';
import { allMethods, ensureNamespace, resumeNamespaceDeletions, type Services } from '../service/index.js';
import { openStore, type Store } from '../store/index.js';
import { TaskDispatcher } from '../tasks/index.js';
import { UpdateService } from '../updates/index.js';
import { newRunId } from './ids.js';
import type { ServerOptions } from './options.js';
import { registerServerMetrics } from './server-metrics.js';

const DEFAULT_PORT = 7233;
const DEFAULT_CACHE_BYTES = 64 * 1024 * 1024;
const DEFAULT_NAMESPACES = ['default'];

/** A server that accepts calls. */
export interface RunningServer {
  /** `host:port` of the gRPC port. */
  readonly address: string;
  /** `host:port` of the metrics port, if there is one. */
  readonly metricsAddress: string | undefined;
  readonly services: Services;
  /** Health of the server as probes see it. */
  readonly isServing: boolean;
  /** Answers long polls, finishes calls, writes everything, closes the store. Idempotent. */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Starts a server: opens the store, recovers what was under way, then opens the port.
 *
 * @throws StoreOpenError, or an Error with one clear sentence when a port cannot be opened
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const log = options.log === undefined ? silentLogger : createLogger(options.log);
  const store = await openStore({ ...options.store, clusterId: randomUUID(), shardCount: options.shardCount });
  try {
    return await compose(options, store, log);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function compose(options: ServerOptions, store: Store, log: Logger): Promise<RunningServer> {
  const metrics = new Metrics({ collectProcessMetrics: options.metrics !== undefined });
  const { services, committer } = createServices(options, store, log);
  await services.namespaces.load();
  for (const name of options.namespaces ?? DEFAULT_NAMESPACES) await ensureNamespace(services, name);
  registerServerMetrics(metrics, services, committer);
  const grpc = new GrpcServer({
    methods: allMethods(services),
    host: options.grpc?.host,
    port: options.grpc?.port ?? DEFAULT_PORT,
    tls: options.grpc?.tls,
    maxRequestBytes: services.limits.grpcMessageSizeBytes,
    log: log.child({ part: 'grpc' }),
    observer: createRpcMetrics(metrics, nameOfGrpcStatus),
    clock: services.clock,
  });
  let isServing = false;
  const metricsServer =
    options.metrics === undefined
      ? undefined
      : new MetricsServer({ ...options.metrics, metrics, isHealthy: () => isServing });
  await metricsServer?.start();
  try {
    await services.host.open();
    resumeNamespaceDeletions(services);
    await grpc.start();
  } catch (error) {
    await services.host.stop();
    await metricsServer?.stop();
    throw error;
  }
  isServing = true;
  let stopped: Promise<void> | undefined;
  const stop = async ({ graceMs = 10_000 }: { readonly graceMs?: number } = {}): Promise<void> => {
    isServing = false;
    services.matching.stop();
    await grpc.stop({ graceMs });
    await services.host.stop();
    await store.close();
    await metricsServer?.stop();
  };
  return {
    address: grpc.address,
    metricsAddress: metricsServer?.address,
    services,
    get isServing() {
      return isServing;
    },
    stop: (stopOptions) => (stopped ??= stop(stopOptions)),
  };
}

/** Joins the parts. Host, queries and delivery need each other, so they are told of the host when it exists. */
function createServices(
  options: ServerOptions,
  store: Store,
  log: Logger,
): { services: Services; committer: Committer } {
  const clock = options.clock ?? new SystemClock();
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const committer = new Committer({ store });
  const matching = new Matching(clock);
  const namespaces = new NamespaceRegistry(store);
  const hostOf = (): ExecutionHost => host;
  const queries = new QueryService({ host: hostOf, matching, store, limits, clock, newId: randomUUID });
  const tasks = new TaskDispatcher({ matching, queries, store, limits, clock, newId: randomUUID, log });
  const delivery = new DeliveryService({
    host: hostOf,
    clock,
    log,
    namespaceExists: (id) => namespaces.byId(id) !== undefined,
  });
  const host: ExecutionHost = new ExecutionHost({
    store,
    committer,
    clock,
    log,
    limits,
    newId: () => newRunId(clock.nowMs()),
    nodeId: randomUUID(),
    cacheSizeBytes: options.cacheSizeBytes ?? DEFAULT_CACHE_BYTES,
    retentionMs: (namespaceId) => namespaces.retentionMs(namespaceId),
    searchAttributeType: (namespaceId, name) => namespaces.searchAttributeType(namespaceId, name),
    effects: {
      offerTask: (shard, live, effect) => tasks.offer(shard, live, effect),
      deliver: (shard, live, effect) => delivery.deliver(shard, live, effect),
    },
    onStoreLost: (error) => {
      log.error('The store cannot be used any more; the server has to stop', { error });
      options.onFatal?.(error);
    },
  });
  const updates = new UpdateService({ host: hostOf, clock, longPollTimeoutMs: limits.longPollTimeoutMs });
  const services: Services = {
    host,
    matching,
    tasks,
    queries,
    updates,
    namespaces,
    store,
    limits,
    clock,
    log,
    newId: randomUUID,
  };
  return { services, committer };
}
