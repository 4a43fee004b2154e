import type { common, enums, failure, history, taskqueue, update } from '@perdure/protocol';

/** An event as it stands in history, with its encoding, which is what the journal and history keep. */
export interface RecordedEvent {
  readonly event: history.IHistoryEvent;
  /** `temporal.api.history.v1.HistoryEvent`, encoded once. */
  readonly bytes: Uint8Array;
}

/**
 * One thing that became true. History events are facts; so are the few things history never shows, such as the
 * start of an activity attempt. State is the fold of the facts, and of nothing else.
 */
export type Fact =
  | { readonly kind: 'created'; readonly execution: CreatedFact }
  /** A reset copied the past of another run; attempts and deadlines of that run begin anew. */
  | { readonly kind: 'forked'; readonly timeMs: number; readonly baseRunId: string }
  | ({ readonly kind: 'event' } & RecordedEvent)
  | ({ readonly kind: 'eventBuffered' } & RecordedEvent)
  | { readonly kind: 'bufferFlushed'; readonly events: readonly RecordedEvent[] }
  /** The worker cancelled a timer whose firing it had not seen. */
  | { readonly kind: 'bufferedTimerFiringDropped'; readonly timerId: string }
  | { readonly kind: 'workflowTaskScheduled'; readonly task: WorkflowTaskScheduledFact }
  | { readonly kind: 'workflowTaskStarted'; readonly task: WorkflowTaskStartedFact }
  /** A transient or speculative workflow task ended without leaving events. */
  | { readonly kind: 'workflowTaskDropped'; readonly nextAttempt: number }
  | { readonly kind: 'workflowTaskHeartbeatStarted'; readonly timeMs: number | undefined }
  | { readonly kind: 'stickyQueueSet'; readonly name: string; readonly scheduleToStartTimeoutMs: number }
  | { readonly kind: 'stickyQueueCleared' }
  | { readonly kind: 'activityStarted'; readonly activity: ActivityStartedFact }
  | {
      readonly kind: 'activityHeartbeat';
      readonly scheduledEventId: number;
      readonly timeMs: number;
      readonly details: common.IPayloads | undefined;
    }
  | { readonly kind: 'activityRetryScheduled'; readonly activity: ActivityRetryScheduledFact }
  | { readonly kind: 'activityBackoffEnded'; readonly scheduledEventId: number }
  | { readonly kind: 'updateAdmitted'; readonly updateId: string; readonly request: update.IRequest }
  | { readonly kind: 'updateSent'; readonly updateIds: readonly string[]; readonly workflowTaskNumber: number }
  | { readonly kind: 'updateDropped'; readonly updateId: string }
  | { readonly kind: 'requestAttached'; readonly requestId: string }
  | { readonly kind: 'signalDeduplicated'; readonly requestId: string }
  | { readonly kind: 'cancelRequestIdSet'; readonly requestId: string }
  | { readonly kind: 'parentNotified' }
  /** After this run closed: a child that outlives it was started, or could not be. */
  | { readonly kind: 'abandonedChildStarted'; readonly initiatedEventId: number }
  /** After this run closed: its signal or cancel request has been dealt with. */
  | { readonly kind: 'externalRequestDone'; readonly initiatedEventId: number }
  | { readonly kind: 'parentCloseDutyDone'; readonly initiatedEventId: number }
  /** After this run closed: a child that must not outlive it was started nonetheless, for its start was under way. */
  | { readonly kind: 'childStartedTooLate'; readonly initiatedEventId: number; readonly runId: string }
  /** A reset made another run to take the place of this one, which is about to be terminated or has closed. */
  | { readonly kind: 'resetTo'; readonly runId: string }
  /** The last reset that began at this run, so that the same request again finds the run it made. */
  | { readonly kind: 'resetRequested'; readonly requestId: string; readonly runId: string }
  /** A request to the handler of a Nexus operation had no answer that counts; it is made again. */
  | {
      readonly kind: 'nexusTryFailed';
      readonly request: 'start' | 'cancel';
      readonly scheduledEventId: number;
      readonly failed: FailedTryFact;
    }
  | { readonly kind: 'nexusBackoffEnded'; readonly request: 'start' | 'cancel'; readonly scheduledEventId: number }
  /** After this run closed: somebody who waits for its end was told, or could not be. */
  | { readonly kind: 'callbackTried'; readonly callback: CallbackTriedFact }
  | { readonly kind: 'callbackBackoffEnded'; readonly index: number }
  /** The closed run is to be forgotten; its rows may be removed. */
  | { readonly kind: 'deleted' };

/** Identity of a run and what its first event does not say. */
export interface CreatedFact {
  readonly namespaceId: string;
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly createRequestId: string;
}

/** Accompanies a WorkflowTaskScheduled event (`normal`), or stands alone. */
export interface WorkflowTaskScheduledFact {
  readonly kind: 'normal' | 'transient' | 'speculative';
  readonly number: number;
  readonly scheduledEventId: number;
  readonly attempt: number;
  readonly scheduledTimeMs: number;
  readonly originalScheduledTimeMs: number;
  readonly timeoutMs: number;
  readonly taskQueue: taskqueue.ITaskQueue;
  readonly scheduleToStartDeadlineMs: number | undefined;
}

/** Accompanies a WorkflowTaskStarted event (`normal`), or stands alone. */
export interface WorkflowTaskStartedFact {
  readonly scheduledEventId: number;
  readonly startedEventId: number;
  readonly startedTimeMs: number;
  readonly requestId: string;
  readonly identity: string;
  readonly suggestContinueAsNewReasons: readonly enums.SuggestContinueAsNewReason[];
  readonly historySizeBytes: number;
}

/** A worker took an attempt of an activity. */
export interface ActivityStartedFact {
  readonly scheduledEventId: number;
  readonly attempt: number;
  readonly startedTimeMs: number;
  readonly requestId: string;
  readonly identity: string;
}

/** An attempt of an activity failed and another one follows. */
export interface ActivityRetryScheduledFact {
  readonly scheduledEventId: number;
  readonly attempt: number;
  readonly nextAttemptTimeMs: number;
  readonly lastFailure: failure.IFailure | undefined;
  readonly completedTimeMs: number;
  readonly heartbeatDetails: common.IPayloads | undefined;
}

/** A request that has ended, and failed unless it was the last. */
export interface FailedTryFact {
  readonly completedTimeMs: number;
  readonly failure: failure.IFailure | undefined;
  /** When it is made again. */
  readonly nextAttemptTimeMs: number | undefined;
}

/** An attempt to tell somebody of the end of the run. */
export interface CallbackTriedFact extends FailedTryFact {
  /** Its place among the callbacks of the run. */
  readonly index: number;
  readonly outcome: 'succeeded' | 'failed' | 'backoff';
}
