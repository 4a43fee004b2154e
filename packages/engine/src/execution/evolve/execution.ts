import { durationToMs, timestampToMs, type common, type history } from '@perdure/protocol';
import type { StateDraft } from '../state-draft.js';

/** Applies event 1. */
export function executionStarted(draft: StateDraft, event: history.IHistoryEvent): void {
  const attributes = event.workflowExecutionStartedEventAttributes ?? {};
  const startTimeMs = timestampToMs(event.eventTime) ?? 0;
  const backoffMs = durationToMs(attributes.firstWorkflowTaskBackoff) ?? 0;
  const executionTimeMs = startTimeMs + backoffMs;
  const runTimeoutMs = durationToMs(attributes.workflowRunTimeout) ?? 0;
  const executionDeadlineMs = timestampToMs(attributes.workflowExecutionExpirationTime) || undefined;
  draft.set({
    started: attributes,
    userMetadata: event.userMetadata ?? undefined,
    startTimeMs,
    executionTimeMs,
    runDeadlineMs: runTimeoutMs > 0 ? executionTimeMs + runTimeoutMs : undefined,
    executionDeadlineMs,
    workflowTaskTimeoutMs: durationToMs(attributes.workflowTaskTimeout) ?? 0,
    firstWorkflowTaskDueMs: backoffMs > 0 ? executionTimeMs : undefined,
    chain: {
      firstRunId: attributes.firstExecutionRunId || draft.state.key.runId,
      originalRunId: attributes.originalExecutionRunId || draft.state.key.runId,
      previousRunId: attributes.continuedExecutionRunId ?? '',
      newRunId: '',
    },
    memo: present(attributes.memo?.fields),
    searchAttributes: present(attributes.searchAttributes?.indexedFields),
    resetPoints: attributes.prevAutoResetPoints?.points ?? [],
  });
}

export function searchAttributesUpserted(draft: StateDraft, event: history.IHistoryEvent): void {
  const upserted = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
  draft.set({ searchAttributes: merge(draft.state.searchAttributes, upserted) });
}

export function memoModified(draft: StateDraft, event: history.IHistoryEvent): void {
  const upserted = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields;
  draft.set({ memo: merge(draft.state.memo, upserted) });
}

export function optionsUpdated(draft: StateDraft, event: history.IHistoryEvent): void {
  const requestId = event.workflowExecutionOptionsUpdatedEventAttributes?.attachedRequestId ?? '';
  if (requestId !== '')
    draft.set({ attachedRequests: [...draft.state.attachedRequests, { requestId, eventId: event.eventId ?? 0 }] });
}

type Payloads = Readonly<Record<string, common.IPayload | null | undefined>>;

function present(fields: Payloads | null | undefined): Readonly<Record<string, common.IPayload>> {
  return merge({}, fields);
}

/** An empty or null payload removes the key: that is how a workflow unsets a memo field or a search attribute. */
function merge(
  before: Readonly<Record<string, common.IPayload>>,
  changes: Payloads | null | undefined,
): Readonly<Record<string, common.IPayload>> {
  if (changes == null) return before;
  const merged: Record<string, common.IPayload> = { ...before };
  for (const [name, payload] of Object.entries(changes)) {
    if (payload == null || isNullPayload(payload)) delete merged[name];
    else merged[name] = payload;
  }
  return merged;
}

const NULL_ENCODING = 'binary/null';

function isNullPayload(payload: common.IPayload): boolean {
  const encoding = payload.metadata?.['encoding'];
  const isNullEncoding = encoding != null && String.fromCharCode(...encoding) === NULL_ENCODING;
  const data = payload.data;
  if (data == null || data.length === 0) return true;
  return isNullEncoding || isEmptyJson(data);
}

/** `null` and `[]` in JSON. */
function isEmptyJson(data: Uint8Array): boolean {
  if (data.length > 4) return false;
  const text = String.fromCharCode(...data);
  return text === 'null' || text === '[]';
}
