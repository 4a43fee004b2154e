import { enums } from '@perdure/protocol';
import { reject } from '../../rejection.js';
import { accept, type Decision } from '../decision.js';
import { Draft } from '../draft.js';
import { isClosed, type ExecutionState, type WorkflowTaskState } from '../state.js';
import type { DecideContext } from '../transition.js';
import { makeNormal, startedFactOf, writeStarted } from './workflow-task-events.js';

const { SuggestContinueAsNewReason } = enums;

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

/** Who takes a workflow task. */
export interface WorkflowTaskTaker {
  readonly requestId: string;
  readonly identity: string;
}

/** Hands the scheduled workflow task to a worker, together with the updates that wait. */
export function startWorkflowTask(draft: Draft, taker: WorkflowTaskTaker): void {
  const stale = draft.state.workflowTask;
  if (stale?.kind === 'transient' && stale.scheduledEventId !== draft.state.nextEventId)
    makeNormal(draft, { ...stale, scheduledTimeMs: draft.nowMs });
  const { state } = draft;
  const task = state.workflowTask;
  if (task === undefined) throw new Error('Invariant violated: no workflow task to start');
  const started: WorkflowTaskState = {
    ...task,
    scheduledEventId: task.kind === 'normal' ? task.scheduledEventId : state.nextEventId,
    startedTimeMs: draft.nowMs,
    requestId: taker.requestId,
    identity: taker.identity,
    suggestContinueAsNewReasons: continueAsNewReasons(draft),
    historySizeBytes: state.historySizeBytes,
  };
  const startedEventId = task.kind === 'normal' ? writeStarted(draft, started) : started.scheduledEventId + 1;
  draft.record({
    kind: 'workflowTaskStarted',
    task: startedFactOf(started, started.scheduledEventId, startedEventId),
  });
  const waiting = [...state.updates.values()]
    .filter((entry) => entry.phase === 'admitted')
    .map((entry) => entry.updateId);
  if (waiting.length > 0) draft.record({ kind: 'updateSent', updateIds: waiting, workflowTaskNumber: task.number });
}

/** Of the updates a run may have; at nine tenths of them the workflow is advised to continue as new. */
const UPDATES_SUGGESTION_SHARE = 0.9;

function continueAsNewReasons(draft: Draft): enums.SuggestContinueAsNewReason[] {
  const { state, context } = draft;
  const reasons: enums.SuggestContinueAsNewReason[] = [];
  if (state.historySizeBytes >= context.limits.historySizeSuggestContinueAsNewBytes) {
    reasons.push(SuggestContinueAsNewReason.SUGGEST_CONTINUE_AS_NEW_REASON_HISTORY_SIZE_TOO_LARGE);
  }
  if (state.nextEventId - 1 >= context.limits.historyCountSuggestContinueAsNew) {
    reasons.push(SuggestContinueAsNewReason.SUGGEST_CONTINUE_AS_NEW_REASON_TOO_MANY_HISTORY_EVENTS);
  }
  if (state.acceptedUpdateCount >= context.limits.updatesPerRun * UPDATES_SUGGESTION_SHARE) {
    reasons.push(SuggestContinueAsNewReason.SUGGEST_CONTINUE_AS_NEW_REASON_TOO_MANY_UPDATES);
  }
  return reasons;
}
