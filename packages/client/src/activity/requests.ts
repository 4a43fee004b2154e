import { randomUUID } from 'node:crypto';
import {
  type ActivitySerializationContext,
  compilePriority,
  compileRetryPolicy,
  decodePriority,
  decompileRetryPolicy,
} from '@perdure/common';
import { encodeUnifiedSearchAttributes, msOptionalToTs, optionalTsToMs } from '@perdure/common/internal';
import { encodeToPayloadsWithContext, encodeUserMetadata } from '@perdure/common/internal/conversion';
import type { activity, workflowservice } from '@perdure/protocol';
import { nexusCallOf } from '../nexus-call.js';
import { type CallScope, headerOf } from '../workflow/call-scope.js';
import type { ActivityOptions, ActivityOptionsUpdate, ActivityOptionsUpdateResult } from './activity-options.js';
import type { ActivityStartInput } from './interceptors.js';
import { encodeActivityIdConflictPolicy, encodeActivityIdReusePolicy } from './policies.js';

/** Whom the payloads of an activity concern, for converters that want to know. */
export function activityContext(namespace: string, activityId: string): ActivitySerializationContext {
  return { type: 'activity', namespace, activityId, isLocal: false };
}

/** Throws a TypeError unless there are an id, a task queue and a timeout, which no server does without. */
export function assertRequiredActivityOptions(options: Partial<ActivityOptions>): void {
  if (!options.id) throw new TypeError('id is required');
  if (!options.taskQueue) throw new TypeError('taskQueue is required');
  if (!options.startToCloseTimeout && !options.scheduleToCloseTimeout) {
    throw new TypeError('Either scheduleToCloseTimeout or startToCloseTimeout is required');
  }
}

/** The request that starts an activity. Throws for options that mean nothing. */
export async function startActivityRequest(
  scope: CallScope,
  { activityType, options, headers }: ActivityStartInput,
): Promise<workflowservice.IStartActivityExecutionRequest> {
  const { retry, priority, typedSearchAttributes, typeInfo } = options;
  const context = activityContext(scope.namespace, options.id);
  const input = await encodeToPayloadsWithContext(
    scope.dataConverter,
    context,
    options.args ?? [],
    typeInfo?.inputTypes,
    `activity "${activityType}"`,
  );
  const { requestId = randomUUID(), completionCallbacks, onConflictOptions } = nexusCallOf(options) ?? {};
  return {
    namespace: scope.namespace,
    identity: scope.identity,
    requestId,
    completionCallbacks,
    onConflictOptions,
    activityId: options.id,
    activityType: { name: activityType },
    taskQueue: { name: options.taskQueue },
    scheduleToCloseTimeout: msOptionalToTs(options.scheduleToCloseTimeout),
    scheduleToStartTimeout: msOptionalToTs(options.scheduleToStartTimeout),
    startToCloseTimeout: msOptionalToTs(options.startToCloseTimeout),
    heartbeatTimeout: msOptionalToTs(options.heartbeatTimeout),
    retryPolicy: retry === undefined ? undefined : compileRetryPolicy(retry),
    input: { payloads: input },
    idReusePolicy: encodeActivityIdReusePolicy(options.idReusePolicy),
    idConflictPolicy: encodeActivityIdConflictPolicy(options.idConflictPolicy),
    searchAttributes:
      typedSearchAttributes === undefined
        ? undefined
        : { indexedFields: encodeUnifiedSearchAttributes(undefined, typedSearchAttributes) },
    header: headerOf(headers),
    userMetadata: await encodeUserMetadata(scope.dataConverter, options.summary, undefined, context),
    priority: priority === undefined ? undefined : compilePriority(priority),
    startDelay: msOptionalToTs(options.startDelay),
  };
}

/** What the options to change are called in a field mask, and how each is written. */
const CHANGES: {
  readonly [Name in keyof Required<ActivityOptionsUpdate>]: readonly [
    path: string,
    encode: (value: NonNullable<ActivityOptionsUpdate[Name]>) => activity.IActivityOptions,
  ];
} = {
  taskQueue: ['task_queue.name', (name) => ({ taskQueue: { name } })],
  scheduleToCloseTimeout: [
    'schedule_to_close_timeout',
    (timeout) => ({ scheduleToCloseTimeout: msOptionalToTs(timeout) }),
  ],
  scheduleToStartTimeout: [
    'schedule_to_start_timeout',
    (timeout) => ({ scheduleToStartTimeout: msOptionalToTs(timeout) }),
  ],
  startToCloseTimeout: ['start_to_close_timeout', (timeout) => ({ startToCloseTimeout: msOptionalToTs(timeout) })],
  heartbeatTimeout: ['heartbeat_timeout', (timeout) => ({ heartbeatTimeout: msOptionalToTs(timeout) })],
  retry: ['retry_policy', (policy) => ({ retryPolicy: compileRetryPolicy(policy) })],
  priority: ['priority', (priority) => ({ priority: compilePriority(priority) })],
  startDelay: ['start_delay', (delay) => ({ startDelay: msOptionalToTs(delay) })],
};

/** The fields of a request that say what changes: an option that is taken away is in the mask and has no value. */
export function encodeOptionsUpdate(
  update: ActivityOptionsUpdate,
): Pick<workflowservice.IUpdateActivityExecutionOptionsRequest, 'activityOptions' | 'updateMask'> {
  const activityOptions: activity.IActivityOptions = {};
  const paths: string[] = [];
  for (const [name, [path, encode]] of Object.entries(CHANGES)) {
    const value: unknown = update[name as keyof ActivityOptionsUpdate];
    // An activity always has a task queue.
    if (value === undefined || (value === null && name === 'taskQueue')) continue;
    paths.push(path);
    if (value !== null)
      Object.assign(activityOptions, (encode as (value: unknown) => activity.IActivityOptions)(value));
  }
  return { activityOptions, updateMask: { paths } };
}

/** The options of an activity off the wire. */
export function decodeActivityOptions(
  options: activity.IActivityOptions | null | undefined,
): ActivityOptionsUpdateResult {
  const { taskQueue, retryPolicy, priority } = options ?? {};
  return {
    taskQueue: taskQueue?.name ?? undefined,
    scheduleToCloseTimeout: optionalTsToMs(options?.scheduleToCloseTimeout),
    scheduleToStartTimeout: optionalTsToMs(options?.scheduleToStartTimeout),
    startToCloseTimeout: optionalTsToMs(options?.startToCloseTimeout),
    heartbeatTimeout: optionalTsToMs(options?.heartbeatTimeout),
    retry: decompileRetryPolicy(retryPolicy),
    priority: priority ? decodePriority(priority) : undefined,
    startDelay: optionalTsToMs(options?.startDelay),
  };
}
