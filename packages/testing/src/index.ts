/**
 * Tests of workflows and activities: a server in the test's own process, whose time skips if wanted, and activities
 * without a worker. API-compatible with `@temporalio/testing` 1.24. Must not know how servers and workers do what they do.
 */
import { workflowModulePath } from './workflow-module-path.js';

export { type ClientOptionsForTestEnv, TimeSkippingWorkflowClient } from './time-skipping-client.js';
export type {
  DevServerConfig,
  EphemeralServerExecutable,
  TimeSkippingServerConfig,
} from './server/ephemeral-server-config.js';
export {
  defaultActivityInfo,
  MockActivityEnvironment,
  type MockActivityEnvironmentOptions,
} from './mock-activity-environment.js';
export type { NexusEndpointIdentifier } from './nexus-endpoints.js';
export type {
  ExistingServerConnectionOptions,
  ExistingServerTestWorkflowEnvironmentOptions,
  LocalTestWorkflowEnvironmentOptions,
  TimeSkippingTestWorkflowEnvironmentOptions,
} from './test-environment-options.js';
export { TestWorkflowEnvironment } from './test-workflow-environment.js';

/**
 * Interceptors for workflows under test, for `interceptors.workflowModules` of a worker: a failed assertion of
 * `node:assert` fails the workflow, where otherwise its workflow task would be tried again for ever.
 */
export const workflowInterceptorModules: string[] = [workflowModulePath('assert-to-failure-interceptor')];
