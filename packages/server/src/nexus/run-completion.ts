import type { ExecutionState } from '@perdure/engine';
import { enums, type common } from '@perdure/protocol';
import type { NexusCompletion } from './nexus-completions.js';

const { EventType, TimeoutType } = enums;

/** How a closed run ended, as the end of the operation that it stands for. */
export function completionOfRun(state: ExecutionState, operationToken: string): NexusCompletion {
  const { namespace, key } = state;
  const eventRef = { eventId: 1, eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED };
  const links: common.ILink[] = [
    { workflowEvent: { namespace, workflowId: key.workflowId, runId: key.runId, eventRef } },
  ];
  return { operationToken, startTimeMs: state.startTimeMs, links, outcome: outcomeOf(state) };
}

function outcomeOf({ closeEvent }: ExecutionState): NexusCompletion['outcome'] {
  const completed = closeEvent?.workflowExecutionCompletedEventAttributes;
  // An operation has one result; of a workflow with several the first is taken.
  if (completed != null) return { kind: 'succeeded', result: completed.result?.payloads?.[0] };
  const canceled = closeEvent?.workflowExecutionCanceledEventAttributes;
  if (canceled != null) {
    const { details } = canceled;
    return { kind: 'canceled', failure: { message: 'operation canceled', canceledFailureInfo: { details } } };
  }
  const failed = closeEvent?.workflowExecutionFailedEventAttributes;
  if (failed != null) return { kind: 'failed', failure: failed.failure ?? { message: 'operation failed' } };
  if (closeEvent?.workflowExecutionTimedOutEventAttributes != null) {
    const timeoutFailureInfo = { timeoutType: TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE };
    return { kind: 'failed', failure: { message: 'operation exceeded internal timeout', timeoutFailureInfo } };
  }
  return { kind: 'failed', failure: { message: 'operation terminated', terminatedFailureInfo: {} } };
}
