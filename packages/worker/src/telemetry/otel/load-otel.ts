import { createRequire } from 'node:module';
import type * as grpcExporter from '@opentelemetry/exporter-metrics-otlp-grpc';
import type * as httpExporter from '@opentelemetry/exporter-metrics-otlp-proto';
import type * as otelResources from '@opentelemetry/resources';
import type * as sdkMetrics from '@opentelemetry/sdk-metrics';
import { IllegalStateError } from '@perdure/common';

const require = createRequire(import.meta.url);

/** What is needed of OpenTelemetry, which the application installs: only those who send metrics to a collector have to. */
export interface OtelPackages {
  readonly metrics: typeof sdkMetrics;
  readonly resources: typeof otelResources;
}

/** Loads the SDK. Throws an `IllegalStateError` that says what to install. */
export function loadOtel(): OtelPackages {
  return { metrics: load('@opentelemetry/sdk-metrics'), resources: load('@opentelemetry/resources') };
}

/** Loads the exporter that speaks OTLP over HTTP, or the one that speaks it over gRPC. */
export function loadExporter(isHttp: boolean): typeof httpExporter | typeof grpcExporter {
  return load(isHttp ? '@opentelemetry/exporter-metrics-otlp-proto' : '@opentelemetry/exporter-metrics-otlp-grpc');
}

function load<T>(name: string): T {
  try {
    return require(name) as T;
  } catch (error) {
    if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
    throw new IllegalStateError(
      `telemetryOptions.metrics.otel needs ${name}, which is not installed. Run: npm install @opentelemetry/api ` +
        `@opentelemetry/sdk-metrics @opentelemetry/resources @opentelemetry/exporter-metrics-otlp-grpc (or, with ` +
        `\`http: true\`, @opentelemetry/exporter-metrics-otlp-proto)`,
      error as Error,
    );
  }
}
