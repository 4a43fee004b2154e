import type {
  MetricCounter,
  MetricGauge,
  MetricHistogram,
  MetricMeter,
  MetricTags,
  MetricUpDownCounter,
  NumericMetricValueType,
} from './metrics.js';

/** A meter whose metrics go nowhere. */
class NoopMetricMeter implements MetricMeter {
  createCounter(name: string, unit?: string, description?: string): MetricCounter {
    const counter: MetricCounter = {
      name,
      unit,
      description,
      kind: 'counter',
      valueType: 'int',
      add() {},
      withTags: () => counter,
    };
    return counter;
  }

  createHistogram(
    name: string,
    valueType: NumericMetricValueType = 'int',
    unit?: string,
    description?: string,
  ): MetricHistogram {
    const histogram: MetricHistogram = {
      name,
      unit,
      description,
      kind: 'histogram',
      valueType,
      record() {},
      withTags: () => histogram,
    };
    return histogram;
  }

  createGauge(
    name: string,
    valueType: NumericMetricValueType = 'int',
    unit?: string,
    description?: string,
  ): MetricGauge {
    const gauge: MetricGauge = { name, unit, description, kind: 'gauge', valueType, set() {}, withTags: () => gauge };
    return gauge;
  }

  createUpDownCounter(name: string, unit?: string, description?: string): MetricUpDownCounter {
    const counter: MetricUpDownCounter = {
      name,
      unit,
      description,
      kind: 'up-down-counter',
      valueType: 'int',
      add() {},
      withTags: () => counter,
    };
    return counter;
  }

  withTags(_tags: MetricTags): MetricMeter {
    return this;
  }
}

/** The meter in use where none is configured. */
export const noopMetricMeter: NoopMetricMeter = new NoopMetricMeter();
