import { formatMetric, type Exposition } from './text-format.js';

/** What a metric holds for one set of tags. */
export interface Series {
  readonly labels: string;
  value: number;
  /** Of histograms: how many values fell into each bucket, the last one unbounded. */
  readonly buckets?: number[];
  count: number;
}

/** A metric of all sets of tags. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Of histograms: the upper bounds of the buckets, ascending. */
  readonly bounds: readonly number[];
  readonly series: Map<string, Series>;
}

/** Holds the values of metrics until Prometheus asks for them. */
export class PrometheusRegistry {
  private readonly families = new Map<string, Family>();

  /** The metric of that name; made if there is none. The first one to make it says what it is. */
  family(name: string, type: Family['type'], help: string, bounds: readonly number[] = []): Family {
    const found = this.families.get(name);
    if (found !== undefined) return found;
    const family: Family = { name, help, type, bounds, series: new Map() };
    this.families.set(name, family);
    return family;
  }

  /** All values, in the text format of Prometheus 0.0.4. */
  expose(): Exposition {
    return [...this.families.values()].map(formatMetric).join('');
  }
}

/** The values of a metric for a set of tags. `labels` are formatted. */
export function seriesOf(family: Family, labels: string): Series {
  const found = family.series.get(labels);
  if (found !== undefined) return found;
  const buckets = family.type === 'histogram' ? new Array<number>(family.bounds.length + 1).fill(0) : undefined;
  const series: Series = { labels, value: 0, count: 0, ...(buckets === undefined ? {} : { buckets }) };
  family.series.set(labels, series);
  return series;
}

/** Puts a value into its bucket. */
export function observe(family: Family, series: Series, value: number): void {
  const { buckets } = series;
  if (buckets === undefined) throw new TypeError(`Invariant violated: ${family.name} is no histogram.`);
  const index = family.bounds.findIndex((bound) => value <= bound);
  const bucket = index === -1 ? family.bounds.length : index;
  buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  series.value += value;
  series.count++;
}
