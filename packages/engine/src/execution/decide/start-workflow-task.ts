import { reject } from '../../rejection.js';
import { accept, type Decision } from '../decision.js';
import { Draft } from '../draft.js';
import { isClosed, type ExecutionState } from '../state.js';
import type { DecideContext } from '../transition.js';
import { startWorkflowTask, type WorkflowTaskTaker } from './workflow-task.js';

/** A worker takes the workflow task `number`; a task that was replaced meanwhile is stale. */
export function takeWorkflowTask(
  state: ExecutionState,
  number: number,
  taker: WorkflowTaskTaker,
  context: DecideContext,
): Decision {
  const task = state.workflowTask;
  if (isClosed(state) || task === undefined || task.number !== number)
    return reject('NOT_FOUND', 'Workflow task not found.');
  const draft = new Draft(state, context);
  if (task.startedEventId !== 0) {
    return task.requestId === taker.requestId
      ? accept(draft.finish())
      : reject('ALREADY_EXISTS', 'Workflow task already started.');
  }
  startWorkflowTask(draft, taker);
  return accept(draft.finish());
}
