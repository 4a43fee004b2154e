import type { common, failure, history } from '@perdure/protocol';

/** How often a request has been made that is made again until there is an answer. Epoch milliseconds. */
export interface NexusTries {
  /** Requests that have ended, the last one included. */
  readonly completed: number;
  readonly lastCompleteTimeMs: number | undefined;
  readonly lastFailure: failure.IFailure | undefined;
  /** While it waits for its backoff: when it is made again. */
  readonly nextAttemptTimeMs: number | undefined;
}

/** Nothing has been tried yet. */
export const NO_TRIES: NexusTries = {
  completed: 0,
  lastCompleteTimeMs: undefined,
  lastFailure: undefined,
  nextAttemptTimeMs: undefined,
};

/** Milliseconds; `undefined` means none. */
export interface NexusTimeouts {
  readonly scheduleToCloseMs: number | undefined;
  readonly scheduleToStartMs: number | undefined;
  readonly startToCloseMs: number | undefined;
}

/** A Nexus operation that has not ended. */
export interface NexusOperationState {
  readonly scheduledEventId: number;
  readonly attributes: history.INexusOperationScheduledEventAttributes;
  readonly scheduledTimeMs: number;
  /** Its start is to be asked for, waits for its backoff, or has been answered with a token. */
  readonly phase: 'scheduled' | 'backoff' | 'started';
  /** Of the start. */
  readonly tries: NexusTries;
  readonly startedTimeMs: number | undefined;
  /** By which its handler knows it; empty until it has started. */
  readonly operationToken: string;
  readonly cancellation: NexusCancellation | undefined;
  readonly timeouts: NexusTimeouts;
}

/** The workflow asked for the cancellation of an operation. */
export interface NexusCancellation {
  readonly requestedEventId: number;
  readonly workflowTaskCompletedEventId: number;
  readonly requestedTimeMs: number;
  /** `waiting`: there is nothing to cancel before the operation has started. */
  readonly phase: 'waiting' | 'scheduled' | 'backoff' | 'succeeded' | 'failed';
  readonly tries: NexusTries;
}

/** Somebody who is to be told when the chain of runs has ended. */
export interface CallbackState {
  readonly callback: common.ICallback;
  readonly registeredTimeMs: number;
  /** `standby`: the run has not closed. `failed`: whoever it was for will not have it. */
  readonly phase: 'standby' | 'scheduled' | 'backoff' | 'succeeded' | 'failed';
  readonly tries: NexusTries;
}
