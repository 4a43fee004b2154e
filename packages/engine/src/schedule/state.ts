import type { common, enums, failure, schedule } from '@perdure/protocol';

/** Names one schedule. */
export interface ScheduleKey {
  readonly namespaceId: string;
  readonly scheduleId: string;
}

/** An action whose time has come and that has not been taken yet. */
export interface BufferedAction {
  readonly nominalMs: number;
  /** With jitter: when it should have been taken. */
  readonly actualMs: number;
  /** Never UNSPECIFIED. */
  readonly overlapPolicy: enums.ScheduleOverlapPolicy;
  /** Asked for by somebody (a trigger, a backfill): taken while paused too, and not counted against remaining actions. */
  readonly manual: boolean;
}

/** A workflow that is to be started. Once this is durable it is started, as often as it takes, under one request id. */
export interface PlannedStart extends BufferedAction {
  /** The same after a crash, so that the second start finds the first. */
  readonly requestId: string;
  readonly workflowId: string;
  readonly plannedMs: number;
}

/** A workflow of this schedule that runs, and that later actions must not overlap with. */
export interface RunningWorkflow {
  readonly workflowId: string;
  /** The first run of its chain. */
  readonly runId: string;
  /** What an action that waits for its end asks of it. */
  readonly stop: 'cancel' | 'terminate' | undefined;
  /** Whether that has been asked. */
  readonly stopAsked: boolean;
}

/** An action that was taken. */
export interface TakenAction {
  /** When the schedule wanted it taken, with jitter. */
  readonly scheduledMs: number;
  readonly takenMs: number;
  readonly workflowId: string;
  readonly runId: string;
  readonly status: enums.WorkflowExecutionStatus;
}

/** A range of the past whose actions are being taken. */
export interface Backfill {
  /** Taken up to here: the range goes on after it. */
  readonly afterMs: number;
  readonly endMs: number;
  readonly overlapPolicy: enums.ScheduleOverlapPolicy;
}

/** What is counted. */
export interface ScheduleCounts {
  readonly actions: number;
  readonly missedCatchupWindow: number;
  readonly overlapSkipped: number;
  readonly bufferDropped: number;
}

/** Everything the server knows of one schedule. Immutable. Times are epoch milliseconds. */
export interface ScheduleState {
  readonly key: ScheduleKey;
  readonly namespace: string;
  /** The spec in canonical form; policies and state with nothing left out. */
  readonly schedule: schedule.ISchedule;
  readonly memo: common.IMemo | undefined;
  readonly searchAttributes: common.ISearchAttributes | undefined;
  /** Tells this schedule from others that had its id before. */
  readonly incarnation: string;
  readonly createRequestId: string;
  /** Of the newest changes, so that a change that is asked for again is made once. */
  readonly requestIds: readonly string[];
  /** Grows with every change that an update could overwrite unawares: the conflict token. */
  readonly revision: number;
  readonly createTimeMs: number;
  readonly updateTimeMs: number | undefined;
  /** Times of the spec up to here have been dealt with. */
  readonly processedMs: number;
  readonly buffer: readonly BufferedAction[];
  readonly backfills: readonly Backfill[];
  /** Starts planned so far, for their request ids. */
  readonly startCount: number;
  readonly planned: readonly PlannedStart[];
  readonly running: readonly RunningWorkflow[];
  readonly recentActions: readonly TakenAction[];
  readonly counts: ScheduleCounts;
  readonly lastCompletionResult: common.IPayloads | undefined;
  readonly lastFailure: failure.IFailure | undefined;
}

/** What bounds a schedule. */
export interface ScheduleLimits {
  /** Actions that wait. */
  readonly scheduleBufferedActions: number;
  /** Backfills that have been asked for and are not done. */
  readonly scheduleBackfills: number;
  /** Bytes of a note. */
  readonly scheduleNoteBytes: number;
}

/** The policy of a schedule for actions that do not bring one. */
export function defaultOverlapPolicy(state: ScheduleState): enums.ScheduleOverlapPolicy {
  return state.schedule.policies?.overlapPolicy ?? 1;
}

/** Nothing is taken by itself at present: paused, or no actions are left. */
export function isIdle({ schedule: { state } }: ScheduleState): boolean {
  return state?.paused === true || (state?.limitedActions === true && (state.remainingActions ?? 0) === 0);
}

/** The state with other fields in the part of the schedule that says whether it acts, as a new revision. */
export function withActivity(state: ScheduleState, change: schedule.IScheduleState): ScheduleState {
  const { schedule } = state;
  return {
    ...state,
    revision: state.revision + 1,
    schedule: { ...schedule, state: { ...schedule.state, ...change } },
  };
}
