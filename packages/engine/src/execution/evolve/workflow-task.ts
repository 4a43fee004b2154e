import type { WorkflowTaskScheduledFact, WorkflowTaskStartedFact } from '../facts.js';
import type { StateDraft } from '../state-draft.js';

export function workflowTaskScheduled(draft: StateDraft, task: WorkflowTaskScheduledFact): void {
  draft.set({
    workflowTask: {
      ...task,
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

export function workflowTaskStarted(draft: StateDraft, started: WorkflowTaskStartedFact): void {
  const task = draft.state.workflowTask;
  if (task === undefined) throw new Error('Invariant violated: a workflow task started that was never scheduled');
  draft.set({ workflowTask: { ...task, ...started, scheduleToStartDeadlineMs: undefined } });
}
