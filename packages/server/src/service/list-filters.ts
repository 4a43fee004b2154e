import type { ColumnName, FieldType, QueryField, VisibilityCondition } from '@perdure/engine';
import { enums, timestampToMs, type workflowservice } from '@perdure/protocol';
import { ServiceError } from '../api/index.js';

const { WorkflowExecutionStatus } = enums;
const RUNNING = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;

const workflowId = column('WorkflowId', 'workflowId', 'Keyword');
const runId = column('RunId', 'runId', 'Keyword');
const workflowType = column('WorkflowType', 'workflowType', 'Keyword');
const status = column('ExecutionStatus', 'status', 'Status');
const startTime = column('StartTime', 'startTimeMs', 'Datetime');
const closeTime = column('CloseTime', 'closeTimeMs', 'Datetime');

/** What ListOpenWorkflowExecutions asks for: running executions, by their start. */
export function openFilters(request: workflowservice.ListOpenWorkflowExecutionsRequest): VisibilityCondition {
  return all([equal(status, RUNNING), ...timeFilter(startTime, request), ...identityFilter(request)]);
}

/** What ListClosedWorkflowExecutions asks for. The times are those of the close, whatever the filter's name says. */
export function closedFilters(request: workflowservice.ListClosedWorkflowExecutionsRequest): VisibilityCondition {
  const { statusFilter } = request;
  const isClosed: VisibilityCondition = { kind: 'compare', field: status, operator: '!=', value: RUNNING };
  const wanted = statusFilter === undefined ? isClosed : equal(status, closedStatus(statusFilter.status));
  return all([wanted, ...timeFilter(closeTime, request), ...identityFilter(request)]);
}

function closedStatus(wanted: enums.WorkflowExecutionStatus): enums.WorkflowExecutionStatus {
  if (wanted !== RUNNING && wanted !== WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED) return wanted;
  throw new ServiceError('INVALID_ARGUMENT', 'StatusFilter must be specified and must be not Running.');
}

type TimeFiltered = Pick<workflowservice.ListOpenWorkflowExecutionsRequest, 'startTimeFilter'>;

function timeFilter(field: QueryField, { startTimeFilter }: TimeFiltered): VisibilityCondition[] {
  const earliestMs = timestampToMs(startTimeFilter?.earliestTime);
  const latestMs = timestampToMs(startTimeFilter?.latestTime);
  if (earliestMs !== undefined && latestMs !== undefined && earliestMs > latestMs) {
    throw new ServiceError('INVALID_ARGUMENT', 'EarliestTime in StartTimeFilter should not be larger than LatestTime.');
  }
  const conditions: VisibilityCondition[] = [];
  if (earliestMs !== undefined) conditions.push({ kind: 'compare', field, operator: '>=', value: earliestMs });
  if (latestMs !== undefined) conditions.push({ kind: 'compare', field, operator: '<=', value: latestMs });
  return conditions;
}

type IdentityFiltered = Pick<workflowservice.ListOpenWorkflowExecutionsRequest, 'executionFilter' | 'typeFilter'>;

function identityFilter({ executionFilter, typeFilter }: IdentityFiltered): VisibilityCondition[] {
  if (typeFilter !== undefined) return [equal(workflowType, typeFilter.name)];
  if (executionFilter === undefined) return [];
  const byId = equal(workflowId, executionFilter.workflowId);
  return executionFilter.runId === '' ? [byId] : [byId, equal(runId, executionFilter.runId)];
}

function all(operands: readonly VisibilityCondition[]): VisibilityCondition {
  return { kind: 'and', operands };
}

function equal(field: QueryField, value: string | number): VisibilityCondition {
  return { kind: 'compare', field, operator: '=', value };
}

function column(name: string, columnName: ColumnName, type: FieldType): QueryField {
  return { source: 'column', name, column: columnName, type };
}
