import type { ActivityCancellationDetails, Duration, Logger, MetricMeter } from '@perdure/common';
import type { Client } from '@perdure/client';
import { Context } from './context.js';
import type { Info } from './info.js';

/** `Context.current().info` */
export function activityInfo(): Info {
  return Context.current().info;
}

/** `Context.current().sleep(ms)` */
export function sleep(ms: Duration): Promise<void> {
  return Context.current().sleep(ms);
}

/** `Context.current().heartbeat(details)` */
export function heartbeat(details?: unknown): void {
  Context.current().heartbeat(details);
}

/** `Context.current().cancelled` */
export function cancelled(): Promise<never> {
  return Context.current().cancelled;
}

/** `Context.current().cancellationDetails` */
export function cancellationDetails(): ActivityCancellationDetails | undefined {
  return Context.current().cancellationDetails;
}

/** `Context.current().cancellationSignal` */
export function cancellationSignal(): AbortSignal {
  return Context.current().cancellationSignal;
}

/** `Context.current().client` */
export function getClient(): Client {
  return Context.current().client;
}

/** `Context.current().log` */
export const log: Logger = {
  log: (level, message, meta): unknown => Context.current().log.log(level, message, meta),
  trace: (message, meta): unknown => Context.current().log.trace(message, meta),
  debug: (message, meta): unknown => Context.current().log.debug(message, meta),
  info: (message, meta): unknown => Context.current().log.info(message, meta),
  warn: (message, meta): unknown => Context.current().log.warn(message, meta),
  error: (message, meta): unknown => Context.current().log.error(message, meta),
};

/** `Context.current().metricMeter` */
export const metricMeter: MetricMeter = {
  createCounter: (name, unit, description) => Context.current().metricMeter.createCounter(name, unit, description),
  createHistogram: (name, valueType, unit, description) =>
    Context.current().metricMeter.createHistogram(name, valueType, unit, description),
  createGauge: (name, valueType, unit, description) =>
    Context.current().metricMeter.createGauge(name, valueType, unit, description),
  createUpDownCounter: (name, unit, description) => {
    const meter = Context.current().metricMeter;
    const counter = meter.createUpDownCounter?.(name, unit, description);
    if (counter === undefined) throw new TypeError('The metric meter of this worker has no counters that go down');
    return counter;
  },
  withTags: (tags) => Context.current().metricMeter.withTags(tags),
};
