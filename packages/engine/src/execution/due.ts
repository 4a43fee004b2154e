import { enums } from '@perdure/protocol';
import { callbackDues, nexusDues, type NexusDue } from './nexus-due.js';
import { isClosed, type ActivityState, type ExecutionState, type TimerState } from './state.js';

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
  | NexusDue
  | { readonly kind: 'workflowTaskTimeout'; readonly dueMs: number }
  | { readonly kind: 'stickyTimeout'; readonly dueMs: number }
  | { readonly kind: 'firstWorkflowTask'; readonly dueMs: number }
  | { readonly kind: 'runTimeout'; readonly dueMs: number; readonly isExecutionTimeout: boolean };

/** The earliest thing that will happen by itself, or `undefined` if the run only waits for others. */
export function nextDue(state: ExecutionState): Due | undefined {
  if (isClosed(state)) return earliestCallback(state);
  let earliest = earlier(earliestOf(state.timers, timerDues), earliestOf(state.activities, activityDues));
  earliest = earlier(earliest, earliestOf(state.nexusOperations, nexusDues));
  for (const due of runDues(state)) earliest = earlier(earliest, due);
  return earliest;
}

/** After the close nothing is due but the next try to tell somebody of it. */
function earliestCallback({ callbacks }: ExecutionState): Due | undefined {
  let earliest: Due | undefined;
  if (callbacks.length > 0) for (const due of callbackDues(callbacks)) earliest = earlier(earliest, due);
  return earliest;
}

/** Everything whose time has come, in the order in which it was due. */
export function duesUntil(state: ExecutionState, nowMs: number): Due[] {
  const due: Due[] = [];
  for (const each of dues(state)) if (each.dueMs <= nowMs) due.push(each);
  return due.sort((left, right) => left.dueMs - right.dueMs);
}

/** Whether it is still to happen, after what happened before it. */
export function isStillDue(state: ExecutionState, due: Due): boolean {
  for (const each of duesOfSubject(state, due)) if (isSame(each, due)) return true;
  return false;
}

function duesOfSubject(state: ExecutionState, due: Due): Iterable<Due> {
  if (due.kind === 'callbackRetry') return callbackDues(state.callbacks);
  if (isClosed(state)) return [];
  if (due.kind === 'timer') {
    const timer = state.timers.get(due.timerId);
    return timer === undefined ? [] : timerDues(timer);
  }
  if (due.kind === 'activityRetry' || due.kind === 'activityTimeout') {
    const activity = state.activities.get(due.scheduledEventId);
    return activity === undefined ? [] : activityDues(activity);
  }
  if (due.kind === 'nexusRetry' || due.kind === 'nexusTimeout') {
    const operation = state.nexusOperations.get(due.scheduledEventId);
    return operation === undefined ? [] : nexusDues(operation);
  }
  return runDues(state);
}

function isSame(left: Due, right: Due): boolean {
  if (left.kind !== right.kind || left.dueMs !== right.dueMs) return false;
  if (left.kind === 'callbackRetry' && right.kind === 'callbackRetry') return left.index === right.index;
  if (left.kind === 'nexusRetry' && right.kind === 'nexusRetry') return left.request === right.request;
  if ('timeoutType' in left && 'timeoutType' in right) return left.timeoutType === right.timeoutType;
  return true;
}

/** States share the collections that did not change, and the earliest due of each with them. To remember it pays for those that are not small. */
const REMEMBERED_FROM_SIZE = 8;
const earliestByCollection = new WeakMap<object, Due | 'none'>();

function earliestOf<Value>(
  collection: ReadonlyMap<unknown, Value>,
  duesOfOne: (value: Value) => Iterable<Due>,
): Due | undefined {
  if (collection.size === 0) return undefined;
  const isRemembered = collection.size >= REMEMBERED_FROM_SIZE;
  const known = isRemembered ? earliestByCollection.get(collection) : undefined;
  if (known !== undefined) return known === 'none' ? undefined : known;
  let earliest: Due | undefined;
  for (const value of collection.values()) for (const due of duesOfOne(value)) earliest = earlier(earliest, due);
  if (isRemembered) earliestByCollection.set(collection, earliest ?? 'none');
  return earliest;
}

function earlier(one: Due | undefined, other: Due | undefined): Due | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.dueMs < one.dueMs ? other : one;
}

function* dues(state: ExecutionState): Generator<Due> {
  if (isClosed(state)) {
    yield* callbackDues(state.callbacks);
    return;
  }
  for (const timer of state.timers.values()) yield* timerDues(timer);
  for (const activity of state.activities.values()) yield* activityDues(activity);
  for (const operation of state.nexusOperations.values()) yield* nexusDues(operation);
  yield* runDues(state);
}

// After each transition the next due is asked for: lists, because generators would cost several times as much.

function timerDues({ timerId, dueMs }: TimerState): Due[] {
  return [{ kind: 'timer', dueMs, timerId }];
}

function runDues(state: ExecutionState): Due[] {
  const found: Due[] = [];
  if (state.firstWorkflowTaskDueMs !== undefined)
    found.push({ kind: 'firstWorkflowTask', dueMs: state.firstWorkflowTaskDueMs });
  const task = state.workflowTask;
  if (task?.startedTimeMs !== undefined)
    found.push({ kind: 'workflowTaskTimeout', dueMs: task.startedTimeMs + task.timeoutMs });
  else if (task?.scheduleToStartDeadlineMs !== undefined)
    found.push({ kind: 'stickyTimeout', dueMs: task.scheduleToStartDeadlineMs });
  if (state.runDeadlineMs !== undefined)
    found.push({
      kind: 'runTimeout',
      dueMs: state.runDeadlineMs,
      isExecutionTimeout: state.runDeadlineMs >= (state.executionDeadlineMs ?? Infinity),
    });
  if (state.executionDeadlineMs !== undefined)
    found.push({ kind: 'runTimeout', dueMs: state.executionDeadlineMs, isExecutionTimeout: true });
  return found;
}

function activityDues(activity: ActivityState): Due[] {
  const { timeouts, scheduledEventId } = activity;
  const found: Due[] = [];
  const timeout = (dueMs: number, timeoutType: enums.TimeoutType): void => {
    found.push({ kind: 'activityTimeout', dueMs, scheduledEventId, timeoutType });
  };
  // Of two at the same time the first counts: that nobody took the activity says more than that it took too long.
  if (activity.phase === 'scheduled' && timeouts.scheduleToStartMs !== undefined)
    timeout(activity.attemptScheduledTimeMs + timeouts.scheduleToStartMs, TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START);
  if (timeouts.scheduleToCloseMs !== undefined)
    timeout(activity.scheduledTimeMs + timeouts.scheduleToCloseMs, TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE);
  switch (activity.phase) {
    case 'scheduled':
      return found;
    case 'backoff':
      found.push({ kind: 'activityRetry', dueMs: activity.attemptScheduledTimeMs, scheduledEventId });
      return found;
    case 'started': {
      const startedMs = activity.startedTimeMs ?? 0;
      if (timeouts.startToCloseMs !== undefined)
        timeout(startedMs + timeouts.startToCloseMs, TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE);
      if (timeouts.heartbeatMs !== undefined)
        timeout((activity.lastHeartbeatTimeMs ?? startedMs) + timeouts.heartbeatMs, TimeoutType.TIMEOUT_TYPE_HEARTBEAT);
      return found;
    }
    default:
      activity.phase satisfies never;
      return found;
  }
}
