import type { Metric, MetricMeter, MetricTags } from '@perdure/common';
import { noopMetricMeter } from '@perdure/common';

/** One value of a metric. */
export interface BufferedMetricUpdate {
  /** The same object for the same metric, where possible. */
  metric: Metric;
  /** What a counter grows by; of gauges and histograms the value itself. */
  value: number;
  attributes: MetricTags;
}

/** How much is kept, and in which unit. */
export interface MetricsBufferOptions {
  /** Updates beyond so many are dropped, and an error is logged; 10,000 by default. */
  maxBufferSize?: number;
  /** Whether durations are seconds instead of milliseconds. */
  useSecondsForDurations?: boolean;
}

const DEFAULT_MAX_BUFFER_SIZE = 10_000;
const MS_PER_SECOND = 1_000;

/** Keeps what metrics record until it is asked for: set it as `telemetryOptions.metrics.buffer`, and empty it regularly. */
export class MetricsBuffer {
  readonly maxBufferSize: number;
  readonly useSecondsForDurations: boolean;
  private updates: BufferedMetricUpdate[] = [];
  private hasOverflowed = false;

  constructor(options: MetricsBufferOptions = {}) {
    this.maxBufferSize = options.maxBufferSize ?? DEFAULT_MAX_BUFFER_SIZE;
    this.useSecondsForDurations = options.useSecondsForDurations ?? false;
  }

  /** What was recorded since the last call. */
  retrieveUpdates(): ArrayIterator<BufferedMetricUpdate> {
    const { updates } = this;
    this.updates = [];
    this.hasOverflowed = false;
    return updates.values();
  }

  /** The meter that fills the buffer. For the runtime. */
  meter(onOverflow: () => void): MetricMeter {
    const add = (update: BufferedMetricUpdate): void => {
      if (this.updates.length < this.maxBufferSize) this.updates.push(update);
      else if (!this.hasOverflowed) {
        this.hasOverflowed = true;
        onOverflow();
      }
    };
    return bufferingMeter(this.useSecondsForDurations ? MS_PER_SECOND : 1, add, {});
  }
}

function bufferingMeter(divisor: number, add: (update: BufferedMetricUpdate) => void, tags: MetricTags): MetricMeter {
  const put = (metric: Metric, value: number, own: MetricTags, extra: MetricTags | undefined): void => {
    const isDuration = metric.unit === 'ms' || metric.unit === 'duration';
    add({
      metric,
      value: isDuration ? value / divisor : value,
      attributes: extra === undefined ? own : { ...own, ...extra },
    });
  };
  type Recorder = (value: number, extra?: MetricTags) => void;
  const recorder =
    (metric: Metric, own: MetricTags): Recorder =>
    (value, extra) =>
      put(metric, value, own, extra);
  return {
    createCounter(name, unit, description) {
      const metric = noopMetricMeter.createCounter(name, unit, description);
      const bound = (own: MetricTags): typeof metric => ({
        ...metric,
        add: recorder(metric, own),
        withTags: (more) => bound({ ...own, ...more }),
      });
      return bound(tags);
    },
    createHistogram(name, valueType, unit, description) {
      const metric = noopMetricMeter.createHistogram(name, valueType, unit, description);
      const bound = (own: MetricTags): typeof metric => ({
        ...metric,
        record: recorder(metric, own),
        withTags: (more) => bound({ ...own, ...more }),
      });
      return bound(tags);
    },
    createGauge(name, valueType, unit, description) {
      const metric = noopMetricMeter.createGauge(name, valueType, unit, description);
      const bound = (own: MetricTags): typeof metric => ({
        ...metric,
        set: recorder(metric, own),
        withTags: (more) => bound({ ...own, ...more }),
      });
      return bound(tags);
    },
    createUpDownCounter(name, unit, description) {
      const metric = noopMetricMeter.createUpDownCounter(name, unit, description);
      const bound = (own: MetricTags): typeof metric => ({
        ...metric,
        add: recorder(metric, own),
        withTags: (more) => bound({ ...own, ...more }),
      });
      return bound(tags);
    },
    withTags: (more) => bufferingMeter(divisor, add, { ...tags, ...more }),
  };
}
