/** Makes metrics. */
export interface MetricMeter {
  /** A metric that counts. */
  createCounter(name: string, unit?: string, description?: string): MetricCounter;
  /** A metric of the distribution of values; whole numbers unless it says otherwise. */
  createHistogram(
    name: string,
    valueType?: NumericMetricValueType,
    unit?: string,
    description?: string,
  ): MetricHistogram;
  /** A metric of the latest value; a whole number unless it says otherwise. */
  createGauge(name: string, valueType?: NumericMetricValueType, unit?: string, description?: string): MetricGauge;
  /** A metric that counts up and down. Not every meter has them. */
  createUpDownCounter?(name: string, unit?: string, description?: string): MetricUpDownCounter;
  /** A meter whose metrics have these tags too. */
  withTags(tags: MetricTags): MetricMeter;
}

/** What all metrics have. */
export interface Metric {
  name: string;
  unit?: string;
  description?: string;
  kind: MetricKind;
  valueType: NumericMetricValueType;
}

/** Tags of metrics by name. */
export type MetricTags = Record<string, string | number | boolean>;

/** What a metric's numbers are meant to be; in JavaScript all are numbers. */
export type NumericMetricValueType = 'int' | 'float';

/** The kinds of metrics. */
export type MetricKind = 'counter' | 'histogram' | 'gauge' | 'up-down-counter';

/** A metric that counts. */
export interface MetricCounter extends Metric {
  /** Adds a value from 0 up. */
  add(value: number, extraTags?: MetricTags): void;
  /** The same metric with more tags. */
  withTags(tags: MetricTags): MetricCounter;
  kind: 'counter';
  valueType: 'int';
}

/** A metric of the distribution of values. */
export interface MetricHistogram extends Metric {
  /** Records a value from 0 up. */
  record(value: number, extraTags?: MetricTags): void;
  /** The same metric with more tags. */
  withTags(tags: MetricTags): MetricHistogram;
  kind: 'histogram';
}

/** A metric of the latest value. */
export interface MetricGauge extends Metric {
  /** Replaces the value. */
  set(value: number, extraTags?: MetricTags): void;
  /** The same metric with more tags. */
  withTags(tags: MetricTags): MetricGauge;
  kind: 'gauge';
}

/** A metric that counts up and down. */
export interface MetricUpDownCounter extends Metric {
  /** Adds a value, which may be negative. */
  add(value: number, extraTags?: MetricTags): void;
  /** The same metric with more tags. */
  withTags(tags: MetricTags): MetricUpDownCounter;
  kind: 'up-down-counter';
  valueType: 'int';
}

/** Tags, or a function that gives them whenever a value is recorded. */
export type MetricTagsOrFunc = MetricTags | (() => MetricTags);
