import type { ActivityState, ExecutionState, WorkflowTaskState } from '@perdure/engine';
import { enums, msToDuration, msToTimestamp, type google, type workflow } from '@perdure/protocol';

const { PendingActivityState, PendingWorkflowTaskState, TaskQueueKind } = enums;

/** An activity that has not closed, as DescribeWorkflowExecution shows it. */
export function pendingActivity(activity: ActivityState): workflow.IPendingActivityInfo {
  const { attributes, timeouts, phase, attempt, scheduledTimeMs } = activity;
  const isBackingOff = phase === 'backoff';
  const expiresMs = timeouts.scheduleToCloseMs === undefined ? undefined : scheduledTimeMs + timeouts.scheduleToCloseMs;
  return {
    activityId: activity.activityId,
    activityType: attributes.activityType,
    state: pendingState(activity),
    heartbeatDetails: activity.heartbeatDetails,
    lastHeartbeatTime: msToTimestamp(activity.lastHeartbeatTimeMs),
    lastStartedTime: msToTimestamp(activity.startedTimeMs),
    attempt,
    maximumAttempts: attributes.retryPolicy?.maximumAttempts,
    scheduledTime: msToTimestamp(activity.attemptScheduledTimeMs),
    expirationTime: msToTimestamp(expiresMs),
    lastFailure: activity.lastFailure,
    lastWorkerIdentity: activity.lastWorkerIdentity,
    currentRetryInterval: currentRetryInterval(activity),
    lastAttemptCompleteTime: msToTimestamp(activity.lastAttemptCompleteTimeMs),
    nextAttemptScheduleTime: isBackingOff ? msToTimestamp(activity.attemptScheduledTimeMs) : undefined,
    priority: attributes.priority,
    activityOptions: {
      taskQueue: { name: attributes.taskQueue?.name, kind: TaskQueueKind.TASK_QUEUE_KIND_NORMAL },
      scheduleToCloseTimeout: attributes.scheduleToCloseTimeout,
      scheduleToStartTimeout: attributes.scheduleToStartTimeout,
      startToCloseTimeout: attributes.startToCloseTimeout,
      heartbeatTimeout: attributes.heartbeatTimeout,
      retryPolicy: attributes.retryPolicy,
      priority: attributes.priority,
    },
  };
}

function pendingState({ phase, cancelRequestedEventId }: ActivityState): enums.PendingActivityState {
  if (cancelRequestedEventId > 0) return PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED;
  return phase === 'started'
    ? PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
    : PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED;
}

/** The wait that led to the attempt that is due, or the first wait there would be; nothing while an attempt runs. */
function currentRetryInterval(activity: ActivityState): google.IDuration | null | undefined {
  const { phase, attributes, attemptScheduledTimeMs, lastAttemptCompleteTimeMs } = activity;
  if (phase === 'started') return undefined;
  if (lastAttemptCompleteTimeMs !== undefined) return msToDuration(attemptScheduledTimeMs - lastAttemptCompleteTimeMs);
  return attributes.retryPolicy?.initialInterval;
}

/** The children that have been asked for and have not closed. */
export function pendingChildren({ children }: ExecutionState): workflow.IPendingChildExecutionInfo[] {
  return [...children.values()].map(({ initiatedEventId, attributes, startedRunId }) => ({
    workflowId: attributes.workflowId,
    runId: startedRunId,
    workflowTypeName: attributes.workflowType?.name,
    initiatedId: initiatedEventId,
    parentClosePolicy: attributes.parentClosePolicy,
  }));
}

/** The workflow task that waits or runs. One that only brings updates, and may leave no trace, is shown as well. */
export function pendingWorkflowTask(
  task: WorkflowTaskState | undefined,
): workflow.IPendingWorkflowTaskInfo | undefined {
  if (task === undefined) return undefined;
  const { startedTimeMs } = task;
  return {
    state:
      startedTimeMs === undefined
        ? PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_SCHEDULED
        : PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED,
    scheduledTime: msToTimestamp(task.scheduledTimeMs),
    originalScheduledTime: msToTimestamp(task.originalScheduledTimeMs),
    startedTime: msToTimestamp(startedTimeMs),
    attempt: task.attempt,
  };
}
