import { defaultPayloadConverter, type Payload } from '@perdure/client';
import { enumName, enums, type history } from '@perdure/protocol';

type HistoryEvent = history.IHistoryEvent;

/** A history as aligned text: number, time since the start, type, and what it was about. */
export function historyTable(events: readonly HistoryEvent[]): string {
  const startMs = millis(events[0]?.eventTime);
  const activityNames = new Map<number, string>();
  const rows = events.map((event) => {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) activityNames.set(Number(event.eventId), scheduled.activityType?.name ?? '');
    const sinceStart = `+${((millis(event.eventTime) - startMs) / 1000).toFixed(3)} s`;
    return [String(event.eventId), sinceStart, typeName(event), subject(event, activityNames)] as const;
  });
  return [['event', 'time', 'type', 'about'] as const, ...rows].map(formatRow).join('\n');
}

function formatRow([id, time, type, about]: readonly [string, string, string, string]): string {
  return `${id.padStart(5)}  ${time.padStart(10)}  ${type.padEnd(30)}  ${about}`.trimEnd();
}

function typeName(event: HistoryEvent): string {
  return (enumName(enums.EventType, event.eventType ?? 0) ?? '')
    .replace('EVENT_TYPE_', '')
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}

function subject(event: HistoryEvent, activityNames: ReadonlyMap<number, string>): string {
  const started = event.workflowExecutionStartedEventAttributes;
  if (started) return `${started.workflowType?.name}(${values(started.input?.payloads)})`;
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled) return `${scheduled.activityType?.name}(${values(scheduled.input?.payloads)})`;
  const activity =
    event.activityTaskStartedEventAttributes ??
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes;
  if (activity) return activityNames.get(Number(activity.scheduledEventId)) ?? '';
  const timer = event.timerStartedEventAttributes;
  if (timer) return `${timer.timerId}: ${seconds(timer.startToFireTimeout)} s`;
  const timerEnd = event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes;
  if (timerEnd) return timerEnd.timerId ?? '';
  return event.workflowExecutionSignaledEventAttributes?.signalName ?? '';
}

function values(payloads: readonly Payload[] | null | undefined): string {
  return (payloads ?? []).map((payload) => JSON.stringify(defaultPayloadConverter.fromPayload(payload))).join(', ');
}

function millis(time: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
}

function seconds(duration: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return millis(duration) / 1000;
}
