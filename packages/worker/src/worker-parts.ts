import { randomUUID } from 'node:crypto';
import type { RpcTransport } from '@perdure/client/transport';
import { msToNumber, type Duration } from '@perdure/common';
import { ActivityHost, ActivityRegistry, LocalActivityRunner, type ActivityEnvironment } from './activities/index.js';
import { systemClock } from './clock.js';
import { openSlots, slotSuppliersOf, type Slots } from './slots/index.js';
import { MeteredSlots, Runtime, type MeteredWorkerType } from './telemetry/index.js';
import type { CompiledWorkerOptions } from './worker-options.js';
import { stickyQueueNameOf, versionFieldsOf, WorkflowFactory, type workflowBundleOf } from './workflow-factory.js';
import { RunCache, WorkflowHost, WorkflowTaskWorker, type WorkflowRun } from './workflows/index.js';

/** The server, from the view of a worker. */
export interface ServerOfWorker {
  readonly transport: RpcTransport;
  readonly closeConnection: () => Promise<void>;
  /** It ends the polls of a worker that says goodbye. */
  readonly serverEndsPolls: boolean;
}

/** What a worker is made of. */
export interface WorkerParts extends ServerOfWorker {
  /** By which the server knows the polls of this worker. */
  readonly workerInstanceKey: string;
  readonly workflowHost: WorkflowHost | undefined;
  readonly activityHost: ActivityHost | undefined;
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
  const { transport } = server;
  const workerInstanceKey = randomUUID();
  const { namespace, taskQueue, identity, logger, metricMeter } = options;
  const registry = new ActivityRegistry(options.activities);
  const environment: ActivityEnvironment = {
    namespace,
    taskQueue,
    activities: registry,
    dataConverter: options.loadedDataConverter,
    interceptors: options.interceptors?.activity,
    logger,
    metricMeter,
  };
  const metrics = Runtime.instance().workerMetrics({ namespace, taskQueue });
  const suppliers = slotSuppliersOf(
    options.tuner ?? {
      workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: options.workflowSlots },
      activityTaskSlotSupplier: { type: 'fixed-size', numSlots: options.activitySlots },
      localActivityTaskSlotSupplier: { type: 'fixed-size', numSlots: options.localActivitySlots },
      nexusTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
    },
  );
  const slotsOf = (slotType: 'workflow' | 'activity' | 'local-activity', workerType: MeteredWorkerType): Slots => {
    const context = {
      slotType,
      taskQueue,
      workerIdentity: identity,
      workerBuildId: options.buildId ?? '',
      isSticky: false,
    };
    const ports = { logger, clock: systemClock };
    const slots =
      slotType === 'workflow'
        ? openSlots(suppliers.workflowTaskSlotSupplier, context, ports)
        : slotType === 'activity'
          ? openSlots(suppliers.activityTaskSlotSupplier, context, ports)
          : openSlots(suppliers.localActivityTaskSlotSupplier, context, ports);
    return new MeteredSlots(slots, workerType, metrics);
  };
  const version = versionFieldsOf(options);
  const hasActivities = options.enableNonLocalActivities !== false && registry.names.length > 0;
  const activityHost = hasActivities
    ? new ActivityHost({
        environment,
        transport,
        stamp: { identity, workerVersion: version.workerVersionStamp, deploymentOptions: version.deploymentOptions },
        workerInstanceKey,
        workerVersionCapabilities: version.workerVersionCapabilities,
        slots: slotsOf('activity', 'ActivityWorker'),
        pollerCount: options.activityPollers,
        maxActivitiesPerSecond: options.maxActivitiesPerSecond,
        maxTaskQueueActivitiesPerSecond: options.maxTaskQueueActivitiesPerSecond,
        defaultHeartbeatThrottleMs: optionalMs(options.defaultHeartbeatThrottleInterval),
        maxHeartbeatThrottleMs: optionalMs(options.maxHeartbeatThrottleInterval),
        metrics,
        onFatalError,
      })
    : undefined;
  const localActivities = new LocalActivityRunner({
    environment,
    slots: slotsOf('local-activity', 'LocalActivityWorker'),
    metrics,
  });
  const cache = new RunCache<WorkflowRun>({
    maxRuns: options.maxCachedWorkflows,
    maxBytes: options.maxCachedWorkflowsBytes,
  });
  const base = { ...server, workerInstanceKey, activityHost, localActivities, cache };
  if (bundle === undefined) {
    if (registry.isEmpty) {
      throw new TypeError(
        'This worker would have nothing to do: give it workflows (workflowsPath or workflowBundle), activities, or both.',
      );
    }
    return { ...base, workflowHost: undefined, stickyQueueName: undefined };
  }
  const stickyQueueName = options.maxCachedWorkflows > 0 ? stickyQueueNameOf(options) : undefined;
  const factory = new WorkflowFactory(options, bundle, new Set(registry.names));
  const worker = new WorkflowTaskWorker({
    transport,
    namespace,
    taskQueue,
    identity,
    cache,
    logger,
    metrics,
    version,
    stickyQueue:
      stickyQueueName === undefined
        ? undefined
        : { name: stickyQueueName, scheduleToStartTimeoutMs: options.stickyQueueScheduleToStartTimeoutMs },
    createRun: (task) => factory.create(task),
    eagerActivities: activityHost,
    maxEagerActivities: options.maxEagerActivities,
    localActivities,
    clock: systemClock,
  });
  const workflowHost = new WorkflowHost({
    transport,
    namespace,
    taskQueue,
    stickyQueueName,
    identity,
    workerInstanceKey,
    slots: slotsOf('workflow', 'WorkflowWorker'),
    pollers: options.workflowPollers,
    version,
    worker,
    logger,
    metrics,
    clock: systemClock,
    onFatalError,
  });
  return { ...base, workflowHost, stickyQueueName };
}

function optionalMs(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : msToNumber(duration);
}
