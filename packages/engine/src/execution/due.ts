import { enums } from '@perdure/protocol';
import { isClosed, type ActivityState, type ExecutionState } from './state.js';

const { TimeoutType } = enums;

/** Something that happens by itself when its time has come. Epoch milliseconds. */
export type Due =
  | { readonly kind: 'timer'; readonly dueMs: number; readonly timerId: string }
  | { readonly kind: 'activityRetry'; readonly dueMs: number; readonly scheduledEventId: number }
  | {
      readonly kind: 'activityTimeout';
      readonly dueMs: number;
      readonly scheduledEventId: number;
      readonly timeoutType: enums.TimeoutType;
    }
  | { readonly kind: 'workflowTaskTimeout'; readonly dueMs: number }
  | { readonly kind: 'stickyTimeout'; readonly dueMs: number }
  | { readonly kind: 'firstWorkflowTask'; readonly dueMs: number }
  | { readonly kind: 'runTimeout'; readonly dueMs: number; readonly isExecutionTimeout: boolean };

/** The earliest thing that will happen by itself, or `undefined` if the run only waits for others. */
export function nextDue(state: ExecutionState): Due | undefined {
  if (isClosed(state)) return undefined;
  let earliest: Due | undefined;
  for (const due of dues(state)) if (earliest === undefined || due.dueMs < earliest.dueMs) earliest = due;
  return earliest;
}

function* dues(state: ExecutionState): Generator<Due> {
  for (const timer of state.timers.values()) yield { kind: 'timer', dueMs: timer.dueMs, timerId: timer.timerId };
  for (const activity of state.activities.values()) yield* activityDues(activity);
  if (state.firstWorkflowTaskDueMs !== undefined)
    yield { kind: 'firstWorkflowTask', dueMs: state.firstWorkflowTaskDueMs };
  const task = state.workflowTask;
  if (task?.startedTimeMs !== undefined)
    yield { kind: 'workflowTaskTimeout', dueMs: task.startedTimeMs + task.timeoutMs };
  else if (task?.scheduleToStartDeadlineMs !== undefined)
    yield { kind: 'stickyTimeout', dueMs: task.scheduleToStartDeadlineMs };
  if (state.runDeadlineMs !== undefined)
    yield {
      kind: 'runTimeout',
      dueMs: state.runDeadlineMs,
      isExecutionTimeout: state.runDeadlineMs >= (state.executionDeadlineMs ?? Infinity),
    };
  if (state.executionDeadlineMs !== undefined)
    yield { kind: 'runTimeout', dueMs: state.executionDeadlineMs, isExecutionTimeout: true };
}

function* activityDues(activity: ActivityState): Generator<Due> {
  const { timeouts, scheduledEventId } = activity;
  const timeout = (dueMs: number, timeoutType: enums.TimeoutType): Due => ({
    kind: 'activityTimeout',
    dueMs,
    scheduledEventId,
    timeoutType,
  });
  if (timeouts.scheduleToCloseMs !== undefined)
    yield timeout(activity.scheduledTimeMs + timeouts.scheduleToCloseMs, TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE);
  switch (activity.phase) {
    case 'backoff':
      yield { kind: 'activityRetry', dueMs: activity.attemptScheduledTimeMs, scheduledEventId };
      return;
    case 'scheduled':
      if (timeouts.scheduleToStartMs !== undefined)
        yield timeout(
          activity.attemptScheduledTimeMs + timeouts.scheduleToStartMs,
          TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START,
        );
      return;
    case 'started': {
      const startedMs = activity.startedTimeMs ?? 0;
      if (timeouts.startToCloseMs !== undefined)
        yield timeout(startedMs + timeouts.startToCloseMs, TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE);
      if (timeouts.heartbeatMs !== undefined)
        yield timeout(
          (activity.lastHeartbeatTimeMs ?? startedMs) + timeouts.heartbeatMs,
          TimeoutType.TIMEOUT_TYPE_HEARTBEAT,
        );
      return;
    }
    default:
      activity.phase satisfies never;
  }
}
