/**
 * Owns what a process with workers shares and what it shows of itself: the runtime, connections, logs and metrics.
 * Must not know how workers do their work.
 */
export { DefaultLogger, isLogged, LogTimestamp } from './logger.js';
export type { FlushableLogger, LogEntry } from './logger.js';
export { MeteredSlots } from './metered-slots.js';
export { MetricsBuffer } from './metrics-buffer.js';
export type { BufferedMetricUpdate, MetricsBufferOptions } from './metrics-buffer.js';
export { InternalNativeConnection, NativeConnection, transportForWorker } from './native-connection.js';
export type {
  DNSLoadBalancingConfig,
  GrpcCompressionConfig,
  NativeConnectionOptions,
  NativeConnectionPlugin,
} from './native-connection.js';
export { makeTelemetryFilterString } from './runtime-options.js';
export type {
  BufferedMetricsExporter,
  ConsoleLogger,
  CoreLogFilterOptions,
  CustomMetricsExporter,
  ForwardLogger,
  LogExporterConfig,
  MakeTelemetryFilterStringOptions,
  MetricsExporterConfig,
  OtelCollectorExporter,
  PrometheusMetricsExporter,
  RuntimeOptions,
  TelemetryOptions,
} from './runtime-options.js';
export { Runtime } from './runtime.js';
export { noWorkerMetrics } from './worker-metrics.js';
export type {
  ActivityMetrics,
  MeteredActivity,
  MeteredActivityEnd,
  MeteredPollerType,
  MeteredWorkerType,
  NexusMetrics,
  WorkerMetrics,
  WorkflowMetrics,
} from './worker-metrics.js';
