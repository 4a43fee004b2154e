import type { Logger, MetricMeter } from '@perdure/common';
import type { Sink, SinkCall, SinkFunction, Sinks, WorkflowInfo } from '@perdure/workflow';
import type { Any } from '../any.js';

/** A function of the worker that workflow code may call. */
export interface InjectedSinkFunction<F extends SinkFunction> {
  fn(info: WorkflowInfo, ...args: Parameters<F>): void | Promise<void>;
  /** Whether it is called again when the workflow is replayed. Default: no. */
  callDuringReplay?: boolean;
}

/** The functions of a sink. */
export type InjectedSink<T extends Sink> = {
  [P in keyof T]: InjectedSinkFunction<T[P]>;
};

/** Sinks by name. */
export type InjectedSinks<T extends Sinks> = {
  [P in keyof T]: InjectedSink<T[P]>;
};

type AnySinks = Readonly<Record<string, Readonly<Record<string, InjectedSinkFunction<Any>>>>>;

/** Makes the calls that workflow code asked for. What a sink throws never reaches the workflow. */
export class SinkDispatcher {
  private readonly sinks: AnySinks;

  constructor(
    own: AnySinks,
    private readonly logger: Logger,
    meter: MetricMeter,
  ) {
    this.sinks = { ...defaultSinks(logger, meter), ...own };
  }

  dispatch(calls: readonly SinkCall[], isReplaying: boolean): void {
    for (const { ifaceName, fnName, args, workflowInfo } of calls) {
      const sink = this.sinks[ifaceName]?.[fnName];
      if (sink === undefined) {
        this.logger.error('Workflow referenced an unregistered external sink', { ifaceName, fnName });
        continue;
      }
      if (isReplaying && sink.callDuringReplay !== true) continue;
      const report = (error: unknown): void =>
        void this.logger.error('External sink function threw an error', { ifaceName, fnName, error, workflowInfo });
      try {
        const result: unknown = sink.fn(workflowInfo, ...(args as unknown[]));
        if (result instanceof Promise) result.catch(report);
      } catch (error) {
        report(error);
      }
    }
  }
}

function defaultSinks(logger: Logger, meter: MetricMeter): AnySinks {
  const write = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error'): InjectedSinkFunction<Any> => ({
    fn: (_info, message: string, attributes: Record<string, unknown>) => void logger[level](message, attributes),
  });
  const levels = {
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  type Tags = Parameters<MetricMeter['withTags']>[0];
  const metrics: Record<string, InjectedSinkFunction<Any>> = {
    addMetricCounterValue: {
      fn: (_info, name: string, unit: string, description: string, value: number, tags: Tags) =>
        meter.createCounter(name, unit, description).add(value, tags),
    },
    recordMetricHistogramValue: {
      fn: (_info, name: string, type: 'int', unit: string, description: string, value: number, tags: Tags) =>
        meter.createHistogram(name, type, unit, description).record(value, tags),
    },
    setMetricGaugeValue: {
      fn: (_info, name: string, type: 'int', unit: string, description: string, value: number, tags: Tags) =>
        meter.createGauge(name, type, unit, description).set(value, tags),
    },
  };
  return { __temporal_logger: levels, defaultWorkerLogger: levels, __temporal_metrics: metrics };
}
