/**
 * Owns how activities are called and cancelled, as options.
 * Must not know how they are run.
 */
export { ActivityCancellationDetails } from './cancellation-details.js';
export type {
  ActivityCancellationDetailsHolder,
  ActivityCancellationDetailsOptions,
  ActivityCancellationReasons,
} from './cancellation-details.js';
export { isActivityFunctionWithOptions } from './definition-options.js';
export type {
  ActivityDefinitionOptions,
  ActivityFunctionWithOptions,
  ActivityTypeInfoMap,
} from './definition-options.js';
export { ActivityCancellationType, decodeActivityCancellationType, encodeActivityCancellationType } from './options.js';
export type { ActivityOptions, LocalActivityOptions } from './options.js';
