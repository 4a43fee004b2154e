/**
 * Runs workflows, activities and Nexus operations: bundler, sandbox, pollers, sticky cache, replayer. API-compatible with `@temporalio/worker` 1.24 as far
 * as that makes sense without a native core.
 */
export { defaultPayloadConverter, IllegalStateError } from '@perdure/common';
export type { DataConverter, Headers, Logger, LogLevel, LogMetadata, Next } from '@perdure/common';
export type { TLSConfig } from '@perdure/common/internal/conversion';
export type { History } from '@perdure/common/proto-utils';
export type { LoggerSinks } from '@perdure/workflow';
export { workflowLogAttributes } from '@perdure/workflow/runtime';
export type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInboundCallsInterceptorFactory,
  ActivityInterceptors,
  ActivityInterceptorsFactory,
  ActivityOutboundCallsInterceptor,
  GetLogAttributesInput,
  GetMetricTagsInput,
} from './activities/index.js';
export { activityLogAttributes } from './activities/index.js';
export { bundleWorkflowCode, WorkflowBundleError } from './bundler/index.js';
export type {
  BundleOptions,
  BundlerPlugin,
  WorkflowBundle,
  WorkflowBundlePath,
  WorkflowBundlePathWithSourceMap,
  WorkflowBundleWithSourceMap,
} from './bundler/index.js';
export * from './deprecated.js';
export * from './errors.js';
export type {
  NexusCancelOperationInput,
  NexusInboundCallsInterceptor,
  NexusInterceptors,
  NexusInterceptorsFactory,
  NexusOutboundCallsInterceptor,
  NexusStartOperationInput,
  NexusStartOperationOutput,
} from './nexus/index.js';
export { ReplayError, type ReplayHistoriesIterable, type ReplayResult } from './replayer.js';
export { ResourceBasedController } from './slots/index.js';
export type {
  ActivitySlotInfo,
  LocalActivitySlotInfo,
  ResourceBasedTunerOptions,
  SlotInfo,
  WorkflowSlotInfo,
} from './slots/index.js';
export type * from './slots/worker-tuner.js';
export {
  DefaultLogger,
  LogTimestamp,
  makeTelemetryFilterString,
  MetricsBuffer,
  NativeConnection,
  Runtime,
} from './telemetry/index.js';
export type {
  BufferedMetricUpdate,
  ConsoleLogger,
  CustomMetricsExporter,
  DNSLoadBalancingConfig,
  ForwardLogger,
  GrpcCompressionConfig,
  LogEntry,
  LogExporterConfig,
  MetricsBufferOptions,
  MetricsExporterConfig,
  MetricsExporterConfig as MetricsExporter,
  NativeConnectionOptions,
  NativeConnectionPlugin,
  OtelCollectorExporter,
  PrometheusMetricsExporter,
  RuntimeOptions,
  TelemetryOptions,
} from './telemetry/index.js';
export { Worker, type State, type WorkerStatus } from './worker.js';
export type {
  CompiledWorkerOptions,
  ReplayWorkerOptions,
  WorkerDeploymentOptions,
  WorkerInterceptors,
  WorkerOptions,
  WorkerPlugin,
  WorkflowBundleOption,
} from './worker-options.js';
export type {
  InjectedSink,
  InjectedSinkFunction,
  InjectedSinks,
  PatchActivationCallback,
  PatchActivationInput,
} from './workflows/index.js';
