import type { ExecutionState } from './state.js';
import { isAbandoned } from './evolve/close.js';
import { isClosed, type ChildState } from './state.js';

/**
 * Work for the shell that follows from a transition. An effect is a reminder, not a record: `pendingEffects` finds
 * the same ones again from the state alone, so a crash after the commit loses none.
 */
export type Effect =
  /** A workflow task waits for a worker. */
  | { readonly kind: 'workflowTask'; readonly number: number }
  /** An activity attempt waits for a worker. */
  | { readonly kind: 'activityTask'; readonly scheduledEventId: number; readonly stamp: number }
  | { readonly kind: 'startChild'; readonly initiatedEventId: number }
  | { readonly kind: 'externalRequest'; readonly initiatedEventId: number }
  | { readonly kind: 'notifyParent' }
  | { readonly kind: 'parentClosePolicy'; readonly initiatedEventId: number }
  /** A Nexus operation is to be started; `tries` requests have ended before. */
  | { readonly kind: 'nexusStart'; readonly scheduledEventId: number; readonly tries: number }
  /** Its handler is to be asked to cancel it. */
  | { readonly kind: 'nexusCancel'; readonly scheduledEventId: number; readonly tries: number }
  /** Somebody is to be told of the end of the run. */
  | { readonly kind: 'callback'; readonly index: number; readonly tries: number };

/** Every effect the state still owes the world, in the order they should be taken up. */
export function pendingEffects(state: ExecutionState): Effect[] {
  const effects: Effect[] = [];
  const task = state.workflowTask;
  if (task !== undefined && task.startedEventId === 0) effects.push({ kind: 'workflowTask', number: task.number });
  if (!isClosed(state)) {
    for (const activity of state.activities.values()) {
      if (activity.phase === 'scheduled')
        effects.push({ kind: 'activityTask', scheduledEventId: activity.scheduledEventId, stamp: activity.stamp });
    }
  }
  for (const child of state.children.values()) {
    if (isToStart(state, child)) effects.push({ kind: 'startChild', initiatedEventId: child.initiatedEventId });
  }
  for (const request of state.externalRequests.values())
    effects.push({ kind: 'externalRequest', initiatedEventId: request.initiatedEventId });
  if (state.parentToNotify) effects.push({ kind: 'notifyParent' });
  for (const duty of state.parentCloseDuties)
    effects.push({ kind: 'parentClosePolicy', initiatedEventId: duty.initiatedEventId });
  if (state.nexusOperations.size > 0) effects.push(...nexusEffects(state));
  if (state.callbacks.length > 0) effects.push(...callbackEffects(state));
  return effects;
}

function* nexusEffects(state: ExecutionState): Generator<Effect> {
  for (const { scheduledEventId, phase, tries, cancellation } of state.nexusOperations.values()) {
    if (phase === 'scheduled') yield { kind: 'nexusStart', scheduledEventId, tries: tries.completed };
    if (cancellation?.phase === 'scheduled')
      yield { kind: 'nexusCancel', scheduledEventId, tries: cancellation.tries.completed };
  }
}

function* callbackEffects({ callbacks }: ExecutionState): Generator<Effect> {
  for (const [index, { phase, tries }] of callbacks.entries())
    if (phase === 'scheduled') yield { kind: 'callback', index, tries: tries.completed };
}

/** Whether start-up has to load this execution to take up its effects again. */
export function needsAttention(state: ExecutionState): boolean {
  const task = state.workflowTask;
  if (task !== undefined && task.startedEventId === 0) return true;
  if (needsDelivery(state)) return true;
  if (isClosed(state)) return false;
  for (const activity of state.activities.values()) if (activity.phase === 'scheduled') return true;
  return false;
}

/** Whether an effect is still owed, later in the same transition or after it. */
export function isPending(state: ExecutionState, effect: Effect): boolean {
  switch (effect.kind) {
    case 'workflowTask':
      return state.workflowTask?.number === effect.number && state.workflowTask.startedEventId === 0;
    case 'activityTask': {
      const activity = state.activities.get(effect.scheduledEventId);
      return activity?.phase === 'scheduled' && activity.stamp === effect.stamp;
    }
    case 'startChild':
      return isChildToStart(state, effect.initiatedEventId);
    case 'externalRequest':
      return state.externalRequests.has(effect.initiatedEventId);
    case 'notifyParent':
      return state.parentToNotify;
    case 'parentClosePolicy':
      return state.parentCloseDuties.some((duty) => duty.initiatedEventId === effect.initiatedEventId);
    case 'nexusStart': {
      const operation = state.nexusOperations.get(effect.scheduledEventId);
      return operation?.phase === 'scheduled' && operation.tries.completed === effect.tries;
    }
    case 'nexusCancel': {
      const cancellation = state.nexusOperations.get(effect.scheduledEventId)?.cancellation;
      return cancellation?.phase === 'scheduled' && cancellation.tries.completed === effect.tries;
    }
    case 'callback': {
      const callback = state.callbacks[effect.index];
      return callback?.phase === 'scheduled' && callback.tries.completed === effect.tries;
    }
    default:
      return effect satisfies never;
  }
}

function isChildToStart(state: ExecutionState, initiatedEventId: number): boolean {
  const child = state.children.get(initiatedEventId);
  return child !== undefined && isToStart(state, child);
}

/** After the close only a child that may outlive the run is still started. */
function isToStart(state: ExecutionState, child: ChildState): boolean {
  return child.startedRunId === '' && (!isClosed(state) || isAbandoned(child));
}

/** What somebody has to do for a run right now, as opposed to what it waits for. */
export interface WorkUnderWay {
  /** Activity attempts that wait for a worker or are with one. */
  readonly activities: number;
  /** Its workflow task, and what it owes other executions. */
  readonly others: number;
}

/** Counts what is left to do before the run only waits for time, or for the outside. */
export function workUnderWay(state: ExecutionState): WorkUnderWay {
  let activities = 0;
  let others = needsDelivery(state) ? 1 : 0;
  if (isClosed(state)) return { activities, others };
  if (state.workflowTask !== undefined) others += 1;
  for (const activity of state.activities.values()) if (activity.phase !== 'backoff') activities += 1;
  return { activities, others };
}

/** Whether another execution is still to hear of something. */
function needsDelivery(state: ExecutionState): boolean {
  if (state.parentToNotify || state.parentCloseDuties.length > 0 || state.externalRequests.size > 0) return true;
  for (const child of state.children.values()) if (isToStart(state, child)) return true;
  for (const { phase, cancellation } of state.nexusOperations.values())
    if (phase === 'scheduled' || cancellation?.phase === 'scheduled') return true;
  return state.callbacks.some(({ phase }) => phase === 'scheduled');
}
