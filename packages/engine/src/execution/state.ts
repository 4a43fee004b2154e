import type { common, enums, failure, history, protocol, sdk, taskqueue, update, workflow } from '@perdure/protocol';
import type { CallbackState, NexusOperationState } from './nexus-state.js';
import type { RequestIds } from './request-ids.js';

/** Names one run of one workflow. The shard is a function of the first two. */
export interface ExecutionKey {
  readonly namespaceId: string;
  readonly workflowId: string;
  readonly runId: string;
}

/** Another execution as history events name it. */
export interface ExecutionReference {
  readonly namespace: string;
  readonly namespaceId: string;
  readonly workflowId: string;
  readonly runId: string;
}

/**
 * A workflow task that is scheduled or running.
 *
 * `normal`: its events are in history. `transient`: a further attempt after a failure; no events until it completes.
 * `speculative`: created only to deliver an update; leaves no trace when the update is rejected.
 * For the last two the event ids are virtual: they are what the events would get if they were written now.
 */
export interface WorkflowTaskState {
  readonly kind: 'normal' | 'transient' | 'speculative';
  /** Unique within the run; a dispatched task that no longer matches is stale. */
  readonly number: number;
  readonly scheduledEventId: number;
  /** 0 while no worker has taken it. */
  readonly startedEventId: number;
  readonly attempt: number;
  readonly scheduledTimeMs: number;
  /** Start of the chain of heartbeating workflow tasks this one belongs to. */
  readonly originalScheduledTimeMs: number;
  readonly startedTimeMs: number | undefined;
  /** Start-to-close. */
  readonly timeoutMs: number;
  readonly taskQueue: taskqueue.ITaskQueue;
  /** Set when it was offered to a sticky queue: the moment it goes back to the normal one. */
  readonly scheduleToStartDeadlineMs: number | undefined;
  readonly requestId: string;
  readonly identity: string;
  readonly suggestContinueAsNewReasons: readonly enums.SuggestContinueAsNewReason[];
  readonly historySizeBytes: number;
}

/** An attempt waits for a worker, for its backoff, or is with a worker. */
export type ActivityPhase = 'scheduled' | 'backoff' | 'started';

/** An activity that has not closed. History knows only that it was scheduled; the attempts live here. */
export interface ActivityState {
  readonly scheduledEventId: number;
  readonly activityId: string;
  readonly attributes: history.IActivityTaskScheduledEventAttributes;
  readonly scheduledTimeMs: number;
  readonly phase: ActivityPhase;
  readonly attempt: number;
  /** Grows whenever an earlier dispatch must be ignored. */
  readonly stamp: number;
  /** When the present attempt may be dispatched (for `backoff`, in the future). */
  readonly attemptScheduledTimeMs: number;
  readonly startedTimeMs: number | undefined;
  readonly requestId: string;
  readonly identity: string;
  readonly lastHeartbeatTimeMs: number | undefined;
  readonly heartbeatDetails: common.IPayloads | undefined;
  /** 0 until the workflow asked for cancellation. */
  readonly cancelRequestedEventId: number;
  readonly lastFailure: failure.IFailure | undefined;
  readonly lastAttemptCompleteTimeMs: number | undefined;
  readonly lastWorkerIdentity: string;
  readonly timeouts: ActivityTimeouts;
}

/** Milliseconds; `undefined` means none. */
export interface ActivityTimeouts {
  readonly scheduleToCloseMs: number | undefined;
  readonly scheduleToStartMs: number | undefined;
  readonly startToCloseMs: number | undefined;
  readonly heartbeatMs: number | undefined;
}

/** A timer that runs. */
export interface TimerState {
  readonly timerId: string;
  readonly startedEventId: number;
  readonly dueMs: number;
}

/** A child that has been asked for and has not closed. */
export interface ChildState {
  readonly initiatedEventId: number;
  readonly attributes: history.IStartChildWorkflowExecutionInitiatedEventAttributes;
  /** 0 until the child has been started. While buffered, the run id is already known. */
  readonly startedEventId: number;
  readonly startedRunId: string;
}

/** A signal to, or cancel request for, another execution whose outcome is not known yet. */
export interface ExternalRequestState {
  readonly initiatedEventId: number;
  readonly kind: 'signal' | 'cancel';
  readonly target: ExecutionReference;
  readonly childWorkflowOnly: boolean;
  readonly control: string;
  readonly workflowTaskCompletedEventId: number;
  readonly signal:
    | {
        readonly name: string;
        readonly input: common.IPayloads | undefined;
        readonly header: common.IHeader | undefined;
      }
    | undefined;
  readonly reason: string;
}

/**
 * `admitted`: waiting for a workflow task; `sent`: delivered with the running workflow task; `accepted`: in history;
 * `completed`: in history with an outcome.
 */
export interface UpdateState {
  readonly updateId: string;
  readonly phase: 'admitted' | 'sent' | 'accepted' | 'completed';
  /** The workflow task that carried the request; 0 while none has. */
  readonly sentWithWorkflowTask: number;
  readonly request: update.IRequest | undefined;
  readonly acceptedEventId: number;
  /** The event that holds the outcome; 0 until there is one. */
  readonly completedEventId: number;
}

/** An event that happened while a workflow task was running; it gets its id when that task ends. */
export interface BufferedEvent {
  readonly event: history.IHistoryEvent;
  /** Of its encoding, which lacks the id. */
  readonly sizeBytes: number;
}

/** A child that must hear of the close of this execution. */
export interface ParentCloseDuty {
  readonly initiatedEventId: number;
  readonly child: ExecutionReference;
  readonly policy: enums.ParentClosePolicy;
}

/** A start that found this run instead of making one. */
export interface AttachedRequest {
  readonly requestId: string;
  /** The event that says so; 0 while it is buffered. */
  readonly eventId: number;
}

/** The queue of the worker that has the run in its cache. */
export interface StickyQueue {
  readonly name: string;
  readonly scheduleToStartTimeoutMs: number;
}

/** Where the chain of runs came from and goes to. */
export interface RunChain {
  readonly firstRunId: string;
  readonly originalRunId: string;
  readonly previousRunId: string;
  /** Set at close when another run continues this one. */
  readonly newRunId: string;
}

/**
 * Everything the server knows of one run: the fold of its journal.
 *
 * Immutable: `Draft` copies what it changes. Absolute times are epoch milliseconds.
 */
export interface ExecutionState {
  readonly key: ExecutionKey;
  readonly namespace: string;
  /** Transitions applied so far; the journal's records of this run carry 1, 2, 3, ... */
  readonly sequence: number;
  readonly status: enums.WorkflowExecutionStatus;
  readonly started: history.IWorkflowExecutionStartedEventAttributes;
  readonly userMetadata: sdk.IUserMetadata | undefined;
  readonly createRequestId: string;
  /** Later starts that were attached to this run by the conflict policy. */
  readonly attachedRequests: readonly AttachedRequest[];
  readonly chain: RunChain;
  readonly startTimeMs: number;
  /** The moment the first workflow task may run: start, delay or cron or retry backoff included. */
  readonly executionTimeMs: number;
  readonly closeTimeMs: number | undefined;
  /** The event that closed the run, kept for the result and for the parent. */
  readonly closeEvent: history.IHistoryEvent | undefined;
  readonly runDeadlineMs: number | undefined;
  readonly executionDeadlineMs: number | undefined;
  readonly workflowTaskTimeoutMs: number;
  /** Until then no workflow task is created, whatever arrives; `undefined` once the first has been scheduled. */
  readonly firstWorkflowTaskDueMs: number | undefined;

  readonly nextEventId: number;
  readonly historySizeBytes: number;
  readonly bufferedEvents: readonly BufferedEvent[];
  readonly bufferedSizeBytes: number;

  readonly workflowTask: WorkflowTaskState | undefined;
  readonly workflowTaskCount: number;
  /** Attempt the next workflow task has: 1, or more after failures. */
  readonly nextWorkflowTaskAttempt: number;
  /** Started event of the last completed workflow task; 0 before the first. */
  readonly previousStartedEventId: number;
  /** Completed event of the last completed workflow task; 0 before the first. */
  readonly lastCompletedWorkflowTaskEventId: number;
  readonly sticky: StickyQueue | undefined;
  readonly workflowTaskHeartbeatStartMs: number | undefined;

  readonly activities: ReadonlyMap<number, ActivityState>;
  readonly activityIds: ReadonlyMap<string, number>;
  readonly timers: ReadonlyMap<string, TimerState>;
  readonly children: ReadonlyMap<number, ChildState>;
  readonly externalRequests: ReadonlyMap<number, ExternalRequestState>;
  readonly updates: ReadonlyMap<string, UpdateState>;
  readonly signalRequestIds: RequestIds;
  readonly signalCount: number;
  readonly acceptedUpdateCount: number;

  readonly cancelRequested: boolean;
  readonly cancelRequestId: string;
  readonly memo: Readonly<Record<string, common.IPayload>>;
  readonly searchAttributes: Readonly<Record<string, common.IPayload>>;
  readonly resetPoints: readonly workflow.IResetPointInfo[];

  /** Duties left after close. */
  readonly parentCloseDuties: readonly ParentCloseDuty[];
  readonly parentToNotify: boolean;
  /** Asked to be deleted: the run is gone for everyone but the cleaner. */
  readonly deleted: boolean;
  /** The run that a reset made to take the place of this one. */
  readonly resetRunId: string;
  /** The priority that was set after the start; `undefined` if it is still the one of the start. */
  readonly priorityOverride: common.IPriority | undefined;
  /** The last reset that began at this run, and the run it made. */
  readonly resetRequest: { readonly requestId: string; readonly runId: string } | undefined;

  readonly nexusOperations: ReadonlyMap<number, NexusOperationState>;
  /** Those who are to be told of the end of the chain of runs. Only ever grows. */
  readonly callbacks: readonly CallbackState[];
}

/** The priority of the run: what its tasks have that say nothing themselves. */
export function runPriority({ started, priorityOverride }: ExecutionState): common.IPriority | undefined {
  return priorityOverride ?? started.priority ?? undefined;
}

/**
 * The request id under which this run asks something of another execution. Being a function of the run and the
 * event, it is the same after a crash, which makes the request idempotent at its target.
 */
export function outgoingRequestId(state: ExecutionState, initiatedEventId: number): string {
  return `${state.key.runId}:${initiatedEventId}`;
}

/** A message of the update protocol as a workflow task carries it. */
export type ProtocolMessage = protocol.IMessage;

/** The run has closed: no further event may be written. */
export function isClosed(state: ExecutionState): boolean {
  return state.closeEvent !== undefined;
}

/** The run that continues this one as new; empty if it has not closed like that. A retry or a cron run is none. */
export function continuedBy({ closeEvent }: ExecutionState): string {
  return closeEvent?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? '';
}

/** The run waits for a start delay, a cron schedule or a retry backoff. */
export function isWaitingForFirstWorkflowTask(state: ExecutionState): boolean {
  return state.firstWorkflowTaskDueMs !== undefined;
}
