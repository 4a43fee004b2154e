import { type Logger, type MetricMeter, type MetricTags, noopMetricMeter } from '@perdure/common';
import { openOtel } from './otel/open-otel.js';
import { PrometheusEndpoint } from './prometheus/prometheus-endpoint.js';
import { PrometheusMetricMeter } from './prometheus/prometheus-metric-meter.js';
import { prefixedMeter } from './prefixed-meter.js';
import type { MetricsBuffer } from './metrics-buffer.js';
import type {
  MetricsExporterConfig,
  OtelCollectorExporter,
  PrometheusMetricsExporter,
  TelemetryOptions,
} from './runtime-options.js';

/** Where the metrics of a runtime go. */
export interface RuntimeMetrics {
  /** For the metrics of applications: names and tags are theirs alone. */
  readonly meter: MetricMeter;
  /** For the SDK's own metrics. */
  readonly ownMeter: MetricMeter;
  /** Whether anybody looks at them. */
  readonly isOn: boolean;
  readonly buffer?: MetricsBuffer | undefined;
  readonly endpoint?: PrometheusEndpoint | undefined;
  /** Sends what has not been sent, and ends. */
  readonly close?: (() => Promise<void>) | undefined;
}

const SERVICE_NAME = 'perdure';
const DEFAULT_PREFIX = 'temporal_';

/** Sets metrics up as the options say. Throws an `IllegalStateError` if the packages of an exporter are not installed. */
export function openMetrics({ metrics, noTemporalPrefixForMetrics }: TelemetryOptions, logger: Logger): RuntimeMetrics {
  if (metrics === undefined) return { meter: noopMetricMeter, ownMeter: noopMetricMeter, isOn: false };
  const prefix = metrics.metricPrefix ?? (noTemporalPrefixForMetrics === true ? '' : DEFAULT_PREFIX);
  const globalTags: MetricTags = {
    ...((metrics.attachServiceName ?? true) ? { service_name: SERVICE_NAME } : {}),
    ...metrics.globalTags,
  };
  const opened = openExporter(metrics, prefix, logger);
  return { ...opened, ownMeter: prefixedMeter(opened.meter, prefix, globalTags), isOn: true };
}

type Exporter = Omit<RuntimeMetrics, 'ownMeter' | 'isOn'>;

function openExporter(metrics: MetricsExporterConfig, prefix: string, logger: Logger): Exporter {
  if ('prometheus' in metrics) return openPrometheus(metrics.prometheus, prefix, logger);
  if ('buffer' in metrics) {
    const { buffer } = metrics;
    const onOverflow = (): void =>
      void logger.error(
        `The metrics buffer is full with ${buffer.maxBufferSize} updates: others are dropped until retrieveUpdates() is called`,
      );
    return { meter: buffer.meter(onOverflow), buffer };
  }
  if ('meter' in metrics) return { meter: metrics.meter };
  return openOtel(withTemporality(metrics.otel, metrics.temporality), { prefix, serviceName: SERVICE_NAME, logger });
}

/** The option had its place beside the exporters once. */
function withTemporality(
  otel: OtelCollectorExporter['otel'],
  temporality: MetricsExporterConfig['temporality'],
): OtelCollectorExporter['otel'] {
  return temporality === undefined ? otel : { temporality, ...otel };
}

function openPrometheus(options: PrometheusMetricsExporter['prometheus'], prefix: string, logger: Logger): Exporter {
  const meter = new PrometheusMetricMeter({
    prefix,
    countersTotalSuffix: options.countersTotalSuffix ?? false,
    unitSuffix: options.unitSuffix ?? false,
    useSecondsForDurations: options.useSecondsForDurations ?? false,
    histogramBucketOverrides: options.histogramBucketOverrides ?? {},
  });
  const endpoint = new PrometheusEndpoint(options.bindAddress, meter, (error) => {
    logger.error(`Metrics cannot be served on ${options.bindAddress}: ${error.message}`, { error });
  });
  return { meter, endpoint };
}
