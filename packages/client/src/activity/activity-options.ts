import type {
  Duration,
  PayloadTypeInfo,
  Priority,
  RetryPolicy,
  SearchAttributePair,
  TypedSearchAttributes,
} from '@perdure/common';
import type { Any } from '../any.js';
import type { ActivityIdConflictPolicy, ActivityIdReusePolicy } from './policies.js';

/** How an activity without a workflow is started. One of `startToCloseTimeout` and `scheduleToCloseTimeout` is needed. */
export interface ActivityOptions {
  /** Names the activity within its namespace; an id of the business says most. */
  id: string;
  taskQueue: string;
  args?: Any[] | Readonly<Any[]>;
  /** Adapts the arguments and the result. */
  typeInfo?: PayloadTypeInfo;
  /** The longest time between two heartbeats. */
  heartbeatTimeout?: Duration;
  /** The server's own policy by default. */
  retry?: RetryPolicy;
  /** How long one attempt may take. What takes longer is tried again. */
  startToCloseTimeout?: Duration;
  /** How long it may wait for a worker. Not tried again. */
  scheduleToStartTimeout?: Duration;
  /** How long all attempts may take together. */
  scheduleToCloseTimeout?: Duration;
  /** One line for people. */
  summary?: string;
  priority?: Priority;
  /** How long the first attempt is put off. */
  startDelay?: Duration;
  /** ALLOW_DUPLICATE by default. */
  idReusePolicy?: ActivityIdReusePolicy;
  /** FAIL by default. */
  idConflictPolicy?: ActivityIdConflictPolicy;
  typedSearchAttributes?: SearchAttributePair[] | TypedSearchAttributes;
}

/** Which run a handle is to. */
export interface GetActivityHandleOptions {
  /** The latest by default. */
  runId?: string;
  /** Adapts the result. */
  typeInfo?: Pick<PayloadTypeInfo, 'outputType'>;
}

/** What a description holds beyond what is always in it; nothing by default. */
export interface ActivityDescribeOptions {
  includeInput?: boolean;
  /** The result, or the failure that the activity closed with. */
  includeOutcome?: boolean;
  includeHeartbeatDetails?: boolean;
  includeLastFailure?: boolean;
}

/** How an activity is paused. */
export interface ActivityPauseOptions {
  reason?: string;
}

/** How an activity goes on after a pause. */
export interface ActivityUnpauseOptions {
  reason?: string;
  /** It goes on after a time between nothing and this, at random. */
  jitter?: Duration;
}

/** Options to change: what is left out stays as it is, and null takes an option away. */
export interface ActivityOptionsUpdate {
  taskQueue?: string;
  scheduleToCloseTimeout?: Duration | null;
  scheduleToStartTimeout?: Duration | null;
  startToCloseTimeout?: Duration | null;
  heartbeatTimeout?: Duration | null;
  retry?: RetryPolicy | null;
  priority?: Priority | null;
  startDelay?: Duration | null;
}

/** The options that an activity has after a change. */
export type ActivityOptionsUpdateResult = {
  [K in keyof ActivityOptionsUpdate]: Exclude<ActivityOptionsUpdate[K], null>;
};
