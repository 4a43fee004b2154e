import type { WorkflowTaskScheduledFact, WorkflowTaskStartedFact } from '../facts.js';
import type { StateDraft } from '../state-draft.js';

/** A workflow task waits for a worker. */
export function workflowTaskScheduled(draft: StateDraft, task: WorkflowTaskScheduledFact): void {
  draft.set({
    workflowTask: {
      kind: task.kind,
      number: task.number,
      scheduledEventId: task.scheduledEventId,
      attempt: task.attempt,
      scheduledTimeMs: task.scheduledTimeMs,
      originalScheduledTimeMs: task.originalScheduledTimeMs,
      timeoutMs: task.timeoutMs,
      taskQueue: task.taskQueue,
      scheduleToStartDeadlineMs: task.scheduleToStartDeadlineMs,
      startedEventId: 0,
      startedTimeMs: undefined,
      requestId: '',
      identity: '',
      suggestContinueAsNewReasons: [],
      historySizeBytes: 0,
    },
    workflowTaskCount: Math.max(task.number, draft.state.workflowTaskCount),
    nextWorkflowTaskAttempt: task.attempt,
    firstWorkflowTaskDueMs: undefined,
  });
}

/** A worker has the workflow task. */
export function workflowTaskStarted(draft: StateDraft, started: WorkflowTaskStartedFact): void {
  const task = draft.state.workflowTask;
  if (task === undefined) throw new Error('Invariant violated: a workflow task started that was never scheduled');
  draft.set({
    workflowTask: {
      kind: task.kind,
      number: task.number,
      scheduledEventId: started.scheduledEventId,
      attempt: task.attempt,
      scheduledTimeMs: task.scheduledTimeMs,
      originalScheduledTimeMs: task.originalScheduledTimeMs,
      timeoutMs: task.timeoutMs,
      taskQueue: task.taskQueue,
      scheduleToStartDeadlineMs: undefined,
      startedEventId: started.startedEventId,
      startedTimeMs: started.startedTimeMs,
      requestId: started.requestId,
      identity: started.identity,
      suggestContinueAsNewReasons: started.suggestContinueAsNewReasons,
      historySizeBytes: started.historySizeBytes,
    },
  });
}
