import { randomUUID } from 'node:crypto';
import type { Context } from '@perdure/activity';
import { Client } from '@perdure/client';
import type { RpcTransport } from '@perdure/client/transport';
import { msToNumber, type Duration } from '@perdure/common';
import {
  ActivityHost,
  ActivityRegistry,
  LocalActivityRunner,
  type ActivityEnvironment,
  type ActivityInterceptorsFactory,
} from './activities/index.js';
import { systemClock } from './clock.js';
import { type NexusEnvironment, NexusHost, ServiceRegistry } from './nexus/index.js';
import { openSlots, slotSuppliersOf, type Slots } from './slots/index.js';
import {
  MeteredSlots,
  noWorkerMetrics,
  type NativeConnection,
  Runtime,
  type MeteredWorkerType,
  type WorkerMetrics,
} from './telemetry/index.js';
import type { CompiledWorkerOptions } from './worker-options.js';
import type { ServerAbilities } from './worker-connection.js';
import { stickyQueueNameOf, versionFieldsOf, WorkflowFactory, type workflowBundleOf } from './workflow-factory.js';
import { RunCache, WorkflowHost, WorkflowTaskWorker, type WorkflowRun } from './workflows/index.js';

/** The server, from the view of a worker. */
export interface ServerOfWorker extends ServerAbilities {
  readonly connection: NativeConnection;
  readonly transport: RpcTransport;
  readonly closeConnection: () => Promise<void>;
}

/** What a worker is made of. */
export interface WorkerParts extends ServerOfWorker {
  /** Made when it is first asked for. */
  readonly client: () => Client;
  /** By which the server knows the polls of this worker. */
  readonly workerInstanceKey: string;
  readonly workflowHost: WorkflowHost | undefined;
  readonly activityHost: ActivityHost | undefined;
  readonly nexusHost: NexusHost | undefined;
  readonly localActivities: LocalActivityRunner;
  readonly cache: RunCache<WorkflowRun>;
  readonly stickyQueueName: string | undefined;
}

/** Puts a worker together. Nothing runs before its hosts are started. */
export function assembleParts(
  options: CompiledWorkerOptions,
  server: ServerOfWorker,
  bundle: Awaited<ReturnType<typeof workflowBundleOf>>,
  onFatalError: (error: unknown) => void,
): WorkerParts {
  const registry = new ActivityRegistry(options.activities);
  const services = new ServiceRegistry(options.nexusServices);
  if (bundle === undefined && registry.isEmpty && services.isEmpty) {
    throw new TypeError(
      'This worker would have nothing to do: give it workflows (workflowsPath or workflowBundle), activities, or nexusServices.',
    );
  }
  const { namespace, taskQueue } = options;
  const client = clientOf(options, server.connection);
  const metrics = Runtime.instance().workerMetrics({ namespace, taskQueue });
  const ground: Ground = {
    options,
    transport: server.transport,
    workerInstanceKey: randomUUID(),
    environment: { ...environmentOf(options, registry), client },
    metrics,
    slotsOf: slotsOf(options, metrics),
    onFatalError,
  };
  const activityHost = activityHostOf(ground);
  const nexusHost = nexusHostOf(ground, services, { client, updateCallbacks: server.updateCallbacks });
  const localActivities = new LocalActivityRunner({
    environment: ground.environment,
    slots: ground.slotsOf('local-activity', 'LocalActivityWorker'),
    metrics,
  });
  const cache = new RunCache<WorkflowRun>({
    maxRuns: options.maxCachedWorkflows,
    maxBytes: options.maxCachedWorkflowsBytes,
  });
  const { workerInstanceKey } = ground;
  const base = { ...server, client, workerInstanceKey, activityHost, nexusHost, localActivities, cache };
  if (bundle === undefined) return { ...base, workflowHost: undefined, stickyQueueName: undefined };
  const stickyQueueName = options.maxCachedWorkflows > 0 ? stickyQueueNameOf(options) : undefined;
  const factory = new WorkflowFactory(options, bundle, new Set(registry.names));
  const workflowHost = workflowHostOf(ground, { ...base, stickyQueueName }, factory);
  return { ...base, workflowHost, stickyQueueName };
}

type SlotType = 'workflow' | 'activity' | 'local-activity' | 'nexus';

/** What all parts stand on. */
interface Ground {
  readonly options: CompiledWorkerOptions;
  readonly transport: RpcTransport;
  readonly workerInstanceKey: string;
  readonly environment: ActivityEnvironment;
  readonly metrics: WorkerMetrics;
  readonly slotsOf: (slotType: SlotType, workerType: MeteredWorkerType) => Slots;
  readonly onFatalError: (error: unknown) => void;
}

function environmentOf(options: CompiledWorkerOptions, activities: ActivityRegistry): ActivityEnvironment {
  const { namespace, taskQueue, logger, metricMeter } = options;
  return {
    namespace,
    taskQueue,
    activities,
    dataConverter: options.loadedDataConverter,
    interceptors: activityInterceptorsOf(options),
    logger,
    metricMeter,
  };
}

/** The factories of both kinds, those of the older one last. */
function activityInterceptorsOf({ interceptors }: CompiledWorkerOptions): ActivityInterceptorsFactory[] {
  const { activity = [], activityInbound = [] } = interceptors ?? {};
  return [...activity, ...activityInbound.map((create) => (ctx: Context) => ({ inbound: create(ctx) }))];
}

function clientOf(options: CompiledWorkerOptions, connection: NativeConnection): () => Client {
  const { namespace, identity, loadedDataConverter: dataConverter, interceptors } = options;
  let client: Client | undefined;
  return () =>
    (client ??= new Client({ connection, namespace, identity, dataConverter, interceptors: interceptors?.client }));
}

function slotsOf(options: CompiledWorkerOptions, metrics: WorkerMetrics): Ground['slotsOf'] {
  const { taskQueue, identity, logger } = options;
  const suppliers = slotSuppliersOf(
    options.tuner ?? {
      workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: options.workflowSlots },
      activityTaskSlotSupplier: { type: 'fixed-size', numSlots: options.activitySlots },
      localActivityTaskSlotSupplier: { type: 'fixed-size', numSlots: options.localActivitySlots },
      nexusTaskSlotSupplier: { type: 'fixed-size', numSlots: options.nexusSlots },
    },
  );
  const ports = { logger, clock: systemClock };
  const open = (slotType: SlotType): Slots => {
    const context = {
      slotType,
      taskQueue,
      workerIdentity: identity,
      workerBuildId: options.buildId ?? '',
      isSticky: false,
    };
    switch (slotType) {
      case 'workflow':
        return openSlots(suppliers.workflowTaskSlotSupplier, context, ports);
      case 'activity':
        return openSlots(suppliers.activityTaskSlotSupplier, context, ports);
      case 'local-activity':
        return openSlots(suppliers.localActivityTaskSlotSupplier, context, ports);
      case 'nexus':
        return openSlots(suppliers.nexusTaskSlotSupplier, context, ports);
    }
  };
  return (slotType, workerType) => {
    const slots = open(slotType);
    return metrics === noWorkerMetrics ? slots : new MeteredSlots(slots, workerType, metrics);
  };
}

function activityHostOf(ground: Ground): ActivityHost | undefined {
  const { options, environment } = ground;
  if (options.enableNonLocalActivities === false || environment.activities.names.length === 0) return undefined;
  const { transport, workerInstanceKey, metrics, onFatalError } = ground;
  const version = versionFieldsOf(options);
  return new ActivityHost({
    environment,
    transport,
    stamp: {
      identity: options.identity,
      workerVersion: version.workerVersionStamp,
      deploymentOptions: version.deploymentOptions,
    },
    workerInstanceKey,
    workerVersionCapabilities: version.workerVersionCapabilities,
    slots: ground.slotsOf('activity', 'ActivityWorker'),
    pollers: options.activityPollers,
    maxActivitiesPerSecond: options.maxActivitiesPerSecond,
    maxTaskQueueActivitiesPerSecond: options.maxTaskQueueActivitiesPerSecond,
    defaultHeartbeatThrottleMs: optionalMs(options.defaultHeartbeatThrottleInterval),
    maxHeartbeatThrottleMs: optionalMs(options.maxHeartbeatThrottleInterval),
    metrics,
    onFatalError,
  });
}

function nexusHostOf(
  ground: Ground,
  services: ServiceRegistry,
  reach: Pick<NexusEnvironment, 'client' | 'updateCallbacks'>,
): NexusHost | undefined {
  if (services.isEmpty) return undefined;
  const { options, transport, workerInstanceKey, metrics, onFatalError } = ground;
  const { namespace, taskQueue, identity, loadedDataConverter: dataConverter, logger, metricMeter } = options;
  const { workerVersionCapabilities, deploymentOptions } = versionFieldsOf(options);
  const interceptors = options.interceptors?.nexus ?? [];
  return new NexusHost({
    environment: { namespace, taskQueue, services, dataConverter, interceptors, ...reach, logger, metricMeter },
    transport,
    poller: { identity, workerInstanceKey, workerVersionCapabilities, deploymentOptions },
    slots: ground.slotsOf('nexus', 'NexusWorker'),
    pollers: options.nexusPollers,
    metrics,
    onFatalError,
  });
}

function workflowHostOf(
  ground: Ground,
  { cache, activityHost, localActivities, stickyQueueName }: Omit<WorkerParts, 'workflowHost'>,
  factory: WorkflowFactory,
): WorkflowHost {
  const { options, transport, workerInstanceKey, metrics, onFatalError } = ground;
  const { namespace, taskQueue, identity, logger } = options;
  const shared = {
    ...{ transport, namespace, taskQueue, identity, logger, metrics },
    version: versionFieldsOf(options),
    clock: systemClock,
  };
  const worker = new WorkflowTaskWorker({
    ...shared,
    cache,
    stickyQueue:
      stickyQueueName === undefined
        ? undefined
        : { name: stickyQueueName, scheduleToStartTimeoutMs: options.stickyQueueScheduleToStartTimeoutMs },
    createRun: (task) => factory.create(task),
    eagerActivities: activityHost,
    maxEagerActivities: options.maxEagerActivities,
    localActivities,
  });
  return new WorkflowHost({
    ...shared,
    stickyQueueName,
    workerInstanceKey,
    slots: ground.slotsOf('workflow', 'WorkflowWorker'),
    pollers: options.workflowPollers,
    worker,
    onFatalError,
  });
}

function optionalMs(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : msToNumber(duration);
}
