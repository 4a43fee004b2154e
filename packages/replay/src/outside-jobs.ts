import { timestampToMs, type history } from '@perdure/protocol';
import type { ActivationJob, InitializeWorkflowJob } from '@perdure/common/activation';
import { randomnessSeedOf } from './randomness-seed.js';

/** The first job of a run, from its first event. */
export function initializeJob(
  event: history.HistoryEvent,
  started: history.WorkflowExecutionStartedEventAttributes,
  runId: string,
): InitializeWorkflowJob {
  const originalRunId = started.originalExecutionRunId || runId;
  const parent = started.parentWorkflowExecution;
  const root = started.rootWorkflowExecution;
  return {
    kind: 'initializeWorkflow',
    workflowType: started.workflowType?.name ?? '',
    workflowId: started.workflowId,
    arguments: started.input?.payloads ?? [],
    randomnessSeed: () => randomnessSeedOf(originalRunId),
    headers: started.header?.fields ?? {},
    identity: started.identity,
    parentWorkflowInfo:
      parent === undefined
        ? undefined
        : { namespace: started.parentWorkflowNamespace, workflowId: parent.workflowId, runId: parent.runId },
    rootWorkflow: root === undefined ? undefined : { workflowId: root.workflowId, runId: root.runId },
    workflowExecutionTimeout: started.workflowExecutionTimeout,
    workflowRunTimeout: started.workflowRunTimeout,
    workflowTaskTimeout: started.workflowTaskTimeout,
    workflowExecutionExpirationTime: started.workflowExecutionExpirationTime,
    continuedFromExecutionRunId: started.continuedExecutionRunId,
    continuedInitiator: started.initiator,
    continuedFailure: started.continuedFailure,
    lastCompletionResult: started.lastCompletionResult?.payloads ?? [],
    firstExecutionRunId: started.firstExecutionRunId,
    originalExecutionRunId: originalRunId,
    retryPolicy: started.retryPolicy,
    attempt: started.attempt,
    cronSchedule: started.cronSchedule,
    cronScheduleToScheduleInterval: started.firstWorkflowTaskBackoff,
    memo: started.memo?.fields ?? {},
    searchAttributes: started.searchAttributes?.indexedFields ?? {},
    startTimeMs: Math.floor(timestampToMs(event.eventTime) ?? 0),
    priority: started.priority,
  };
}

/** The job of an event that came from outside and stands for itself: a signal, or a request to cancel. `undefined` for any other. */
export function outsideJob(event: history.HistoryEvent): ActivationJob | undefined {
  const signaled = event.workflowExecutionSignaledEventAttributes;
  if (signaled !== undefined) {
    const { signalName, input, identity, header } = signaled;
    return {
      kind: 'signalWorkflow',
      signalName,
      input: input?.payloads ?? [],
      identity,
      headers: header?.fields ?? {},
      originatingEventId: event.eventId,
    };
  }
  const cancelRequested = event.workflowExecutionCancelRequestedEventAttributes;
  return cancelRequested && { kind: 'cancelWorkflow', reason: cancelRequested.cause };
}
