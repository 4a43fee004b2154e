import type { Duration, SearchAttributePair, SearchAttributes, TypedSearchAttributes, Workflow } from '@perdure/common';
import type { Replace } from '@perdure/common/internal';
import type { workflowservice } from '@perdure/protocol';
import type { WorkflowStartOptions } from '../workflow/workflow-options.js';
import type { ScheduleOverlapPolicy } from './overlap-policy.js';
import type { ScheduleSpec, ScheduleSpecDescription } from './spec-types.js';

/** A schedule to be created. */
export interface ScheduleOptions<A extends ScheduleOptionsAction = ScheduleOptionsAction> {
  /** An id with a meaning in your business. */
  scheduleId: string;
  /** When. */
  spec: ScheduleSpec;
  /** What. */
  action: A;
  policies?: {
    /** What happens when an action is due while an older one still runs; SKIP by default. */
    overlap?: ScheduleOverlapPolicy;
    /** How late an action may be taken that came due while the server was away; a year by default. */
    catchupWindow?: Duration;
    /** Whether an action that fails or times out pauses the schedule. */
    pauseOnFailure?: boolean;
  };
  /** Notes for programs, not indexed. */
  memo?: Record<string, unknown>;
  /** @deprecated Use typedSearchAttributes. */
  searchAttributes?: SearchAttributes;
  /** Where a name is in both kinds, this one wins. */
  typedSearchAttributes?: SearchAttributePair[] | TypedSearchAttributes;
  /** How it is right after it was created. */
  state?: {
    paused?: boolean;
    /** For people, for example why it is paused. Servers may replace it. */
    note?: string;
    /** How many actions are taken at most; without a limit by default. Triggering takes one even at 0. */
    remainingActions?: number;
    /** Whether an action is taken at once. */
    triggerImmediately?: boolean;
    /** Times whose actions are taken at once. */
    backfill?: Backfill[];
  };
}

/** A time whose actions are taken at once, as if it passed now. */
export interface Backfill {
  start: Date;
  end: Date;
  /** The policy of these actions; SKIP by default. */
  overlap?: ScheduleOverlapPolicy;
}

/** A schedule to be created, as interceptors see it. */
export type CompiledScheduleOptions = Replace<ScheduleOptions, { action: CompiledScheduleAction }>;

/** A schedule to be changed. What is left out becomes the default, not what it was. */
export type ScheduleUpdateOptions<A extends ScheduleOptionsAction = ScheduleOptionsAction> = Replace<
  Omit<ScheduleOptions, 'scheduleId' | 'memo'>,
  { action: A; state: Omit<ScheduleOptions['state'], 'triggerImmediately' | 'backfill'> }
>;

/** A schedule to be changed, compiled. */
export type CompiledScheduleUpdateOptions = Replace<ScheduleUpdateOptions, { action: CompiledScheduleAction }>;

/** What a schedule does. */
export type ScheduleOptionsAction = ScheduleOptionsStartWorkflowAction<Workflow>;

/** Starts a workflow. */
export type ScheduleOptionsStartWorkflowAction<W extends Workflow> = {
  type: 'startWorkflow';
  workflowType: string | W;
} & Pick<
  WorkflowStartOptions<W>,
  | 'taskQueue'
  | 'args'
  | 'memo'
  | 'searchAttributes'
  | 'typedSearchAttributes'
  | 'retry'
  | 'workflowExecutionTimeout'
  | 'workflowRunTimeout'
  | 'workflowTaskTimeout'
  | 'staticDetails'
  | 'staticSummary'
> & {
    /** The id of the schedule and `-workflow` by default. Servers add the time. */
    workflowId?: string;
  };

/** What a schedule does, in short. */
export type ScheduleSummaryAction = ScheduleSummaryStartWorkflowAction;

/** Starts a workflow. */
export interface ScheduleSummaryStartWorkflowAction {
  type: 'startWorkflow';
  workflowType: string;
}

/** What a schedule does, in full. */
export type ScheduleDescriptionAction = ScheduleDescriptionStartWorkflowAction;

/** Starts a workflow. */
export type ScheduleDescriptionStartWorkflowAction = ScheduleSummaryStartWorkflowAction &
  Pick<
    WorkflowStartOptions<Workflow>,
    | 'taskQueue'
    | 'workflowId'
    | 'args'
    | 'memo'
    | 'searchAttributes'
    | 'typedSearchAttributes'
    | 'retry'
    | 'workflowExecutionTimeout'
    | 'workflowRunTimeout'
    | 'workflowTaskTimeout'
    | 'staticSummary'
    | 'staticDetails'
    | 'priority'
  >;

/** What a schedule does, compiled. */
export type CompiledScheduleAction = Replace<ScheduleDescriptionAction, { workflowType: string; args: unknown[] }>;

/** An action that was taken. */
export interface ScheduleExecutionResult {
  /** When it was due, jitter included. */
  scheduledAt: Date;
  takenAt: Date;
  action: ScheduleExecutionActionResult;
}

/** What an action led to. */
export type ScheduleExecutionActionResult = ScheduleExecutionStartWorkflowActionResult;

/** The workflow that was started. */
export interface ScheduleExecutionStartWorkflowActionResult {
  type: 'startWorkflow';
  workflow: {
    workflowId: string;
    /** The run that was started; others may have followed it. */
    firstExecutionRunId: string;
  };
}

/** A schedule as lists show it. They lag behind, so that parts may be missing or old for a while. */
export interface ScheduleSummary {
  scheduleId: string;
  spec?: ScheduleSpecDescription;
  action?: ScheduleSummaryAction;
  memo?: Record<string, unknown>;
  /** @deprecated Use typedSearchAttributes. */
  searchAttributes?: SearchAttributes;
  typedSearchAttributes?: TypedSearchAttributes;
  state: { paused: boolean; note?: string };
  info: {
    /** The latest actions, oldest first. */
    recentActions: ScheduleExecutionResult[];
    nextActionTimes: Date[];
  };
}

/** A schedule in full. */
export type ScheduleDescription = {
  scheduleId: string;
  spec: ScheduleSpecDescription;
  action: ScheduleDescriptionAction;
  policies: {
    overlap: ScheduleOverlapPolicy;
    /** In milliseconds. */
    catchupWindow: number;
    pauseOnFailure: boolean;
  };
  memo?: Record<string, unknown>;
  /** @deprecated Use typedSearchAttributes. */
  searchAttributes: SearchAttributes;
  typedSearchAttributes: TypedSearchAttributes;
  state: {
    paused: boolean;
    note?: string;
    /** How many actions are left; no limit without. */
    remainingActions?: number;
  };
  info: {
    /** The latest actions, oldest first. */
    recentActions: ScheduleExecutionResult[];
    nextActionTimes: Date[];
    numActionsTaken: number;
    /** Those that came due while the server was away, and were too late when it was back. */
    numActionsMissedCatchupWindow: number;
    numActionsSkippedOverlap: number;
    createdAt: Date;
    lastUpdatedAt: Date | undefined;
    /** The workflows of this schedule that run. */
    runningActions: ScheduleExecutionActionResult[];
  };
  /** What the server answered. */
  raw: workflowservice.IDescribeScheduleResponse;
};
