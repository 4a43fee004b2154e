import type { Any } from '../any.js';
import type { VersioningBehavior } from '../deployment/index.js';
import type { PayloadTypeInfo } from '../type-info.js';

/** Everything that can be attached to a workflow function where it is defined. */
export interface WorkflowDefinitionConfig {
  /** Asked for every execution. */
  workflowDefinitionOptions?: WorkflowDefinitionOptionsOrGetter;
  /** Known before the arguments are converted. */
  staticOptions?: WorkflowStaticOptions;
}

/** Options of a workflow function that are asked for every execution. */
export interface WorkflowDefinitionOptions {
  /** How executions move between versions of the worker. */
  versioningBehavior?: VersioningBehavior;
  /**
   * Errors that fail the execution (or the update) instead of the workflow task. `Error` means all of them. Temporal
   * failures and cancellation always do; nondeterminism errors only by the worker's `workflowFailureErrorTypes`.
   */
  failureExceptionTypes?: Array<new (...args: Any[]) => Error>;
}

/** Options of a workflow function that never change. */
export interface WorkflowStaticOptions {
  /** Adapts its arguments and its result. */
  typeInfo?: PayloadTypeInfo;
}

/** The options, or a function that gives them when an execution starts. */
export type WorkflowDefinitionOptionsOrGetter = WorkflowDefinitionOptions | (() => WorkflowDefinitionOptions);

type AsyncFunction<Args extends Any[], ReturnType> = (...args: Args) => Promise<ReturnType>;

/** A workflow function with {@link WorkflowDefinitionOptions}. */
export interface WorkflowFunctionWithOptions<Args extends Any[], ReturnType> extends AsyncFunction<Args, ReturnType> {
  workflowDefinitionOptions: WorkflowDefinitionOptionsOrGetter;
}

/** A workflow function with {@link WorkflowStaticOptions}. */
export interface WorkflowFunctionWithStaticOptions<Args extends Any[], ReturnType> extends AsyncFunction<
  Args,
  ReturnType
> {
  staticOptions: WorkflowStaticOptions;
}

/** Whether it is a function with {@link WorkflowDefinitionOptions}. */
export function isWorkflowFunctionWithOptions(value: unknown): value is WorkflowFunctionWithOptions<Any[], Any> {
  return typeof value === 'function' && 'workflowDefinitionOptions' in value;
}

/** Whether it is a function with {@link WorkflowStaticOptions}. */
export function isWorkflowFunctionWithStaticOptions(
  value: unknown,
): value is WorkflowFunctionWithStaticOptions<Any[], Any> {
  return typeof value === 'function' && 'staticOptions' in value;
}
