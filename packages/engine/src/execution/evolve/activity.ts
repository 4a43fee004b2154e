import { durationToMs, timestampToMs, type common, type history } from '@perdure/protocol';
import type { ActivityRetryScheduledFact, ActivityStartedFact } from '../facts.js';
import type { StateDraft } from '../state-draft.js';
import type { ActivityState, ActivityTimeouts } from '../state.js';

/** The first attempt waits for a worker. */
export function activityScheduled(draft: StateDraft, event: history.IHistoryEvent): void {
  const attributes = event.activityTaskScheduledEventAttributes ?? {};
  const scheduledEventId = event.eventId ?? 0;
  const scheduledTimeMs = timestampToMs(event.eventTime) ?? 0;
  const activityId = attributes.activityId ?? '';
  draft.map('activities').set(scheduledEventId, {
    scheduledEventId,
    activityId,
    attributes,
    scheduledTimeMs,
    phase: 'scheduled',
    attempt: 1,
    stamp: 1,
    attemptScheduledTimeMs: scheduledTimeMs,
    startedTimeMs: undefined,
    requestId: '',
    identity: '',
    lastHeartbeatTimeMs: undefined,
    heartbeatDetails: undefined,
    cancelRequestedEventId: 0,
    lastFailure: undefined,
    lastAttemptCompleteTimeMs: undefined,
    lastWorkerIdentity: '',
    timeouts: activityTimeouts(attributes),
  });
  draft.map('activityIds').set(activityId, scheduledEventId);
}

/** A zero duration means the timeout is not set. */
export function activityTimeouts(attributes: history.IActivityTaskScheduledEventAttributes): ActivityTimeouts {
  return {
    scheduleToCloseMs: durationToMs(attributes.scheduleToCloseTimeout) || undefined,
    scheduleToStartMs: durationToMs(attributes.scheduleToStartTimeout) || undefined,
    startToCloseMs: durationToMs(attributes.startToCloseTimeout) || undefined,
    heartbeatMs: durationToMs(attributes.heartbeatTimeout) || undefined,
  };
}

/** The activity has completed, failed, timed out or been cancelled. */
export function activityClosed(draft: StateDraft, scheduledEventId: number): void {
  const activity = draft.state.activities.get(scheduledEventId);
  if (activity === undefined) return;
  draft.map('activities').delete(scheduledEventId);
  draft.map('activityIds').delete(activity.activityId);
}

/** The workflow wants the activity to stop. */
export function activityCancelRequested(draft: StateDraft, event: history.IHistoryEvent): void {
  const scheduledEventId = event.activityTaskCancelRequestedEventAttributes?.scheduledEventId ?? 0;
  // It may have closed in an event that is still buffered.
  if (!draft.state.activities.has(scheduledEventId)) return;
  change(draft, scheduledEventId, { cancelRequestedEventId: event.eventId ?? 0 });
}

/** A worker has the attempt. */
export function activityStarted(draft: StateDraft, started: ActivityStartedFact): void {
  change(draft, started.scheduledEventId, {
    phase: 'started',
    startedTimeMs: started.startedTimeMs,
    requestId: started.requestId,
    identity: started.identity,
    lastWorkerIdentity: started.identity,
    lastHeartbeatTimeMs: undefined,
  });
}

/** The worker lives; its details are carried to the next attempt. */
export function activityHeartbeat(
  draft: StateDraft,
  scheduledEventId: number,
  timeMs: number,
  details: common.IPayloads | undefined,
): void {
  change(
    draft,
    scheduledEventId,
    details === undefined
      ? { lastHeartbeatTimeMs: timeMs }
      : { lastHeartbeatTimeMs: timeMs, heartbeatDetails: details },
  );
}

/** The attempt failed; the next one waits for its backoff. */
export function activityRetryScheduled(draft: StateDraft, retry: ActivityRetryScheduledFact): void {
  const activity = draft.state.activities.get(retry.scheduledEventId);
  if (activity === undefined) return;
  change(draft, retry.scheduledEventId, {
    phase: 'backoff',
    attempt: retry.attempt,
    stamp: activity.stamp + 1,
    attemptScheduledTimeMs: retry.nextAttemptTimeMs,
    startedTimeMs: undefined,
    requestId: '',
    identity: '',
    lastFailure: retry.lastFailure,
    lastAttemptCompleteTimeMs: retry.completedTimeMs,
    heartbeatDetails: retry.heartbeatDetails,
  });
}

/** The next attempt waits for a worker. */
export function activityBackoffEnded(draft: StateDraft, scheduledEventId: number): void {
  change(draft, scheduledEventId, { phase: 'scheduled' });
}

function change(draft: StateDraft, scheduledEventId: number, changes: Partial<ActivityState>): void {
  const activity = draft.state.activities.get(scheduledEventId);
  if (activity === undefined)
    throw new Error(`Invariant violated: no pending activity was scheduled by event ${scheduledEventId}`);
  draft.map('activities').set(scheduledEventId, { ...activity, ...changes });
}
