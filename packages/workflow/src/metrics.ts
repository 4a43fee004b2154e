import {
  MetricMeterWithComposedTags,
  type MetricCounter,
  type MetricGauge,
  type MetricHistogram,
  type MetricMeter,
  type MetricTags,
  type NumericMetricValueType,
} from '@perdure/common';
import { composeInterceptors } from '@perdure/common/internal';
import { currentExecution } from './runtime/current.js';
import { proxySinks, type Sink, type Sinks } from './sinks.js';

interface WorkflowMetricMeter extends Sink {
  addMetricCounterValue(
    metricName: string,
    unit: string | undefined,
    description: string | undefined,
    value: number,
    attrs: MetricTags,
  ): void;
  recordMetricHistogramValue(
    metricName: string,
    valueType: NumericMetricValueType,
    unit: string | undefined,
    description: string | undefined,
    value: number,
    attrs: MetricTags,
  ): void;
  setMetricGaugeValue(
    metricName: string,
    valueType: NumericMetricValueType,
    unit: string | undefined,
    description: string | undefined,
    value: number,
    attrs: MetricTags,
  ): void;
}

interface MetricSinks extends Sinks {
  __temporal_metrics: WorkflowMetricMeter;
}

const sink = proxySinks<MetricSinks>().__temporal_metrics;

/** Hands values to the worker's meter. */
class SinkMeter implements MetricMeter {
  createCounter(name: string, unit?: string, description?: string): MetricCounter {
    return tagged({
      name,
      unit,
      description,
      kind: 'counter',
      valueType: 'int',
      add: (value, tags = {}) => sink.addMetricCounterValue(name, unit, description, checked(value), tags),
      withTags: unsupported,
    });
  }

  createHistogram(
    name: string,
    valueType: NumericMetricValueType = 'int',
    unit?: string,
    description?: string,
  ): MetricHistogram {
    return {
      name,
      unit,
      description,
      kind: 'histogram',
      valueType,
      record: (value, tags = {}) =>
        sink.recordMetricHistogramValue(name, valueType, unit, description, checked(value), tags),
      withTags: unsupported,
    };
  }

  createGauge(
    name: string,
    valueType: NumericMetricValueType = 'int',
    unit?: string,
    description?: string,
  ): MetricGauge {
    return {
      name,
      unit,
      description,
      kind: 'gauge',
      valueType,
      set: (value, tags = {}) => sink.setMetricGaugeValue(name, valueType, unit, description, checked(value), tags),
      withTags: unsupported,
    };
  }

  withTags(tags: MetricTags): MetricMeter {
    return MetricMeterWithComposedTags.compose(this, tags, true);
  }
}

function tagged<T>(metric: T): T {
  return metric;
}

function checked(value: number): number {
  if (value < 0) throw new Error(`A metric's value must not be negative, got ${value}`);
  return value;
}

function unsupported(): never {
  throw new Error('Tags are added by the meter that wraps this one');
}

/** The meter of the workflow: values go to the worker's metrics, and not again on replay. */
export const metricMeter: MetricMeter = MetricMeterWithComposedTags.compose(
  new SinkMeter(),
  () => {
    const { interceptors, info } = currentExecution('Metrics are taken in workflow code');
    const tags = { namespace: info.namespace, taskQueue: info.taskQueue, workflowType: info.workflowType };
    return composeInterceptors(interceptors.outbound, 'getMetricTags', (own: MetricTags) => own)(tags);
  },
  true,
);
