import { randomUUID } from 'node:crypto';
import { DEFAULT_LIMITS, workUnderWay } from '@perdure/engine';
import { BatchService } from '../batch/index.js';
import { SystemClock } from '../clock.js';
import { Committer } from '../committer/index.js';
import { DeliveryService } from '../delivery/index.js';
import { ExecutionHost } from '../host/index.js';
import { Matching } from '../matching/index.js';
import { NamespaceRegistry } from '../namespace/index.js';
import type { Logger } from '../observability/index.js';
import { PatientClock } from '../patient-clock.js';
import { QueryService } from '../queries/index.js';
import { ScheduleService, type SchedulePorts } from '../schedules/index.js';
import { batchQuery, checkedStart, isRegistered, performBatchAction, type Services } from '../service/index.js';
import type { LiveExecution, ShardObserver } from '../shard/index.js';
import type { Store } from '../store/index.js';
import { TaskDispatcher } from '../tasks/index.js';
import { TimeSkipper } from '../time-skipping/index.js';
import { UpdateService } from '../updates/index.js';
import { createNexus, type NexusOptions } from './create-nexus.js';
import { newRunId } from './ids.js';
import type { ServerOptions } from './options.js';

const DEFAULT_CACHE_BYTES = 64 * 1024 * 1024;

/** Joins the parts. Host, queries and delivery need each other, so they are told of the host when it exists. */
export function createServices(
  options: Pick<
    ServerOptions,
    'clock' | 'timeSkipping' | 'limits' | 'cacheSizeBytes' | 'onFatal' | 'callbackAddresses'
  > &
    NexusOptions,
  store: Store,
  log: Logger,
): { services: Services; committer: Committer } {
  const clock = new PatientClock(options.clock ?? new SystemClock());
  const timeSkipper = options.timeSkipping === true ? new TimeSkipper(clock) : undefined;
  const executionClock = timeSkipper?.clock ?? clock;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const committer = new Committer({ store });
  const matching = new Matching(clock);
  const namespaces = new NamespaceRegistry(store);
  const hostOf = (): ExecutionHost => host;
  const nexusPorts = { store, host: hostOf, clock, executionClock, newId: randomUUID, matching, namespaces, limits };
  const nexus = createNexus(nexusPorts, options);
  const queries = new QueryService({ host: hostOf, matching, store, limits, clock, newId: randomUUID });
  const tasks = new TaskDispatcher({ matching, queries, store, limits, clock, newId: randomUUID, log });
  const namespaceExists = (id: string): boolean => namespaces.byId(id) !== undefined;
  const delivery = new DeliveryService({ host: hostOf, clock, log, nexus: nexus.nexusDelivery, namespaceExists });
  const host: ExecutionHost = new ExecutionHost({
    store,
    committer,
    clock,
    executionClock,
    hasExactTimers: timeSkipper !== undefined,
    observer: observedBy(() => schedules, timeSkipper),
    onShardReopened: () => schedules.shardReopened(),
    log,
    limits,
    newId: () => newRunId(executionClock.nowMs()),
    nodeId: randomUUID(),
    // Where time skips, a run that had to be read first would hear of its timers too late.
    cacheSizeBytes: timeSkipper === undefined ? (options.cacheSizeBytes ?? DEFAULT_CACHE_BYTES) : Infinity,
    retentionMs: (namespaceId) => (timeSkipper === undefined ? namespaces.retentionMs(namespaceId) : Infinity),
    searchAttributeType: (namespaceId, name) => namespaces.searchAttributeType(namespaceId, name),
    effects: {
      offerTask: (shard, live, effect) => tasks.offer(shard, live, effect),
      deliver: (shard, live, effect) => delivery.deliver(shard, live, effect),
    },
    onStoreLost: storeLost(log, options.onFatal),
  });
  const schedules = createSchedules(
    { host: hostOf, store, limits, clock, executionClock, log: log.child({ part: 'schedules' }), newId: randomUUID },
    { namespaces, callbackAddresses: nexus.callbackAddresses },
    timeSkipper,
  );
  const updates = new UpdateService({ host: hostOf, clock, longPollTimeoutMs: limits.longPollTimeoutMs, store });
  const batches = batchService({ host, store, clock, limits, namespaces, log }, () => services);
  const services: Services = {
    batches,
    host,
    matching,
    tasks,
    queries,
    updates,
    namespaces,
    schedules,
    ...nexus,
    store,
    limits,
    clock,
    timeSkipper,
    log,
    newId: randomUUID,
  };
  return { services, committer };
}

function storeLost(log: Logger, onFatal: ServerOptions['onFatal']): (error: Error) => void {
  return (error) => {
    log.error('The store cannot be used any more; the server has to stop', { error });
    onFatal?.(error);
  };
}

type GivenPorts = Omit<SchedulePorts, 'namespaceName' | 'checkStart' | 'busyChanged'>;

function createSchedules(
  ports: GivenPorts,
  { namespaces, callbackAddresses }: Pick<Services, 'namespaces' | 'callbackAddresses'>,
  timeSkipper: TimeSkipper | undefined,
): ScheduleService {
  const { limits, newId } = ports;
  return new ScheduleService({
    ...ports,
    // Where time skips, a schedule that had to be read first would be late.
    limits: timeSkipper === undefined ? limits : { ...limits, schedulesInMemory: Infinity },
    namespaceName: (id) => {
      const namespace = namespaces.byId(id);
      return namespace !== undefined && isRegistered(namespace) ? namespace.name : undefined;
    },
    checkStart: (request, runId) => checkedStart({ namespaces, limits, newId, callbackAddresses }, request, runId),
    busyChanged: timeSkipper && ((count) => timeSkipper.runChanged('schedules', { activities: 0, others: count })),
  });
}

type BatchParts = Pick<Services, 'host' | 'store' | 'clock' | 'limits' | 'namespaces' | 'log'>;

/** What a batch does to an execution is what the methods of the API do: those are asked for when they exist. */
function batchService({ namespaces, log, ...parts }: BatchParts, services: () => Services): BatchService {
  return new BatchService({
    ...parts,
    log: log.child({ part: 'batches' }),
    retentionMs: (namespaceId) => namespaces.retentionMs(namespaceId),
    namespaceExists: (id) => namespaces.byId(id) !== undefined,
    parseQuery: (namespaceId, query) => batchQuery(services(), namespaceId, query),
    perform: (batch, target, requestId) => performBatchAction(services(), batch, target, requestId),
  });
}

/** Tells schedules which runs have ended, and the clock that skips what is left to do. */
function observedBy(schedules: () => ScheduleService, timeSkipper: TimeSkipper | undefined): ShardObserver {
  return {
    changed(live: LiveExecution) {
      if (live.durableClosed) schedules().runChanged(live.state);
      if (timeSkipper === undefined) return;
      const { state, commitsInFlight } = live;
      const { activities, others } = state.deleted ? { activities: 0, others: 0 } : workUnderWay(state);
      // What is not durable yet counts: an answer may wait for it.
      timeSkipper.runChanged(state.key.runId, { activities, others: others + commitsInFlight });
    },
  };
}
