import { common, EncodedMessage, msToDuration, msToTimestamp, type enums, type workflow } from '@perdure/protocol';
import type { Namespace } from '../namespace/index.js';
import type { ListedExecution } from '../store/index.js';
import { withTypeMetadata } from './search-attribute-validation.js';

/** One execution as List shows it. */
export function listedExecution(namespace: Namespace, row: ListedExecution): workflow.IWorkflowExecutionInfo {
  return {
    execution: { workflowId: row.workflowId, runId: row.runId },
    type: { name: row.workflowType },
    taskQueue: row.taskQueue,
    status: row.status as enums.WorkflowExecutionStatus,
    startTime: msToTimestamp(row.startTimeMs),
    executionTime: msToTimestamp(row.executionTimeMs),
    closeTime: msToTimestamp(row.closeTimeMs),
    executionDuration: msToDuration(row.executionDurationMs),
    historyLength: row.historyLength,
    historySizeBytes: row.historySizeBytes,
    stateTransitionCount: row.stateTransitionCount,
    parentExecution: reference(row.parentWorkflowId, row.parentRunId),
    rootExecution: reference(row.rootWorkflowId, row.rootRunId),
    memo: new EncodedMessage(row.memo),
    searchAttributes: searchAttributes(namespace, row.encodedSearchAttributes),
  };
}

function reference(workflowId: string | undefined, runId: string | undefined): common.IWorkflowExecution | undefined {
  return workflowId === undefined ? undefined : { workflowId, runId };
}

function searchAttributes(namespace: Namespace, encoded: Uint8Array): common.ISearchAttributes {
  if (encoded.length === 0) return {};
  return { indexedFields: withTypeMetadata(namespace, common.SearchAttributes.decode(encoded).indexedFields) };
}
