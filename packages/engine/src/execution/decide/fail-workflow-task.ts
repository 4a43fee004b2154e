import { enums } from '@perdure/protocol';
import { accept, type Decision } from '../decision.js';
import { Draft } from '../draft.js';
import { isClosed, type ExecutionState } from '../state.js';
import type { DecideContext } from '../transition.js';
import { enforceHistoryLimits } from './close.js';
import { failWorkflowTask, type WorkflowTaskFailure } from './workflow-task.js';
import { scheduledFactOf } from './workflow-task-events.js';
import { alreadyCompleted, matchWorkflowTask, type WorkflowTaskIdentity } from './workflow-task-token.js';

const NORMAL = enums.TaskQueueKind.TASK_QUEUE_KIND_NORMAL;

/** A worker reports that it could not run the workflow task. */
export function reportWorkflowTaskFailure(
  state: ExecutionState,
  identity: WorkflowTaskIdentity,
  failed: WorkflowTaskFailure,
  context: DecideContext,
): Decision {
  const task = matchWorkflowTask(state, identity);
  if ('rejected' in task) return task;
  const draft = new Draft(state, context);
  failWorkflowTask(draft, failed);
  enforceHistoryLimits(draft);
  return accept(draft.finish());
}

/** The worker that had the run in its cache is gone: its sticky queue must not be used again. */
export function resetStickyQueue(state: ExecutionState, context: DecideContext): Decision {
  if (isClosed(state)) return alreadyCompleted(state);
  const draft = new Draft(state, context);
  if (draft.state.sticky !== undefined) draft.record({ kind: 'stickyQueueCleared' });
  return accept(draft.finish());
}

/** No worker polls the sticky queue to which the task was offered: it is offered on the normal queue instead. */
export function leaveStickyQueue(state: ExecutionState, number: number, context: DecideContext): Decision {
  const draft = new Draft(state, context);
  const task = state.workflowTask;
  if (state.sticky !== undefined) draft.record({ kind: 'stickyQueueCleared' });
  if (task !== undefined && task.number === number && task.startedEventId === 0) {
    const taskQueue = { name: state.started.taskQueue?.name ?? '', kind: NORMAL };
    const moved = { ...scheduledFactOf(task), taskQueue, scheduleToStartDeadlineMs: undefined };
    draft.record({ kind: 'workflowTaskScheduled', task: moved });
    draft.effect({ kind: 'workflowTask', number });
  }
  return accept(draft.finish());
}
