import type { Context } from '@perdure/activity';
import type { Headers, MetricTags, Next } from '@perdure/common';

/** Makes the interceptors of one execution of an activity. It may give the same ones every time. */
export type ActivityInterceptorsFactory = (ctx: Context) => ActivityInterceptors;

/** What may be intercepted of an activity. */
export interface ActivityInterceptors {
  inbound?: ActivityInboundCallsInterceptor;
  outbound?: ActivityOutboundCallsInterceptor;
}

/** Around what the worker calls. */
export interface ActivityInboundCallsInterceptor {
  /** Around the activity function; gives its result. */
  execute?: (input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>) => Promise<unknown>;
}

/** What an activity is called with. */
export interface ActivityExecuteInput {
  readonly args: unknown[];
  readonly headers: Headers;
}

/** Around what the activity calls. */
export interface ActivityOutboundCallsInterceptor {
  /** Gives what is logged along with every message of the activity. */
  getLogAttributes?: (
    input: GetLogAttributesInput,
    next: Next<ActivityOutboundCallsInterceptor, 'getLogAttributes'>,
  ) => Record<string, unknown>;
  /** Gives the tags of every value that the activity records; those of the metric and of the call win. */
  getMetricTags?: (
    input: GetMetricTagsInput,
    next: Next<ActivityOutboundCallsInterceptor, 'getMetricTags'>,
  ) => MetricTags;
}

/** The attributes so far. */
export type GetLogAttributesInput = Record<string, unknown>;

/** The tags so far. */
export type GetMetricTagsInput = MetricTags;

/** @deprecated Use {@link ActivityInterceptorsFactory}. */
export interface ActivityInboundCallsInterceptorFactory {
  (ctx: Context): ActivityInboundCallsInterceptor;
}
