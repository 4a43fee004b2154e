import {
  msToNumber,
  tsToMs,
  type ActivityFunction,
  type ActivityTypeInfoMap,
  type PayloadTypeInfo,
  type Timestamp,
  type UntypedActivities,
} from '@perdure/common';
import { composeInterceptors } from '@perdure/common/internal';
import type { Any } from './any.js';
import type { ActivityOptions, LocalActivityOptions } from './activities.js';
import { LocalActivityDoBackoff } from './errors.js';
import { currentExecution } from './runtime/current.js';
import { scheduleActivity as schedule, scheduleLocalActivity as scheduleLocal } from './runtime/start-commands.js';
import { sleep } from './workflow.js';

/** Stands for what is not an activity in the type of a proxy. */
export const NotAnActivityMethod = Symbol.for('__TEMPORAL_NOT_AN_ACTIVITY_METHOD');

/** The activities of an interface as workflow code calls them. */
export type ActivityInterfaceFor<T> = {
  [K in keyof T]: T[K] extends ActivityFunction ? ActivityFunctionWithOptions<T[K]> : typeof NotAnActivityMethod;
};
/** How the activities of a proxy are run. */
export interface ActivityProxyOptions<A = UntypedActivities> extends ActivityOptions {
  activityTypeInfo?: ActivityTypeInfoMap<A>;
}
/** An activity that can be called with other options for once. */
export type ActivityFunctionWithOptions<T extends ActivityFunction> = T & {
  executeWithOptions(options: ActivityOptions, args: Parameters<T>): Promise<Awaited<ReturnType<T>>>;
};
/** The local activities of an interface as workflow code calls them. */
export type LocalActivityInterfaceFor<T> = {
  [K in keyof T]: T[K] extends ActivityFunction ? LocalActivityFunctionWithOptions<T[K]> : typeof NotAnActivityMethod;
};
/** How the local activities of a proxy are run. */
export interface LocalActivityProxyOptions<A = UntypedActivities> extends LocalActivityOptions {
  activityTypeInfo?: ActivityTypeInfoMap<A>;
}
/** A local activity that can be called with other options for once. */
export type LocalActivityFunctionWithOptions<T extends ActivityFunction> = T & {
  executeWithOptions(options: LocalActivityOptions, args: Parameters<T>): Promise<Awaited<ReturnType<T>>>;
};

/**
 * Functions that run as activities when they are called. Give a `startToCloseTimeout` or a `scheduleToCloseTimeout`.
 *
 * Throws a TypeError for options that no activity could run with.
 */
export function proxyActivities<A = UntypedActivities>(options: ActivityProxyOptions<A>): ActivityInterfaceFor<A> {
  return proxy(options, 'proxyActivities', scheduleActivity) as ActivityInterfaceFor<A>;
}

/** Functions that run as local activities, in the worker itself, when they are called. */
export function proxyLocalActivities<A = UntypedActivities>(
  options: LocalActivityProxyOptions<A>,
): LocalActivityInterfaceFor<A> {
  return proxy(options, 'proxyLocalActivities', scheduleLocalActivity) as LocalActivityInterfaceFor<A>;
}

/** Runs an activity by its type's name. */
export function scheduleActivity<R>(
  activityType: string,
  args: Any[],
  options: ActivityOptions,
  typeInfo?: PayloadTypeInfo,
): Promise<R> {
  const execution = currentExecution('Activities are scheduled by workflow code');
  assertTimeouts(options, 'scheduleActivity');
  const run = composeInterceptors(execution.interceptors.outbound, 'scheduleActivity', schedule);
  return run({
    activityType,
    headers: {},
    options,
    args,
    seq: execution.next('activity'),
    typeInfo,
  }) as Promise<R>;
}

/** Runs a local activity by its type's name. */
export async function scheduleLocalActivity<R>(
  activityType: string,
  args: Any[],
  options: LocalActivityOptions,
  typeInfo?: PayloadTypeInfo,
): Promise<R> {
  const execution = currentExecution('Activities are scheduled by workflow code');
  assertTimeouts(options, 'scheduleLocalActivity');
  let attempt = 1;
  let originalScheduleTime: Timestamp | undefined;
  for (;;) {
    const run = composeInterceptors(execution.interceptors.outbound, 'scheduleLocalActivity', scheduleLocal);
    try {
      return (await run({
        activityType,
        headers: {},
        args,
        options,
        seq: execution.next('activity'),
        attempt,
        originalScheduleTime,
        typeInfo,
      })) as R;
    } catch (error) {
      if (!(error instanceof LocalActivityDoBackoff)) throw error;
      // Its next attempt is far away: wait with a timer, which survives the worker, instead of in the worker.
      await sleep(tsToMs(error.backoff.backoffDuration));
      ({ attempt } = error.backoff);
      originalScheduleTime = error.backoff.originalScheduleTime;
    }
  }
}

type Schedule<Options> = (type: string, args: Any[], options: Options, typeInfo?: PayloadTypeInfo) => Promise<unknown>;

function proxy<Options extends ActivityOptions | LocalActivityOptions>(
  { activityTypeInfo, ...rest }: Options & { activityTypeInfo?: Record<string, PayloadTypeInfo | undefined> },
  caller: string,
  scheduleOne: Schedule<Options>,
): unknown {
  const defaults = rest as unknown as Options;
  assertTimeouts(defaults, caller);
  return new Proxy(
    {},
    {
      get: (_target, activityType) => {
        if (typeof activityType !== 'string') {
          throw new TypeError(`Only strings are names of activities, got: ${String(activityType)}`);
        }
        const typeInfo = activityTypeInfo?.[activityType];
        const run = (...args: Any[]): Promise<unknown> => scheduleOne(activityType, args, defaults, typeInfo);
        run.executeWithOptions = (options: Options, args: Any[]): Promise<unknown> =>
          scheduleOne(activityType, args, { ...defaults, ...options }, typeInfo);
        return run;
      },
    },
  );
}

function assertTimeouts(options: ActivityOptions | LocalActivityOptions | undefined, caller: string): void {
  if (options === undefined) throw new TypeError(`${caller} needs options with a timeout`);
  const { scheduleToCloseTimeout, startToCloseTimeout } = options;
  if (scheduleToCloseTimeout === undefined && startToCloseTimeout === undefined) {
    throw new TypeError(`${caller}: required either scheduleToCloseTimeout or startToCloseTimeout`);
  }
  for (const timeout of [scheduleToCloseTimeout, startToCloseTimeout]) if (timeout !== undefined) msToNumber(timeout);
}
