import { enums, timestampToMs, type history } from '@perdure/protocol';
import { EMPTY_MAP } from '../initial-state.js';
import type { StateDraft } from '../state-draft.js';
import type { ChildState, ParentCloseDuty } from '../state.js';
import { triggered } from './callback.js';

const { ParentClosePolicy } = enums;

/** Applies the event that ends a run: nothing is pending any more, except what the close itself causes. */
export function closed(draft: StateDraft, event: history.IHistoryEvent, status: enums.WorkflowExecutionStatus): void {
  const { state } = draft;
  const newRunId = newRunIdOf(event);
  const children = [...state.children.values()];
  // A child that is to outlive its parent is started even if the parent closes first. The others never begin, unless
  // their start is under way: then they are remembered until it is known what became of it.
  const unstarted = children.filter((child) => child.startedRunId === '');
  draft.set({
    status,
    closeEvent: event,
    closeTimeMs: timestampToMs(event.eventTime) ?? 0,
    workflowTask: undefined,
    firstWorkflowTaskDueMs: undefined,
    workflowTaskHeartbeatStartMs: undefined,
    chain: { ...state.chain, newRunId },
    activities: EMPTY_MAP,
    activityIds: EMPTY_MAP,
    timers: EMPTY_MAP,
    externalRequests: state.externalRequests,
    // As Temporal has it, nobody hears any more of operations, nor the handlers of a wish to cancel them.
    nexusOperations: EMPTY_MAP,
    callbacks: newRunId === '' && state.resetRunId === '' ? triggered(state.callbacks) : state.callbacks,
    children: unstarted.length === 0 ? EMPTY_MAP : new Map(unstarted.map((child) => [child.initiatedEventId, child])),
    // A run that was reset leaves its children, and its parent, to the run that takes its place.
    parentCloseDuties:
      state.resetRunId !== ''
        ? []
        : children
            .filter((child) => child.startedRunId !== '' && !isAbandoned(child))
            .map((child) => duty(child, child.startedRunId)),
    parentToNotify: newRunId === '' && state.resetRunId === '' && state.started.parentWorkflowExecution != null,
  });
}

function newRunIdOf(event: history.IHistoryEvent): string {
  return (
    event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ??
    event.workflowExecutionCompletedEventAttributes?.newExecutionRunId ??
    event.workflowExecutionFailedEventAttributes?.newExecutionRunId ??
    event.workflowExecutionTimedOutEventAttributes?.newExecutionRunId ??
    ''
  );
}

/** The close of its parent has to reach a child whose start was under way. */
export function childStartedTooLate(draft: StateDraft, initiatedEventId: number, runId: string): void {
  const child = draft.state.children.get(initiatedEventId);
  if (child === undefined) return;
  draft.map('children').delete(initiatedEventId);
  draft.set({ parentCloseDuties: [...draft.state.parentCloseDuties, duty(child, runId)] });
}

/** The child is to live on after the close of its parent. */
export function isAbandoned(child: ChildState): boolean {
  return child.attributes.parentClosePolicy === ParentClosePolicy.PARENT_CLOSE_POLICY_ABANDON;
}

function duty(child: ChildState, runId: string): ParentCloseDuty {
  return {
    initiatedEventId: child.initiatedEventId,
    child: {
      namespace: child.attributes.namespace ?? '',
      namespaceId: child.attributes.namespaceId ?? '',
      workflowId: child.attributes.workflowId ?? '',
      runId,
    },
    policy: child.attributes.parentClosePolicy ?? ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE,
  };
}
