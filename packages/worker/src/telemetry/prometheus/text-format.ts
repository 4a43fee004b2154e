import type { MetricTags } from '@perdure/common';
import type { Family, Series } from './registry.js';

/** Text that Prometheus reads: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export type Exposition = string;

/** A name with what Prometheus does not take replaced. */
export function metricName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_:]/g, '_');
}

/** Tags as labels, in the order of their names; empty for none. */
export function formatLabels(tags: MetricTags): string {
  return Object.entries(tags)
    .map(([name, value]) => `${name.replace(/[^a-zA-Z0-9_]/g, '_')}="${escapeValue(String(value))}"`)
    .sort()
    .join(',');
}

/** All that is to be said of one metric. */
export function formatMetric(family: Family): Exposition {
  const { name, help, type, series } = family;
  if (series.size === 0) return '';
  const lines = [`# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}`, `# TYPE ${name} ${type}`];
  for (const one of series.values()) {
    if (type === 'histogram') lines.push(...histogramLines(family, one));
    else lines.push(`${name}${braced(one.labels)} ${one.value}`);
  }
  return `${lines.join('\n')}\n`;
}

function histogramLines({ name, bounds }: Family, { labels, buckets = [], value, count }: Series): string[] {
  const prefix = labels === '' ? '' : `${labels},`;
  let cumulative = 0;
  const lines = buckets.map((bucketCount, index) => {
    cumulative += bucketCount;
    return `${name}_bucket{${prefix}le="${bounds[index] ?? '+Inf'}"} ${cumulative}`;
  });
  return [...lines, `${name}_sum${braced(labels)} ${value}`, `${name}_count${braced(labels)} ${count}`];
}

const braced = (labels: string): string => (labels === '' ? '' : `{${labels}}`);

function escapeValue(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
