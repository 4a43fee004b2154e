import type { Context } from '@perdure/activity';
import type { LoadedDataConverter, Logger, MetricMeter } from '@perdure/common';
import type { ActivityRegistry } from './activity-registry.js';
import type { ActivityInterceptorsFactory } from './interceptors.js';

/** What all activities of a worker share. */
export interface ActivityEnvironment {
  readonly namespace: string;
  readonly taskQueue: string;
  readonly activities: ActivityRegistry;
  readonly dataConverter: LoadedDataConverter;
  /** The first one outermost. */
  readonly interceptors?: readonly ActivityInterceptorsFactory[] | undefined;
  /** Gives activities the worker's client; without it they have none. */
  readonly client?: (() => Context['client']) | undefined;
  /** Where the messages of activities, and about them, go. */
  readonly logger: Logger;
  /** What activities make their own metrics with. */
  readonly metricMeter: MetricMeter;
}
