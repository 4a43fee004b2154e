import { enums } from '@perdure/protocol';
import type { CreatedFact } from './facts.js';
import { RequestIds } from './request-ids.js';
import type { ExecutionState } from './state.js';

/** Shared: a `StateDraft` copies a collection before it changes it. */
export const EMPTY_MAP: ReadonlyMap<never, never> = new Map<never, never>();

/** The state before the first fact: a run that has an identity and nothing else. */
export function initialState(created: CreatedFact): ExecutionState {
  return {
    key: { namespaceId: created.namespaceId, workflowId: created.workflowId, runId: created.runId },
    namespace: created.namespace,
    sequence: 0,
    status: enums.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING,
    started: {},
    userMetadata: undefined,
    createRequestId: created.createRequestId,
    attachedRequests: [],
    chain: { firstRunId: created.runId, originalRunId: created.runId, previousRunId: '', newRunId: '' },
    startTimeMs: 0,
    executionTimeMs: 0,
    closeTimeMs: undefined,
    closeEvent: undefined,
    runDeadlineMs: undefined,
    executionDeadlineMs: undefined,
    workflowTaskTimeoutMs: 0,
    firstWorkflowTaskDueMs: undefined,
    nextEventId: 1,
    historySizeBytes: 0,
    bufferedEvents: [],
    bufferedSizeBytes: 0,
    workflowTask: undefined,
    workflowTaskCount: 0,
    nextWorkflowTaskAttempt: 1,
    previousStartedEventId: 0,
    lastCompletedWorkflowTaskEventId: 0,
    sticky: undefined,
    workflowTaskHeartbeatStartMs: undefined,
    activities: EMPTY_MAP,
    activityIds: EMPTY_MAP,
    timers: EMPTY_MAP,
    children: EMPTY_MAP,
    externalRequests: EMPTY_MAP,
    updates: EMPTY_MAP,
    signalRequestIds: RequestIds.EMPTY,
    signalCount: 0,
    acceptedUpdateCount: 0,
    cancelRequested: false,
    cancelRequestId: '',
    memo: {},
    searchAttributes: {},
    resetPoints: [],
    parentCloseDuties: [],
    parentToNotify: false,
    deleted: false,
    resetRunId: '',
    priorityOverride: undefined,
    resetRequest: undefined,
    nexusOperations: EMPTY_MAP,
    callbacks: [],
  };
}
