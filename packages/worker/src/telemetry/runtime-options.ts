import type { Duration, LogLevel, Logger, MetricMeter } from '@perdure/common';
import type { MetricsBuffer } from './metrics-buffer.js';

/** What the workers and connections of a process share. */
export interface RuntimeOptions {
  /** Where all messages go; to the standard error output from INFO up by default. */
  logger?: Logger;
  telemetryOptions?: TelemetryOptions;
  /** Accepted and not used: workers send no heartbeats of their own. */
  workerHeartbeatInterval?: Duration;
  /** Signals that shut down all workers; SIGINT, SIGTERM, SIGQUIT and SIGUSR2 by default. */
  shutdownSignals?: NodeJS.Signals[];
}

/** Logs and metrics. */
export interface TelemetryOptions {
  /** @deprecated Use `logging.filter`. */
  tracingFilter?: string;
  /** @deprecated Use `metrics.metricPrefix`. */
  noTemporalPrefixForMetrics?: boolean;
  /**
   * Accepted, with no effect: there is no native part with logs of its own. All messages go to the runtime's logger, as
   * `forward` asks for.
   */
  logging?: LogExporterConfig;
  /** Where metrics go; nowhere by default. */
  metrics?: MetricsExporterConfig;
  /** @deprecated Accepted and not used. */
  tracing?: unknown;
}

/** See {@link TelemetryOptions.logging}. */
export type LogExporterConfig = { filter?: string | CoreLogFilterOptions } & Partial<ConsoleLogger | ForwardLogger>;

/** See {@link TelemetryOptions.logging}. */
export interface ConsoleLogger {
  console: { format?: 'compact' | 'pretty' | 'json' };
}

/** See {@link TelemetryOptions.logging}. */
export interface ForwardLogger {
  forward: { level?: LogLevel };
}

/** See {@link TelemetryOptions.logging}. */
export interface CoreLogFilterOptions {
  core: LogLevel;
  other?: LogLevel;
}

/** Where metrics go, and what is the same for all of them. */
export type MetricsExporterConfig = {
  /** @deprecated Use `otel.temporality`. */
  temporality?: 'cumulative' | 'delta';
  /** In front of every name; `temporal_` by default. */
  metricPrefix?: string;
  /** On every metric. */
  globalTags?: Record<string, string>;
  /** Whether every metric has the tag `service_name`; true by default. */
  attachServiceName?: boolean;
} & (PrometheusMetricsExporter | OtelCollectorExporter | BufferedMetricsExporter | CustomMetricsExporter);

/** Metrics for Prometheus to fetch. */
export interface PrometheusMetricsExporter {
  prometheus: {
    /** `host:port` to serve `/metrics` on. */
    bindAddress: string;
    /** Whether names of counters end in `_total`. */
    countersTotalSuffix?: boolean;
    /** Whether names of histograms end in their unit, such as `_milliseconds`. */
    unitSuffix?: boolean;
    /** Whether durations are seconds instead of milliseconds. */
    useSecondsForDurations?: boolean;
    /** The upper bounds of the buckets of a histogram, by name with or without prefix. */
    histogramBucketOverrides?: Record<string, number[]>;
  };
}

/**
 * Metrics for an OpenTelemetry collector. The packages of OpenTelemetry have to be installed by the application: `@opentelemetry/api`,
 * `sdk-metrics`, `resources`, and `exporter-metrics-otlp-grpc` or, for HTTP, `exporter-metrics-otlp-proto`.
 */
export interface OtelCollectorExporter {
  otel: {
    /** `http://host:4317` for gRPC, `http://host:4318/v1/metrics` for HTTP; `OTEL_EXPORTER_OTLP_ENDPOINT` takes its place. */
    url: string;
    /** Whether OTLP goes over HTTP; over gRPC by default. */
    http?: boolean;
    /** Sent with every export. */
    headers?: Record<string, string>;
    /** How often metrics are sent; every second by default. */
    metricsExportInterval?: Duration;
    /** Whether durations are seconds instead of milliseconds. */
    useSecondsForDurations?: boolean;
    /** Whether values are sums since the start, the default, or since the last export. */
    temporality?: 'cumulative' | 'delta';
    /** The upper bounds of the buckets of a histogram, by name with or without prefix. */
    histogramBucketOverrides?: Record<string, number[]>;
  };
}

/** Metrics that the application fetches itself. */
export interface BufferedMetricsExporter {
  buffer: MetricsBuffer;
}

/** Metrics that a meter of the application takes. Not an option of Temporal's SDK. */
export interface CustomMetricsExporter {
  meter: MetricMeter;
}

/** @deprecated Use {@link CoreLogFilterOptions}. */
export type MakeTelemetryFilterStringOptions = CoreLogFilterOptions;

/** A filter of {@link LogExporterConfig} as text. */
export function makeTelemetryFilterString({ core, other = 'ERROR' }: CoreLogFilterOptions): string {
  const parts = ['temporalio_sdk_core', 'temporalio_client', 'temporalio_common'];
  return [other, ...parts.map((part) => `${part}=${core}`)].join(',');
}
