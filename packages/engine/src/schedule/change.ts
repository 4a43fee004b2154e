import { timestampToMs, type common, type schedule } from '@perdure/protocol';
import { reject, type Rejection } from '../rejection.js';
import type { ActionTimes } from './spec/index.js';
import { advance } from './advance.js';
import { withBuffered } from './buffer.js';
import { invalidPatch } from './canonical-schedule.js';
import {
  defaultOverlapPolicy,
  withActivity,
  type ScheduleKey,
  type ScheduleLimits,
  type ScheduleState,
} from './state.js';

const REMEMBERED_REQUESTS = 100;

/** What a schedule is made of. */
export interface NewSchedule {
  readonly key: ScheduleKey;
  readonly namespace: string;
  /** In canonical form. */
  readonly schedule: schedule.ISchedule;
  readonly memo: common.IMemo | undefined;
  readonly searchAttributes: common.ISearchAttributes | undefined;
  readonly incarnation: string;
  readonly requestId: string;
}

/** What a change works with. */
export interface ScheduleContext {
  readonly nowMs: number;
  readonly limits: ScheduleLimits;
  /** The times of the schedule as it is before the change. */
  readonly times: ActionTimes;
}

/** The changed schedule, or why it is not changed. */
export type Changed = ScheduleState | Rejection;

/** A schedule as it begins. */
export function createSchedule(given: NewSchedule, nowMs: number): ScheduleState {
  const { requestId, ...rest } = given;
  return {
    ...rest,
    createRequestId: requestId,
    requestIds: [],
    revision: 1,
    createTimeMs: nowMs,
    updateTimeMs: undefined,
    processedMs: nowMs,
    buffer: [],
    backfills: [],
    startCount: 0,
    planned: [],
    running: [],
    recentActions: [],
    counts: { actions: 0, missedCatchupWindow: 0, overlapSkipped: 0, bufferDropped: 0 },
    lastCompletionResult: undefined,
    lastFailure: undefined,
  };
}

/** What somebody wants a schedule to be. */
export interface ScheduleUpdate {
  /** In canonical form. */
  readonly schedule: schedule.ISchedule;
  /** Undefined leaves it as it is. */
  readonly memo: common.IMemo | undefined;
  readonly searchAttributes: common.ISearchAttributes | undefined;
  readonly requestId: string;
  /** The revision the update rests on; undefined overwrites whatever there is. */
  readonly revision: number | undefined;
}

/** Puts another schedule in the place of this one. What has been done, waits or runs stays. */
export function updateSchedule(state: ScheduleState, update: ScheduleUpdate, context: ScheduleContext): Changed {
  if (isKnown(state, update.requestId)) return state;
  if (update.revision !== undefined && update.revision !== state.revision) {
    return reject(
      'FAILED_PRECONDITION',
      `Schedule ${state.key.scheduleId} has been changed since it was described: the conflict token is ` +
        'not the present one. Describe it and update again.',
    );
  }
  const due = advance(state, context);
  return remember(
    {
      ...due,
      schedule: update.schedule,
      memo: update.memo ?? due.memo,
      searchAttributes: update.searchAttributes ?? due.searchAttributes,
      revision: due.revision + 1,
      updateTimeMs: context.nowMs,
      // What the new spec says of the past is no business of it.
      processedMs: Math.max(due.processedMs, context.nowMs),
    },
    update.requestId,
  );
}

/** Pauses, resumes, triggers or backfills. What is asked for happens when the schedule is advanced next. */
export function patchSchedule(
  state: ScheduleState,
  patch: schedule.ISchedulePatch,
  requestId: string,
  context: ScheduleContext,
): Changed {
  if (isKnown(state, requestId)) return state;
  const invalid = invalidPatch(patch, context.limits);
  if (invalid !== undefined) return reject('INVALID_ARGUMENT', invalid);
  const { nowMs, limits } = context;
  const { triggerImmediately, backfillRequest } = patch;
  if (state.backfills.length + (backfillRequest?.length ?? 0) > limits.scheduleBackfills) {
    return reject(
      'FAILED_PRECONDITION',
      `Schedule ${state.key.scheduleId} has ${state.backfills.length} backfills that are not done yet, and may have ` +
        `${limits.scheduleBackfills}: wait until they are done.`,
    );
  }
  // What was due before counts as the schedule was before.
  let changed = advance(state, context);
  if (patch.pause) changed = withActivity(changed, { paused: true, notes: patch.pause });
  if (patch.unpause) changed = withActivity(changed, { paused: false, notes: patch.unpause });
  const policy = defaultOverlapPolicy(changed);
  if (triggerImmediately != null) {
    const nominalMs = timestampToMs(triggerImmediately.scheduledTime) ?? nowMs;
    const action = {
      nominalMs,
      actualMs: nominalMs,
      overlapPolicy: triggerImmediately.overlapPolicy || policy,
      manual: true,
    };
    changed = withBuffered(changed, [action], limits);
  }
  const backfills = (backfillRequest ?? []).map(({ startTime, endTime, overlapPolicy }) => ({
    afterMs: timestampToMs(startTime) ?? 0,
    endMs: timestampToMs(endTime) ?? 0,
    overlapPolicy: overlapPolicy || policy,
  }));
  return remember({ ...changed, backfills: [...changed.backfills, ...backfills] }, requestId);
}

function isKnown(state: ScheduleState, requestId: string): boolean {
  return requestId !== '' && state.requestIds.includes(requestId);
}

function remember(state: ScheduleState, requestId: string): ScheduleState {
  if (requestId === '') return state;
  return { ...state, requestIds: [...state.requestIds, requestId].slice(-REMEMBERED_REQUESTS) };
}
