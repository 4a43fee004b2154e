/**
 * Owns what a workflow may be started with and what may be said where it is defined.
 * Must not know how it is started or run.
 */
export {
  SuggestContinueAsNewReason,
  decodeSuggestContinueAsNewReason,
  encodeSuggestContinueAsNewReason,
} from './continue-as-new.js';
export { isWorkflowFunctionWithOptions, isWorkflowFunctionWithStaticOptions } from './definition-options.js';
export type {
  WorkflowDefinitionConfig,
  WorkflowDefinitionOptions,
  WorkflowDefinitionOptionsOrGetter,
  WorkflowFunctionWithOptions,
  WorkflowFunctionWithStaticOptions,
  WorkflowStaticOptions,
} from './definition-options.js';
export type { BaseWorkflowHandle, WorkflowQueryOptions, WorkflowSignalOptions } from './handle.js';
export {
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  decodeWorkflowIdConflictPolicy,
  decodeWorkflowIdReusePolicy,
  encodeWorkflowIdConflictPolicy,
  encodeWorkflowIdReusePolicy,
} from './id-policies.js';
export { extractWorkflowType, extractWorkflowTypeAndConfig } from './options.js';
export type {
  BaseWorkflowOptions,
  CommonWorkflowOptions,
  WithWorkflowArgs,
  WorkflowDurationOptions,
  WorkflowTypeOptions,
} from './options.js';
