import type { Info } from '@perdure/activity';
import { decodePriority, decompileRetryPolicy, optionalTsToMs } from '@perdure/common';
import type { ActivitySerializationContext, StorageDriverTargetInfo } from '@perdure/common';
import { u8 } from '@perdure/common/internal';
import type { workflowservice } from '@perdure/protocol';
import type { LocalActivityRequest } from '@perdure/replay';

/** The workflow execution that a local activity belongs to. */
export interface LocalActivityOwner {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

/** What the activity of a task knows about itself. `heartbeatDetails` are the decoded details of the last attempt. */
export function activityTaskInfo(
  task: workflowservice.PollActivityTaskQueueResponse,
  { namespace, taskQueue }: { readonly namespace: string; readonly taskQueue: string },
  heartbeatDetails: unknown,
): Info {
  const { workflowExecution } = task;
  const inWorkflow = workflowExecution !== undefined && workflowExecution.workflowId !== '';
  return {
    taskToken: task.taskToken,
    base64TaskToken: base64(task.taskToken),
    activityId: task.activityId,
    activityType: task.activityType?.name ?? '',
    activityNamespace: namespace,
    attempt: task.attempt,
    isLocal: false,
    ...(inWorkflow
      ? {
          workflowExecution: { workflowId: workflowExecution.workflowId, runId: workflowExecution.runId },
          workflowNamespace: task.workflowNamespace,
          workflowType: task.workflowType?.name,
        }
      : { activityRunId: task.activityRunId }),
    scheduledTimestampMs: optionalTsToMs(task.scheduledTime) ?? 0,
    scheduleToCloseTimeoutMs: optionalTsToMs(task.scheduleToCloseTimeout) ?? 0,
    startToCloseTimeoutMs: optionalTsToMs(task.startToCloseTimeout) ?? 0,
    currentAttemptScheduledTimestampMs: optionalTsToMs(task.currentAttemptScheduledTime) ?? 0,
    heartbeatTimeoutMs: optionalTsToMs(task.heartbeatTimeout),
    heartbeatDetails,
    taskQueue,
    priority: decodePriority(task.priority),
    retryPolicy: decompileRetryPolicy(task.retryPolicy),
    namespace,
    inWorkflow,
  };
}

/** What one attempt of a local activity knows about itself. */
export function localActivityInfo(
  request: LocalActivityRequest,
  owner: LocalActivityOwner,
  { namespace, taskQueue }: { readonly namespace: string; readonly taskQueue: string },
  { attempt, scheduledAtMs }: { readonly attempt: number; readonly scheduledAtMs: number },
): Info {
  const taskToken = u8(`local-activity ${owner.runId} ${request.seq} ${attempt}`);
  return {
    taskToken,
    base64TaskToken: base64(taskToken),
    activityId: request.activityId,
    activityType: request.activityType,
    activityNamespace: namespace,
    attempt,
    isLocal: true,
    workflowExecution: { workflowId: owner.workflowId, runId: owner.runId },
    workflowNamespace: namespace,
    workflowType: owner.workflowType,
    scheduledTimestampMs: request.originalScheduleTimeMs,
    scheduleToCloseTimeoutMs: optionalTsToMs(request.scheduleToCloseTimeout) ?? 0,
    startToCloseTimeoutMs: optionalTsToMs(request.startToCloseTimeout) ?? 0,
    currentAttemptScheduledTimestampMs: scheduledAtMs,
    heartbeatDetails: undefined,
    taskQueue,
    priority: decodePriority(undefined),
    retryPolicy: decompileRetryPolicy(request.retryPolicy),
    namespace,
    inWorkflow: true,
  };
}

/** Tells converters and codecs whose payloads they have. */
export function serializationContextOf(info: Info): ActivitySerializationContext {
  const { namespace, activityId, isLocal, workflowExecution } = info;
  return { type: 'activity', namespace, activityId, workflowId: workflowExecution?.workflowId, isLocal };
}

/** Tells external storage whose payloads it has. */
export function storageTargetOf(info: Info): StorageDriverTargetInfo {
  const { namespace, workflowExecution, workflowType } = info;
  if (workflowExecution === undefined) {
    return { kind: 'activity', namespace, id: info.activityId, runId: info.activityRunId, type: info.activityType };
  }
  const { workflowId, runId } = workflowExecution;
  return { kind: 'workflow', namespace, id: workflowId, runId, type: workflowType };
}

/** What every log message about an activity says of it. */
export function activityLogAttributes(info: Info): Record<string, unknown> {
  return {
    isLocal: info.isLocal,
    attempt: info.attempt,
    namespace: info.namespace,
    taskToken: info.base64TaskToken,
    activityId: info.activityId,
    activityType: info.activityType,
    taskQueue: info.taskQueue,
    ...(info.workflowExecution === undefined
      ? { activityRunId: info.activityRunId }
      : {
          workflowId: info.workflowExecution.workflowId,
          workflowRunId: info.workflowExecution.runId,
          workflowType: info.workflowType,
        }),
  };
}

/** The tags of every metric that an activity makes. */
export function activityMetricTags(info: Info): Record<string, string> {
  return { namespace: info.namespace, taskQueue: info.taskQueue, activityType: info.activityType };
}
