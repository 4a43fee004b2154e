import { reject, type Rejection } from '../../rejection.js';
import { isClosed, type ExecutionState, type WorkflowTaskState } from '../state.js';

/** Which attempt of which workflow task a worker answers, as its token says. */
export interface WorkflowTaskIdentity {
  readonly number: number;
  readonly scheduledEventId: number;
  readonly startedEventId: number;
  readonly attempt: number;
}

/** The running workflow task, if it is still the one that the worker was given. */
export function matchWorkflowTask(
  state: ExecutionState,
  identity: WorkflowTaskIdentity,
): WorkflowTaskState | Rejection {
  if (isClosed(state)) return alreadyCompleted(state);
  const task = state.workflowTask;
  const matches =
    task !== undefined &&
    task.startedEventId !== 0 &&
    task.number === identity.number &&
    task.attempt === identity.attempt;
  return matches ? task : reject('NOT_FOUND', 'Workflow task not found.');
}

/** The run has closed; nothing can be added to it. */
export function alreadyCompleted(state: ExecutionState): Rejection {
  const { workflowId, runId } = state.key;
  return reject('NOT_FOUND', `workflow execution already completed. WorkflowId: ${workflowId}, RunId: ${runId}.`, {
    type: 'NotFoundFailure',
    fields: {},
  });
}
