import type { ActivityDefinitionOptions, ActivityFunction } from '@perdure/common';
import type { Any } from './any.js';

/** Attaches options to an activity function, for example how its arguments and result are converted. */
export function setActivityOptions<Args extends Any[], ReturnType>(
  options: ActivityDefinitionOptions,
  fn: ActivityFunction<Args, ReturnType>,
): void {
  Object.assign(fn, { activityDefinitionOptions: options });
}
