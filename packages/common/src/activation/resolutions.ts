import type { failure, google } from '@perdure/protocol';
import type { Payload } from '../payload.js';

type Completed = { readonly status: 'completed'; readonly result?: Payload | undefined };
type Failed = { readonly status: 'failed'; readonly failure: failure.IFailure };
type Cancelled = { readonly status: 'cancelled'; readonly failure: failure.IFailure };

/**
 * How an activity ended. Failures are the whole chain, `ActivityFailure` outermost, as workflow code sees it. `backoff`:
 * a local activity failed and its retry is too far away to wait for within the workflow task; the runtime starts a timer
 * and then schedules it again with this attempt and this first schedule time.
 */
export type ActivityResolution =
  | Completed
  | Failed
  | Cancelled
  | {
      readonly status: 'backoff';
      readonly attempt: number;
      readonly backoffDuration: google.IDuration;
      readonly originalScheduleTime: google.ITimestamp;
    };

/** Whether a child workflow started. */
export type ChildWorkflowStartResolution =
  | { readonly status: 'succeeded'; readonly runId: string }
  | {
      readonly status: 'failed';
      readonly workflowId: string;
      readonly workflowType: string;
      /** `temporal.api.enums.v1.StartChildWorkflowExecutionFailedCause`. */
      readonly cause: number;
    }
  | Cancelled;

/** How a child workflow ended. Failures are the whole chain, `ChildWorkflowFailure` outermost. */
export type ChildWorkflowResolution = Completed | Failed | Cancelled;

/** Whether a signal or cancel request reached the other workflow; a failure says why it did not. */
export interface ExternalOperationResolution {
  readonly failure?: failure.IFailure | undefined;
}

/** Whether a Nexus operation started. */
export type NexusOperationStartResolution =
  { readonly status: 'started'; readonly operationToken: string } | { readonly status: 'startedSync' } | Failed;

/** How a Nexus operation ended. */
export type NexusOperationResolution =
  Completed | Failed | Cancelled | { readonly status: 'timedOut'; readonly failure: failure.IFailure };
