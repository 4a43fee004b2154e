// A schedule: when it acts, what overlaps with what, and what it has done. Pure: the shell starts and watches workflows.
export { advance, nextDueMs } from './advance.js';
export { canonicalSchedule, type CanonicalSchedule } from './canonical-schedule.js';
export {
  createSchedule,
  patchSchedule,
  updateSchedule,
  type Changed,
  type NewSchedule,
  type ScheduleContext,
  type ScheduleUpdate,
} from './change.js';
export { conflictToken, revisionOf, scheduleInfo, scheduleListInfo } from './description.js';
export {
  recordEnd,
  recordStarted,
  recordStartFailed,
  recordStopAsked,
  workOf,
  type ScheduleWork,
  type WorkflowEnd,
} from './outcome.js';
export { wholeSecond } from './overlap.js';
export { decodeSchedule, encodeSchedule } from './record.js';
export type { ActionTime, ActionTimes } from './spec/index.js';
export type { PlannedStart, RunningWorkflow, ScheduleKey, ScheduleState } from './state.js';
export { timesOf } from './times-of.js';
