import type { SearchAttributes } from './search-attribute.js';

/** What a visibility query can see of one execution. Absent fields behave as SQL NULL. */
export interface QueryableExecution {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly taskQueue: string;
  /** `temporal.api.enums.v1.WorkflowExecutionStatus`. */
  readonly status: number;
  readonly startTimeMs: number;
  /** Start time plus the first backoff (cron, start delay). */
  readonly executionTimeMs: number;
  /** Present once the execution is closed. */
  readonly closeTimeMs?: number | undefined;
  /** Close time minus execution time; present once the execution is closed. */
  readonly executionDurationMs?: number | undefined;
  readonly historyLength?: number | undefined;
  readonly historySizeBytes?: number | undefined;
  readonly stateTransitionCount?: number | undefined;
  readonly parentWorkflowId?: string | undefined;
  readonly parentRunId?: string | undefined;
  readonly rootWorkflowId?: string | undefined;
  readonly rootRunId?: string | undefined;
  readonly searchAttributes: SearchAttributes;
}
