import { bucketBounds } from './buckets.js';

/** How histograms are shown. */
export interface HistogramNaming {
  /** In front of the names of the SDK's own metrics: buckets are looked up without it. */
  readonly prefix: string;
  readonly useSecondsForDurations: boolean;
  /** By name, with or without the prefix. */
  readonly histogramBucketOverrides: Readonly<Record<string, readonly number[]>>;
}

const MS_PER_SECOND = 1_000;
/** The units of durations in milliseconds. */
const MILLISECONDS: ReadonlySet<string> = new Set(['ms', 'milliseconds', 'duration']);

/** The unit that a histogram is shown in, what its values are divided by for that, and the upper bounds of its buckets. */
export function histogramShape(
  name: string,
  unit: string | undefined,
  { prefix, useSecondsForDurations, histogramBucketOverrides: overrides }: HistogramNaming,
): { readonly shownUnit: string | undefined; readonly divisor: number; readonly bounds: readonly number[] } {
  const bareName = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  const isDuration = unit !== undefined && MILLISECONDS.has(unit);
  const divisor = isDuration && useSecondsForDurations ? MS_PER_SECOND : 1;
  const shownUnit = isDuration ? (divisor === 1 ? 'milliseconds' : 'seconds') : unit;
  const override = [bareName, name].find((each) => Object.hasOwn(overrides, each));
  const bounds = override === undefined ? undefined : overrides[override];
  return { shownUnit, divisor, bounds: bounds ?? bucketBounds(bareName, divisor) };
}
