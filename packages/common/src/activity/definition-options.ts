import type { Any } from '../any.js';
import type { ActivityFunction } from '../interfaces.js';
import type { PayloadTypeInfo } from '../type-info.js';

/** What can be attached to an activity function where it is defined. */
export interface ActivityDefinitionOptions {
  /** Adapts its arguments and its result. */
  typeInfo?: PayloadTypeInfo;
}

type ActivityKeys<A> = {
  [K in keyof A & string]: A[K] extends ActivityFunction ? K : never;
}[keyof A & string];

/** Type information by the names of the activities in `A`. */
export type ActivityTypeInfoMap<A> = Partial<Record<ActivityKeys<A>, PayloadTypeInfo>>;

/** An activity function with {@link ActivityDefinitionOptions}. */
export interface ActivityFunctionWithOptions<Args extends Any[] = Any[], ReturnType = Any> extends ActivityFunction<
  Args,
  ReturnType
> {
  activityDefinitionOptions: ActivityDefinitionOptions;
}

/** Whether it is a function with {@link ActivityDefinitionOptions}. */
export function isActivityFunctionWithOptions(value: unknown): value is ActivityFunctionWithOptions<Any[], Any> {
  return typeof value === 'function' && 'activityDefinitionOptions' in value;
}
