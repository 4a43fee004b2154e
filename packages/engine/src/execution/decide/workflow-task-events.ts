import { enums, msToDuration } from '@perdure/protocol';
import type { Draft } from '../draft.js';
import type { WorkflowTaskScheduledFact, WorkflowTaskStartedFact } from '../facts.js';
import type { WorkflowTaskState } from '../state.js';

const { EventType } = enums;

type ScheduledParts = Pick<WorkflowTaskState, 'taskQueue' | 'timeoutMs' | 'attempt' | 'scheduledTimeMs'>;

/** Writes the scheduled event of a task. */
export function writeScheduled(draft: Draft, task: ScheduledParts): number {
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

/** Writes the started event of a task. */
export function writeStarted(draft: Draft, task: WorkflowTaskState): number {
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

/** A task that nobody has taken, and that a newer event has made a first attempt, becomes an ordinary one. */
export function makeNormal(draft: Draft, task: WorkflowTaskState): void {
  const first = { ...task, kind: 'normal', attempt: 1, timeoutMs: draft.state.workflowTaskTimeoutMs } as const;
  const scheduledEventId = writeScheduled(draft, first);
  draft.record({ kind: 'workflowTaskScheduled', task: { ...scheduledFactOf(first), scheduledEventId } });
}

/** A transient or speculative task gets its events, because something has to come after them. */
export function writeWorkflowTaskEvents(draft: Draft): void {
  const task = draft.state.workflowTask;
  if (task === undefined || task.kind === 'normal') return;
  const scheduledEventId = writeScheduled(draft, task);
  draft.record({ kind: 'workflowTaskScheduled', task: { ...scheduledFactOf(task), kind: 'normal', scheduledEventId } });
  if (task.startedEventId === 0) return;
  const startedEventId = writeStarted(draft, { ...task, scheduledEventId });
  draft.record({ kind: 'workflowTaskStarted', task: startedFactOf(task, scheduledEventId, startedEventId) });
}

/** What the fact that a task is scheduled takes over from a task. */
export function scheduledFactOf(task: WorkflowTaskState): WorkflowTaskScheduledFact {
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

/** What the fact of a start takes over from a task. */
export function startedFactOf(
  task: WorkflowTaskState,
  scheduledEventId: number,
  startedEventId: number,
): WorkflowTaskStartedFact {
  const { requestId, identity, suggestContinueAsNewReasons, historySizeBytes } = task;
  return {
    startedTimeMs: task.startedTimeMs ?? 0,
    requestId,
    identity,
    suggestContinueAsNewReasons,
    historySizeBytes,
    scheduledEventId,
    startedEventId,
  };
}
