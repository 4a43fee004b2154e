// The fold: how each fact changes the state. Decides nothing, refuses nothing, and knows neither time nor ids.
import type { Fact } from '../facts.js';
import { initialState } from '../initial-state.js';
import { StateDraft } from '../state-draft.js';
import type { ExecutionState } from '../state.js';
import { activityBackoffEnded, activityHeartbeat, activityRetryScheduled, activityStarted } from './activity.js';
import { callbackBackoffEnded, callbackTried } from './callback.js';
import { childStartedTooLate } from './close.js';
import { applyEvent } from './event.js';
import { nexusBackoffEnded, nexusTryFailed } from './nexus.js';
import { resendUpdates, updateAdmitted, updateDropped, updatesSent } from './update.js';
import { workflowTaskScheduled, workflowTaskStarted } from './workflow-task.js';

/**
 * Folds facts of one transition into a state.
 *
 * @param before the state so far, or `undefined` when the first fact is `created`
 */
export function evolve(before: ExecutionState | undefined, facts: readonly Fact[]): ExecutionState {
  const draft = new StateDraft(before ?? stateOfCreation(facts));
  for (const fact of facts) applyFact(draft, fact);
  draft.advanceSequence();
  return draft.state;
}

function stateOfCreation(facts: readonly Fact[]): ExecutionState {
  const first = facts[0];
  if (first?.kind !== 'created') {
    throw new Error(
      `Invariant violated: the first fact of an execution must be 'created', found '${first?.kind ?? 'none'}'`,
    );
  }
  return initialState(first.execution);
}

/** Applies one fact to a draft. */
export function applyFact(draft: StateDraft, fact: Fact): void {
  switch (fact.kind) {
    case 'created':
      return;
    case 'forked':
      forked(draft, fact.timeMs);
      return;
    case 'event': {
      const { nextEventId, historySizeBytes } = draft.state;
      draft.set({ nextEventId: nextEventId + 1, historySizeBytes: historySizeBytes + fact.bytes.length });
      applyEvent(draft, fact.event);
      return;
    }
    case 'eventBuffered':
      draft.set({
        bufferedEvents: [...draft.state.bufferedEvents, { event: fact.event, sizeBytes: fact.bytes.length }],
        bufferedSizeBytes: draft.state.bufferedSizeBytes + fact.bytes.length,
      });
      applyEvent(draft, fact.event);
      return;
    case 'bufferFlushed':
      flush(draft, fact);
      return;
    case 'bufferedTimerFiringDropped':
      dropBufferedFiring(draft, fact.timerId);
      return;
    case 'workflowTaskScheduled':
      workflowTaskScheduled(draft, fact.task);
      return;
    case 'workflowTaskStarted':
      workflowTaskStarted(draft, fact.task);
      return;
    case 'workflowTaskDropped':
      draft.set({ workflowTask: undefined, nextWorkflowTaskAttempt: fact.nextAttempt });
      resendUpdates(draft);
      return;
    case 'workflowTaskHeartbeatStarted':
      draft.set({ workflowTaskHeartbeatStartMs: fact.timeMs });
      return;
    case 'stickyQueueSet':
      draft.set({ sticky: { name: fact.name, scheduleToStartTimeoutMs: fact.scheduleToStartTimeoutMs } });
      return;
    case 'stickyQueueCleared':
      draft.set({ sticky: undefined });
      return;
    default:
      applyHiddenFact(draft, fact);
  }
}

type HiddenFact = Exclude<
  Fact,
  {
    readonly kind:
      | 'created'
      | 'forked'
      | 'event'
      | 'eventBuffered'
      | 'bufferFlushed'
      | 'bufferedTimerFiringDropped'
      | 'workflowTaskScheduled'
      | 'workflowTaskStarted'
      | 'workflowTaskDropped'
      | 'workflowTaskHeartbeatStarted'
      | 'stickyQueueSet'
      | 'stickyQueueCleared';
  }
>;

/** Activity attempts, updates and duties: what history shows late or never. */
function applyHiddenFact(draft: StateDraft, fact: HiddenFact): void {
  switch (fact.kind) {
    case 'activityStarted':
      activityStarted(draft, fact.activity);
      return;
    case 'activityHeartbeat':
      activityHeartbeat(draft, fact.scheduledEventId, fact.timeMs, fact.details);
      return;
    case 'activityRetryScheduled':
      activityRetryScheduled(draft, fact.activity);
      return;
    case 'activityBackoffEnded':
      activityBackoffEnded(draft, fact.scheduledEventId);
      return;
    case 'updateAdmitted':
      updateAdmitted(draft, fact.updateId, fact.request);
      return;
    case 'updateSent':
      updatesSent(draft, fact.updateIds, fact.workflowTaskNumber);
      return;
    case 'updateDropped':
      updateDropped(draft, fact.updateId);
      return;
    case 'requestAttached':
      draft.set({ attachedRequests: [...draft.state.attachedRequests, { requestId: fact.requestId, eventId: 0 }] });
      return;
    case 'signalDeduplicated':
      draft.addSignalRequestId(fact.requestId);
      return;
    case 'cancelRequestIdSet':
      draft.set({ cancelRequestId: fact.requestId });
      return;
    case 'abandonedChildStarted':
      draft.map('children').delete(fact.initiatedEventId);
      return;
    case 'externalRequestDone':
      draft.map('externalRequests').delete(fact.initiatedEventId);
      return;
    case 'parentNotified':
      draft.set({ parentToNotify: false });
      return;
    case 'parentCloseDutyDone':
      draft.set({
        parentCloseDuties: draft.state.parentCloseDuties.filter(
          (duty) => duty.initiatedEventId !== fact.initiatedEventId,
        ),
      });
      return;
    case 'childStartedTooLate':
      childStartedTooLate(draft, fact.initiatedEventId, fact.runId);
      return;
    case 'resetTo':
      draft.set({ resetRunId: fact.runId });
      return;
    case 'resetRequested':
      draft.set({ resetRequest: { requestId: fact.requestId, runId: fact.runId } });
      return;
    case 'deleted':
      draft.set({ deleted: true });
      return;
    default:
      applyNexusFact(draft, fact);
  }
}

type NexusFact = Extract<
  Fact,
  { readonly kind: 'nexusTryFailed' | 'nexusBackoffEnded' | 'callbackTried' | 'callbackBackoffEnded' }
>;

/** Requests to handlers of Nexus operations, and to those who wait for the end of the run. */
function applyNexusFact(draft: StateDraft, fact: NexusFact): void {
  switch (fact.kind) {
    case 'nexusTryFailed':
      nexusTryFailed(draft, fact.request, fact.scheduledEventId, fact.failed);
      return;
    case 'nexusBackoffEnded':
      nexusBackoffEnded(draft, fact.request, fact.scheduledEventId);
      return;
    case 'callbackTried':
      callbackTried(draft, fact.callback);
      return;
    case 'callbackBackoffEnded':
      callbackBackoffEnded(draft, fact.index);
      return;
    default:
      fact satisfies never;
  }
}

/** The copied events are as old as they are; what runs against the clock runs from now. */
function forked(draft: StateDraft, timeMs: number): void {
  const { startTimeMs, executionTimeMs, runDeadlineMs } = draft.state;
  draft.set({
    startTimeMs: timeMs,
    executionTimeMs: timeMs + (executionTimeMs - startTimeMs),
    runDeadlineMs: runDeadlineMs === undefined ? undefined : timeMs + (runDeadlineMs - executionTimeMs),
    firstWorkflowTaskDueMs: undefined,
  });
  for (const activity of draft.state.activities.values()) {
    draft
      .map('activities')
      .set(activity.scheduledEventId, { ...activity, scheduledTimeMs: timeMs, attemptScheduledTimeMs: timeMs });
  }
}

function dropBufferedFiring(draft: StateDraft, timerId: string): void {
  const bufferedEvents = draft.state.bufferedEvents.filter(
    ({ event }) => event.timerFiredEventAttributes?.timerId !== timerId,
  );
  draft.set({ bufferedEvents, bufferedSizeBytes: bufferedEvents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) });
}

/** Buffered events changed the state when they happened; now they only get their place in history. */
function flush(draft: StateDraft, fact: Extract<Fact, { kind: 'bufferFlushed' }>): void {
  let { nextEventId, historySizeBytes } = draft.state;
  for (const { event, bytes } of fact.events) {
    nextEventId += 1;
    historySizeBytes += bytes.length;
    const started = event.childWorkflowExecutionStartedEventAttributes;
    const attached = event.workflowExecutionOptionsUpdatedEventAttributes?.attachedRequestId;
    if (attached) placeAttachedRequest(draft, attached, event.eventId ?? 0);
    const child = started == null ? undefined : draft.state.children.get(started.initiatedEventId ?? 0);
    if (child !== undefined)
      draft.map('children').set(child.initiatedEventId, { ...child, startedEventId: event.eventId ?? 0 });
  }
  draft.set({ nextEventId, historySizeBytes, bufferedEvents: [], bufferedSizeBytes: 0 });
}

function placeAttachedRequest(draft: StateDraft, requestId: string, eventId: number): void {
  const { attachedRequests } = draft.state;
  draft.set({
    attachedRequests: attachedRequests.map((each) => (each.requestId === requestId ? { requestId, eventId } : each)),
  });
}
