import { enums, type failure } from '@perdure/protocol';
import type { Payload } from '@perdure/common';

type Failure = failure.IFailure;

/** A cancellation as workflow code sees it. */
export function cancelled(details?: readonly Payload[]): Failure {
  return { message: '', canceledFailureInfo: details === undefined ? {} : { details: { payloads: details } } };
}

/** The failure that tells why another workflow could not be reached. */
export function notReached(message: string, type: string): Failure {
  return { message, applicationFailureInfo: { type, nonRetryable: false } };
}

/** What is known of an activity when it ends badly. */
export interface ActivityFailureFacts {
  readonly scheduledEventId?: number;
  readonly startedEventId?: number;
  readonly identity?: string;
  readonly activityType: string;
  readonly activityId: string;
  readonly retryState: enums.RetryState;
}

/** An activity's failure, with what caused it. */
export function activityFailure(message: string, cause: Failure | undefined, facts: ActivityFailureFacts): Failure {
  const { activityType, ...rest } = facts;
  return { message, cause, activityFailureInfo: { ...rest, activityType: { name: activityType } } };
}

/** The failure of an activity that was cancelled without a word of the server. */
export function activityCancelled(activityType: string, activityId: string): Failure {
  const retryState = enums.RetryState.RETRY_STATE_CANCEL_REQUESTED;
  return activityFailure('Activity cancelled', cancelled(), { activityType, activityId, retryState });
}

/** The failure of a local activity that was cancelled: what its marker holds. */
export function localActivityCancelled(): Failure {
  return { message: 'Activity cancelled', canceledFailureInfo: {} };
}

/** What is known of a child workflow when it ends badly. */
export interface ChildFailureFacts {
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId?: string | undefined;
  readonly workflowType: string;
  readonly initiatedEventId?: number;
  readonly startedEventId?: number;
  readonly retryState?: enums.RetryState;
}

/** A child workflow's failure, with what caused it. */
export function childFailure(message: string, cause: Failure | undefined, facts: ChildFailureFacts): Failure {
  const { namespace, workflowId, runId, workflowType, ...rest } = facts;
  return {
    message,
    cause,
    childWorkflowExecutionFailureInfo: {
      namespace,
      workflowExecution: { workflowId, runId },
      workflowType: { name: workflowType },
      ...rest,
    },
  };
}
