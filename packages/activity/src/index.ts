/**
 * Owns what activity code imports: its context, heartbeats, cancellation.
 * Must not know how workers find, start and answer activities.
 */
export { ApplicationFailure, CancelledFailure, CompleteAsyncError } from '@perdure/common';
export type {
  ActivityDefinitionOptions,
  ActivityFunction,
  ActivityInterface,
  ActivityTypeInfoMap,
  UntypedActivities,
} from '@perdure/common';
export { Context, asyncLocalStorage } from './context.js';
export {
  activityInfo,
  cancellationDetails,
  cancellationSignal,
  cancelled,
  getClient,
  heartbeat,
  log,
  metricMeter,
  sleep,
} from './current.js';
export { setActivityOptions } from './definition-options.js';
export type { Info } from './info.js';
