import type { Any } from '../any.js';
import type {
  ActivityDescribeOptions,
  ActivityOptionsUpdate,
  ActivityOptionsUpdateResult,
  ActivityPauseOptions,
  ActivityUnpauseOptions,
} from './activity-options.js';
import type { ActivityExecutionDescription } from './activity-types.js';

/** One activity without a workflow. */
export interface ActivityHandle<R = Any> {
  readonly activityId: string;
  /** The latest run at the time of each call, if there is none. */
  readonly runId?: string;
  /** Waits until the activity closes. Rejects with `ActivityExecutionFailedError` if it does not complete. */
  result(): Promise<R>;
  /** What the server knows of it. */
  describe(options?: ActivityDescribeOptions): Promise<ActivityExecutionDescription>;
  /** Asks the activity to end. Whether it does is up to it. */
  cancel(reason: string): Promise<void>;
  /** Ends the activity at once. Its worker learns of it with the next heartbeat. */
  terminate(reason: string): Promise<void>;
  /** Keeps it from being tried again. An attempt that runs learns of it with the next heartbeat. */
  pause(options?: ActivityPauseOptions): Promise<void>;
  /** Lets it go on. */
  unpause(options?: ActivityUnpauseOptions): Promise<void>;
  /** Changes its options; those that it has then. */
  updateOptions(options: ActivityOptionsUpdate): Promise<ActivityOptionsUpdateResult>;
  /** Puts back the options that it was started with, and tells them. */
  restoreOriginalOptions(): Promise<ActivityOptionsUpdate>;
}
