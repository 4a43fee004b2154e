import type { BufferedAction, ScheduleCounts, ScheduleLimits, ScheduleState } from './state.js';

/** Lets actions wait, as far as there is room; the others are dropped and counted. */
export function withBuffered(
  state: ScheduleState,
  actions: readonly BufferedAction[],
  limits: ScheduleLimits,
): ScheduleState {
  if (actions.length === 0) return state;
  const room = Math.max(0, limits.scheduleBufferedActions - state.buffer.length);
  const buffer = [...state.buffer, ...actions.slice(0, room)];
  return counted({ ...state, buffer }, { bufferDropped: Math.max(0, actions.length - room) });
}

/** Adds to what is counted. */
export function counted(state: ScheduleState, more: Partial<ScheduleCounts>): ScheduleState {
  const { counts } = state;
  return {
    ...state,
    counts: {
      actions: counts.actions + (more.actions ?? 0),
      missedCatchupWindow: counts.missedCatchupWindow + (more.missedCatchupWindow ?? 0),
      overlapSkipped: counts.overlapSkipped + (more.overlapSkipped ?? 0),
      bufferDropped: counts.bufferDropped + (more.bufferDropped ?? 0),
    },
  };
}
