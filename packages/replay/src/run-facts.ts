import { enums, type history, type query } from '@perdure/protocol';
import type { WorkflowCommand } from '@perdure/common/activation';
import { CorruptHistoryError } from './errors.js';

const type = enums.EventType;

/** Commands that end a run. */
export const CLOSING: ReadonlySet<WorkflowCommand['kind']> = new Set([
  'completeWorkflowExecution',
  'failWorkflowExecution',
  'cancelWorkflowExecution',
  'continueAsNewWorkflowExecution',
]);

/** Events after which more is to come of the same activity, child workflow or operation. */
export const GOES_ON_AFTER: ReadonlySet<number> = new Set([
  type.EVENT_TYPE_ACTIVITY_TASK_STARTED,
  type.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED,
  type.EVENT_TYPE_NEXUS_OPERATION_STARTED,
  type.EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED,
  type.EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED,
]);

/** Throws `CorruptHistoryError` if events are missing or out of order, or the history does not begin with the start of its run. */
export function assertConsecutive(events: readonly history.HistoryEvent[]): void {
  const [first] = events;
  if (first?.eventId === 1 && first.workflowExecutionStartedEventAttributes === undefined) {
    throw new CorruptHistoryError(first, 'a history begins with the start of its run');
  }
  for (let index = 1; index < events.length; index += 1) {
    const event = events[index] as history.HistoryEvent;
    const before = events[index - 1]?.eventId ?? 0;
    if (event.eventId !== before + 1) throw new CorruptHistoryError(event, `it comes right after event ${before}`);
    if (event.workflowExecutionStartedEventAttributes !== undefined) {
      throw new CorruptHistoryError(event, 'a run is started once, by its first event');
    }
  }
}

/** The version of the worker on record: that of its deployment, or the build id of a worker without one. */
export function recordedVersionOf({
  deploymentVersion,
  workerVersion,
}: history.WorkflowTaskCompletedEventAttributes):
  { readonly deploymentName: string; readonly buildId: string } | undefined {
  if (deploymentVersion === undefined) {
    const buildId = workerVersion?.buildId ?? '';
    return buildId === '' ? undefined : { deploymentName: '', buildId };
  }
  return { deploymentName: deploymentVersion.deploymentName, buildId: deploymentVersion.buildId };
}

/** The answer of workflow code to a query, as the server takes it. */
export function queryResultOf(
  result: Extract<WorkflowCommand, { kind: 'respondToQuery' }>['result'],
): query.IWorkflowQueryResult {
  const { QUERY_RESULT_TYPE_ANSWERED, QUERY_RESULT_TYPE_FAILED } = enums.QueryResultType;
  if (result.status === 'succeeded') {
    return { resultType: QUERY_RESULT_TYPE_ANSWERED, answer: { payloads: [result.response] } };
  }
  const { failure } = result;
  return { resultType: QUERY_RESULT_TYPE_FAILED, errorMessage: failure.message, failure };
}
