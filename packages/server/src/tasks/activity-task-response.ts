import { effectivePriority, runPriority, type ActivityState, type ExecutionState } from '@perdure/engine';
import { msToDuration, msToTimestamp, type workflowservice } from '@perdure/protocol';
import { encodeActivityTaskToken } from './token.js';

/** What a worker gets with an activity task. */
export function activityTaskResponse(
  state: ExecutionState,
  activity: ActivityState,
): workflowservice.IPollActivityTaskQueueResponse {
  const { key, started } = state;
  const { attributes, timeouts, scheduledEventId, attempt } = activity;
  return {
    taskToken: encodeActivityTaskToken({ key, scheduledEventId, attempt }),
    workflowNamespace: state.namespace,
    workflowType: started.workflowType,
    workflowExecution: { workflowId: key.workflowId, runId: key.runId },
    activityType: attributes.activityType,
    activityId: activity.activityId,
    header: attributes.header,
    input: attributes.input,
    heartbeatDetails: activity.heartbeatDetails,
    scheduledTime: msToTimestamp(activity.scheduledTimeMs),
    currentAttemptScheduledTime: msToTimestamp(activity.attemptScheduledTimeMs),
    startedTime: msToTimestamp(activity.startedTimeMs ?? activity.attemptScheduledTimeMs),
    attempt,
    scheduleToCloseTimeout: msToDuration(timeouts.scheduleToCloseMs ?? 0),
    startToCloseTimeout: msToDuration(timeouts.startToCloseMs ?? 0),
    heartbeatTimeout: msToDuration(timeouts.heartbeatMs ?? 0),
    retryPolicy: attributes.retryPolicy,
    priority: effectivePriority(attributes.priority, runPriority(state)),
  };
}
