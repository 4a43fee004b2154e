import type { Priority, RetryPolicy, TypedSearchAttributes, WorkerDeploymentVersion } from '@perdure/common';
import type { activity } from '@perdure/protocol';
import type { Any } from '../any.js';
import type { ActivityExecutionStatus, PendingActivityState } from './policies.js';

/** A message of the API. */
export type RawActivityExecutionInfo = activity.IActivityExecutionInfo;
/** A message of the API. */
export type RawActivityExecutionListInfo = activity.IActivityExecutionListInfo;
/** Messages of the API. */
export type RawActivityExecutionCallbacks = activity.ICallbackInfo[];

/** How many activities there are. */
export interface CountActivityExecutions {
  readonly count: number;
  /** With GROUP BY in the query: how many have each value. */
  readonly groups?: { readonly count: number; readonly groupValues?: Any[] }[];
}

/** An activity without a workflow as lists show it. */
export interface ActivityExecutionInfo {
  rawListInfo?: RawActivityExecutionListInfo;
  activityId: string;
  activityRunId: string;
  activityType: string;
  scheduleTime?: Date;
  closeTime?: Date;
  status: ActivityExecutionStatus;
  typedSearchAttributes: TypedSearchAttributes;
  taskQueue: string;
  /** From scheduled to closed. */
  executionDurationMs?: number;
  /** When it may first run: later than it was scheduled, with a delay. */
  executionTime?: Date;
}

/** An activity without a workflow in full. What it holds of payloads is decoded when asked for. */
export interface ActivityExecutionDescription extends ActivityExecutionInfo {
  rawCallbacks: RawActivityExecutionCallbacks;
  rawInfo: RawActivityExecutionInfo;
  runState?: PendingActivityState;
  scheduleToCloseTimeoutMs?: number;
  scheduleToStartTimeoutMs?: number;
  startToCloseTimeoutMs?: number;
  heartbeatTimeoutMs?: number;
  retryPolicy: RetryPolicy;
  lastHeartbeatTime?: Date;
  lastStartedTime?: Date;
  /** Of the attempt that runs or is next; the first is 1. */
  attempt: number;
  /** When it times out for good. */
  expirationTime?: Date;
  lastWorkerIdentity?: string;
  /** From the last failed attempt to the next. */
  currentRetryIntervalMs?: number;
  lastAttemptCompleteTime?: Date;
  nextAttemptScheduleTime?: Date;
  lastDeploymentVersion?: WorkerDeploymentVersion;
  priority: Priority;
  canceledReason?: string;
  startDelayMs?: number;
  totalHeartbeatCount?: number;
  /** Whether there are any, and they were asked for. */
  hasHeartbeatDetails: boolean;
  /** Whether an attempt failed, and the failure was asked for. */
  hasLastFailure: boolean;
  /** Whether the input was asked for and is there. */
  hasInput: boolean;
  /** Whether the activity completed, and the outcome was asked for. */
  hasResult: boolean;
  /** Whether the activity closed without a result, and the outcome was asked for. */
  hasOutcomeFailure: boolean;
  getHeartbeatDetails<T = Any>(): Promise<T | undefined>;
  getLastFailure(): Promise<Error | undefined>;
  getInput<T extends Any[] = Any[]>(): Promise<T | undefined>;
  getResult<T = Any>(): Promise<T | undefined>;
  /** Why the activity did not complete. */
  getOutcomeFailure(): Promise<Error | undefined>;
}
