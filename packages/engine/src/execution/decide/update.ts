import type { update } from '@perdure/protocol';
import { reject } from '../../rejection.js';
import { accept, type Decision } from '../decision.js';
import { Draft } from '../draft.js';
import { isClosed, type ExecutionState } from '../state.js';
import type { DecideContext } from '../transition.js';
import { scheduleSpeculativeWorkflowTask } from './workflow-task.js';
import { alreadyCompleted } from './workflow-task-token.js';

/** A workflow task that has come to this attempt is failing: its worker cannot answer updates. */
const FAILING_ATTEMPTS = 3;

/** Lets an update wait for the next workflow task; the same update id again is the same update. */
export function admitUpdate(state: ExecutionState, request: update.IRequest, context: DecideContext): Decision {
  const updateId = request.meta?.updateId ?? '';
  const draft = new Draft(state, context);
  if (state.updates.has(updateId)) return accept(draft.finish());
  if (isClosed(state)) return alreadyCompleted(state);
  if (state.nextWorkflowTaskAttempt >= FAILING_ATTEMPTS) {
    return reject(
      'FAILED_PRECONDITION',
      'Unable to perform workflow execution update due to Workflow Task in failed state.',
      {
        type: 'WorkflowNotReadyFailure',
        fields: {},
      },
    );
  }
  const refused = refusedByLimits(state, context);
  if (refused !== undefined) return refused;
  draft.record({ kind: 'updateAdmitted', updateId, request });
  scheduleSpeculativeWorkflowTask(draft);
  return accept(draft.finish());
}

function refusedByLimits(state: ExecutionState, { limits }: DecideContext) {
  let inFlight = 0;
  for (const entry of state.updates.values()) if (entry.phase !== 'completed') inFlight += 1;
  if (inFlight >= limits.updatesInFlight) {
    return reject(
      'RESOURCE_EXHAUSTED',
      `limit on number of concurrent in-flight updates has been reached (${limits.updatesInFlight}); wait for one to complete.`,
      {
        type: 'ResourceExhaustedFailure',
        fields: { cause: 2, scope: 1 },
      },
    );
  }
  if (state.updates.size >= limits.updatesPerRun) {
    return reject(
      'FAILED_PRECONDITION',
      `limit on number of total updates has been reached (${limits.updatesPerRun}); continue the workflow as new to go on.`,
    );
  }
  return undefined;
}
