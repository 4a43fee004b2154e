import { durationToMs, enums, timestampToMs, type history } from '@perdure/protocol';
import { BUILD_IDS, withBuildId } from '../build-ids.js';
import type { StateDraft } from '../state-draft.js';
import { activityCancelRequested, activityClosed, activityScheduled } from './activity.js';
import {
  childClosed,
  childInitiated,
  childStarted,
  externalRequestClosed,
  externalCancelInitiated,
  externalSignalInitiated,
} from './child.js';
import { closed } from './close.js';
import { NEXUS_EVENTS } from './nexus-events.js';
import { executionStarted, memoModified, optionsUpdated, searchAttributesUpserted } from './execution.js';
import { resendUpdates, updateAccepted, updateAdmittedByEvent, updateCompleted } from './update.js';

const { EventType, TimeoutType, WorkflowExecutionStatus, WorkflowTaskFailedCause } = enums;

type EventHandler = (draft: StateDraft, event: history.IHistoryEvent) => void;

const closesWith =
  (status: enums.WorkflowExecutionStatus): EventHandler =>
  (draft, event) =>
    closed(draft, event, status);

/** What each event type does to the state. Types that change nothing but the counters are not listed. */
const HANDLERS: ReadonlyMap<enums.EventType, EventHandler> = new Map<enums.EventType, EventHandler>([
  [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, executionStarted],
  [
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
    closesWith(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED),
  ],
  [
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
    closesWith(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED),
  ],
  [
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,
    closesWith(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT),
  ],
  [
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
    closesWith(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED),
  ],
  [
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
    closesWith(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED),
  ],
  [
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
    closesWith(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW),
  ],
  [EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, (draft) => draft.set({ firstWorkflowTaskDueMs: undefined })],
  [EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, workflowTaskCompleted],
  [EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, workflowTaskFailed],
  [EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, workflowTaskTimedOut],
  [EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, activityScheduled],
  [EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED, activityCancelRequested],
  [
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
    (draft, event) => activityClosed(draft, event.activityTaskCompletedEventAttributes?.scheduledEventId ?? 0),
  ],
  [
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    (draft, event) => activityClosed(draft, event.activityTaskFailedEventAttributes?.scheduledEventId ?? 0),
  ],
  [
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    (draft, event) => activityClosed(draft, event.activityTaskTimedOutEventAttributes?.scheduledEventId ?? 0),
  ],
  [
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
    (draft, event) => activityClosed(draft, event.activityTaskCanceledEventAttributes?.scheduledEventId ?? 0),
  ],
  [EventType.EVENT_TYPE_TIMER_STARTED, timerStarted],
  [
    EventType.EVENT_TYPE_TIMER_FIRED,
    (draft, event) => void draft.map('timers').delete(event.timerFiredEventAttributes?.timerId ?? ''),
  ],
  [
    EventType.EVENT_TYPE_TIMER_CANCELED,
    (draft, event) => void draft.map('timers').delete(event.timerCanceledEventAttributes?.timerId ?? ''),
  ],
  [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, signaled],
  [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED, (draft) => draft.set({ cancelRequested: true })],
  [EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED, childInitiated],
  [
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED,
    (draft, event) => childClosed(draft, event.startChildWorkflowExecutionFailedEventAttributes?.initiatedEventId),
  ],
  [EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED, childStarted],
  [
    EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED,
    (draft, event) => childClosed(draft, event.childWorkflowExecutionCompletedEventAttributes?.initiatedEventId),
  ],
  [
    EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED,
    (draft, event) => childClosed(draft, event.childWorkflowExecutionFailedEventAttributes?.initiatedEventId),
  ],
  [
    EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED,
    (draft, event) => childClosed(draft, event.childWorkflowExecutionCanceledEventAttributes?.initiatedEventId),
  ],
  [
    EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT,
    (draft, event) => childClosed(draft, event.childWorkflowExecutionTimedOutEventAttributes?.initiatedEventId),
  ],
  [
    EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED,
    (draft, event) => childClosed(draft, event.childWorkflowExecutionTerminatedEventAttributes?.initiatedEventId),
  ],
  [EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, externalSignalInitiated],
  [
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED,
    (draft, event) =>
      externalRequestClosed(draft, event.signalExternalWorkflowExecutionFailedEventAttributes?.initiatedEventId),
  ],
  [
    EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED,
    (draft, event) =>
      externalRequestClosed(draft, event.externalWorkflowExecutionSignaledEventAttributes?.initiatedEventId),
  ],
  [EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, externalCancelInitiated],
  [
    EventType.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED,
    (draft, event) =>
      externalRequestClosed(draft, event.requestCancelExternalWorkflowExecutionFailedEventAttributes?.initiatedEventId),
  ],
  [
    EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED,
    (draft, event) =>
      externalRequestClosed(draft, event.externalWorkflowExecutionCancelRequestedEventAttributes?.initiatedEventId),
  ],
  [EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, searchAttributesUpserted],
  [EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED, memoModified],
  [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED, optionsUpdated],
  [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED, updateAdmittedByEvent],
  [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, updateAccepted],
  [EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, updateCompleted],
  ...NEXUS_EVENTS,
]);

/** Applies what an event means; the caller counts it. */
export function applyEvent(draft: StateDraft, event: history.IHistoryEvent): void {
  const type = event.eventType ?? EventType.EVENT_TYPE_UNSPECIFIED;
  HANDLERS.get(type)?.(draft, event);
}

function workflowTaskCompleted(draft: StateDraft, event: history.IHistoryEvent): void {
  draft.set({
    workflowTask: undefined,
    nextWorkflowTaskAttempt: 1,
    previousStartedEventId: event.workflowTaskCompletedEventAttributes?.startedEventId ?? 0,
    lastCompletedWorkflowTaskEventId: event.eventId ?? 0,
  });
  addResetPoint(draft, event);
  addBuildId(draft, event);
}

function addBuildId(draft: StateDraft, event: history.IHistoryEvent): void {
  const { searchAttributes } = draft.state;
  const before = searchAttributes[BUILD_IDS];
  const after = withBuildId(before, event.workflowTaskCompletedEventAttributes);
  if (after !== before) draft.set({ searchAttributes: { ...searchAttributes, [BUILD_IDS]: after } });
}

const MAXIMUM_RESET_POINTS = 20;

/** The first task that each build of the worker completed: where a reset undoes what a bad build did. */
function addResetPoint(draft: StateDraft, event: history.IHistoryEvent): void {
  const { resetPoints, key } = draft.state;
  const completed = event.workflowTaskCompletedEventAttributes;
  const binaryChecksum = completed?.binaryChecksum ?? '';
  const buildId = completed?.workerVersion?.buildId ?? '';
  if (resetPoints.some((point) => (point.binaryChecksum ?? '') === binaryChecksum && (point.buildId ?? '') === buildId))
    return;
  const point = {
    binaryChecksum,
    buildId,
    runId: key.runId,
    firstWorkflowTaskCompletedId: event.eventId ?? 0,
    createTime: event.eventTime,
    resettable: true,
  };
  draft.set({ resetPoints: [...resetPoints, point].slice(-MAXIMUM_RESET_POINTS) });
}

function workflowTaskFailed(draft: StateDraft, event: history.IHistoryEvent): void {
  const isReset =
    event.workflowTaskFailedEventAttributes?.cause ===
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW;
  draft.set({
    workflowTask: undefined,
    nextWorkflowTaskAttempt: isReset ? 1 : draft.state.nextWorkflowTaskAttempt + 1,
  });
  resendUpdates(draft);
}

/** Nobody took it from the sticky queue: that is no failure of the worker, so the attempt stays. */
function workflowTaskTimedOut(draft: StateDraft, event: history.IHistoryEvent): void {
  const ranOut = event.workflowTaskTimedOutEventAttributes?.timeoutType === TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE;
  draft.set({
    workflowTask: undefined,
    nextWorkflowTaskAttempt: draft.state.nextWorkflowTaskAttempt + (ranOut ? 1 : 0),
  });
  resendUpdates(draft);
}

function timerStarted(draft: StateDraft, event: history.IHistoryEvent): void {
  const attributes = event.timerStartedEventAttributes ?? {};
  const timerId = attributes.timerId ?? '';
  const startedMs = timestampToMs(event.eventTime) ?? 0;
  const dueMs = startedMs + (durationToMs(attributes.startToFireTimeout) ?? 0);
  draft.map('timers').set(timerId, { timerId, startedEventId: event.eventId ?? 0, dueMs });
}

function signaled(draft: StateDraft, event: history.IHistoryEvent): void {
  draft.set({ signalCount: draft.state.signalCount + 1 });
  const requestId = event.workflowExecutionSignaledEventAttributes?.requestId ?? '';
  if (requestId !== '') draft.addSignalRequestId(requestId);
}
