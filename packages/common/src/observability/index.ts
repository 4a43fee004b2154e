/**
 * Owns the interfaces of logs and metrics, and the adding of metadata and tags.
 * Must not know where either goes.
 */
export { LoggerWithComposedMetadata, SdkComponent } from './logger.js';
export type { LogLevel, LogMetaOrFunc, LogMetadata, Logger } from './logger.js';
export { MetricMeterWithComposedTags } from './metric-meter-with-composed-tags.js';
export type {
  Metric,
  MetricCounter,
  MetricGauge,
  MetricHistogram,
  MetricKind,
  MetricMeter,
  MetricTags,
  MetricTagsOrFunc,
  MetricUpDownCounter,
  NumericMetricValueType,
} from './metrics.js';
export { noopMetricMeter } from './noop-metric-meter.js';
