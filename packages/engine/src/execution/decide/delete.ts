import { reject } from '../../rejection.js';
import { accept, type Decision } from '../decision.js';
import { Draft } from '../draft.js';
import { isClosed, type ExecutionState } from '../state.js';
import type { DecideContext } from '../transition.js';

/** Marks a closed run as deleted: durable before its rows are removed. Deleting twice changes nothing. */
export function deleteExecution(state: ExecutionState, context: DecideContext): Decision {
  if (!isClosed(state)) {
    const { workflowId, runId } = state.key;
    return reject(
      'FAILED_PRECONDITION',
      `Run ${runId} of workflow ${workflowId} is open: terminate it before it is deleted.`,
    );
  }
  const draft = new Draft(state, context);
  if (!state.deleted) draft.record({ kind: 'deleted' });
  return accept(draft.finish());
}
