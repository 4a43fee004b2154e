import type { Any } from '../any.js';
import type { Workflow } from '../interfaces.js';
import type { Priority } from '../priority.js';
import type { RetryPolicy } from '../retry-policy.js';
import type { SearchAttributePair, SearchAttributes, TypedSearchAttributes } from '../search-attributes/index.js';
import type { Duration } from '../time/index.js';
import type { PayloadTypeInfo } from '../type-info.js';
import { isWorkflowFunctionWithStaticOptions } from './definition-options.js';
import type { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from './id-policies.js';

/** What every start of a workflow may say, durations apart. */
export interface BaseWorkflowOptions {
  /** Whether it may start when the last of its id is closed; ALLOW_DUPLICATE by default. */
  workflowIdReusePolicy?: WorkflowIdReusePolicy;
  /** What happens when one of its id is running; FAIL by default. */
  workflowIdConflictPolicy?: WorkflowIdConflictPolicy;
  /** Failed workflows are not tried again unless this says so. */
  retry?: RetryPolicy;
  /** A cron expression in UTC: a new run starts at its times, never while the last one runs. */
  cronSchedule?: string;
  /** Values to show with the execution. Not searchable. */
  memo?: Record<string, unknown>;
  /**
   * Values to search executions by. Never encrypted.
   *
   * @deprecated Use typedSearchAttributes.
   */
  searchAttributes?: SearchAttributes;
  /** Values to search executions by, with their types. Never encrypted. Wins over `searchAttributes` of the same name. */
  typedSearchAttributes?: SearchAttributePair[] | TypedSearchAttributes;
  /** Several lines about the execution for people to read; Temporal Markdown. */
  staticDetails?: string;
  /** One line about the execution for people to read; Temporal Markdown. */
  staticSummary?: string;
  /** How its tasks are ordered against others. */
  priority?: Priority;
}

/** `T` with the arguments of `W`, which may be left out where there are none. */
export type WithWorkflowArgs<W extends Workflow, T> = T &
  (Parameters<W> extends [Any, ...Any[]]
    ? { args: Parameters<W> | Readonly<Parameters<W>> }
    : { args?: Parameters<W> | Readonly<Parameters<W>> });

/** How long a workflow may take. For limits of the business, prefer timers inside the workflow. */
export interface WorkflowDurationOptions {
  /** After this, a run is timed out by the server. */
  workflowRunTimeout?: Duration;
  /** After this, the execution with all its runs is timed out by the server. */
  workflowExecutionTimeout?: Duration;
  /** How long a worker may take for one workflow task; 10 seconds by default. */
  workflowTaskTimeout?: Duration;
}

/** What every start of a workflow may say. */
export type CommonWorkflowOptions = BaseWorkflowOptions & WorkflowDurationOptions;

/** A workflow type and the type information of its arguments and result. */
export interface WorkflowTypeOptions {
  type: string;
  typeInfo?: PayloadTypeInfo;
}

/**
 * The type of a workflow given by name or as its function. A function brings its own type information; only for a name
 * may the caller give one. Throws a TypeError otherwise, and for functions without a name.
 */
export function extractWorkflowTypeAndConfig<T extends Workflow>(
  workflowTypeOrFunc: string | T,
  callSiteTypeInfo?: PayloadTypeInfo,
): WorkflowTypeOptions {
  const type = extractWorkflowType(workflowTypeOrFunc);
  if (typeof workflowTypeOrFunc === 'string') return { type, typeInfo: callSiteTypeInfo };
  if (callSiteTypeInfo !== undefined) {
    throw new TypeError(
      `Type information of workflow '${type}' cannot be given where it is called by its function: attach it to the function with defineWorkflowOptions, or call the workflow by name`,
    );
  }
  const typeInfo = isWorkflowFunctionWithStaticOptions(workflowTypeOrFunc)
    ? workflowTypeOrFunc.staticOptions.typeInfo
    : undefined;
  return { type, typeInfo };
}

/** The type of a workflow given by name or as its function. Throws a TypeError for functions without a name. */
export function extractWorkflowType<T extends Workflow>(workflowTypeOrFunc: string | T): string {
  if (typeof workflowTypeOrFunc === 'string') return workflowTypeOrFunc;
  if (typeof workflowTypeOrFunc !== 'function') {
    throw new TypeError(
      `Invalid workflow type: expected either a string or a function, got '${typeof workflowTypeOrFunc}'`,
    );
  }
  if (workflowTypeOrFunc.name === '') {
    throw new TypeError('Invalid workflow type: the workflow function is anonymous. Name it, or pass the type as text');
  }
  return workflowTypeOrFunc.name;
}
