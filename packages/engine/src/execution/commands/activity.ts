import { durationToMs, enums, msToDuration, type command, type history } from '@perdure/protocol';
import { explicitRetryPolicy } from '../../retry.js';
import type { Limits } from '../../limits.js';
import { invalidRetryPolicy } from '../../validate.js';
import { jsonPayloads } from '../../payloads.js';
import { isActivityRunning } from '../activity.js';
import type { ExecutionState } from '../state.js';
import {
  badAttributes,
  commandExtras,
  invalidCommandId,
  rejectAnswer,
  reservedTaskQueue,
  tooLarge,
  tooLongCommandId,
  type CommandBatch,
  type CommandFailure,
  type CommandHandler,
  type Subject,
} from './command.js';

const { EventType, TaskQueueKind, WorkflowTaskFailedCause: Cause } = enums;

/** Details of a cancellation that never reached a worker: the text that Temporal's server gives. */
const NOT_STARTED = jsonPayloads('ACTIVITY_ID_NOT_STARTED');

type ScheduleAttributes = command.IScheduleActivityTaskCommandAttributes;

/** ScheduleActivityTask. */
export const scheduleActivity: CommandHandler = (batch, given) => {
  const attributes = given.scheduleActivityTaskCommandAttributes;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_ACTIVITY_ATTRIBUTES;
  if (attributes == null)
    return badAttributes(cause, 'ScheduleActivityTaskCommandAttributes is not set on ScheduleActivityTaskCommand.');
  const { draft } = batch;
  const { state, context } = draft;
  const refused = refusedSchedule(attributes, context.limits);
  if (refused !== undefined) return refused;
  const activityId = attributes.activityId ?? '';
  if (state.activityIds.has(activityId)) {
    return badAttributes(
      Cause.WORKFLOW_TASK_FAILED_CAUSE_SCHEDULE_ACTIVITY_DUPLICATE_ID,
      `invalid history builder state for action: add-activitytask-scheduled-event, ActivityID: ${activityId}`,
    );
  }
  if (state.activities.size >= context.limits.pendingActivities) {
    const limit = context.limits.pendingActivities;
    const message = `the number of pending activities, ${state.activities.size}, has reached the per-workflow limit of ${limit}`;
    return badAttributes(Cause.WORKFLOW_TASK_FAILED_CAUSE_PENDING_ACTIVITIES_LIMIT_EXCEEDED, message);
  }
  const scheduledEventId = draft.event(
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    { activityTaskScheduledEventAttributes: scheduledAttributes(batch, attributes) },
    commandExtras(given),
  );
  handOut(batch, attributes, scheduledEventId);
  return undefined;
};

/** With the reply if the worker asked for it and polls that queue anyway, else through the task queue. */
function handOut(batch: CommandBatch, attributes: ScheduleAttributes, scheduledEventId: number): void {
  const { draft } = batch;
  const isEager =
    attributes.requestEagerExecution === true &&
    batch.allowsEagerActivities &&
    batch.eagerActivities.length < draft.context.limits.eagerActivitiesPerWorkflowTask;
  if (isEager) batch.eagerActivities.push(scheduledEventId);
  else draft.effect({ kind: 'activityTask', scheduledEventId, stamp: 1 });
}

function refusedSchedule(attributes: ScheduleAttributes, limits: Limits): CommandFailure | undefined {
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_ACTIVITY_ATTRIBUTES;
  const command = 'ScheduleActivityTaskCommand';
  const { activityId, activityType, taskQueue, retryPolicy } = attributes;
  const subject = {
    command,
    about: `ActivityId=${shortened(activityId)} ActivityType=${shortened(activityType?.name)}`,
  };
  const reserved = reservedTaskQueue(taskQueue?.name, subject);
  if (reserved !== undefined) return reserved;
  const invalid =
    invalidCommandId(
      'ActivityId',
      activityId,
      activityId ? subject : { command, about: `ActivityType=${activityType?.name ?? ''}` },
      limits,
    ) ??
    invalidCommandId(
      'ActivityType',
      activityType?.name,
      activityType?.name ? subject : { command, about: `ActivityID=${activityId ?? ''}` },
      limits,
    ) ??
    tooLongCommandId('TaskQueue', taskQueue?.name, subject, limits) ??
    invalidActivityTimeouts(attributes, subject);
  if (invalid !== undefined) return badAttributes(cause, invalid);
  const invalidRetry = invalidRetryPolicy(retryPolicy);
  if (invalidRetry !== undefined)
    return rejectAnswer(
      'INVALID_ARGUMENT',
      `invalid ActivityRetryPolicy on ${command}: ${invalidRetry} ${subject.about}`,
    );
  return tooLarge(cause, 'ScheduleActivityTaskCommandAttributes.Input', attributes.input, limits);
}

const TIMEOUT_FIELDS = [
  'scheduleToCloseTimeout',
  'scheduleToStartTimeout',
  'startToCloseTimeout',
  'heartbeatTimeout',
] as const;

function invalidActivityTimeouts(attributes: ScheduleAttributes, { command, about }: Subject): string | undefined {
  for (const field of TIMEOUT_FIELDS) {
    if ((durationToMs(attributes[field]) ?? 0) >= 0) continue;
    const name = field.charAt(0).toUpperCase() + field.slice(1);
    return `Invalid ${name} for ${command}: negative duration. ${about}`;
  }
  return hasClosingTimeout(attributes)
    ? undefined
    : `A valid StartToClose or ScheduleToCloseTimeout is not set on ${command}. ${about}`;
}

/** Messages name the command by its ids, which a bad command may have made very long. */
function shortened(text: string | null | undefined): string {
  return text != null && text.length > 100 ? `${text.slice(0, 100)}...` : (text ?? '');
}

function hasClosingTimeout(attributes: ScheduleAttributes): boolean {
  return (
    (durationToMs(attributes.scheduleToCloseTimeout) ?? 0) > 0 ||
    (durationToMs(attributes.startToCloseTimeout) ?? 0) > 0
  );
}

/** The event's attributes, with timeouts made explicit: each lies within schedule-to-close and the run timeout. */
function scheduledAttributes(
  batch: CommandBatch,
  attributes: ScheduleAttributes,
): history.IActivityTaskScheduledEventAttributes {
  const { state, context } = batch.draft;
  const { activityId, activityType, header, input, priority } = attributes;
  const timeouts = explicitTimeouts(state, attributes);
  return {
    activityId,
    activityType,
    taskQueue: {
      name: attributes.taskQueue?.name || (state.started.taskQueue?.name ?? ''),
      kind: TaskQueueKind.TASK_QUEUE_KIND_NORMAL,
    },
    header,
    input,
    scheduleToCloseTimeout: msToDuration(timeouts.scheduleToCloseMs),
    scheduleToStartTimeout: msToDuration(timeouts.scheduleToStartMs),
    startToCloseTimeout: msToDuration(timeouts.startToCloseMs),
    heartbeatTimeout: msToDuration(timeouts.heartbeatMs),
    workflowTaskCompletedEventId: batch.workflowTaskCompletedEventId,
    retryPolicy: explicitRetryPolicy(attributes.retryPolicy, context.limits),
    useWorkflowBuildId: attributes.useWorkflowBuildId,
    priority,
  };
}

function explicitTimeouts(state: ExecutionState, attributes: ScheduleAttributes) {
  const runMs = durationToMs(state.started.workflowRunTimeout) || Infinity;
  const asked = {
    scheduleToCloseMs: durationToMs(attributes.scheduleToCloseTimeout) ?? 0,
    scheduleToStartMs: durationToMs(attributes.scheduleToStartTimeout) ?? 0,
    startToCloseMs: durationToMs(attributes.startToCloseTimeout) ?? 0,
    heartbeatMs: durationToMs(attributes.heartbeatTimeout) ?? 0,
  };
  const wholeMs = Math.min(asked.scheduleToCloseMs || runMs, runMs);
  const within = (ms: number, boundMs: number) => Math.min(ms || boundMs, boundMs);
  const finite = (ms: number) => (ms === Infinity ? 0 : ms);
  const startToCloseMs = finite(within(asked.startToCloseMs, wholeMs));
  return {
    scheduleToCloseMs: finite(wholeMs),
    scheduleToStartMs: finite(within(asked.scheduleToStartMs, wholeMs)),
    startToCloseMs,
    heartbeatMs: startToCloseMs > 0 ? Math.min(asked.heartbeatMs, startToCloseMs) : asked.heartbeatMs,
  };
}

/** RequestCancelActivityTask. */
export const requestCancelActivity: CommandHandler = (batch, given) => {
  const attributes = given.requestCancelActivityTaskCommandAttributes;
  const cause = Cause.WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_ACTIVITY_ATTRIBUTES;
  const scheduledEventId = attributes?.scheduledEventId ?? 0;
  if (attributes == null || scheduledEventId <= 0)
    return badAttributes(cause, 'ScheduledEventId is not set on RequestCancelActivityTaskCommand.');
  const { draft, workflowTaskCompletedEventId } = batch;
  const activity = draft.state.activities.get(scheduledEventId);
  const isUnseenEnd = activity === undefined && hasBufferedEnd(draft.state, scheduledEventId);
  if (activity === undefined ? !isUnseenEnd : activity.cancelRequestedEventId !== 0) {
    return badAttributes(
      cause,
      `invalid history builder state for action: add-activitytask-cancel-requested-event, ScheduledEventID: ${scheduledEventId}`,
    );
  }
  const latestCancelRequestedEventId = draft.event(EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED, {
    activityTaskCancelRequestedEventAttributes: { scheduledEventId, workflowTaskCompletedEventId },
  });
  // It may have closed while this workflow task ran. The command still has its event, or it could not be replayed.
  if (activity !== undefined && !isActivityRunning(activity)) {
    draft.event(EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED, {
      activityTaskCanceledEventAttributes: {
        latestCancelRequestedEventId,
        scheduledEventId,
        startedEventId: 0,
        identity: batch.identity,
        details: NOT_STARTED,
      },
    });
    batch.needsWorkflowTask = true;
  }
  return undefined;
};

/** The activity has ended in an event that waits for the end of the running workflow task. */
function hasBufferedEnd(state: ExecutionState, scheduledEventId: number): boolean {
  return state.bufferedEvents.some(({ event }) => {
    const ended =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    return ended?.scheduledEventId === scheduledEventId;
  });
}
