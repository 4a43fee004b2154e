/**
 * Owns what test environments need of a worker's inside: to run activities, and to wake workflow code up, without a worker around them.
 * Must not be imported by applications: nothing here is promised to stay.
 */
export { ActivityHost, ActivityRegistry, LocalActivityRunner } from './activities/index.js';
export type {
  ActivityEnvironment,
  ActivityHostOptions,
  LocalActivityRunnerOptions,
  RunningLocalActivity,
} from './activities/index.js';
export { ActivityExecution } from './activities/activity-execution.js';
export type { EncodedActivityInput, ExecutionGround } from './activities/activity-execution.js';
export type { CancelReason } from './activities/cancel-reason.js';
export { PayloadPipeline } from './activities/payloads.js';
export { Sandbox, type SandboxedWorkflow } from './sandbox/index.js';
export { fixedPollerCount } from './polling/index.js';
export { FixedSizeSlots } from './slots/index.js';
export { DefaultLogger, NativeConnection, noWorkerMetrics, Runtime, transportForWorker } from './telemetry/index.js';
