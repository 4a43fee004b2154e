import { enums, type history } from '@perdure/protocol';
import { reject, type Rejection } from '../../rejection.js';
import type { Decision } from '../decision.js';
import { Draft } from '../draft.js';
import { pendingEffects } from '../effects.js';
import { initialState } from '../initial-state.js';
import { isClosed, type ExecutionState } from '../state.js';
import type { DecideContext, Transition } from '../transition.js';
import { terminateRun } from './close.js';
import { writeOptionsUpdate, type OptionsUpdate } from './options.js';
import { writeSignal, type Signal } from './outside-requests.js';
import { reapply, type Reapplication } from './reapply.js';
import { scheduleWorkflowTask } from './workflow-task.js';

const { EventType, WorkflowTaskFailedCause } = enums;

/** A request to do a workflow task again. */
export interface ResetExecution extends Reapplication {
  /** The run whose history is taken up, and all of its events. */
  readonly base: ExecutionState;
  readonly events: readonly history.IHistoryEvent[];
  /** The runs of the chain from the one after the base run to its last one, oldest first. */
  readonly laterRuns: readonly LaterRun[];
  /** The run to end: the latest one, if it still runs. */
  readonly current: ExecutionState;
  /** Id of the event after which a workflow task ended; what came before its start is kept. */
  readonly workflowTaskFinishEventId: number;
  readonly reason: string;
  readonly requestId: string;
  readonly identity: string;
  /** Done to the new run before its first workflow task, in this order. */
  readonly operations: readonly PostResetOperation[];
}

/** What a reset does to the run it makes. */
export type PostResetOperation =
  { readonly kind: 'signal'; readonly signal: Signal } | { readonly kind: 'options'; readonly update: OptionsUpdate };

/** A run that follows the base run by continue-as-new. */
export interface LaterRun {
  readonly runId: string;
  /** In order; those that cannot be reapplied may be left out. */
  readonly events: readonly history.IHistoryEvent[];
}

/** Who did it, in events that name nobody else; and the request that, as in Temporal's server, there never was. */
const SERVER = 'history-service';

const TASK_ENDS: ReadonlySet<enums.EventType> = new Set([
  EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
  EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
  EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
]);

/**
 * Opens a new run that shares the base run's past up to a workflow task and does that task again; what was sent from
 * outside afterwards is sent again. The latest run, if it still runs, is terminated.
 */
export function resetExecution(input: ResetExecution, context: DecideContext): Decision<{ readonly runId: string }> {
  const madeBefore = runMadeBefore(input);
  if (madeBefore !== undefined) return { transitions: [], result: { runId: madeBefore } };
  const task = taskToDoAgain(input);
  if ('rejected' in task) return task;
  const runId = context.newId();
  const before = recordedReset(input, runId, context);
  const draft = forkedRun(input, runId, task.keptEvents, context);
  const { scheduledEventId } = task;
  const startedEventId = task.startedEventId ?? startForReset(draft, scheduledEventId);
  draft.event(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, {
    workflowTaskFailedEventAttributes: {
      scheduledEventId,
      startedEventId,
      cause: WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW,
      failure: { message: input.reason, resetWorkflowFailureInfo: {} },
      identity: input.identity || SERVER,
      baseRunId: input.base.key.runId,
      newRunId: runId,
    },
  });
  reapplyAll(draft, input);
  for (const operation of input.operations) perform(draft, operation);
  scheduleWorkflowTask(draft);
  rescheduleActivities(draft);
  return { transitions: [...before, draft.finish()], result: { runId } };
}

/** The same request again finds the run it made, even if that is not the latest one any more. */
function runMadeBefore({ base, current, requestId }: ResetExecution): string | undefined {
  if (requestId === '') return undefined;
  if (current.createRequestId === requestId) return current.key.runId;
  return base.resetRequest?.requestId === requestId ? base.resetRequest.runId : undefined;
}

/** The workflow task that is done again. */
interface TaskToDoAgain {
  /** So many events of the base run are the past of the new one. */
  readonly keptEvents: number;
  readonly scheduledEventId: number;
  /** Undefined if no worker had taken it at the point of the reset. */
  readonly startedEventId: number | undefined;
}

/** Right before the point of the reset a workflow task must have been waiting for a worker, or with one. */
function taskToDoAgain({ events, workflowTaskFinishEventId, base }: ResetExecution): TaskToDoAgain | Rejection {
  const refuse = (why: string): Rejection =>
    reject('INVALID_ARGUMENT', `Cannot reset run ${base.key.runId} to event ${workflowTaskFinishEventId}: ${why}`);
  const finish = events[workflowTaskFinishEventId - 1];
  if (finish === undefined || workflowTaskFinishEventId <= 1)
    return refuse(`WorkflowTaskFinishEventId must be > 1 && <= workflow last event ID ${events.length}.`);
  // A reset to the start of a task is one to its end: the start is kept either way.
  const keptEvents =
    finish.eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
      ? workflowTaskFinishEventId
      : workflowTaskFinishEventId - 1;
  for (let eventId = keptEvents; eventId > 0; eventId -= 1) {
    const event = events[eventId - 1];
    if (event?.eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)
      return { keptEvents, scheduledEventId: eventId, startedEventId: undefined };
    const scheduledEventId = event?.workflowTaskStartedEventAttributes?.scheduledEventId;
    if (scheduledEventId != null) return { keptEvents, scheduledEventId, startedEventId: eventId };
    if (TASK_ENDS.has(event?.eventType ?? 0)) break;
  }
  return refuse(
    'no workflow task was under way then; take a WorkflowTaskStarted, Completed, Failed or TimedOut event.',
  );
}

/** History knows a failure only of a task that was started. */
function startForReset(draft: Draft, scheduledEventId: number): number {
  return draft.event(EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED, {
    workflowTaskStartedEventAttributes: { scheduledEventId, identity: SERVER, requestId: 'emptyUuid' },
  });
}

/** What the runs there are know of the reset: the base run, and the latest one, which ends if it still runs. */
function recordedReset(input: ResetExecution, runId: string, context: DecideContext): Transition[] {
  const { base, current, requestId, reason, identity } = input;
  const onBase = new Draft(base, context);
  onBase.record({ kind: 'resetRequested', requestId, runId });
  if (isClosed(current)) return [onBase.finish()];
  const isSame = base.key.runId === current.key.runId;
  const onCurrent = isSame ? onBase : new Draft(current, context);
  onCurrent.record({ kind: 'resetTo', runId });
  terminateRun(onCurrent, { reason, details: undefined, identity });
  return isSame ? [onCurrent.finish()] : [onBase.finish(), onCurrent.finish()];
}

/** A new run whose first events are those of the base run. */
function forkedRun(input: ResetExecution, runId: string, keptEvents: number, context: DecideContext): Draft {
  const { base, events, requestId } = input;
  const created = { ...base.key, namespace: base.namespace, runId, createRequestId: requestId || context.newId() };
  const draft = new Draft(initialState(created), context);
  draft.record({ kind: 'created', execution: created });
  for (const event of events.slice(0, keptEvents)) draft.copyEvent(event);
  draft.record({ kind: 'forked', timeMs: context.nowMs, baseRunId: base.key.runId });
  return draft;
}

/** Sends again what came after the point of the reset: to the base run, and to the runs that followed it. */
function reapplyAll(draft: Draft, input: ResetExecution): void {
  const { base, current, events, laterRuns, workflowTaskFinishEventId } = input;
  const buffered = (state: ExecutionState) => state.bufferedEvents.map(({ event }) => event);
  const baseEvents = [...events.slice(workflowTaskFinishEventId - 1), ...buffered(base)];
  for (const event of baseEvents) reapply(draft, event, input);
  for (const run of laterRuns) {
    const isCurrent = run.runId === current.key.runId;
    for (const event of isCurrent ? [...run.events, ...buffered(current)] : run.events) reapply(draft, event, input);
  }
}

function perform(draft: Draft, operation: PostResetOperation): void {
  if (operation.kind === 'signal') writeSignal(draft, operation.signal);
  else writeOptionsUpdate(draft, operation.update);
}

/** Activities that were under way in the base run begin again; nobody reports the old attempts to the new run. */
function rescheduleActivities(draft: Draft): void {
  for (const activity of draft.state.activities.values())
    draft.effect({ kind: 'activityTask', scheduledEventId: activity.scheduledEventId, stamp: activity.stamp });
  for (const child of draft.state.children.values()) {
    if (child.startedRunId === '') draft.effect({ kind: 'startChild', initiatedEventId: child.initiatedEventId });
  }
  for (const request of draft.state.externalRequests.values())
    draft.effect({ kind: 'externalRequest', initiatedEventId: request.initiatedEventId });
  for (const effect of pendingEffects(draft.state))
    if (effect.kind === 'nexusStart' || effect.kind === 'nexusCancel') draft.effect(effect);
}
