import type { ActionTimes } from './spec/index.js';
import { catchupWindowMs } from './canonical-schedule.js';
import { counted, withBuffered } from './buffer.js';
import { takeFromBuffer } from './overlap.js';
import { defaultOverlapPolicy, isIdle, type BufferedAction, type ScheduleLimits, type ScheduleState } from './state.js';

/** Times dealt with in one step: a schedule that was away for long catches up in several. */
const TIMES_PER_STEP = 1000;
/** Actions of backfills that are added in one step, and starts that may be under way while they are. */
const BACKFILLED_PER_STEP = 10;

/** Lets what is due happen: times become actions that wait, and actions that need not wait become planned starts. */
export function advance(
  state: ScheduleState,
  context: { readonly nowMs: number; readonly limits: ScheduleLimits; readonly times: ActionTimes },
): ScheduleState {
  const { nowMs, limits, times } = context;
  const timed = bufferDueTimes(state, times, nowMs, limits);
  const filled = bufferBackfills(timed, times, limits);
  return takeFromBuffer(filled, nowMs);
}

/**
 * When the schedule has something to do by itself, that moment having passed or not; `undefined` if it waits for others
 * only.
 */
export function nextDueMs(state: ScheduleState, times: ActionTimes): number | undefined {
  if (state.backfills.length > 0 && canBackfill(state)) return -Infinity;
  if (isIdle(state)) return undefined;
  return times.nextAfter(state.processedMs)?.actualMs;
}

function bufferDueTimes(
  state: ScheduleState,
  times: ActionTimes,
  nowMs: number,
  limits: ScheduleLimits,
): ScheduleState {
  if (isIdle(state)) return { ...state, processedMs: Math.max(state.processedMs, nowMs) };
  const windowMs = catchupWindowMs(state.schedule.policies);
  const overlapPolicy = defaultOverlapPolicy(state);
  const due: BufferedAction[] = [];
  let missedCatchupWindow = 0;
  let { processedMs } = state;
  for (let step = 0; step < TIMES_PER_STEP; step += 1) {
    const next = times.nextAfter(processedMs);
    if (next === undefined || next.actualMs > nowMs) break;
    processedMs = next.nominalMs;
    if (nowMs - next.actualMs > windowMs) missedCatchupWindow += 1;
    else due.push({ ...next, overlapPolicy, manual: false });
  }
  if (processedMs === state.processedMs) return state;
  return withBuffered(counted({ ...state, processedMs }, { missedCatchupWindow }), due, limits);
}

function canBackfill(state: ScheduleState): boolean {
  return state.planned.length < BACKFILLED_PER_STEP && state.buffer.length === 0;
}

/** A backfill goes on when what it has added before no longer waits: whatever its range, little is kept of it. */
function bufferBackfills(state: ScheduleState, times: ActionTimes, limits: ScheduleLimits): ScheduleState {
  const [backfill, ...later] = state.backfills;
  if (backfill === undefined || !canBackfill(state)) return state;
  const { afterMs, endMs, overlapPolicy } = backfill;
  const actions: BufferedAction[] = [];
  let doneMs = afterMs;
  while (actions.length < BACKFILLED_PER_STEP) {
    const next = times.nextAfter(doneMs);
    // What jitter takes past the end is not part of the range; after it comes nothing that could be.
    if (next === undefined || next.actualMs > endMs) {
      return withBuffered({ ...state, backfills: later }, actions, limits);
    }
    doneMs = next.nominalMs;
    actions.push({ ...next, overlapPolicy, manual: true });
  }
  return withBuffered({ ...state, backfills: [{ ...backfill, afterMs: doneMs }, ...later] }, actions, limits);
}
