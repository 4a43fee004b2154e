import {
  durationToMs,
  enums,
  msToDuration,
  msToTimestamp,
  type common,
  type failure,
  type history,
  type sdk,
  type taskqueue,
} from '@perdure/protocol';
import { cronDelayMs } from '../../cron.js';
import { withoutBuildIds } from '../build-ids.js';
import { Draft } from '../draft.js';
import type { CreatedFact } from '../facts.js';
import { initialState } from '../initial-state.js';
import { runPriority, type ExecutionState } from '../state.js';
import type { DecideContext, Transition } from '../transition.js';
import { scheduleFirstWorkflowTask } from './workflow-task.js';

const { EventType } = enums;

/** What event 1 carries beside its attributes. */
export interface StartExtras {
  readonly userMetadata?: sdk.IUserMetadata | null | undefined;
  readonly links?: readonly common.ILink[] | null | undefined;
}

/** Opens a run with event 1. The first workflow task is the caller's: a signal may have to come before it. */
export function openRun(
  created: CreatedFact,
  attributes: history.IWorkflowExecutionStartedEventAttributes,
  context: DecideContext,
  extras: StartExtras = {},
): Draft {
  const draft = new Draft(initialState(created), context);
  draft.record({ kind: 'created', execution: created });
  draft.event(
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    { workflowExecutionStartedEventAttributes: attributes },
    extras,
  );
  return draft;
}

/** Schedules the first workflow task unless a start delay, cron schedule or retry backoff holds it back. */
export function beginRun(draft: Draft): void {
  if (draft.state.firstWorkflowTaskDueMs === undefined) scheduleFirstWorkflowTask(draft);
}

/** How the next run of a chain differs from the run it follows; what is left out stays the same. */
export interface NextRun {
  readonly runId: string;
  readonly initiator: enums.ContinueAsNewInitiator;
  readonly attempt: number;
  readonly backoffMs: number;
  readonly continuedFailure?: failure.IFailure | null | undefined;
  readonly lastCompletionResult?: common.IPayloads | null | undefined;
  /** Given by a continue-as-new command only. */
  readonly command?: {
    readonly workflowType: common.IWorkflowType;
    readonly taskQueue: taskqueue.ITaskQueue;
    readonly input: common.IPayloads | null | undefined;
    readonly header: common.IHeader | null | undefined;
    readonly runTimeoutMs: number;
    readonly workflowTaskTimeoutMs: number;
    readonly retryPolicy: common.IRetryPolicy | null | undefined;
    readonly cronSchedule: string;
    readonly memo: common.IMemo | null | undefined;
    readonly searchAttributes: common.ISearchAttributes | null | undefined;
  };
}

/** Opens the run that continues `previous`: by continue-as-new, retry or cron. */
export function continueRun(previous: ExecutionState, next: NextRun, context: DecideContext): Transition {
  const created: CreatedFact = {
    ...previous.key,
    namespace: previous.namespace,
    runId: next.runId,
    createRequestId: context.newId(),
  };
  const draft = openRun(created, continuedAttributes(previous, next, context), context, {
    userMetadata: previous.userMetadata,
  });
  beginRun(draft);
  return draft.finish();
}

function continuedAttributes(
  previous: ExecutionState,
  next: NextRun,
  context: DecideContext,
): history.IWorkflowExecutionStartedEventAttributes {
  const before = previous.started;
  const { command } = next;
  // A workflow that continues as new says what it takes along; a retry or a cron run takes everything.
  const memoFields = command === undefined ? previous.memo : (command.memo?.fields ?? {});
  const searchFields =
    command === undefined
      ? withoutBuildIds(previous.searchAttributes)
      : (command.searchAttributes?.indexedFields ?? {});
  return {
    ...before,
    workflowType: command?.workflowType ?? before.workflowType,
    taskQueue: command?.taskQueue ?? before.taskQueue,
    input: command === undefined ? before.input : command.input,
    header: command === undefined ? before.header : command.header,
    workflowRunTimeout: cappedRunTimeout(
      previous,
      command?.runTimeoutMs ?? durationToMs(before.workflowRunTimeout) ?? 0,
      next.backoffMs,
      context,
    ),
    workflowTaskTimeout:
      command === undefined ? before.workflowTaskTimeout : msToDuration(command.workflowTaskTimeoutMs),
    retryPolicy: command === undefined ? before.retryPolicy : command.retryPolicy,
    cronSchedule: command === undefined ? before.cronSchedule : command.cronSchedule,
    continuedExecutionRunId: previous.key.runId,
    initiator: next.initiator,
    continuedFailure: next.continuedFailure,
    lastCompletionResult: next.lastCompletionResult,
    originalExecutionRunId: next.runId,
    firstExecutionRunId: previous.chain.firstRunId,
    attempt: next.attempt,
    firstWorkflowTaskBackoff: next.backoffMs > 0 ? msToDuration(next.backoffMs) : undefined,
    identity: '',
    priority: runPriority(previous),
    memo: Object.keys(memoFields).length > 0 ? { fields: memoFields } : undefined,
    searchAttributes: Object.keys(searchFields).length > 0 ? { indexedFields: searchFields } : undefined,
    prevAutoResetPoints: inheritedResetPoints(previous, context),
    eagerExecutionAccepted: false,
    // Those that were attached later come along too.
    completionCallbacks: previous.callbacks.map(({ callback }) => callback),
  };
}

/** The points that lie in the run that ends now can be reset to for as long as that run is kept. */
function inheritedResetPoints({ resetPoints, key }: ExecutionState, context: DecideContext) {
  if (resetPoints.length === 0) return undefined;
  const expireMs = context.nowMs + context.retentionMs(key.namespaceId);
  const expireTime = Number.isFinite(expireMs) ? msToTimestamp(expireMs) : undefined;
  return { points: resetPoints.map((point) => (point.runId === key.runId ? { ...point, expireTime } : point)) };
}

/** A run never outlives the execution timeout of its chain. */
function cappedRunTimeout(previous: ExecutionState, runTimeoutMs: number, backoffMs: number, context: DecideContext) {
  const deadlineMs = previous.executionDeadlineMs;
  if (deadlineMs === undefined) return runTimeoutMs > 0 ? msToDuration(runTimeoutMs) : undefined;
  const leftMs = Math.max(1, deadlineMs - context.nowMs - backoffMs);
  return msToDuration(runTimeoutMs > 0 ? Math.min(runTimeoutMs, leftMs) : leftMs);
}

/** Wait before the next cron run; `undefined` when the execution has no schedule, or none is left before its deadline. */
export function cronBackoffMs(state: ExecutionState, context: DecideContext): number | undefined {
  const schedule = state.started.cronSchedule ?? '';
  if (schedule === '') return undefined;
  const delayMs = cronDelayMs(schedule, state.executionTimeMs, context.nowMs);
  if (delayMs === undefined) return undefined;
  const deadlineMs = state.executionDeadlineMs;
  return deadlineMs !== undefined && context.nowMs + delayMs > deadlineMs ? undefined : delayMs;
}

/** Timeouts of a new chain: the run within the execution, the workflow task within the run. */
export function startedTimeouts(
  asked: {
    readonly executionMs: number;
    readonly runMs: number;
    readonly workflowTaskMs: number;
    readonly backoffMs: number;
  },
  context: DecideContext,
): Pick<
  history.IWorkflowExecutionStartedEventAttributes,
  'workflowExecutionTimeout' | 'workflowRunTimeout' | 'workflowTaskTimeout' | 'workflowExecutionExpirationTime'
> {
  const { limits, nowMs } = context;
  const runMs =
    asked.executionMs > 0 && (asked.runMs === 0 || asked.runMs > asked.executionMs) ? asked.executionMs : asked.runMs;
  const wantedTaskMs = asked.workflowTaskMs > 0 ? asked.workflowTaskMs : limits.defaultWorkflowTaskTimeoutMs;
  const taskMs = Math.min(wantedTaskMs, limits.maximumWorkflowTaskTimeoutMs, runMs > 0 ? runMs : Infinity);
  return {
    workflowExecutionTimeout: asked.executionMs > 0 ? msToDuration(asked.executionMs) : undefined,
    workflowRunTimeout: runMs > 0 ? msToDuration(runMs) : undefined,
    workflowTaskTimeout: msToDuration(taskMs),
    workflowExecutionExpirationTime:
      asked.executionMs > 0 ? msToTimestamp(nowMs + asked.backoffMs + asked.executionMs) : undefined,
  };
}
