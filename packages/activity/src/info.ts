import type { Priority, RetryPolicy } from '@perdure/common';
import type { Any } from './any.js';

/** What an activity knows about the attempt that it is. Times are milliseconds, moments are epoch milliseconds. */
export interface Info {
  /** Names this attempt to the server; with it the activity can be completed from elsewhere. */
  readonly taskToken: Uint8Array;
  /** {@link taskToken} in base64. */
  readonly base64TaskToken: string;
  readonly activityId: string;
  /** The name that the function is registered under. */
  readonly activityType: string;
  /** @deprecated Use {@link namespace}. */
  readonly activityNamespace: string;
  /** From 1, one more with every retry. */
  readonly attempt: number;
  /** Whether it runs inside a workflow task of its own worker. */
  readonly isLocal: boolean;
  /** The workflow execution that scheduled it, where one did. */
  readonly workflowExecution?: { readonly workflowId: string; readonly runId: string };
  /** @deprecated Use {@link namespace}. */
  readonly workflowNamespace?: string;
  readonly workflowType?: string;
  /** When the first attempt was scheduled. */
  readonly scheduledTimestampMs: number;
  readonly scheduleToCloseTimeoutMs: number;
  readonly startToCloseTimeoutMs: number;
  /** When this attempt was scheduled. */
  readonly currentAttemptScheduledTimestampMs: number;
  /** If there is one, the attempt fails when this long passes without a heartbeat. */
  readonly heartbeatTimeoutMs?: number;
  /** What the last heartbeat of the attempt before this one said: where to go on from. */
  readonly heartbeatDetails: Any;
  /** The queue that it was scheduled in; the workflow's own for a local activity. */
  readonly taskQueue: string;
  readonly priority?: Priority;
  /** The policy that the server follows, which need not be the one that was asked for. */
  readonly retryPolicy?: RetryPolicy;
  readonly namespace: string;
  /** The run of an activity that no workflow started. */
  readonly activityRunId?: string;
  /** Whether a workflow scheduled it. */
  readonly inWorkflow: boolean;
}
