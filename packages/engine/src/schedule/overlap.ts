import { enums } from '@perdure/protocol';
import { counted } from './buffer.js';
import { isIdle, withActivity, type BufferedAction, type RunningWorkflow, type ScheduleState } from './state.js';

const {
  SCHEDULE_OVERLAP_POLICY_ALLOW_ALL: ALLOW_ALL,
  SCHEDULE_OVERLAP_POLICY_BUFFER_ALL: BUFFER_ALL,
  SCHEDULE_OVERLAP_POLICY_BUFFER_ONE: BUFFER_ONE,
  SCHEDULE_OVERLAP_POLICY_CANCEL_OTHER: CANCEL_OTHER,
  SCHEDULE_OVERLAP_POLICY_TERMINATE_OTHER: TERMINATE_OTHER,
} = enums.ScheduleOverlapPolicy;

/**
 * Decides on every action that waits: it becomes a planned start, goes on waiting, or is skipped. Nothing but ALLOW_ALL
 * is started while another workflow of the schedule runs or is about to.
 */
export function takeFromBuffer(state: ScheduleState, nowMs: number): ScheduleState {
  if (state.buffer.length === 0) return state;
  let next = state;
  let waiting: BufferedAction[] = [];
  let skipped = 0;
  for (const action of state.buffer) {
    const policy = action.overlapPolicy;
    if (policy === ALLOW_ALL || !isBusy(next)) next = plan(next, action, nowMs);
    else if (policy === BUFFER_ALL) waiting.push(action);
    else if (policy === BUFFER_ONE && !waiting.some((other) => other.overlapPolicy === BUFFER_ONE))
      waiting.push(action);
    else if (policy === CANCEL_OTHER || policy === TERMINATE_OTHER) {
      // Of those that end what runs the newest is as good as all.
      const others = waiting.filter((other) => !endsOthers(other));
      skipped += waiting.length - others.length;
      waiting = [...others, action];
    } else skipped += 1;
  }
  const left = counted({ ...next, buffer: waiting }, { overlapSkipped: skipped });
  const ending = waiting.find(endsOthers);
  if (ending === undefined) return left;
  return askToStop(left, ending.overlapPolicy === TERMINATE_OTHER ? 'terminate' : 'cancel');
}

function isBusy({ running, planned }: ScheduleState): boolean {
  return running.length > 0 || planned.some(({ overlapPolicy }) => overlapPolicy !== ALLOW_ALL);
}

function endsOthers({ overlapPolicy }: BufferedAction): boolean {
  return overlapPolicy === CANCEL_OTHER || overlapPolicy === TERMINATE_OTHER;
}

/** An action that comes by itself is dropped if it has become forbidden since its time came. */
function plan(state: ScheduleState, action: BufferedAction, nowMs: number): ScheduleState {
  if (!action.manual && isIdle(state)) return state;
  const { policies, action: does, state: activity } = state.schedule;
  const baseId = does?.startWorkflow?.workflowId ?? '';
  const start = {
    ...action,
    plannedMs: nowMs,
    requestId: `${state.incarnation}-${state.startCount}`,
    workflowId: policies?.keepOriginalWorkflowId === true ? baseId : `${baseId}-${wholeSecond(action.nominalMs)}`,
  };
  const planned = { ...state, startCount: state.startCount + 1, planned: [...state.planned, start] };
  if (action.manual || activity?.limitedActions !== true) return planned;
  return withActivity(planned, { remainingActions: (activity.remainingActions ?? 0) - 1 });
}

/** As RFC 3339 has it, cut off to a second: `2026-11-26T12:00:00Z`. */
export function wholeSecond(timeMs: number): string {
  return new Date(Math.floor(timeMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

function askToStop(state: ScheduleState, stop: NonNullable<RunningWorkflow['stop']>): ScheduleState {
  const running = state.running.map((workflow): RunningWorkflow => {
    const isEnough = workflow.stop === stop || workflow.stop === 'terminate';
    return isEnough ? workflow : { ...workflow, stop, stopAsked: false };
  });
  return { ...state, running };
}
