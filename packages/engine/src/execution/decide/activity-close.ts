import { enums, type common, type failure } from '@perdure/protocol';
import { nextAttempt, retrySchedule } from '../../retry.js';
import { reject, type Rejection } from '../../rejection.js';
import { accept, type Decision } from '../decision.js';
import { Draft } from '../draft.js';
import { isClosed, type ActivityState, type ExecutionState } from '../state.js';
import type { DecideContext } from '../transition.js';
import { enforceHistoryLimits } from './close.js';
import { scheduleWorkflowTask } from './workflow-task.js';
import { alreadyCompleted } from './workflow-task-token.js';
import { writeOutsideEvent } from './write-event.js';

const { EventType, RetryState, TimeoutType } = enums;

/** Which attempt a worker answers, as its token says; a caller who completes by id cannot say which attempt. */
export interface ActivityIdentity {
  readonly scheduledEventId: number;
  readonly attempt: number | undefined;
}

/** How an attempt ended. */
export type ActivityOutcome =
  | { readonly kind: 'completed'; readonly result: common.IPayloads | null | undefined; readonly identity: string }
  | {
      readonly kind: 'failed';
      readonly failure: failure.IFailure | undefined;
      readonly identity: string;
      readonly lastHeartbeatDetails?: common.IPayloads | null | undefined;
    }
  | { readonly kind: 'canceled'; readonly details: common.IPayloads | null | undefined; readonly identity: string };

/** The running attempt that is meant, if it is still the one. */
export function matchActivity(state: ExecutionState, identity: ActivityIdentity): ActivityState | Rejection {
  const activity = matchPendingActivity(state, identity);
  return 'rejected' in activity || activity.phase === 'started' ? activity : notFound();
}

function matchPendingActivity(state: ExecutionState, identity: ActivityIdentity): ActivityState | Rejection {
  if (isClosed(state)) return alreadyCompleted(state);
  const activity = state.activities.get(identity.scheduledEventId);
  if (activity === undefined) return notFound();
  return identity.attempt === undefined || activity.attempt === identity.attempt ? activity : notFound();
}

function notFound(): Rejection {
  const message = 'invalid activityID or activity already timed out or invoking workflow is completed';
  return reject('NOT_FOUND', message, { type: 'NotFoundFailure', fields: {} });
}

/** Whoever completes by id may know the result of an activity that no worker has taken. */
function matchForOutcome(
  state: ExecutionState,
  identity: ActivityIdentity,
  outcome: ActivityOutcome,
): ActivityState | Rejection {
  const isForced = outcome.kind === 'completed' && identity.attempt === undefined;
  return isForced ? matchPendingActivity(state, identity) : matchActivity(state, identity);
}

/** Records the end of an attempt: of the whole activity, or followed by a retry. */
export function closeActivity(
  state: ExecutionState,
  identity: ActivityIdentity,
  outcome: ActivityOutcome,
  context: DecideContext,
): Decision {
  const activity = matchForOutcome(state, identity, outcome);
  if ('rejected' in activity) return activity;
  if (outcome.kind === 'canceled' && activity.cancelRequestedEventId === 0) {
    return reject(
      'INVALID_ARGUMENT',
      `Activity "${activity.activityId}" cannot be reported as canceled: its workflow has not requested cancellation.`,
    );
  }
  const draft = new Draft(state, context);
  const { scheduledEventId } = activity;
  let startedEventId: number;
  switch (outcome.kind) {
    case 'completed':
      startedEventId = writeStarted(draft, activity);
      writeOutsideEvent(draft, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED, {
        activityTaskCompletedEventAttributes: {
          scheduledEventId,
          startedEventId,
          result: outcome.result,
          identity: outcome.identity,
        },
      });
      break;
    case 'canceled':
      startedEventId = writeStarted(draft, activity);
      writeOutsideEvent(draft, EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED, {
        activityTaskCanceledEventAttributes: {
          scheduledEventId,
          startedEventId,
          details: outcome.details,
          latestCancelRequestedEventId: activity.cancelRequestedEventId,
          identity: outcome.identity,
        },
      });
      break;
    case 'failed':
      failActivity(draft, activity, outcome);
      break;
    default:
      outcome satisfies never;
  }
  if (!draft.state.activities.has(activity.scheduledEventId)) scheduleWorkflowTask(draft);
  enforceHistoryLimits(draft);
  return accept(draft.finish());
}

function failActivity(
  draft: Draft,
  activity: ActivityState,
  outcome: Extract<ActivityOutcome, { kind: 'failed' }>,
): void {
  const { identity } = outcome;
  const heartbeatDetails = outcome.lastHeartbeatDetails ?? activity.heartbeatDetails;
  const retryState = retryOrGiveUp(draft, activity, outcome.failure, heartbeatDetails);
  if (retryState === undefined) return;
  const { scheduledEventId } = activity;
  const startedEventId = writeStarted(draft, activity);
  writeOutsideEvent(draft, EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED, {
    activityTaskFailedEventAttributes: {
      scheduledEventId,
      startedEventId,
      failure: outcome.failure,
      identity,
      retryState,
    },
  });
}

/** Schedules the next attempt and answers `undefined`, or answers why there is none. */
function retryOrGiveUp(
  draft: Draft,
  activity: ActivityState,
  reason: failure.IFailure | undefined,
  heartbeatDetails: common.IPayloads | undefined,
): enums.RetryState | undefined {
  if (activity.cancelRequestedEventId !== 0) return RetryState.RETRY_STATE_CANCEL_REQUESTED;
  const { scheduleToCloseMs } = activity.timeouts;
  const verdict = nextAttempt(retrySchedule(activity.attributes.retryPolicy ?? {}, draft.context.limits), {
    attempt: activity.attempt,
    failure: reason,
    nowMs: draft.nowMs,
    deadlineMs: scheduleToCloseMs === undefined ? undefined : activity.scheduledTimeMs + scheduleToCloseMs,
  });
  if (!verdict.retry) return verdict.state;
  const { scheduledEventId } = activity;
  draft.record({
    kind: 'activityRetryScheduled',
    activity: {
      scheduledEventId,
      attempt: activity.attempt + 1,
      nextAttemptTimeMs: draft.nowMs + verdict.delayMs,
      lastFailure: reason,
      completedTimeMs: draft.nowMs,
      heartbeatDetails,
    },
  });
  return undefined;
}

/** One of an activity's four timeouts has passed. Returns whether that ended the activity. */
export function timeOutActivity(draft: Draft, activity: ActivityState, timeoutType: enums.TimeoutType): boolean {
  const reason = timeoutFailure(activity, timeoutType);
  // The details go to the next attempt themselves; as Temporal has it, only the last failure of all carries them.
  const isRetryable =
    timeoutType === TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE || timeoutType === TimeoutType.TIMEOUT_TYPE_HEARTBEAT;
  const retryState = isRetryable
    ? retryOrGiveUp(draft, activity, { ...reason, timeoutFailureInfo: { timeoutType } }, activity.heartbeatDetails)
    : stateOfFinalTimeout(activity);
  if (retryState === undefined) return false;
  const { scheduledEventId } = activity;
  const startedEventId = activity.phase === 'started' ? writeStarted(draft, activity) : 0;
  const hasNoTimeLeft = isRetryable && retryState === RetryState.RETRY_STATE_TIMEOUT;
  writeOutsideEvent(draft, EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT, {
    activityTaskTimedOutEventAttributes: {
      scheduledEventId,
      startedEventId,
      failure: hasNoTimeLeft ? noTimeLeftFailure(activity) : finalTimeoutFailure(activity, reason, timeoutType),
      retryState,
    },
  });
  return true;
}

function stateOfFinalTimeout(activity: ActivityState): enums.RetryState {
  if (activity.cancelRequestedEventId !== 0) return RetryState.RETRY_STATE_CANCEL_REQUESTED;
  return RetryState.RETRY_STATE_TIMEOUT;
}

const TIMEOUT_MESSAGES: ReadonlyMap<enums.TimeoutType, string> = new Map([
  [TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE, 'activity StartToClose timeout'],
  [TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START, 'activity ScheduleToStart timeout'],
  [TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE, 'activity ScheduleToClose timeout'],
  [TimeoutType.TIMEOUT_TYPE_HEARTBEAT, 'activity Heartbeat timeout'],
]);

function timeoutFailure(activity: ActivityState, timeoutType: enums.TimeoutType): failure.IFailure {
  return {
    message: TIMEOUT_MESSAGES.get(timeoutType) ?? 'activity timeout',
    source: 'Server',
    timeoutFailureInfo: { timeoutType, lastHeartbeatDetails: activity.heartbeatDetails },
  };
}

/** A schedule-to-close timeout tells in its cause what the attempts before it died of. */
function finalTimeoutFailure(
  activity: ActivityState,
  reason: failure.IFailure,
  timeoutType: enums.TimeoutType,
): failure.IFailure {
  const hasCause =
    timeoutType === TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE ||
    timeoutType === TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START;
  return hasCause && activity.lastFailure !== undefined ? { ...reason, cause: activity.lastFailure } : reason;
}

/** An attempt timed out, and the next one would come too late: as Temporal has it, that is a schedule-to-close timeout. */
function noTimeLeftFailure(activity: ActivityState): failure.IFailure {
  const timeoutType = TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE;
  const reason = timeoutFailure(activity, timeoutType);
  const message = `Not enough time to schedule next retry before ${reason.message ?? ''}, giving up retrying`;
  return finalTimeoutFailure(activity, { ...reason, message }, timeoutType);
}

/** History learns of the start of an activity only when it ends, and only of its last attempt. Returns the id, 0 if buffered. */
function writeStarted(draft: Draft, activity: ActivityState): number {
  const { scheduledEventId, identity, requestId, attempt, lastFailure, startedTimeMs } = activity;
  return writeOutsideEvent(
    draft,
    EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED,
    { activityTaskStartedEventAttributes: { scheduledEventId, identity, requestId, attempt, lastFailure } },
    { timeMs: startedTimeMs ?? draft.nowMs },
  );
}
