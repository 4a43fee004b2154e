import { durationToMs, timestampToMs, type common, type history } from '@perdure/protocol';
import type { StateDraft } from '../state-draft.js';
import { callbacksAdded } from './callback.js';

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
  callbacksAdded(draft, attributes.completionCallbacks, startTimeMs);
}

/** Search attributes were set or removed. */
export function searchAttributesUpserted(draft: StateDraft, event: history.IHistoryEvent): void {
  const upserted = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
  draft.set({ searchAttributes: merge(draft.state.searchAttributes, upserted) });
}

/** Memo fields were set or removed. */
export function memoModified(draft: StateDraft, event: history.IHistoryEvent): void {
  const upserted = event.workflowPropertiesModifiedEventAttributes?.upsertedMemo?.fields;
  draft.set({ memo: merge(draft.state.memo, upserted) });
}

/** A later start was attached to the run, or its priority was set. */
export function optionsUpdated(draft: StateDraft, event: history.IHistoryEvent): void {
  const attributes = event.workflowExecutionOptionsUpdatedEventAttributes ?? {};
  const { attachedRequestId, priority } = attributes;
  callbacksAdded(draft, attributes.attachedCompletionCallbacks, timestampToMs(event.eventTime) ?? 0);
  if (priority != null) draft.set({ priorityOverride: priority });
  const requestId = attachedRequestId ?? '';
  if (requestId !== '')
    draft.set({ attachedRequests: [...draft.state.attachedRequests, { requestId, eventId: event.eventId ?? 0 }] });
}

type Payloads = Readonly<Record<string, common.IPayload | null | undefined>>;

function present(fields: Payloads | null | undefined): Readonly<Record<string, common.IPayload>> {
  const kept = Object.entries(fields ?? {}).flatMap(([name, payload]) =>
    payload == null ? [] : [[name, payload] as const],
  );
  // Not by assignment: a name may be `__proto__`.
  return Object.fromEntries(kept);
}

/** Upserting an empty payload, or an empty JSON list, removes the key; a JSON null stays, as a value. */
function merge(
  before: Readonly<Record<string, common.IPayload>>,
  changes: Payloads | null | undefined,
): Readonly<Record<string, common.IPayload>> {
  if (changes == null) return before;
  const merged = new Map(Object.entries(before));
  for (const [name, payload] of Object.entries(changes)) {
    if (payload == null || isRemoval(payload.data)) merged.delete(name);
    else merged.set(name, payload);
  }
  return Object.fromEntries(merged);
}

const [LIST_BEGIN, LIST_END] = [0x5b, 0x5d];

function isRemoval(data: Uint8Array | null | undefined): boolean {
  if (data == null || data.length === 0) return true;
  return data.length === 2 && data[0] === LIST_BEGIN && data[1] === LIST_END;
}
