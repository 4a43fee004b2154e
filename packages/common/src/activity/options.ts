import type { VersioningIntent } from '../deployment/index.js';
import { makeProtoEnumConverters } from '../enum-converters.js';
import type { Priority } from '../priority.js';
import type { RetryPolicy } from '../retry-policy.js';
import type { Duration } from '../time/index.js';

/**
 * Whether an activity is told when its workflow or cancellation scope is cancelled, and what the workflow then waits for.
 * Termination of a workflow cancels its activities whatever this says.
 */
export const ActivityCancellationType = {
  /** The activity is not told; the call is cancelled at once. */
  ABANDON: 'ABANDON',
  /** The activity is told; the call is cancelled at once, without knowing whether the activity heard it. */
  TRY_CANCEL: 'TRY_CANCEL',
  /** The activity is told, and the call waits for how it ends. Activities hear it when they heartbeat. The default. */
  WAIT_CANCELLATION_COMPLETED: 'WAIT_CANCELLATION_COMPLETED',
} as const;
/** One of {@link ActivityCancellationType}. */
export type ActivityCancellationType = (typeof ActivityCancellationType)[keyof typeof ActivityCancellationType];

/** The numbers of {@link ActivityCancellationType} between a workflow and the core that replays it. */
type CancellationTypeNumbers = {
  readonly TRY_CANCEL: 0;
  readonly WAIT_CANCELLATION_COMPLETED: 1;
  readonly ABANDON: 2;
};

/** Converts {@link ActivityCancellationType} to and from its number. */
export const [encodeActivityCancellationType, decodeActivityCancellationType] = makeProtoEnumConverters<
  CancellationTypeNumbers,
  ''
>({ TRY_CANCEL: 0, WAIT_CANCELLATION_COMPLETED: 1, ABANDON: 2 }, '');

/** How a workflow calls an activity. `startToCloseTimeout` or `scheduleToCloseTimeout` is required. */
export interface ActivityOptions {
  /** The activity's id in the history; a running number by default. */
  activityId?: string;
  /** The task queue of its worker; the workflow's own by default. */
  taskQueue?: string;
  /** An attempt fails when this long passes without a heartbeat. */
  heartbeatTimeout?: Duration;
  /** By default the server's policy, which retries without limit. One attempt only: `maximumAttempts: 1`. */
  retry?: RetryPolicy;
  /**
   * The longest that one attempt may take. Lost workers are noticed only by this and by the heartbeat timeout, so make it as
   * short as the longest attempt. By default `scheduleToCloseTimeout`.
   */
  startToCloseTimeout?: Duration;
  /** The longest that an attempt may wait for a worker; never retried. Only useful for queues of particular hosts. */
  scheduleToStartTimeout?: Duration;
  /** The longest that the activity may take with all its attempts; unlimited by default. */
  scheduleToCloseTimeout?: Duration;
  /** See {@link ActivityCancellationType}. */
  cancellationType?: ActivityCancellationType;
  /** Whether the server may hand the activity straight to this worker; true by default. */
  allowEagerDispatch?: boolean;
  /** @deprecated Worker versioning by build id is replaced by worker deployments. */
  versioningIntent?: VersioningIntent;
  /** One line about the activity for people to read; Temporal Markdown. */
  summary?: string;
  /** How its tasks are ordered against others. */
  priority?: Priority;
}

/** How a workflow calls an activity on its own worker. `startToCloseTimeout` or `scheduleToCloseTimeout` is required. */
export interface LocalActivityOptions {
  /** By default the SDK's policy. At least one attempt is made per workflow task, whatever it says. */
  retry?: RetryPolicy;
  /** The longest that one attempt may take; no longer than `scheduleToCloseTimeout`. */
  startToCloseTimeout?: Duration;
  /** The longest that the activity may wait for a free slot of the worker; never retried. */
  scheduleToStartTimeout?: Duration;
  /** The longest that the activity may take with all its attempts; unlimited by default. */
  scheduleToCloseTimeout?: Duration;
  /** Retries further off than this wait in a timer of the server, nearer ones in the worker; 1 minute by default. */
  localRetryThreshold?: Duration;
  /** See {@link ActivityCancellationType}. */
  cancellationType?: ActivityCancellationType;
  /** One line about the activity for people to read; Temporal Markdown. */
  summary?: string;
}
