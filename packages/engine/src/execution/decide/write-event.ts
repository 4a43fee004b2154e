import { enums } from '@perdure/protocol';
import type { Draft, EventAttributes, EventExtras } from '../draft.js';
import { failWorkflowTask, writeWorkflowTaskEvents } from './workflow-task.js';

const { WorkflowTaskFailedCause } = enums;

/**
 * Writes an event that came from outside the running workflow task: into history, or into the buffer while a worker
 * is at work. Too many buffered events fail the running task, which gives them their place.
 */
export function writeOutsideEvent(
  draft: Draft,
  type: enums.EventType,
  attributes: EventAttributes,
  extras?: EventExtras,
): number {
  const task = draft.state.workflowTask;
  if (task?.kind === 'speculative' && task.startedEventId !== 0) writeWorkflowTaskEvents(draft);
  const eventId = draft.eventOrBuffer(type, attributes, extras);
  const { bufferedEvents, bufferedSizeBytes } = draft.state;
  const { limits } = draft.context;
  if (bufferedEvents.length > limits.bufferedEvents || bufferedSizeBytes > limits.bufferedSizeBytes) {
    failWorkflowTask(draft, {
      cause: WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND,
      failure: undefined,
      identity: 'history-service',
    });
  }
  return eventId;
}
