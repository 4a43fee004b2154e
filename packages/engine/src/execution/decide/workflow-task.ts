import { enums, msToDuration, type common, type failure, type taskqueue } from '@perdure/protocol';
import { numberBufferedEvent, type Draft } from '../draft.js';
import type { RecordedEvent } from '../facts.js';
import { isClosed, isWaitingForFirstWorkflowTask, type ExecutionState, type WorkflowTaskState } from '../state.js';

const { EventType, SuggestContinueAsNewReason, TaskQueueKind, TimeoutType, WorkflowTaskFailedCause } = enums;

/** Something happened that the workflow has to see: makes sure a workflow task will show it. */
export function scheduleWorkflowTask(draft: Draft): void {
  const { state } = draft;
  if (isClosed(state) || isWaitingForFirstWorkflowTask(state)) return;
  const task = state.workflowTask;
  if (task !== undefined) {
    // A started task buffers what comes; its end schedules the next one.
    if (isBufferFull(draft)) failForFullBuffer(draft);
    else if (task.kind === 'speculative' && task.startedEventId === 0) makeNormal(draft, task);
    return;
  }
  schedule(draft, state.nextWorkflowTaskAttempt > 1 ? 'transient' : 'normal', draft.nowMs);
}

function isBufferFull({ state, context: { limits } }: Draft): boolean {
  return state.bufferedEvents.length > limits.bufferedEvents || state.bufferedSizeBytes > limits.bufferedSizeBytes;
}

/** Too much waits for the running task to end: it ends now, which gives every buffered event its place. */
function failForFullBuffer(draft: Draft): void {
  const cause = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND;
  failWorkflowTask(draft, { cause, failure: undefined, identity: 'history-service' });
}

/** The first workflow task of a run, and the one a backoff was holding back. */
export function scheduleFirstWorkflowTask(draft: Draft): void {
  schedule(draft, 'normal', draft.nowMs);
}

/** A workflow task whose only purpose is to carry updates; it is not in history unless it has consequences. */
export function scheduleSpeculativeWorkflowTask(draft: Draft): void {
  const { state } = draft;
  if (isClosed(state) || isWaitingForFirstWorkflowTask(state) || state.workflowTask !== undefined) return;
  schedule(draft, state.nextWorkflowTaskAttempt > 1 ? 'transient' : 'speculative', draft.nowMs);
}

/** Continues a chain of heartbeating workflow tasks, whose total duration is limited. */
export function scheduleHeartbeatWorkflowTask(draft: Draft, originalScheduledTimeMs: number): void {
  if (draft.state.workflowTask === undefined && !isClosed(draft.state))
    schedule(draft, 'normal', originalScheduledTimeMs);
}

function schedule(draft: Draft, kind: WorkflowTaskState['kind'], originalScheduledTimeMs: number): void {
  const { state } = draft;
  const attempt = state.nextWorkflowTaskAttempt;
  const taskQueue = queueForWorkflowTask(state);
  const timeoutMs = workflowTaskTimeoutMs(draft, attempt);
  const scheduledEventId =
    kind === 'normal'
      ? writeScheduled(draft, { taskQueue, timeoutMs, attempt, scheduledTimeMs: draft.nowMs })
      : state.nextEventId;
  const isSticky = taskQueue.kind === TaskQueueKind.TASK_QUEUE_KIND_STICKY;
  const number = state.workflowTaskCount + 1;
  draft.record({
    kind: 'workflowTaskScheduled',
    task: {
      kind,
      number,
      scheduledEventId,
      attempt,
      scheduledTimeMs: draft.nowMs,
      originalScheduledTimeMs,
      timeoutMs,
      taskQueue,
      scheduleToStartDeadlineMs: isSticky ? draft.nowMs + (state.sticky?.scheduleToStartTimeoutMs ?? 0) : undefined,
    },
  });
  draft.effect({ kind: 'workflowTask', number });
}

/** The sticky queue of the worker that has the run in its cache, else the run's own queue. */
export function queueForWorkflowTask(state: ExecutionState): taskqueue.ITaskQueue {
  const normalName = state.started.taskQueue?.name ?? '';
  if (state.sticky === undefined) return { name: normalName, kind: TaskQueueKind.TASK_QUEUE_KIND_NORMAL };
  return { name: state.sticky.name, kind: TaskQueueKind.TASK_QUEUE_KIND_STICKY, normalName };
}

/**
 * Workers stop answering after a second failure and let the task time out, so the growing timeout is the backoff
 * between attempts.
 */
function workflowTaskTimeoutMs(draft: Draft, attempt: number): number {
  const { limits } = draft.context;
  const plainMs = draft.state.workflowTaskTimeoutMs;
  const extraAttempts = attempt - limits.workflowTaskRetryPlainAttempts;
  if (extraAttempts <= 0) return plainMs;
  const backoffMs = limits.workflowTaskRetryInitialIntervalMs * 2 ** Math.min(extraAttempts - 1, 30);
  return plainMs + Math.min(backoffMs, limits.workflowTaskRetryMaximumIntervalMs);
}

type ScheduledParts = Pick<WorkflowTaskState, 'taskQueue' | 'timeoutMs' | 'attempt' | 'scheduledTimeMs'>;

function writeScheduled(draft: Draft, task: ScheduledParts): number {
  return draft.event(
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    {
      workflowTaskScheduledEventAttributes: {
        taskQueue: task.taskQueue,
        startToCloseTimeout: msToDuration(task.timeoutMs),
        attempt: task.attempt,
      },
    },
    { timeMs: task.scheduledTimeMs },
  );
}

function writeStarted(draft: Draft, task: WorkflowTaskState): number {
  const reasons = task.suggestContinueAsNewReasons;
  return draft.event(
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    {
      workflowTaskStartedEventAttributes: {
        scheduledEventId: task.scheduledEventId,
        identity: task.identity,
        requestId: task.requestId,
        historySizeBytes: task.historySizeBytes,
        suggestContinueAsNew: reasons.length > 0,
        suggestContinueAsNewReasons: reasons,
      },
    },
    { timeMs: task.startedTimeMs ?? draft.nowMs },
  );
}

/** A speculative or outdated transient task that nobody has taken yet becomes an ordinary one, in history. */
export function makeNormal(draft: Draft, task: WorkflowTaskState): void {
  const scheduledEventId = writeScheduled(draft, { ...task, attempt: 1 });
  draft.record({
    kind: 'workflowTaskScheduled',
    task: { ...scheduledFactOf(task), kind: 'normal', attempt: 1, scheduledEventId },
  });
}

/** A running speculative task gets its events, because something has to come after them. */
export function writeWorkflowTaskEvents(draft: Draft): void {
  const task = draft.state.workflowTask;
  if (task === undefined || task.kind === 'normal') return;
  const scheduledEventId = writeScheduled(draft, task);
  draft.record({ kind: 'workflowTaskScheduled', task: { ...scheduledFactOf(task), kind: 'normal', scheduledEventId } });
  if (task.startedEventId === 0) return;
  const startedEventId = writeStarted(draft, { ...task, scheduledEventId });
  draft.record({ kind: 'workflowTaskStarted', task: { ...startedFactOf(task), scheduledEventId, startedEventId } });
}

function scheduledFactOf(task: WorkflowTaskState) {
  const {
    kind,
    number,
    scheduledEventId,
    attempt,
    scheduledTimeMs,
    originalScheduledTimeMs,
    timeoutMs,
    taskQueue,
    scheduleToStartDeadlineMs,
  } = task;
  return {
    kind,
    number,
    scheduledEventId,
    attempt,
    scheduledTimeMs,
    originalScheduledTimeMs,
    timeoutMs,
    taskQueue,
    scheduleToStartDeadlineMs,
  };
}

function startedFactOf(task: WorkflowTaskState) {
  const { requestId, identity, suggestContinueAsNewReasons, historySizeBytes } = task;
  return { startedTimeMs: task.startedTimeMs ?? 0, requestId, identity, suggestContinueAsNewReasons, historySizeBytes };
}

/** Who takes a workflow task. */
export interface WorkflowTaskTaker {
  readonly requestId: string;
  readonly identity: string;
}

/** Hands the scheduled workflow task to a worker, together with the updates that wait. */
export function startWorkflowTask(draft: Draft, taker: WorkflowTaskTaker): void {
  const stale = draft.state.workflowTask;
  if (stale?.kind === 'transient' && stale.scheduledEventId !== draft.state.nextEventId)
    makeNormal(draft, { ...stale, scheduledTimeMs: draft.nowMs });
  const { state } = draft;
  const task = state.workflowTask;
  if (task === undefined) throw new Error('Invariant violated: no workflow task to start');
  const started: WorkflowTaskState = {
    ...task,
    scheduledEventId: task.kind === 'normal' ? task.scheduledEventId : state.nextEventId,
    startedTimeMs: draft.nowMs,
    requestId: taker.requestId,
    identity: taker.identity,
    suggestContinueAsNewReasons: continueAsNewReasons(draft),
    historySizeBytes: state.historySizeBytes,
  };
  const startedEventId = task.kind === 'normal' ? writeStarted(draft, started) : started.scheduledEventId + 1;
  draft.record({
    kind: 'workflowTaskStarted',
    task: { ...startedFactOf(started), scheduledEventId: started.scheduledEventId, startedEventId },
  });
  const waiting = [...state.updates.values()]
    .filter((entry) => entry.phase === 'admitted')
    .map((entry) => entry.updateId);
  if (waiting.length > 0) draft.record({ kind: 'updateSent', updateIds: waiting, workflowTaskNumber: task.number });
}

/** Of the updates a run may have; at nine tenths of them the workflow is advised to continue as new. */
const UPDATES_SUGGESTION_SHARE = 0.9;

function continueAsNewReasons(draft: Draft): enums.SuggestContinueAsNewReason[] {
  const { state, context } = draft;
  const reasons: enums.SuggestContinueAsNewReason[] = [];
  if (state.historySizeBytes >= context.limits.historySizeSuggestContinueAsNewBytes) {
    reasons.push(SuggestContinueAsNewReason.SUGGEST_CONTINUE_AS_NEW_REASON_HISTORY_SIZE_TOO_LARGE);
  }
  if (state.nextEventId - 1 >= context.limits.historyCountSuggestContinueAsNew) {
    reasons.push(SuggestContinueAsNewReason.SUGGEST_CONTINUE_AS_NEW_REASON_TOO_MANY_HISTORY_EVENTS);
  }
  if (state.acceptedUpdateCount >= context.limits.updatesPerRun * UPDATES_SUGGESTION_SHARE) {
    reasons.push(SuggestContinueAsNewReason.SUGGEST_CONTINUE_AS_NEW_REASON_TOO_MANY_UPDATES);
  }
  return reasons;
}

/** Why a workflow task failed. */
export interface WorkflowTaskFailure {
  readonly cause: enums.WorkflowTaskFailedCause;
  readonly failure: failure.IFailure | undefined;
  readonly identity: string;
  readonly binaryChecksum?: string | null | undefined;
  readonly workerVersion?: common.IWorkerVersionStamp | null | undefined;
}

/** Ends the running workflow task as failed, gives buffered events their place, and schedules the next attempt. */
export function failWorkflowTask(draft: Draft, failed: WorkflowTaskFailure): void {
  endWorkflowTaskAsFailed(draft, failed);
  leaveSticky(draft);
  retryWorkflowTask(draft);
}

/** Only the failed event; for callers that close the run next. */
export function endWorkflowTaskAsFailed(draft: Draft, failed: WorkflowTaskFailure): void {
  const running = runningTaskForHistory(draft);
  if (running === undefined) return;
  draft.event(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, {
    workflowTaskFailedEventAttributes: {
      scheduledEventId: running.scheduledEventId,
      startedEventId: running.startedEventId,
      cause: failed.cause,
      failure: failed.failure,
      identity: failed.identity,
      binaryChecksum: failed.binaryChecksum,
      workerVersion: failed.workerVersion,
    },
  });
}

/** Ends the running workflow task because its worker was too slow, and schedules the next attempt. */
export function timeOutStartedWorkflowTask(draft: Draft): void {
  const running = runningTaskForHistory(draft);
  if (running !== undefined) writeTimedOut(draft, running, TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE);
  leaveSticky(draft);
  retryWorkflowTask(draft);
}

/** Nobody polled the sticky queue in time: the task goes to the queue that every worker polls. */
export function timeOutStickyWorkflowTask(draft: Draft): void {
  const task = draft.state.workflowTask;
  if (task === undefined) return;
  if (task.kind === 'normal') writeTimedOut(draft, task, TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START);
  else draft.record({ kind: 'workflowTaskDropped', nextAttempt: task.attempt });
  leaveSticky(draft);
  if (task.kind === 'speculative') scheduleSpeculativeWorkflowTask(draft);
  else scheduleWorkflowTask(draft);
}

function leaveSticky(draft: Draft): void {
  if (draft.state.sticky !== undefined) draft.record({ kind: 'stickyQueueCleared' });
}

function writeTimedOut(draft: Draft, task: WorkflowTaskState, timeoutType: enums.TimeoutType): void {
  draft.event(EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, {
    workflowTaskTimedOutEventAttributes: {
      scheduledEventId: task.scheduledEventId,
      startedEventId: task.startedEventId,
      timeoutType,
    },
  });
}

/**
 * The running task as history shall know it. Further attempts of a failing task leave no events: they end with a
 * bare fact and `undefined` is returned. A speculative task that fails is a task like any other, and gets its events.
 */
function runningTaskForHistory(draft: Draft): WorkflowTaskState | undefined {
  const task = draft.state.workflowTask;
  if (task?.kind === 'transient') {
    draft.record({ kind: 'workflowTaskDropped', nextAttempt: task.attempt + 1 });
    return undefined;
  }
  writeWorkflowTaskEvents(draft);
  return draft.state.workflowTask;
}

/** New events make the next workflow task an ordinary first attempt; without them it repeats the failed one. */
function retryWorkflowTask(draft: Draft): void {
  const flushed = flushBufferedEvents(draft);
  if (flushed > 0 && draft.state.nextWorkflowTaskAttempt > 1)
    draft.record({ kind: 'workflowTaskDropped', nextAttempt: 1 });
  scheduleWorkflowTask(draft);
}

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
]);

function closesSomething(type: enums.EventType | null | undefined): boolean {
  return type != null && CLOSING_EVENTS.has(type);
}

type Event = import('@perdure/protocol').history.IHistoryEvent;

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
