import { enums, type common, type failure } from '@perdure/protocol';
import { nextAttempt, retrySchedule } from '../../retry.js';
import type { Draft } from '../draft.js';
import { isClosed } from '../state.js';
import type { Transition } from '../transition.js';
import { flushBufferedEvents } from './buffered-events.js';
import { continueRun, cronBackoffMs, type NextRun } from './run.js';
import { endWorkflowTaskAsFailed } from './workflow-task.js';

const { ContinueAsNewInitiator, EventType, RetryState, TimeoutType, WorkflowTaskFailedCause } = enums;

/**
 * Makes room for a closing event that no workflow task asked for: ends a running workflow task, and lets buffered
 * events into history before the end.
 */
export function prepareForcedClose(draft: Draft): void {
  const task = draft.state.workflowTask;
  if (task !== undefined && task.startedEventId !== 0) {
    endWorkflowTaskAsFailed(draft, {
      cause: WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND,
      failure: undefined,
      identity: 'history-service',
    });
  }
  flushBufferedEvents(draft);
}

/** Updates that were not accepted end with the run; those who wait for them are told by the shell. */
export function dropUnacceptedUpdates(draft: Draft): void {
  for (const entry of [...draft.state.updates.values()]) {
    if (entry.phase === 'admitted' || entry.phase === 'sent')
      draft.record({ kind: 'updateDropped', updateId: entry.updateId });
  }
}

/** Completes the run; a cron schedule opens the next one. */
export function completeRun(
  draft: Draft,
  result: common.IPayloads | null | undefined,
  workflowTaskCompletedEventId: number,
): Transition[] {
  const next = cronRun(draft, { lastCompletionResult: result, continuedFailure: undefined });
  draft.event(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, {
    workflowExecutionCompletedEventAttributes: {
      result,
      workflowTaskCompletedEventId,
      newExecutionRunId: next?.runId ?? '',
    },
  });
  return openNext(draft, next);
}

/** Fails the run; its retry policy, or else its cron schedule, opens the next one. */
export function failRun(
  draft: Draft,
  reason: failure.IFailure | null | undefined,
  workflowTaskCompletedEventId: number,
): Transition[] {
  const { retryState, next } = afterFailure(draft, reason ?? undefined);
  draft.event(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, {
    workflowExecutionFailedEventAttributes: {
      failure: reason,
      retryState,
      workflowTaskCompletedEventId,
      newExecutionRunId: next?.runId ?? '',
    },
  });
  return openNext(draft, next);
}

/** The run or execution timeout has passed. */
export function timeOutRun(draft: Draft, isExecutionTimeout: boolean): Transition[] {
  prepareForcedClose(draft);
  const reason: failure.IFailure = {
    message: isExecutionTimeout ? 'workflow execution timeout' : 'workflow timeout',
    timeoutFailureInfo: { timeoutType: TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE },
  };
  const { retryState, next } = isExecutionTimeout
    ? { retryState: RetryState.RETRY_STATE_TIMEOUT, next: undefined }
    : afterFailure(draft, reason);
  draft.event(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT, {
    workflowExecutionTimedOutEventAttributes: { retryState, newExecutionRunId: next?.runId ?? '' },
  });
  return openNext(draft, next);
}

/** A history that has outgrown its limits ends the run: no worker could replay it, and it would only grow. */
export function enforceHistoryLimits(draft: Draft): void {
  const { state, context } = draft;
  const { historySizeBytes, historyEventCount } = context.limits;
  if (isClosed(state)) return;
  if (state.historySizeBytes > historySizeBytes) terminateForLimit(draft, 'Workflow history size exceeds limit.');
  else if (state.nextEventId - 1 > historyEventCount) terminateForLimit(draft, 'Workflow history count exceeds limit.');
}

function terminateForLimit(draft: Draft, reason: string): void {
  terminateRun(draft, { reason, details: undefined, identity: 'history-service' });
}

/** Why and by whom a run is terminated. */
export interface Termination {
  readonly reason: string;
  readonly details: common.IPayloads | null | undefined;
  readonly identity: string;
  readonly links?: readonly common.ILink[] | null | undefined;
}

/** Ends the run at once, whatever it was doing. */
export function terminateRun(draft: Draft, termination: Termination): void {
  if (isClosed(draft.state)) return;
  prepareForcedClose(draft);
  const { reason, details, identity } = termination;
  draft.event(
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
    { workflowExecutionTerminatedEventAttributes: { reason, details, identity } },
    { links: termination.links },
  );
  dropUnacceptedUpdates(draft);
}

interface AfterFailure {
  readonly retryState: enums.RetryState;
  readonly next: NextRun | undefined;
}

function afterFailure(draft: Draft, reason: failure.IFailure | undefined): AfterFailure {
  const { state, context } = draft;
  const policy = state.started.retryPolicy;
  const attempt = state.started.attempt ?? 1;
  const verdict = nextAttempt(policy == null ? undefined : retrySchedule(policy, context.limits), {
    attempt,
    failure: reason,
    nowMs: context.nowMs,
    deadlineMs: state.executionDeadlineMs,
  });
  if (verdict.retry) {
    const next: NextRun = {
      runId: context.newId(),
      initiator: ContinueAsNewInitiator.CONTINUE_AS_NEW_INITIATOR_RETRY,
      attempt: attempt + 1,
      backoffMs: verdict.delayMs,
      continuedFailure: reason,
      lastCompletionResult: state.started.lastCompletionResult,
    };
    return { retryState: RetryState.RETRY_STATE_IN_PROGRESS, next };
  }
  return {
    retryState: verdict.state,
    next: cronRun(draft, { lastCompletionResult: state.started.lastCompletionResult, continuedFailure: reason }),
  };
}

function cronRun(
  draft: Draft,
  carried: Pick<NextRun, 'lastCompletionResult' | 'continuedFailure'>,
): NextRun | undefined {
  const backoffMs = cronBackoffMs(draft.state, draft.context);
  if (backoffMs === undefined) return undefined;
  return {
    runId: draft.context.newId(),
    initiator: ContinueAsNewInitiator.CONTINUE_AS_NEW_INITIATOR_CRON_SCHEDULE,
    attempt: 1,
    backoffMs,
    ...carried,
  };
}

function openNext(draft: Draft, next: NextRun | undefined): Transition[] {
  dropUnacceptedUpdates(draft);
  return next === undefined ? [] : [continueRun(draft.state, next, draft.context)];
}
