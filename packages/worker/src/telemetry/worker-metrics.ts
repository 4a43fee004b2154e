/** The kinds of tasks that a worker has slots for, by the names that metrics know them under. */
export type MeteredWorkerType = 'WorkflowWorker' | 'ActivityWorker' | 'LocalActivityWorker' | 'NexusWorker';

/** The kinds of pollers, by the names that metrics know them under. */
export type MeteredPollerType = 'workflow_task' | 'sticky_workflow_task' | 'activity_task' | 'nexus_task';

/** What of an activity metrics tell apart. */
export interface MeteredActivity {
  readonly activityType: string;
  /** Empty where no workflow started it. */
  readonly workflowType: string;
}

/** How an attempt of an activity ended. Benign failures count in no metric of failures. */
export type MeteredActivityEnd = 'completed' | 'failed' | 'benign' | 'cancelled' | 'async';

/** What activities tell their metrics. Latencies are milliseconds. */
export interface ActivityMetrics {
  activityTaskReceived(activity: MeteredActivity, isEager: boolean): void;
  /** From being scheduled to arriving here. */
  activityScheduleToStart(latencyMs: number): void;
  /** One attempt, and for one that completed the time since the first was scheduled. */
  activityEnded(activity: MeteredActivity, end: MeteredActivityEnd, latencyMs: number, endToEndMs: number): void;
  localActivityStarted(activity: MeteredActivity): void;
  localActivityEnded(activity: MeteredActivity, end: MeteredActivityEnd, latencyMs: number, endToEndMs: number): void;
  activityPollEmpty(): void;
}

/** What workflow tasks tell their metrics. Latencies are milliseconds. */
export interface WorkflowMetrics {
  workflowTaskReceived(): void;
  workflowPollEmpty(): void;
  workflowTaskScheduleToStart(latencyMs: number): void;
  /** From the task's arrival to its answer. */
  workflowTaskExecuted(workflowType: string, latencyMs: number): void;
  workflowTaskReplayed(workflowType: string, latencyMs: number): void;
  workflowTaskFailed(workflowType: string, failureReason: string): void;
  workflowEnded(
    workflowType: string,
    end: 'completed' | 'failed' | 'canceled' | 'continue_as_new',
    endToEndMs: number,
  ): void;
  stickyCacheHit(workflowType: string): void;
  stickyCacheMiss(workflowType: string): void;
  stickyCacheSize(size: number): void;
  stickyCacheEvicted(): void;
}

/** What Nexus tasks tell their metrics. Latencies are milliseconds. */
export interface NexusMetrics {
  nexusPollEmpty(): void;
  /** From being scheduled to arriving here. */
  nexusTaskScheduleToStart(latencyMs: number): void;
  /** From the task's arrival, and from its scheduling, to the end of its handler. */
  nexusTaskEnded(latencyMs: number, endToEndMs: number): void;
  nexusTaskFailed(failureReason: string): void;
}

/** What a worker tells its metrics. */
export interface WorkerMetrics extends ActivityMetrics, WorkflowMetrics, NexusMetrics {
  workerStarted(): void;
  /** `availableCount` is left out where nobody can say it. */
  slots(workerType: MeteredWorkerType, usedCount: number, availableCount: number | undefined): void;
  pollers(pollerType: MeteredPollerType, count: number): void;
}

const nothing = (): void => {};

/** Metrics that are off. */
export const noWorkerMetrics: WorkerMetrics = {
  activityTaskReceived: nothing,
  activityScheduleToStart: nothing,
  activityEnded: nothing,
  localActivityStarted: nothing,
  localActivityEnded: nothing,
  activityPollEmpty: nothing,
  workflowTaskReceived: nothing,
  workflowPollEmpty: nothing,
  workflowTaskScheduleToStart: nothing,
  workflowTaskExecuted: nothing,
  workflowTaskReplayed: nothing,
  workflowTaskFailed: nothing,
  workflowEnded: nothing,
  stickyCacheHit: nothing,
  stickyCacheMiss: nothing,
  stickyCacheSize: nothing,
  stickyCacheEvicted: nothing,
  nexusPollEmpty: nothing,
  nexusTaskScheduleToStart: nothing,
  nexusTaskEnded: nothing,
  nexusTaskFailed: nothing,
  workerStarted: nothing,
  slots: nothing,
  pollers: nothing,
};
