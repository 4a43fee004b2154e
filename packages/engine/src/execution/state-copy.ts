import type { ExecutionState } from './state.js';

/** A state that its owner may still change. */
export type MutableState = { -readonly [Field in keyof ExecutionState]: ExecutionState[Field] };

/**
 * Copies a state, and not what it holds. Field by field, because V8 gives each copy by a spread another hidden class than its source
 * has: after a few decisions every access to a state would be a search. Here all states have the same one.
 */
export function copyState(state: ExecutionState): MutableState {
  return {
    key: state.key,
    namespace: state.namespace,
    sequence: state.sequence,
    status: state.status,
    started: state.started,
    userMetadata: state.userMetadata,
    createRequestId: state.createRequestId,
    attachedRequests: state.attachedRequests,
    chain: state.chain,
    startTimeMs: state.startTimeMs,
    executionTimeMs: state.executionTimeMs,
    closeTimeMs: state.closeTimeMs,
    closeEvent: state.closeEvent,
    runDeadlineMs: state.runDeadlineMs,
    executionDeadlineMs: state.executionDeadlineMs,
    workflowTaskTimeoutMs: state.workflowTaskTimeoutMs,
    firstWorkflowTaskDueMs: state.firstWorkflowTaskDueMs,
    nextEventId: state.nextEventId,
    historySizeBytes: state.historySizeBytes,
    bufferedEvents: state.bufferedEvents,
    bufferedSizeBytes: state.bufferedSizeBytes,
    workflowTask: state.workflowTask,
    workflowTaskCount: state.workflowTaskCount,
    nextWorkflowTaskAttempt: state.nextWorkflowTaskAttempt,
    previousStartedEventId: state.previousStartedEventId,
    lastCompletedWorkflowTaskEventId: state.lastCompletedWorkflowTaskEventId,
    sticky: state.sticky,
    workflowTaskHeartbeatStartMs: state.workflowTaskHeartbeatStartMs,
    activities: state.activities,
    activityIds: state.activityIds,
    timers: state.timers,
    children: state.children,
    externalRequests: state.externalRequests,
    updates: state.updates,
    signalRequestIds: state.signalRequestIds,
    signalCount: state.signalCount,
    acceptedUpdateCount: state.acceptedUpdateCount,
    cancelRequested: state.cancelRequested,
    cancelRequestId: state.cancelRequestId,
    memo: state.memo,
    searchAttributes: state.searchAttributes,
    resetPoints: state.resetPoints,
    parentCloseDuties: state.parentCloseDuties,
    parentToNotify: state.parentToNotify,
    deleted: state.deleted,
    resetRunId: state.resetRunId,
    priorityOverride: state.priorityOverride,
    resetRequest: state.resetRequest,
    nexusOperations: state.nexusOperations,
    callbacks: state.callbacks,
  };
}
