import { enums, type history } from '@perdure/protocol';
import { numberBufferedEvent, type Draft } from '../draft.js';
import type { RecordedEvent } from '../facts.js';

const { EventType } = enums;

/** Gives buffered events their ids. Returns how many there were. */
export function flushBufferedEvents(draft: Draft): number {
  const { bufferedEvents } = draft.state;
  if (bufferedEvents.length === 0) return 0;
  const ordered = [
    ...bufferedEvents.filter(({ event }) => !closesSomething(event.eventType)),
    ...bufferedEvents.filter(({ event }) => closesSomething(event.eventType)),
  ];
  const events: RecordedEvent[] = [];
  const startedIds = new Map<string, number>();
  let eventId = draft.state.nextEventId;
  for (const { event } of ordered) {
    events.push(numberBufferedEvent(linkToStart(event, startedIds, eventId), eventId));
    eventId += 1;
  }
  draft.record({ kind: 'bufferFlushed', events });
  return events.length;
}

const CLOSING_EVENTS: ReadonlySet<enums.EventType> = new Set([
  EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
  EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
  EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
  EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
  EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED,
  EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED,
  EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT,
  EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED,
  EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED,
  EventType.EVENT_TYPE_NEXUS_OPERATION_COMPLETED,
  EventType.EVENT_TYPE_NEXUS_OPERATION_FAILED,
  EventType.EVENT_TYPE_NEXUS_OPERATION_CANCELED,
  EventType.EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT,
]);

function closesSomething(type: enums.EventType | null | undefined): boolean {
  return type != null && CLOSING_EVENTS.has(type);
}

type Event = history.IHistoryEvent;

/** Closing events name the started event, whose id is known only now if it was buffered too. */
function linkToStart(event: Event, startedIds: Map<string, number>, eventId: number): Event {
  const activityStart = event.activityTaskStartedEventAttributes;
  if (activityStart != null) startedIds.set(`activity ${activityStart.scheduledEventId ?? 0}`, eventId);
  const childStart = event.childWorkflowExecutionStartedEventAttributes;
  if (childStart != null) startedIds.set(`child ${childStart.initiatedEventId ?? 0}`, eventId);
  for (const member of LINKED_MEMBERS) {
    const attributes = event[member];
    if (attributes == null) continue;
    const key =
      'initiatedEventId' in attributes
        ? `child ${attributes.initiatedEventId ?? 0}`
        : `activity ${'scheduledEventId' in attributes ? (attributes.scheduledEventId ?? 0) : 0}`;
    const startedEventId = startedIds.get(key);
    if (startedEventId !== undefined && !attributes.startedEventId)
      return { ...event, [member]: { ...attributes, startedEventId } };
  }
  return event;
}

const LINKED_MEMBERS = [
  'activityTaskCompletedEventAttributes',
  'activityTaskFailedEventAttributes',
  'activityTaskTimedOutEventAttributes',
  'activityTaskCanceledEventAttributes',
  'childWorkflowExecutionCompletedEventAttributes',
  'childWorkflowExecutionFailedEventAttributes',
  'childWorkflowExecutionTimedOutEventAttributes',
  'childWorkflowExecutionCanceledEventAttributes',
  'childWorkflowExecutionTerminatedEventAttributes',
] as const;
