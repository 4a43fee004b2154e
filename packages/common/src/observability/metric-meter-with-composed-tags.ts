import { IllegalStateError } from '../errors.js';
import { append, resolveLayers } from './layers.js';
import type {
  Metric,
  MetricCounter,
  MetricGauge,
  MetricHistogram,
  MetricMeter,
  MetricTags,
  MetricTagsOrFunc,
  MetricUpDownCounter,
  NumericMetricValueType,
} from './metrics.js';

type TagLayers = readonly MetricTagsOrFunc[];

/** A meter that adds tags to what its metrics pass on to another meter's. */
export class MetricMeterWithComposedTags implements MetricMeter {
  private constructor(
    private readonly parentMeter: MetricMeter,
    private readonly contributors: TagLayers,
  ) {}

  /**
   * The meter with more tags. Later tags win; functions are asked for every value. With `force` there is a new meter even
   * if there are no tags, for meters that cannot add tags themselves.
   */
  static compose(meter: MetricMeter, tagsOrFunc: MetricTagsOrFunc, force = false): MetricMeter {
    if (!force && typeof tagsOrFunc !== 'function' && Object.keys(tagsOrFunc).length === 0) return meter;
    if (!(meter instanceof MetricMeterWithComposedTags)) return new MetricMeterWithComposedTags(meter, [tagsOrFunc]);
    return new MetricMeterWithComposedTags(meter.parentMeter, append(meter.contributors, tagsOrFunc));
  }

  createCounter(name: string, unit?: string, description?: string): MetricCounter {
    return taggedCounter(this.parentMeter.createCounter(name, unit, description), this.contributors);
  }

  createHistogram(
    name: string,
    valueType: NumericMetricValueType = 'int',
    unit?: string,
    description?: string,
  ): MetricHistogram {
    const parent = this.parentMeter.createHistogram(name, valueType, unit, description);
    return taggedHistogram(parent, valueType, this.contributors);
  }

  createGauge(
    name: string,
    valueType: NumericMetricValueType = 'int',
    unit?: string,
    description?: string,
  ): MetricGauge {
    return taggedGauge(this.parentMeter.createGauge(name, valueType, unit, description), valueType, this.contributors);
  }

  /** Throws if the meter below has no such metrics. */
  createUpDownCounter(name: string, unit?: string, description?: string): MetricUpDownCounter {
    const parent = this.parentMeter.createUpDownCounter?.(name, unit, description);
    if (parent === undefined) {
      throw new IllegalStateError('createUpDownCounter is not supported by the underlying meter');
    }
    return taggedUpDownCounter(parent, this.contributors);
  }

  withTags(tags: MetricTags): MetricMeter {
    return MetricMeterWithComposedTags.compose(this, tags);
  }
}

function taggedCounter(parent: MetricCounter, layers: TagLayers): MetricCounter {
  return {
    ...described(parent),
    kind: 'counter',
    valueType: 'int',
    add: (value, extraTags) => parent.add(value, resolveLayers(layers, extraTags)),
    withTags: (tags) => taggedCounter(parent, append(layers, tags)),
  };
}

function taggedUpDownCounter(parent: MetricUpDownCounter, layers: TagLayers): MetricUpDownCounter {
  return {
    ...described(parent),
    kind: 'up-down-counter',
    valueType: 'int',
    add: (value, extraTags) => parent.add(value, resolveLayers(layers, extraTags)),
    withTags: (tags) => taggedUpDownCounter(parent, append(layers, tags)),
  };
}

function taggedHistogram(
  parent: MetricHistogram,
  valueType: NumericMetricValueType,
  layers: TagLayers,
): MetricHistogram {
  return {
    ...described(parent),
    kind: 'histogram',
    valueType,
    record: (value, extraTags) => parent.record(value, resolveLayers(layers, extraTags)),
    withTags: (tags) => taggedHistogram(parent, valueType, append(layers, tags)),
  };
}

function taggedGauge(parent: MetricGauge, valueType: NumericMetricValueType, layers: TagLayers): MetricGauge {
  return {
    ...described(parent),
    kind: 'gauge',
    valueType,
    set: (value, extraTags) => parent.set(value, resolveLayers(layers, extraTags)),
    withTags: (tags) => taggedGauge(parent, valueType, append(layers, tags)),
  };
}

function described({ name, unit, description }: Metric): Pick<Metric, 'name' | 'unit' | 'description'> {
  return { name, unit, description };
}
