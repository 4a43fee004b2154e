/**
 * Owns the running of activities and local activities: finding the function, calling it in its context, heartbeats,
 * cancellation, and the answers to the server.
 * Must not know workflows, beyond the requests for local activities that they make.
 */
export type { WorkerStamp } from './activity-answers.js';
export type { ActivityEnvironment } from './activity-environment.js';
export { ActivityHost } from './activity-host.js';
export type { ActivityHostOptions, ActivityShutdownOptions } from './activity-host.js';
export { activityLogAttributes } from './activity-info.js';
export type { LocalActivityOwner } from './activity-info.js';
export { LocalActivityRunner } from './local-activity-runner.js';
export type { LocalActivityRunnerOptions, RunningLocalActivity } from './local-activity-runner.js';
export { ActivityRegistry } from './activity-registry.js';
export type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInboundCallsInterceptorFactory,
  ActivityInterceptors,
  ActivityInterceptorsFactory,
  ActivityOutboundCallsInterceptor,
  GetLogAttributesInput,
  GetMetricTagsInput,
} from './interceptors.js';
