import type { MetricMeter, MetricTags } from '@perdure/common';

/** A meter that puts a prefix in front of the names of its metrics, and tags on all of them. */
export function prefixedMeter(meter: MetricMeter, prefix: string, tags: MetricTags): MetricMeter {
  const tagged = meter.withTags(tags);
  return {
    createCounter: (name, unit, description) => tagged.createCounter(prefix + name, unit, description),
    createHistogram: (name, valueType, unit, description) =>
      tagged.createHistogram(prefix + name, valueType, unit, description),
    createGauge: (name, valueType, unit, description) =>
      tagged.createGauge(prefix + name, valueType, unit, description),
    withTags: (more) => prefixedMeter(meter, prefix, { ...tags, ...more }),
  };
}
