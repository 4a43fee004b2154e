import { decodePriority, type LoadedDataConverter } from '@perdure/common';
import {
  decodeSearchAttributes,
  decodeTypedSearchAttributes,
  optionalTsToDate,
  requiredTsToDate,
  searchAttributePayloadConverter,
} from '@perdure/common/internal';
import { decodeMapFromPayloads } from '@perdure/common/internal/conversion';
import type { common, enums, workflowservice } from '@perdure/protocol';
import type {
  CountWorkflowExecution,
  RawWorkflowExecutionInfo,
  WorkflowExecutionInfo,
  WorkflowExecutionStatusName,
} from '../types.js';

const STATUS_NAMES: readonly WorkflowExecutionStatusName[] = [
  'UNSPECIFIED',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'TERMINATED',
  'CONTINUED_AS_NEW',
  'TIMED_OUT',
  'PAUSED',
];

/** The name of a state. */
export function statusName(code: enums.WorkflowExecutionStatus): WorkflowExecutionStatusName {
  return STATUS_NAMES[code] ?? 'UNKNOWN';
}

/** An execution off the wire as callers see it, with `raw` beside. */
export async function executionInfoFromRaw<T>(
  info: RawWorkflowExecutionInfo,
  dataConverter: LoadedDataConverter,
  raw: T,
  namespace: string,
): Promise<Omit<WorkflowExecutionInfo, 'raw'> & { raw: T }> {
  const workflowId = info.execution?.workflowId ?? '';
  const code = info.status ?? 0;
  return {
    type: info.type?.name ?? '',
    workflowId,
    runId: info.execution?.runId ?? '',
    taskQueue: info.taskQueue ?? '',
    status: { code, name: statusName(code) },
    historyLength: Number(info.historyLength ?? 0),
    // Zero is what servers without the figure send.
    historySize: info.historySizeBytes ? Number(info.historySizeBytes) : undefined,
    startTime: requiredTsToDate(info.startTime, 'startTime'),
    executionTime: optionalTsToDate(info.executionTime),
    closeTime: optionalTsToDate(info.closeTime),
    memo: await decodeMapFromPayloads(dataConverter, info.memo?.fields, { type: 'workflow', namespace, workflowId }),
    searchAttributes: decodeSearchAttributes(info.searchAttributes?.indexedFields),
    typedSearchAttributes: decodeTypedSearchAttributes(info.searchAttributes?.indexedFields),
    parentExecution: executionOf(info.parentExecution),
    rootExecution: executionOf(info.rootExecution),
    raw,
    priority: decodePriority(info.priority),
  };
}

function executionOf(execution: common.IWorkflowExecution | null | undefined) {
  if (!execution) return undefined;
  return { workflowId: execution.workflowId ?? '', runId: execution.runId ?? '' };
}

/** A count off the wire as callers see it. */
export function decodeCount(response: workflowservice.ICountWorkflowExecutionsResponse): CountWorkflowExecution {
  return {
    count: Number(response.count ?? 0),
    groups: (response.groups ?? []).map((group) => ({
      count: Number(group.count ?? 0),
      groupValues: (group.groupValues ?? []).map((value) => searchAttributePayloadConverter.fromPayload(value)),
    })),
  };
}
