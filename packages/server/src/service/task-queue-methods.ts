import { hostname } from 'node:os';
import { invalidId } from '@perdure/engine';
import {
  enums,
  msToDuration,
  msToTimestamp,
  services as api,
  type taskqueue,
  type workflowservice,
} from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod } from '../api/index.js';
import type { TaskKind, TaskQueue } from '../matching/index.js';
import { queueKey } from '../tasks/index.js';
import { method } from './handlers.js';
import { require } from './request-checks.js';
import type { Services } from './services.js';

const { BuildIdTaskReachability, DescribeTaskQueueMode, RateLimitSource, TaskQueueKind, TaskQueueType } = enums;
const { methods } = api.WorkflowService;

/** Workers without a version: the only ones this server tells apart. */
const UNVERSIONED = '';
/** What the poll rate says when nobody has set one. */
const UNLIMITED_PER_SECOND = 100_000;

type DescribeRequest = workflowservice.DescribeTaskQueueRequest;

/** DescribeTaskQueue and ListTaskQueuePartitions. */
export function taskQueueMethods(services: Services): AnyRpcMethod[] {
  return [
    method(methods.DescribeTaskQueue, async (request) => {
      const namespace = services.namespaces.resolve(request.namespace);
      const name = checkedName(services, request.taskQueue);
      const queueOf = (kind: TaskKind): TaskQueue | undefined =>
        services.matching.existing(queueKey(namespace.id, kind, name));
      switch (request.apiMode) {
        case DescribeTaskQueueMode.DESCRIBE_TASK_QUEUE_MODE_UNSPECIFIED:
          return describeQueue(request, queueOf);
        case DescribeTaskQueueMode.DESCRIBE_TASK_QUEUE_MODE_ENHANCED:
          return describeVersions(request, queueOf);
        default:
          throw new ServiceError(
            'INVALID_ARGUMENT',
            `ApiMode ${String(request.apiMode)} is unknown: use UNSPECIFIED or ENHANCED.`,
          );
      }
    }),
    method(methods.ListTaskQueuePartitions, async (request) => {
      services.namespaces.resolve(request.namespace);
      // A task queue of this server is in one piece.
      const partitions = [{ key: checkedName(services, request.taskQueue), ownerHostName: hostname() }];
      return { activityTaskQueuePartitions: partitions, workflowTaskQueuePartitions: partitions };
    }),
  ];
}

function checkedName({ limits }: Services, taskQueue: taskqueue.ITaskQueue | undefined): string {
  if (taskQueue === undefined) throw new ServiceError('INVALID_ARGUMENT', 'taskQueue is not set');
  require(() => invalidId('TaskQueue', taskQueue.name, limits));
  return taskQueue.name ?? '';
}

type QueueOf = (kind: TaskKind) => TaskQueue | undefined;

/** The plain form: one kind of task. */
function describeQueue(request: DescribeRequest, queueOf: QueueOf): workflowservice.IDescribeTaskQueueResponse {
  const queue = queueOf(
    request.taskQueueType === TaskQueueType.TASK_QUEUE_TYPE_UNSPECIFIED ? 'workflow' : taskKind(request.taskQueueType),
  );
  const perSecond = queue?.tasksPerSecond ?? UNLIMITED_PER_SECOND;
  return {
    pollers: pollers(queue),
    taskQueueStatus: request.includeTaskQueueStatus
      ? { backlogCountHint: queue?.backlogCount, ratePerSecond: perSecond }
      : undefined,
    stats: request.reportStats ? stats(queue) : undefined,
    versioningInfo:
      request.taskQueue?.kind === TaskQueueKind.TASK_QUEUE_KIND_STICKY
        ? undefined
        : { currentVersion: '__unversioned__' },
    effectiveRateLimit: {
      requestsPerSecond: perSecond,
      rateLimitSource:
        perSecond === UNLIMITED_PER_SECOND
          ? RateLimitSource.RATE_LIMIT_SOURCE_SYSTEM
          : RateLimitSource.RATE_LIMIT_SOURCE_WORKER,
    },
  };
}

/** The form by versions and kinds of tasks. */
function describeVersions(request: DescribeRequest, queueOf: QueueOf): workflowservice.IDescribeTaskQueueResponse {
  if (request.taskQueue?.kind === TaskQueueKind.TASK_QUEUE_KIND_STICKY) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      'Enhanced DescribeTaskQueue is not valid for a sticky queue, use api_mode=UNSPECIFIED or a normal queue.',
    );
  }
  const { versions } = request;
  const types =
    request.taskQueueTypes.length > 0
      ? request.taskQueueTypes
      : [TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY];
  const isUnversionedWanted = versions === undefined || versions.unversioned || versions.allActive;
  const wanted = [...(isUnversionedWanted ? [UNVERSIONED] : []), ...(versions?.buildIds ?? [])];
  const describe = (version: string): taskqueue.ITaskQueueVersionInfo => {
    const queueOfVersion: QueueOf = version === UNVERSIONED ? queueOf : () => undefined;
    return {
      typesInfo: Object.fromEntries(types.map((type) => [type, typeInfo(request, type, queueOfVersion)])),
      taskReachability: request.reportTaskReachability ? reachability(version) : undefined,
    };
  };
  return { versionsInfo: Object.fromEntries(wanted.map((version) => [version, describe(version)])) };
}

function reachability(version: string): enums.BuildIdTaskReachability {
  return version === UNVERSIONED
    ? BuildIdTaskReachability.BUILD_ID_TASK_REACHABILITY_REACHABLE
    : BuildIdTaskReachability.BUILD_ID_TASK_REACHABILITY_UNREACHABLE;
}

function typeInfo(request: DescribeRequest, type: enums.TaskQueueType, queueOf: QueueOf): taskqueue.ITaskQueueTypeInfo {
  const queue = queueOf(taskKind(type));
  return {
    pollers: request.reportPollers ? pollers(queue) : [],
    stats: request.reportStats ? stats(queue) : undefined,
  };
}

/** The kind of tasks of a type. Throws INVALID_ARGUMENT if there is none. */
function taskKind(type: enums.TaskQueueType): TaskKind {
  switch (type) {
    case TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW:
      return 'workflow';
    case TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY:
      return 'activity';
    case TaskQueueType.TASK_QUEUE_TYPE_NEXUS:
      return 'nexus';
    default:
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `TaskQueueType ${String(type)} is unknown: use WORKFLOW, ACTIVITY or NEXUS.`,
      );
  }
}

function pollers(queue: TaskQueue | undefined): taskqueue.IPollerInfo[] {
  const recent = queue?.recentPollers() ?? [];
  return recent.map(({ identity, lastAccessMs, ratePerSecond }) => ({
    identity,
    lastAccessTime: msToTimestamp(lastAccessMs),
    ratePerSecond,
  }));
}

function stats(queue: TaskQueue | undefined): taskqueue.ITaskQueueStats {
  if (queue === undefined) return { approximateBacklogAge: {} };
  const { backlogCount, backlogAgeMs, addRate, dispatchRate } = queue.stats();
  return {
    approximateBacklogCount: backlogCount,
    approximateBacklogAge: msToDuration(backlogAgeMs),
    tasksAddRate: addRate,
    tasksDispatchRate: dispatchRate,
  };
}
