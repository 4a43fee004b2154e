import type { History } from '@perdure/common/proto-utils';
import type { HistoryAndWorkflowId } from '@perdure/common';
import type { history } from '@perdure/protocol';
import { throwWorkflowError } from '../error-conversion.js';
import { listed } from '../listed.js';
import { mapConcurrently } from '../map-concurrently.js';
import type { CountWorkflowExecution, WorkflowExecution, WorkflowExecutionInfo } from '../types.js';
import type { CallScope } from './call-scope.js';
import { decodeCount, executionInfoFromRaw } from './execution-info.js';
import type { AsyncWorkflowListIterable, IntoHistoriesOptions, ListOptions } from './workflow-handle.js';

const DEFAULT_HISTORY_CONCURRENCY = 5;

/** The executions that match a query. Every iteration asks the server anew. */
export function listWorkflows(scope: CallScope, options: ListOptions): AsyncWorkflowListIterable {
  const { service, namespace, dataConverter } = scope;
  const { pageSize, query } = options;
  const executions = listed(
    (nextPageToken) =>
      service
        .listWorkflowExecutions({ namespace, query, nextPageToken, pageSize })
        .catch((error: unknown) => throwWorkflowError(error, 'Failed to list workflows')),
    (page) => page.executions,
    (raw) => executionInfoFromRaw(raw, dataConverter, raw, namespace),
  );
  return { ...executions, intoHistories: (historyOptions) => histories(scope, executions, historyOptions) };
}

function histories(
  scope: CallScope,
  executions: AsyncIterable<WorkflowExecutionInfo>,
  options: IntoHistoriesOptions = {},
): AsyncIterable<HistoryAndWorkflowId> {
  const fetched = async ({ workflowId, runId }: WorkflowExecutionInfo): Promise<HistoryAndWorkflowId> => ({
    workflowId,
    history: await fetchHistory(scope, { workflowId, runId }),
  });
  const { concurrency = DEFAULT_HISTORY_CONCURRENCY, bufferLimit } = options;
  return mapConcurrently(executions, fetched, { concurrency, bufferLimit });
}

/** The whole history of a run. Errors of calls pass through as they are, as in Temporal's SDK. */
export async function fetchHistory(scope: CallScope, execution: WorkflowExecution): Promise<History> {
  const events: history.HistoryEvent[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await scope.service.getWorkflowExecutionHistory({
      namespace: scope.namespace,
      execution,
      nextPageToken,
    });
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0);
  return { events };
}

/** How many executions match a query. */
export async function countWorkflows(scope: CallScope, query: string | undefined): Promise<CountWorkflowExecution> {
  const response = await scope.service
    .countWorkflowExecutions({ namespace: scope.namespace, query })
    .catch((error: unknown) => throwWorkflowError(error, 'Failed to count workflows'));
  return decodeCount(response);
}
