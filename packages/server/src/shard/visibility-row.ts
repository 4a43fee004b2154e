import {
  isClosed,
  type ExecutionState,
  type SearchAttributeJson,
  type SearchAttributes,
  type SearchAttributeType,
} from '@perdure/engine';
import { common } from '@perdure/protocol';
import type { VisibilityRow } from '../store/index.js';
import type { LiveExecution } from './live-execution.js';
import type { ShardDependencies } from './ports.js';

/** Makes the rows that list queries see, and knows which of them have changed. */
export class VisibilityRows {
  constructor(private readonly dependencies: Pick<ShardDependencies, 'searchAttributeType' | 'log'>) {}

  /** The row of the run, or `undefined` if the one written last still holds. */
  changed(live: LiveExecution): VisibilityRow | undefined {
    const { state } = live;
    const { status, memo, searchAttributes, executionTimeMs } = state;
    const before = live.visibilitySource;
    const same =
      before !== undefined &&
      before.status === status &&
      before.memo === memo &&
      before.searchAttributes === searchAttributes &&
      before.executionTimeMs === executionTimeMs;
    if (same) return undefined;
    live.visibilitySource = { status, memo, searchAttributes, executionTimeMs };
    return this.row(state);
  }

  private row(state: ExecutionState): VisibilityRow {
    const { namespaceId, workflowId, runId } = state.key;
    const { started } = state;
    // Of a run without parent the first event may name an older run: the one that a reset copied it from.
    const root = started.parentWorkflowExecution == null ? undefined : started.rootWorkflowExecution;
    return {
      namespaceId,
      workflowId,
      runId,
      workflowType: started.workflowType?.name ?? '',
      taskQueue: started.taskQueue?.name ?? '',
      status: state.status,
      startTimeMs: state.startTimeMs,
      executionTimeMs: state.executionTimeMs,
      ...(isClosed(state) ? closedColumns(state) : {}),
      parentWorkflowId: started.parentWorkflowExecution?.workflowId ?? undefined,
      parentRunId: started.parentWorkflowExecution?.runId ?? undefined,
      rootWorkflowId: root?.workflowId ?? workflowId,
      rootRunId: root?.runId ?? runId,
      memo: common.Memo.encode({ fields: state.memo }),
      encodedSearchAttributes: common.SearchAttributes.encode({ indexedFields: state.searchAttributes }),
      searchAttributes: this.queryable(namespaceId, state.searchAttributes),
    };
  }

  private queryable(namespaceId: string, payloads: ExecutionState['searchAttributes']): SearchAttributes {
    return queryableSearchAttributes(payloads, (name) => this.dependencies.searchAttributeType(namespaceId, name));
  }
}

function closedColumns(state: ExecutionState) {
  const closeTimeMs = state.closeTimeMs ?? 0;
  return {
    closeTimeMs,
    executionDurationMs: Math.max(0, closeTimeMs - state.executionTimeMs),
    historyLength: state.nextEventId - 1,
    historySizeBytes: state.historySizeBytes,
    stateTransitionCount: state.sequence,
  };
}

const NONE: SearchAttributes = {};

/** Search attributes as queries see them. What has no type, or no value that JSON can tell, is left out. */
export function queryableSearchAttributes(
  payloads: Readonly<Record<string, common.IPayload>> | null | undefined,
  typeOf: (name: string) => SearchAttributeType | undefined,
): SearchAttributes {
  const entries = Object.entries(payloads ?? NONE);
  if (entries.length === 0) return NONE;
  const values = entries.flatMap(([name, payload]) => {
    const [type, value] = [typeOf(name), decodeSearchAttribute(payload)];
    return type === undefined || value === undefined ? [] : [[name, { type, value }] as const];
  });
  // Not by assignment: a name may be `__proto__`.
  return Object.fromEntries(values);
}

const decoder = new TextDecoder();

/** The JSON value of a search attribute payload, or `undefined` if it holds none. */
function decodeSearchAttribute(payload: common.IPayload | undefined): SearchAttributeJson | undefined {
  if (payload?.data == null) return undefined;
  try {
    const value: unknown = JSON.parse(decoder.decode(payload.data));
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    // SDKs wrap single values of older search attributes in a list.
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    return Array.isArray(value) && value.length === 1 && (typeof value[0] === 'number' || typeof value[0] === 'boolean')
      ? value[0]
      : undefined;
  } catch {
    return undefined;
  }
}
