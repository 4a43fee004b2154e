import { enums, type history } from '@perdure/protocol';

const type = enums.EventType;

/** Events that are the trace of a command. Whatever else the history holds came from outside the workflow. */
export const COMMAND_EVENTS: ReadonlySet<number> = new Set([
  type.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
  type.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED,
  type.EVENT_TYPE_TIMER_STARTED,
  type.EVENT_TYPE_TIMER_CANCELED,
  type.EVENT_TYPE_MARKER_RECORDED,
  type.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
  type.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
  type.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
  type.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
  type.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED,
  type.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
  type.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
  type.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED,
  type.EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED,
  type.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
  type.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
  type.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
  type.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
]);

/** The id of the event that this one goes on with: the scheduling of its activity, the start of its timer, and so on. */
export function followedEventId(event: history.HistoryEvent): number | undefined {
  switch (event.eventType) {
    case type.EVENT_TYPE_ACTIVITY_TASK_STARTED:
      return event.activityTaskStartedEventAttributes?.scheduledEventId;
    case type.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
      return event.activityTaskCompletedEventAttributes?.scheduledEventId;
    case type.EVENT_TYPE_ACTIVITY_TASK_FAILED:
      return event.activityTaskFailedEventAttributes?.scheduledEventId;
    case type.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
      return event.activityTaskTimedOutEventAttributes?.scheduledEventId;
    case type.EVENT_TYPE_ACTIVITY_TASK_CANCELED:
      return event.activityTaskCanceledEventAttributes?.scheduledEventId;
    case type.EVENT_TYPE_TIMER_FIRED:
      return event.timerFiredEventAttributes?.startedEventId;
    default:
      return initiatedEventId(event) ?? nexusScheduledEventId(event);
  }
}

function initiatedEventId(event: history.HistoryEvent): number | undefined {
  return (
    event.startChildWorkflowExecutionFailedEventAttributes ??
    event.childWorkflowExecutionStartedEventAttributes ??
    event.childWorkflowExecutionCompletedEventAttributes ??
    event.childWorkflowExecutionFailedEventAttributes ??
    event.childWorkflowExecutionCanceledEventAttributes ??
    event.childWorkflowExecutionTimedOutEventAttributes ??
    event.childWorkflowExecutionTerminatedEventAttributes ??
    event.externalWorkflowExecutionSignaledEventAttributes ??
    event.signalExternalWorkflowExecutionFailedEventAttributes ??
    event.externalWorkflowExecutionCancelRequestedEventAttributes ??
    event.requestCancelExternalWorkflowExecutionFailedEventAttributes
  )?.initiatedEventId;
}

function nexusScheduledEventId(event: history.HistoryEvent): number | undefined {
  return (
    event.nexusOperationStartedEventAttributes ??
    event.nexusOperationCompletedEventAttributes ??
    event.nexusOperationFailedEventAttributes ??
    event.nexusOperationCanceledEventAttributes ??
    event.nexusOperationTimedOutEventAttributes ??
    event.nexusOperationCancelRequestCompletedEventAttributes ??
    event.nexusOperationCancelRequestFailedEventAttributes
  )?.scheduledEventId;
}
