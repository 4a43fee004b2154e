import { enums, type history } from '@perdure/protocol';
import type { StateDraft } from '../state-draft.js';
import { nexusCancelAnswered, nexusCancelRequested, nexusEnded, nexusScheduled, nexusStarted } from './nexus.js';

const { EventType } = enums;

/** What each event of a Nexus operation does to the state. */
export const NEXUS_EVENTS: readonly (readonly [
  enums.EventType,
  (draft: StateDraft, event: history.IHistoryEvent) => void,
])[] = [
  [EventType.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED, nexusScheduled],
  [EventType.EVENT_TYPE_NEXUS_OPERATION_STARTED, nexusStarted],
  [
    EventType.EVENT_TYPE_NEXUS_OPERATION_COMPLETED,
    (draft, event) => nexusEnded(draft, event.nexusOperationCompletedEventAttributes?.scheduledEventId),
  ],
  [
    EventType.EVENT_TYPE_NEXUS_OPERATION_FAILED,
    (draft, event) => nexusEnded(draft, event.nexusOperationFailedEventAttributes?.scheduledEventId),
  ],
  [
    EventType.EVENT_TYPE_NEXUS_OPERATION_CANCELED,
    (draft, event) => nexusEnded(draft, event.nexusOperationCanceledEventAttributes?.scheduledEventId),
  ],
  [
    EventType.EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT,
    (draft, event) => nexusEnded(draft, event.nexusOperationTimedOutEventAttributes?.scheduledEventId),
  ],
  [EventType.EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED, nexusCancelRequested],
  [EventType.EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED, nexusCancelAnswered],
  [EventType.EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED, nexusCancelAnswered],
];
