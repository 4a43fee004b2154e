import {
  EncodedMessage,
  enums,
  history,
  msToDuration,
  msToTimestamp,
  type query,
  type workflowservice,
} from '@perdure/protocol';
import { updateRequestMessages, type ExecutionState, type Limits, type WorkflowTaskState } from '@perdure/engine';
import { encodeHistoryPageToken, readEvents } from '../history/index.js';
import { frameEvent, type LiveExecution } from '../shard/index.js';
import type { Store } from '../store/index.js';
import { encodeWorkflowTaskToken } from './token.js';

const { EventType, TaskQueueKind } = enums;

/** Queries that ride on a workflow task, by their ids. */
export type RidingQueries = Readonly<Record<string, query.IWorkflowQuery>>;

/** What it takes to describe a workflow task. */
export interface WorkflowTaskResponsePorts {
  readonly store: Store;
  readonly limits: Limits;
}

/**
 * What a worker gets with a workflow task. Call it in the turn in which the task was started: it describes that
 * state, and reads older events from the store if need be.
 *
 * @param partialHistory the worker has the run in its cache, so only what is new since its last task is sent
 */
export async function workflowTaskResponse(
  ports: WorkflowTaskResponsePorts,
  live: LiveExecution,
  state: ExecutionState,
  options: { readonly partialHistory: boolean; readonly queries: RidingQueries },
): Promise<workflowservice.IPollWorkflowTaskQueueResponse> {
  const task = state.workflowTask;
  if (task === undefined) throw new Error('Invariant violated: no workflow task to describe');
  const { key, started } = state;
  const virtualEvents = task.kind === 'normal' ? [] : eventsOf(task);
  const fromEventId = options.partialHistory && state.previousStartedEventId > 0 ? state.previousStartedEventId + 1 : 1;
  const toEventId = state.nextEventId - 1;
  const { historyPageEvents, historyPageSizeBytes } = ports.limits;
  const response: workflowservice.IPollWorkflowTaskQueueResponse = {
    taskToken: encodeWorkflowTaskToken({
      key,
      number: task.number,
      scheduledEventId: task.scheduledEventId,
      startedEventId: task.startedEventId,
      attempt: task.attempt,
    }),
    workflowExecution: { workflowId: key.workflowId, runId: key.runId },
    workflowType: started.workflowType,
    previousStartedEventId: state.previousStartedEventId,
    startedEventId: task.startedEventId,
    attempt: task.attempt,
    workflowExecutionTaskQueue: { name: started.taskQueue?.name, kind: TaskQueueKind.TASK_QUEUE_KIND_NORMAL },
    scheduledTime: msToTimestamp(task.scheduledTimeMs),
    startedTime: msToTimestamp(task.startedTimeMs ?? task.scheduledTimeMs),
    queries: options.queries,
    messages: updateRequestMessages(state),
    // Filled in below: V8 makes a new hidden class for each copy to which a field is added.
    history: undefined,
    nextPageToken: undefined,
  };
  const page = await readEvents(ports.store, live, {
    fromEventId,
    toEventId,
    maxEvents: historyPageEvents,
    maxBytes: historyPageSizeBytes,
  });
  if (page.nextEventId === undefined) {
    response.history = new EncodedMessage([...page.chunks, ...virtualEvents.map(frameEvent)]);
    return response;
  }
  response.history = new EncodedMessage(page.chunks);
  response.nextPageToken = encodeHistoryPageToken({
    runId: key.runId,
    fromEventId: page.nextEventId,
    toEventId,
    virtualEvents,
  });
  return response;
}

/** The scheduled and started events that a transient or speculative task would have, encoded. */
function eventsOf(task: WorkflowTaskState): Uint8Array[] {
  const scheduled = history.HistoryEvent.encode({
    eventId: task.scheduledEventId,
    eventTime: msToTimestamp(task.scheduledTimeMs),
    eventType: EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    workflowTaskScheduledEventAttributes: {
      taskQueue: task.taskQueue,
      startToCloseTimeout: msToDuration(task.timeoutMs),
      attempt: task.attempt,
    },
  });
  const started = history.HistoryEvent.encode({
    eventId: task.startedEventId,
    eventTime: msToTimestamp(task.startedTimeMs ?? task.scheduledTimeMs),
    eventType: EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    workflowTaskStartedEventAttributes: {
      scheduledEventId: task.scheduledEventId,
      identity: task.identity,
      requestId: task.requestId,
      historySizeBytes: task.historySizeBytes,
      suggestContinueAsNew: task.suggestContinueAsNewReasons.length > 0,
      suggestContinueAsNewReasons: task.suggestContinueAsNewReasons,
    },
  });
  return [scheduled, started];
}
