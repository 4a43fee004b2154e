import { msToTimestamp, type google, type schedule } from '@perdure/protocol';
import { encodeSchedule } from './record.js';
import type { ActionTimes } from './spec/index.js';
import type { ScheduleState, TakenAction } from './state.js';

const FUTURE_TIMES = 10;
const LISTED_TIMES = 5;
const LISTED_ACTIONS = 5;
const TOKEN_BYTES = 8;

/** What DescribeSchedule tells of what has happened and will. */
export function scheduleInfo(state: ScheduleState, times: ActionTimes): schedule.IScheduleInfo {
  const { counts, running, recentActions, buffer } = state;
  return {
    actionCount: counts.actions,
    missedCatchupWindow: counts.missedCatchupWindow,
    overlapSkipped: counts.overlapSkipped,
    bufferDropped: counts.bufferDropped,
    bufferSize: buffer.length,
    runningWorkflows: running.map(({ workflowId, runId }) => ({ workflowId, runId })),
    recentActions: recentActions.map(actionResult),
    futureActionTimes: futureTimes(state, times, FUTURE_TIMES),
    createTime: msToTimestamp(state.createTimeMs),
    updateTime: msToTimestamp(state.updateTimeMs),
    stateSizeBytes: encodeSchedule(state).length,
  };
}

/** What ListSchedules tells of a schedule. */
export function scheduleListInfo(state: ScheduleState, times: ActionTimes): schedule.IScheduleListInfo {
  const { spec, action, state: activity } = state.schedule;
  return {
    spec,
    workflowType: action?.startWorkflow?.workflowType,
    notes: activity?.notes,
    paused: activity?.paused,
    recentActions: state.recentActions.slice(-LISTED_ACTIONS).map(actionResult),
    futureActionTimes: futureTimes(state, times, LISTED_TIMES),
    stateSizeBytes: encodeSchedule(state).length,
  };
}

/** The revision as it goes to clients, who send it back to say what an update rests on. */
export function conflictToken({ revision }: Pick<ScheduleState, 'revision'>): Uint8Array {
  const bytes = new Uint8Array(TOKEN_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(revision));
  return bytes;
}

/** The inverse of `conflictToken`: `undefined` for an empty token, -1 for what is none. */
export function revisionOf(token: Uint8Array): number | undefined {
  if (token.length === 0) return undefined;
  if (token.length !== TOKEN_BYTES) return -1;
  return Number(new DataView(token.buffer, token.byteOffset, token.byteLength).getBigUint64(0));
}

function actionResult(action: TakenAction): schedule.IScheduleActionResult {
  return {
    scheduleTime: msToTimestamp(action.scheduledMs),
    actualTime: msToTimestamp(action.takenMs),
    startWorkflowResult: { workflowId: action.workflowId, runId: action.runId },
    startWorkflowStatus: action.status,
  };
}

function futureTimes(state: ScheduleState, times: ActionTimes, limit: number): google.ITimestamp[] {
  const { limitedActions, remainingActions } = state.schedule.state ?? {};
  const count = limitedActions === true ? Math.min(limit, remainingActions ?? 0) : limit;
  return times.between(state.processedMs, Infinity, count).map(({ actualMs }) => msToTimestamp(actualMs));
}
