/**
 * Owns what handlers of Nexus operations import: operations that workflows, updates and activities stand behind, their client, their
 * context. API-compatible with `@temporalio/nexus` 1.24. Must not know how workers find, call and answer operations.
 */
export {
  getClient,
  log,
  metricMeter,
  operationInfo,
  type OperationInfo,
  type TemporalCancelOperationContext,
  type TemporalStartOperationContext,
} from './context.js';
export { TemporalOperationResult } from './operation-result.js';
export {
  signalWithStartWorkflow,
  startWorkflow,
  type WorkflowSignalWithStartOptions,
  type WorkflowStartOptions,
} from './start-workflow.js';
export type {
  ActivityOptions,
  ActivityOptionsFor,
  NexusTypedActivityClient,
  TemporalNexusClient,
} from './temporal-nexus-client.js';
export {
  TemporalOperationHandler,
  type CancelActivityOptions,
  type CancelWorkflowRunOptions,
  type CancelWorkflowUpdateOptions,
  type TemporalOperationHandlerOptions,
  type TemporalOperationStartHandler,
} from './temporal-operation.js';
export type { NexusUpdateWorkflowOptions, UpdatableWorkflowHandle, WorkflowHandle } from './workflow-handle.js';
export { WorkflowRunOperationHandler, type WorkflowRunOperationStartHandler } from './workflow-run-operation.js';
