import type {
  MetricCounter,
  MetricGauge,
  MetricHistogram,
  MetricMeter,
  MetricTags,
  MetricUpDownCounter,
  NumericMetricValueType,
} from '@perdure/common';
import { histogramShape, type HistogramNaming } from '../histogram-shape.js';
import { type Family, observe, PrometheusRegistry, type Series, seriesOf } from './registry.js';
import { type Exposition, formatLabels, metricName } from './text-format.js';

/** How metrics are named and shown. */
export interface PrometheusMeterOptions extends HistogramNaming {
  readonly countersTotalSuffix: boolean;
  readonly unitSuffix: boolean;
}

/** Metrics for Prometheus. Tags need not be known beforehand; a metric bound to its tags finds its value without a search. */
export class PrometheusMetricMeter implements MetricMeter {
  constructor(
    private readonly options: PrometheusMeterOptions,
    private readonly registry: PrometheusRegistry = new PrometheusRegistry(),
    private readonly tags: MetricTags = {},
  ) {}

  /** All values as text. */
  expose(): Exposition {
    return this.registry.expose();
  }

  createCounter(name: string, unit?: string, description?: string): MetricCounter {
    const suffix = this.options.countersTotalSuffix ? '_total' : '';
    const family = this.registry.family(`${metricName(name)}${suffix}`, 'counter', description ?? name);
    return { ...counter(family, this.tags, { name, unit, description }), kind: 'counter' } as MetricCounter;
  }

  createUpDownCounter(name: string, unit?: string, description?: string): MetricUpDownCounter {
    const family = this.registry.family(metricName(name), 'gauge', description ?? name);
    return {
      ...counter(family, this.tags, { name, unit, description }),
      kind: 'up-down-counter',
    } as MetricUpDownCounter;
  }

  createGauge(
    name: string,
    valueType: NumericMetricValueType = 'int',
    unit?: string,
    description?: string,
  ): MetricGauge {
    const family = this.registry.family(metricName(name), 'gauge', description ?? name);
    const gauge = (tags: MetricTags): MetricGauge => {
      const find = boundSeries(family, tags);
      return {
        name,
        unit,
        description,
        kind: 'gauge',
        valueType,
        set: (value, extraTags) => void (find(extraTags).value = value),
        withTags: (more) => gauge({ ...tags, ...more }),
      };
    };
    return gauge(this.tags);
  }

  createHistogram(
    name: string,
    valueType: NumericMetricValueType = 'int',
    unit?: string,
    description?: string,
  ): MetricHistogram {
    const { shownUnit, divisor, bounds } = histogramShape(name, unit, this.options);
    const suffix = this.options.unitSuffix && shownUnit !== undefined ? `_${metricName(shownUnit)}` : '';
    const family = this.registry.family(`${metricName(name)}${suffix}`, 'histogram', description ?? name, bounds);
    const histogram = (tags: MetricTags): MetricHistogram => {
      const find = boundSeries(family, tags);
      return {
        name,
        unit,
        description,
        kind: 'histogram',
        valueType,
        record: (value, extraTags) => observe(family, find(extraTags), value / divisor),
        withTags: (more) => histogram({ ...tags, ...more }),
      };
    };
    return histogram(this.tags);
  }

  withTags(tags: MetricTags): MetricMeter {
    return new PrometheusMetricMeter(this.options, this.registry, { ...this.tags, ...tags });
  }
}

interface Counting {
  add(value: number, extraTags?: MetricTags): void;
  withTags(tags: MetricTags): Counting;
}

function counter(
  family: Family,
  tags: MetricTags,
  described: { name: string; unit: string | undefined; description: string | undefined },
): Counting {
  const find = boundSeries(family, tags);
  return {
    ...described,
    valueType: 'int',
    add: (value: number, extraTags?: MetricTags) => void (find(extraTags).value += value),
    withTags: (more: MetricTags) => counter(family, { ...tags, ...more }, described),
  } as Counting;
}

/** Finds the values of a metric: at once without further tags. */
function boundSeries(family: Family, tags: MetricTags): (extraTags?: MetricTags) => Series {
  let own: Series | undefined;
  return (extraTags) => {
    if (extraTags !== undefined) return seriesOf(family, formatLabels({ ...tags, ...extraTags }));
    return (own ??= seriesOf(family, formatLabels(tags)));
  };
}
