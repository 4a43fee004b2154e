import { Metadata } from '@grpc/grpc-js';
import type { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import { type Logger, type MetricMeter, msToNumber } from '@perdure/common';
import type { OtelCollectorExporter } from '../runtime-options.js';
import { loadExporter, loadOtel } from './load-otel.js';
import { OtelMetricMeter } from './otel-metric-meter.js';

const DEFAULT_EXPORT_INTERVAL_MS = 1_000;
/** A worker that ends waits this long for the last export, and no longer. */
const LONGEST_EXPORT_MS = 3_000;

/**
 * Sends metrics to an OpenTelemetry collector. `OTEL_EXPORTER_OTLP_ENDPOINT` takes the place of the URL, as the specification of
 * OTLP exporters has it. Throws an `IllegalStateError` if the packages of OpenTelemetry are not installed, and a TypeError for a URL
 * that is none.
 */
export function openOtel(
  options: OtelCollectorExporter['otel'],
  { prefix, serviceName, logger }: { readonly prefix: string; readonly serviceName: string; readonly logger: Logger },
): { readonly meter: MetricMeter; readonly close: () => Promise<void> } {
  const { metrics, resources } = loadOtel();
  const exportIntervalMillis = Math.max(1, msToNumber(options.metricsExportInterval ?? DEFAULT_EXPORT_INTERVAL_MS));
  const provider = new metrics.MeterProvider({
    resource: resources.resourceFromAttributes({ 'service.name': serviceName }),
    readers: [
      new metrics.PeriodicExportingMetricReader({
        exporter: reporting(openExporter(options, metrics.AggregationTemporality), options.url, logger),
        exportIntervalMillis,
        exportTimeoutMillis: Math.min(exportIntervalMillis, LONGEST_EXPORT_MS),
      }),
    ],
  });
  const naming = {
    prefix,
    useSecondsForDurations: options.useSecondsForDurations ?? false,
    histogramBucketOverrides: options.histogramBucketOverrides ?? {},
  };
  return {
    meter: new OtelMetricMeter(provider.getMeter(serviceName), naming),
    close: () => provider.shutdown(),
  };
}

type Exporter = ReturnType<typeof openExporter>;

/** Says once that the collector cannot be reached, and once that it can again: OpenTelemetry itself keeps quiet. */
function reporting(exporter: Exporter, url: string, logger: Logger): Exporter {
  let isAway = false;
  const send = exporter.export.bind(exporter);
  exporter.export = (batch, onResult) => {
    send(batch, (result) => {
      if (result.error !== undefined && !isAway) {
        logger.warn(`Metrics do not reach the collector at ${url}: ${result.error.message}`, { error: result.error });
      }
      if (result.error === undefined && isAway) logger.info(`Metrics reach the collector at ${url} again`);
      isAway = result.error !== undefined;
      onResult(result);
    });
  };
  return exporter;
}

type Temporality = typeof AggregationTemporality;

function openExporter(
  { url, http = false, headers = {}, temporality }: OtelCollectorExporter['otel'],
  kinds: Temporality,
) {
  const { OTLPMetricExporter } = loadExporter(http);
  return new OTLPMetricExporter({
    url: endpointOf(process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] || url),
    timeoutMillis: LONGEST_EXPORT_MS,
    temporalityPreference: temporality === 'delta' ? kinds.DELTA : kinds.CUMULATIVE,
    ...(http ? { headers } : { metadata: metadataOf(headers) }),
  });
}

/** `grpc` and `grpcs` are what Temporal's SDKs also take. */
function endpointOf(url: string): string {
  const endpoint = url.replace(/^grpc(s?):/, 'http$1:');
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
    throw new TypeError(`metrics.otel.url must be a URL such as 'http://collector:4317'; got '${url}'`);
  }
  return endpoint;
}

function metadataOf(headers: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}
