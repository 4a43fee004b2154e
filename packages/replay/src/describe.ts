import { enumName, enums, type history } from '@perdure/protocol';
import { parseJsonPayload } from './machines/json-payload.js';

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
  if (marker) return markerSubject(marker);
  const update = event.workflowExecutionUpdateAcceptedEventAttributes;
  if (update) return `update ${update.protocolInstanceId}`;
  return '';
}

/** The patch that the event is the marker of; `undefined` for any other event. Says nothing of what cannot be read. */
export function patchIdOf({ markerRecordedEventAttributes: marker }: HistoryEvent): string | undefined {
  if (marker?.markerName !== 'core_patch') return undefined;
  const id = parseJsonPayload(marker.details['patch-data']?.payloads[0])?.['id'];
  return typeof id === 'string' ? id : undefined;
}

function markerSubject(marker: history.MarkerRecordedEventAttributes): string {
  const patchId = patchIdOf({ markerRecordedEventAttributes: marker } as HistoryEvent);
  if (patchId !== undefined) return `patch ${patchId}`;
  if (marker.markerName === 'core_local_activity') {
    const data = parseJsonPayload(marker.details['data']?.payloads[0]);
    if (data !== undefined) return `local activity ${String(data['activity_type'])}, number ${String(data['seq'])}`;
  }
  return `marker ${marker.markerName}`;
}
