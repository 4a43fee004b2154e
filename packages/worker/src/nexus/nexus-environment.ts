import type { Client } from '@perdure/client';
import type { LoadedDataConverter, Logger, MetricMeter } from '@perdure/common';
import type { NexusInterceptorsFactory } from './interceptors.js';
import type { ServiceRegistry } from './service-registry.js';

/** What all operations of a worker share. */
export interface NexusEnvironment {
  readonly namespace: string;
  readonly taskQueue: string;
  readonly services: ServiceRegistry;
  readonly dataConverter: LoadedDataConverter;
  /** The first one outermost. */
  readonly interceptors: readonly NexusInterceptorsFactory[];
  /** Gives operations the worker's client. */
  readonly client: () => Client;
  /** Whether the server calls back when an update has ended; undefined where nobody knows. */
  readonly updateCallbacks?: boolean | undefined;
  /** Where the messages of operations, and about them, go. */
  readonly logger: Logger;
  /** What operations make their own metrics with. */
  readonly metricMeter: MetricMeter;
}
