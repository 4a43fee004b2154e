import { enums, type common, type failure, type taskqueue } from '@perdure/protocol';
import type { Draft } from '../draft.js';
import { isClosed, isWaitingForFirstWorkflowTask, type ExecutionState, type WorkflowTaskState } from '../state.js';
import { flushBufferedEvents } from './buffered-events.js';
import { writeScheduled, writeWorkflowTaskEvents } from './workflow-task-events.js';

const { EventType, TaskQueueKind, TimeoutType, WorkflowTaskFailedCause } = enums;

/** Something happened that the workflow has to see: makes sure a workflow task will show it. */
export function scheduleWorkflowTask(draft: Draft): void {
  const { state } = draft;
  if (isClosed(state) || isWaitingForFirstWorkflowTask(state)) return;
  const task = state.workflowTask;
  if (task !== undefined) {
    // A started task buffers what comes; its end schedules the next one.
    if (isBufferFull(draft)) failForFullBuffer(draft);
    else if (task.kind === 'speculative' && task.startedEventId === 0) writeWorkflowTaskEvents(draft);
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
  const waitMs = state.sticky?.scheduleToStartTimeoutMs ?? 0;
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
      scheduleToStartDeadlineMs: isSticky && waitMs > 0 ? draft.nowMs + waitMs : undefined,
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
