import { enums, type common, type failure } from '@perdure/protocol';
import { counted } from './buffer.js';
import { withActivity, type PlannedStart, type RunningWorkflow, type ScheduleState } from './state.js';

const { WorkflowExecutionStatus, ScheduleOverlapPolicy } = enums;
const {
  WORKFLOW_EXECUTION_STATUS_COMPLETED: COMPLETED,
  WORKFLOW_EXECUTION_STATUS_FAILED: FAILED,
  WORKFLOW_EXECUTION_STATUS_TIMED_OUT: TIMED_OUT,
} = WorkflowExecutionStatus;
const RECENT_ACTIONS = 10;

/** What a schedule wants done. Found again after a crash, because it is a function of the state. */
export interface ScheduleWork {
  readonly starts: readonly PlannedStart[];
  readonly stops: readonly RunningWorkflow[];
}

/** What is to be done next for a state that is durable. */
export function workOf({ planned, running }: ScheduleState): ScheduleWork {
  return { starts: planned, stops: running.filter(({ stop, stopAsked }) => stop !== undefined && !stopAsked) };
}

/** A planned workflow has been started. */
export function recordStarted(state: ScheduleState, requestId: string, runId: string, nowMs: number): ScheduleState {
  const start = state.planned.find((each) => each.requestId === requestId);
  if (start === undefined) return state;
  const { workflowId, actualMs: scheduledMs, overlapPolicy } = start;
  const status = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
  const action = { scheduledMs, takenMs: nowMs, workflowId, runId, status };
  // What may overlap with everything is not waited for.
  const isWatched = overlapPolicy !== ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_ALLOW_ALL;
  const workflow = { workflowId, runId, stop: undefined, stopAsked: false };
  return counted(
    {
      ...withoutPlan(state, requestId),
      running: isWatched ? [...state.running, workflow] : state.running,
      recentActions: [...state.recentActions, action].slice(-RECENT_ACTIONS),
    },
    { actions: 1 },
  );
}

/** A planned workflow cannot be started. `overlaps`: because a workflow with that id runs. */
export function recordStartFailed(state: ScheduleState, requestId: string, overlaps: boolean): ScheduleState {
  return counted(withoutPlan(state, requestId), { overlapSkipped: overlaps ? 1 : 0 });
}

function withoutPlan(state: ScheduleState, requestId: string): ScheduleState {
  return { ...state, planned: state.planned.filter((each) => each.requestId !== requestId) };
}

/** A running workflow has been asked to stop. */
export function recordStopAsked(state: ScheduleState, asked: RunningWorkflow): ScheduleState {
  const running = state.running.map((each) =>
    each.runId === asked.runId && each.stop === asked.stop ? { ...each, stopAsked: true } : each,
  );
  return { ...state, running };
}

/** How the last run of a chain ended. */
export interface WorkflowEnd {
  readonly workflowId: string;
  /** The first run of the chain. */
  readonly runId: string;
  readonly status: enums.WorkflowExecutionStatus;
  readonly result: common.IPayloads | undefined;
  readonly failure: failure.IFailure | undefined;
}

/** A workflow that was watched has ended: its result, or how it failed, is there for the next. */
export function recordEnd(state: ScheduleState, end: WorkflowEnd): ScheduleState {
  if (!state.running.some(({ runId }) => runId === end.runId)) return state;
  const ended: ScheduleState = {
    ...state,
    running: state.running.filter(({ runId }) => runId !== end.runId),
    recentActions: state.recentActions.map((action) =>
      action.runId === end.runId ? { ...action, status: end.status } : action,
    ),
  };
  if (end.status === COMPLETED) return { ...ended, lastCompletionResult: end.result, lastFailure: undefined };
  if (end.status !== FAILED && end.status !== TIMED_OUT) return ended;
  const failed = { ...ended, lastFailure: end.failure };
  if (state.schedule.policies?.pauseOnFailure !== true || state.schedule.state?.paused === true) return failed;
  const notes =
    end.status === FAILED
      ? `paused due to workflow failure: ${end.workflowId}: ${end.failure?.message ?? ''}`
      : `paused due to workflow timeout: ${end.workflowId}`;
  return withActivity(failed, { paused: true, notes });
}
