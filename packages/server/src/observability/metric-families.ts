/** One value of each label of a metric. */
export type LabelValues<Labels extends readonly string[]> = Readonly<Record<Labels[number], string>>;

/** A line of a scrape. */
export interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** A number that only grows. */
export class Counter {
  value = 0;

  /** Adds, by default one. */
  add(amount = 1): void {
    this.value += amount;
  }
}

/** A number that goes up and down. */
export class Gauge {
  value = 0;

  set(value: number): void {
    this.value = value;
  }

  add(amount: number): void {
    this.value += amount;
  }
}

/** Counts observations in buckets. */
export class Histogram {
  readonly counts: number[];
  sum = 0;

  /** Upper bounds of the buckets in rising order; what exceeds the last is counted only in total. */
  constructor(readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** Counts one value. */
  observe(value: number): void {
    const { bounds, counts } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
    counts[bucket] = (counts[bucket] as number) + 1;
    this.sum += value;
  }
}

/**
 * A metric and its children, one per combination of label values. Bind a child once with `with` and keep it: adding to a
 * child is plain arithmetic; strings are made only when somebody scrapes.
 */
export class Family<Labels extends readonly string[], Child> {
  private readonly children = new Map<string, { readonly labels: LabelValues<Labels>; readonly child: Child }>();

  constructor(private readonly newChild: () => Child) {}

  /** The child with these label values, made on first use. */
  with(labels: LabelValues<Labels>): Child {
    const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    let entry = this.children.get(key);
    if (entry === undefined) {
      entry = { labels, child: this.newChild() };
      this.children.set(key, entry);
    }
    return entry.child;
  }

  /** Every child with its labels. */
  *entries(): Generator<readonly [LabelValues<Labels>, Child]> {
    for (const { labels, child } of this.children.values()) yield [labels, child];
  }
}

/** The lines of a counter or gauge. */
export function samplesOfNumber(labels: Readonly<Record<string, string>>, child: { value: number }): Sample[] {
  return [{ labels, value: child.value }];
}

/** The lines of a histogram: cumulative buckets, sum and count. */
export function samplesOfHistogram(name: string, labels: Readonly<Record<string, string>>, child: Histogram): Sample[] {
  const samples: Sample[] = [];
  let total = 0;
  child.counts.forEach((count, index) => {
    total += count;
    const le = child.bounds[index] ?? '+Inf';
    samples.push({ metricName: `${name}_bucket`, labels: { ...labels, le }, value: total });
  });
  samples.push({ metricName: `${name}_sum`, labels, value: child.sum });
  samples.push({ metricName: `${name}_count`, labels, value: total });
  return samples;
}
