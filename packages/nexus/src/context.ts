import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client } from '@perdure/client';
import type { Logger, MetricMeter } from '@perdure/common';
import type * as nexus from 'nexus-rpc';

/** What a worker gives to the handler of an operation. */
export interface HandlerContext {
  readonly log: Logger;
  readonly metrics: MetricMeter;
  readonly client: Client;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Empty where the server does not say. */
  readonly endpoint: string;
  /** Whether the server calls back when an update has ended; undefined where nobody knows. */
  readonly updateCallbacks?: boolean | undefined;
}

/** In which operation code runs. */
export const asyncLocalStorage = new AsyncLocalStorage<HandlerContext>();

/** Where an operation runs. */
export interface OperationInfo {
  readonly namespace: string;
  readonly taskQueue: string;
  /** Through which endpoint it was called; empty where the server does not say (before 1.30). */
  readonly endpoint: string;
}

/* eslint-disable @typescript-eslint/no-empty-object-type -- names that applications import, to which more may be added */

/** What the start handler of a `TemporalOperationHandler` is told of its call. */
export interface TemporalStartOperationContext extends nexus.StartOperationContext {}

/** What the cancel handlers of a `TemporalOperationHandler` are told of their call. */
export interface TemporalCancelOperationContext extends nexus.CancelOperationContext {}

/* eslint-enable @typescript-eslint/no-empty-object-type */

/** The context of the operation that is running, in callbacks and promises too. Throws a ReferenceError elsewhere. */
export function handlerContext(): HandlerContext {
  const context = asyncLocalStorage.getStore();
  if (context !== undefined) return context;
  throw new ReferenceError(
    'No Nexus operation is running here. Call this from the handler of an operation, or from what it calls and awaits',
  );
}

/** A client of the worker's server and namespace. */
export function getClient(): Client {
  return handlerContext().client;
}

/** Where the operation that is running runs. */
export function operationInfo(): OperationInfo {
  const { namespace, taskQueue, endpoint } = handlerContext();
  return { namespace, taskQueue, endpoint };
}

/** Logs with the attributes of the operation that is running, and those of interceptors. */
export const log: Logger = {
  log: (level, message, meta): unknown => handlerContext().log.log(level, message, meta),
  trace: (message, meta): unknown => handlerContext().log.trace(message, meta),
  debug: (message, meta): unknown => handlerContext().log.debug(message, meta),
  info: (message, meta): unknown => handlerContext().log.info(message, meta),
  warn: (message, meta): unknown => handlerContext().log.warn(message, meta),
  error: (message, meta): unknown => handlerContext().log.error(message, meta),
};

/** Makes metrics with the tags of the operation that is running, and those of interceptors. */
export const metricMeter: MetricMeter = {
  createCounter: (name, unit, description) => handlerContext().metrics.createCounter(name, unit, description),
  createHistogram: (name, valueType, unit, description) =>
    handlerContext().metrics.createHistogram(name, valueType, unit, description),
  createGauge: (name, valueType, unit, description) =>
    handlerContext().metrics.createGauge(name, valueType, unit, description),
  createUpDownCounter: (name, unit, description) => {
    const counter = handlerContext().metrics.createUpDownCounter?.(name, unit, description);
    if (counter === undefined) throw new TypeError('The metric meter of this worker has no counters that go down');
    return counter;
  },
  withTags: (tags) => handlerContext().metrics.withTags(tags),
};
