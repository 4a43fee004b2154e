import type { Meter } from '@opentelemetry/api';
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

/** Records with a meter of OpenTelemetry. */
export class OtelMetricMeter implements MetricMeter {
  constructor(
    private readonly meter: Meter,
    private readonly naming: HistogramNaming,
    private readonly tags: MetricTags = {},
  ) {}

  createCounter(name: string, unit?: string, description?: string): MetricCounter {
    const instrument = this.meter.createCounter(name, described(unit, description));
    const counter = (tags: MetricTags): MetricCounter => ({
      ...{ name, unit, description, kind: 'counter', valueType: 'int' },
      add: (value, extraTags) => instrument.add(value, merged(tags, extraTags)),
      withTags: (more) => counter({ ...tags, ...more }),
    });
    return counter(this.tags);
  }

  createUpDownCounter(name: string, unit?: string, description?: string): MetricUpDownCounter {
    const instrument = this.meter.createUpDownCounter(name, described(unit, description));
    const counter = (tags: MetricTags): MetricUpDownCounter => ({
      ...{ name, unit, description, kind: 'up-down-counter', valueType: 'int' },
      add: (value, extraTags) => instrument.add(value, merged(tags, extraTags)),
      withTags: (more) => counter({ ...tags, ...more }),
    });
    return counter(this.tags);
  }

  createGauge(
    name: string,
    valueType: NumericMetricValueType = 'int',
    unit?: string,
    description?: string,
  ): MetricGauge {
    const instrument = this.meter.createGauge(name, described(unit, description));
    const gauge = (tags: MetricTags): MetricGauge => ({
      ...{ name, unit, description, kind: 'gauge', valueType },
      set: (value, extraTags) => instrument.record(value, merged(tags, extraTags)),
      withTags: (more) => gauge({ ...tags, ...more }),
    });
    return gauge(this.tags);
  }

  createHistogram(
    name: string,
    valueType: NumericMetricValueType = 'int',
    unit?: string,
    description?: string,
  ): MetricHistogram {
    const { shownUnit, divisor, bounds } = histogramShape(name, unit, this.naming);
    const instrument = this.meter.createHistogram(name, {
      ...described(shownUnit, description),
      advice: { explicitBucketBoundaries: [...bounds] },
    });
    const histogram = (tags: MetricTags): MetricHistogram => ({
      ...{ name, unit, description, kind: 'histogram', valueType },
      record: (value, extraTags) => instrument.record(value / divisor, merged(tags, extraTags)),
      withTags: (more) => histogram({ ...tags, ...more }),
    });
    return histogram(this.tags);
  }

  withTags(tags: MetricTags): MetricMeter {
    return new OtelMetricMeter(this.meter, this.naming, { ...this.tags, ...tags });
  }
}

function described(unit: string | undefined, description: string | undefined): { unit?: string; description?: string } {
  return { ...(unit === undefined ? {} : { unit }), ...(description === undefined ? {} : { description }) };
}

function merged(tags: MetricTags, extraTags: MetricTags | undefined): MetricTags {
  return extraTags === undefined ? tags : { ...tags, ...extraTags };
}
