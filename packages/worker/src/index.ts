/**
 * Runs workflows and activities: bundler, sandbox, pollers, sticky cache, replayer. API-compatible with `@temporalio/worker` 1.24 as far
 * as that makes sense without a native core.
 */
export { IllegalStateError } from '@perdure/common';
export type { Logger, LogLevel, LogMetadata } from '@perdure/common';
export type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInboundCallsInterceptorFactory,
  ActivityInterceptors,
  ActivityInterceptorsFactory,
  ActivityOutboundCallsInterceptor,
} from './activities/index.js';
export { activityLogAttributes } from './activities/index.js';
export { bundleWorkflowCode, WorkflowBundleError } from './bundler/index.js';
export type { BundleOptions, WorkflowBundle, WorkflowBundlePath } from './bundler/index.js';
export * from './errors.js';
export { ReplayError, type ReplayHistoriesInput, type ReplayResult } from './replayer.js';
export { ResourceBasedController } from './slots/index.js';
export type * from './slots/worker-tuner.js';
export {
  DefaultLogger,
  makeTelemetryFilterString,
  MetricsBuffer,
  NativeConnection,
  Runtime,
} from './telemetry/index.js';
export type * from './telemetry/native-connection.js';
export type * from './telemetry/runtime-options.js';
export { Worker, type RunUntilOptions, type State, type WorkerStatus } from './worker.js';
export type * from './worker-options.js';
export type { InjectedSink, InjectedSinkFunction, InjectedSinks } from './workflows/index.js';
