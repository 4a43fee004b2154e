import type { common } from '@perdure/protocol';
import { nameErrorClass } from '../error-class.js';
import type { RetryState, TimeoutType } from './enums.js';
import { TemporalFailure } from './temporal-failure.js';

/** `temporal.api.common.v1.WorkflowExecution`. */
export type WorkflowExecution = common.IWorkflowExecution;

/** A failure that the server itself made. */
export class ServerFailure extends TemporalFailure {
  static {
    nameErrorClass(this, 'ServerFailure');
  }

  constructor(
    message: string | undefined,
    readonly nonRetryable: boolean,
    cause?: Error,
  ) {
    super(message, cause);
  }
}

/**
 * Cancellation was requested. Let it pass to be cancelled, catch it to go on. It is requested only once of each execution.
 */
export class CancelledFailure extends TemporalFailure {
  static {
    nameErrorClass(this, 'CancelledFailure');
  }

  constructor(
    message: string | undefined,
    readonly details: unknown[] = [],
    cause?: Error,
  ) {
    super(message, cause);
  }
}

/** The workflow was terminated. */
export class TerminatedFailure extends TemporalFailure {
  static {
    nameErrorClass(this, 'TerminatedFailure');
  }

  constructor(message: string | undefined, cause?: Error) {
    super(message, cause);
  }
}

/** A timeout of an activity or workflow passed. */
export class TimeoutFailure extends TemporalFailure {
  static {
    nameErrorClass(this, 'TimeoutFailure');
  }

  constructor(
    message: string | undefined,
    /** What the activity's last heartbeat said. */
    readonly lastHeartbeatDetails: unknown,
    readonly timeoutType: TimeoutType,
  ) {
    super(message);
  }
}

/** An activity failed; `cause` says why. */
export class ActivityFailure extends TemporalFailure {
  static {
    nameErrorClass(this, 'ActivityFailure');
  }

  constructor(
    message: string | undefined,
    readonly activityType: string,
    readonly activityId: string | undefined,
    readonly retryState: RetryState,
    readonly identity: string | undefined,
    cause?: Error,
  ) {
    super(message, cause);
  }
}

/** A child workflow failed; `cause` says why. */
export class ChildWorkflowFailure extends TemporalFailure {
  static {
    nameErrorClass(this, 'ChildWorkflowFailure');
  }

  constructor(
    readonly namespace: string | undefined,
    readonly execution: WorkflowExecution,
    readonly workflowType: string,
    readonly retryState: RetryState,
    cause?: Error,
  ) {
    super('Child Workflow execution failed', cause);
  }
}

/** A Nexus operation that a workflow called failed; `cause` says why. */
export class NexusOperationFailure extends TemporalFailure {
  static {
    nameErrorClass(this, 'NexusOperationFailure');
  }

  constructor(
    message: string | undefined,
    readonly scheduledEventId: number | undefined,
    readonly endpoint: string,
    readonly service: string,
    readonly operation: string,
    readonly operationToken: string | undefined,
    cause?: Error,
  ) {
    super(message, cause);
  }
}

/**
 * The workflow was not started: one of the same id is running, or a closed one's outcome and the id reuse policy forbid
 * another.
 */
export class WorkflowExecutionAlreadyStartedError extends TemporalFailure {
  static {
    nameErrorClass(this, 'WorkflowExecutionAlreadyStartedError');
  }

  constructor(
    message: string,
    readonly workflowId: string,
    readonly workflowType: string,
  ) {
    super(message);
  }
}
