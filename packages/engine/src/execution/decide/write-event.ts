import type { enums } from '@perdure/protocol';
import type { Draft, EventAttributes, EventExtras } from '../draft.js';
import { writeWorkflowTaskEvents } from './workflow-task-events.js';

/**
 * Writes an event that came from outside the running workflow task: into history, or into the buffer while a worker
 * is at work. Returns the id, or 0 if buffered.
 */
export function writeOutsideEvent(
  draft: Draft,
  type: enums.EventType,
  attributes: EventAttributes,
  extras?: EventExtras,
): number {
  const task = draft.state.workflowTask;
  // Something happens beside the update: the task that carries it becomes a task like any other, before the event.
  if (task?.kind === 'speculative') writeWorkflowTaskEvents(draft);
  return draft.eventOrBuffer(type, attributes, extras);
}
