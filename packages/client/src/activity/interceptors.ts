import type { Headers, Next, TypeInfo } from '@perdure/common';
import type { Any } from '../any.js';
import type { ActivityHandle } from './activity-handle.js';
import type {
  ActivityDescribeOptions,
  ActivityOptions,
  ActivityOptionsUpdate,
  ActivityOptionsUpdateResult,
  ActivityPauseOptions,
  ActivityUnpauseOptions,
} from './activity-options.js';
import type { ActivityExecutionDescription, ActivityExecutionInfo, CountActivityExecutions } from './activity-types.js';

/** Goes around the calls of an `ActivityClient` and its handles. */
export interface ActivityClientInterceptor {
  start?: (input: ActivityStartInput, next: Next<this, 'start'>) => Promise<ActivityHandle>;
  getResult?: (input: ActivityGetResultInput, next: Next<this, 'getResult'>) => Promise<Any>;
  describe?: (input: ActivityDescribeInput, next: Next<this, 'describe'>) => Promise<ActivityExecutionDescription>;
  cancel?: (input: ActivityCancelInput, next: Next<this, 'cancel'>) => Promise<void>;
  terminate?: (input: ActivityTerminateInput, next: Next<this, 'terminate'>) => Promise<void>;
  list?: (input: ActivityListInput, next: Next<this, 'list'>) => AsyncIterable<ActivityExecutionInfo>;
  count?: (input: ActivityCountInput, next: Next<this, 'count'>) => Promise<CountActivityExecutions>;
  pause?: (input: ActivityPauseInput, next: Next<this, 'pause'>) => Promise<void>;
  unpause?: (input: ActivityUnpauseInput, next: Next<this, 'unpause'>) => Promise<void>;
  updateOptions?: (
    input: ActivityUpdateOptionsInput,
    next: Next<this, 'updateOptions'>,
  ) => Promise<ActivityOptionsUpdateResult>;
  restoreOriginalOptions?: (
    input: ActivityRestoreOriginalOptionsInput,
    next: Next<this, 'restoreOriginalOptions'>,
  ) => Promise<ActivityOptionsUpdate>;
}

/** Input of `start`. */
export interface ActivityStartInput {
  readonly activityType: string;
  readonly options: ActivityOptions;
  readonly headers: Headers;
}

/** Input of `getResult`. */
export interface ActivityGetResultInput {
  readonly activityId: string;
  /** Empty for the latest run, as in the other inputs. */
  readonly activityRunId: string;
  readonly outputType?: TypeInfo;
  readonly headers: Headers;
}

/** Input of `describe`. */
export interface ActivityDescribeInput {
  readonly activityId: string;
  readonly activityRunId: string;
  readonly headers: Headers;
  readonly options: Required<ActivityDescribeOptions>;
}

/** Input of `cancel`. */
export interface ActivityCancelInput {
  readonly activityId: string;
  readonly activityRunId: string;
  readonly reason: string;
  readonly headers: Headers;
}

/** Input of `terminate`. */
export interface ActivityTerminateInput {
  readonly activityId: string;
  readonly activityRunId: string;
  readonly reason: string;
  readonly headers: Headers;
}

/** Input of `list`. */
export interface ActivityListInput {
  readonly query: string;
  readonly headers: Headers;
}

/** Input of `count`. */
export interface ActivityCountInput {
  readonly query: string;
  readonly headers: Headers;
}

/** Input of `pause`. */
export interface ActivityPauseInput {
  readonly activityId: string;
  readonly activityRunId: string;
  readonly options: ActivityPauseOptions;
  readonly headers: Headers;
}

/** Input of `unpause`. */
export interface ActivityUnpauseInput {
  readonly activityId: string;
  readonly activityRunId: string;
  readonly options: ActivityUnpauseOptions;
  readonly headers: Headers;
}

/** Input of `updateOptions`. */
export interface ActivityUpdateOptionsInput {
  readonly activityId: string;
  readonly activityRunId: string;
  readonly options: ActivityOptionsUpdate;
  readonly headers: Headers;
}

/** Input of `restoreOriginalOptions`. */
export interface ActivityRestoreOriginalOptionsInput {
  readonly activityId: string;
  readonly activityRunId: string;
  readonly headers: Headers;
}
