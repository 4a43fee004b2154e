import type { ActivityFunction } from '@perdure/common';
import type { Replace } from '@perdure/common/internal';
import type { Any } from '../any.js';
import type { ActivityHandle } from './activity-handle.js';
import type { ActivityOptions } from './activity-options.js';

/** An `ActivityClient` that knows the activities of an interface: their names, arguments and results. */
export interface TypedActivityClient<T> {
  start<N extends ActivityName<T>>(
    activity: N,
    options: ActivityOptionsFor<T, N>,
  ): Promise<ActivityHandle<ActivityResult<T, N>>>;
  execute<N extends ActivityName<T>>(activity: N, options: ActivityOptionsFor<T, N>): Promise<ActivityResult<T, N>>;
}

/** The names of the activities in an interface. */
export type ActivityName<T> = {
  [N in keyof T & string]: T[N] extends ActivityFunction<Any, Any> ? N : never;
}[keyof T & string];

/** The arguments of an activity in an interface. */
export type ActivityArgs<T, N extends ActivityName<T>> = T[N] extends ActivityFunction<infer P, Any> ? P : never;

/** The result of an activity in an interface. */
export type ActivityResult<T, N extends ActivityName<T>> = T[N] extends ActivityFunction<Any, infer R> ? R : never;

/** The options of an activity with such arguments, which are needed if there are any. */
export type ActivityOptionsWithArgs<Args extends Any[]> = Args extends [Any, ...Any]
  ? Replace<ActivityOptions, { args: Args | Readonly<Args> }>
  : Replace<ActivityOptions, { args?: Args | Readonly<Args> }>;

/** The options of an activity in an interface. */
export type ActivityOptionsFor<T, N extends ActivityName<T>> = ActivityOptionsWithArgs<ActivityArgs<T, N>>;
