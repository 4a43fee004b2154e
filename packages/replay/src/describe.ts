import { enumName, enums, type history } from '@perdure/protocol';

type HistoryEvent = history.HistoryEvent;

/** An event in words: its number, its type, and what tells it from others of the type. */
export function describeEvent(event: HistoryEvent): string {
  const subject = subjectOf(event);
  return `event ${event.eventId} ${eventTypeName(event)}${subject === '' ? '' : ` (${subject})`}`;
}

/** `TimerStarted` for EVENT_TYPE_TIMER_STARTED. */
export function eventTypeName(event: HistoryEvent): string {
  const name = enumName(enums.EventType, event.eventType) ?? `type ${event.eventType}`;
  return name
    .replace(/^EVENT_TYPE_/, '')
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}

function subjectOf(event: HistoryEvent): string {
  const activity = event.activityTaskScheduledEventAttributes;
  if (activity) return `activity ${activity.activityType?.name ?? ''}, id ${activity.activityId}`;
  const timer = event.timerStartedEventAttributes ?? event.timerCanceledEventAttributes;
  if (timer) return `timer ${timer.timerId}`;
  const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
  if (child) return `child workflow ${child.workflowType?.name ?? ''}, id ${child.workflowId}`;
  const signal = event.signalExternalWorkflowExecutionInitiatedEventAttributes;
  if (signal) return `signal ${signal.signalName} to ${signal.workflowExecution?.workflowId ?? ''}`;
  const cancel = event.requestCancelExternalWorkflowExecutionInitiatedEventAttributes;
  if (cancel) return `cancellation of ${cancel.workflowExecution?.workflowId ?? ''}`;
  const marker = event.markerRecordedEventAttributes;
  if (marker) return `marker ${marker.markerName}`;
  const update = event.workflowExecutionUpdateAcceptedEventAttributes;
  if (update) return `update ${update.protocolInstanceId}`;
  return '';
}
