import { enums, timestampToMs, update, type history, type protocol } from '@perdure/protocol';
import type { LocalActivityResult, WorkflowReplay, WorkflowTaskAnswer } from '@perdure/replay';
import type { OwnCode } from './own-code.js';

const type = enums.EventType;

/** A workflow task of a history, as the server gave it out, and what it led to. */
export interface LivedTask {
  /** Since the workflow task before it. */
  readonly events: readonly history.HistoryEvent[];
  readonly messages: readonly protocol.Message[];
  readonly completed: history.WorkflowTaskCompletedEventAttributes;
  /** The events that its commands led to. */
  readonly led: readonly history.HistoryEvent[];
}

/** The workflow tasks of a history that were answered. */
export function livedTasks(events: readonly history.HistoryEvent[]): readonly LivedTask[] {
  const tasks: LivedTask[] = [];
  let from = 0;
  for (const [index, event] of events.entries()) {
    const completed = events[index + 1]?.workflowTaskCompletedEventAttributes;
    if (event.eventType !== type.EVENT_TYPE_WORKFLOW_TASK_STARTED || completed === undefined) continue;
    const completedEventId = event.eventId + 1;
    const led = events.filter((later) => completedEventIdOf(later) === completedEventId || isUpdateTrace(events, later, completedEventId)); // prettier-ignore
    tasks.push({ events: events.slice(from, index + 1), messages: messagesOf(led), completed, led });
    from = index + 1;
  }
  return tasks;
}

/** Several workflow tasks as a worker gets them that has to replay all but the last. */
export function joined(tasks: readonly LivedTask[], events: readonly history.HistoryEvent[]): LivedTask {
  const first = tasks[0]?.events[0]?.eventId ?? 0;
  const last = tasks.at(-1) as LivedTask;
  return { ...last, events: events.slice(first - 1, last.events.at(-1)?.eventId) };
}

/** Lives a workflow task through: with the updates it brought, and local activities ending as they did. */
export async function live(
  replay: WorkflowReplay,
  code: OwnCode,
  { events, messages, led }: LivedTask,
): Promise<Extract<WorkflowTaskAnswer, { kind: 'completed' }>> {
  replay.startWorkflowTask({ events, messages });
  await code.run(replay);
  for (const { seq, result } of led.flatMap(localActivityEnd)) {
    replay.takeLocalActivityRequests();
    replay.resolveLocalActivity(seq, result);
    await code.run(replay);
  }
  const answer = replay.answer();
  if (answer.kind !== 'completed') throw new Error('Nobody has asked anything');
  return answer;
}

function completedEventIdOf(event: history.HistoryEvent): number | undefined {
  const attributes = Object.entries(event).find(
    ([key, value]) => key.endsWith('Attributes') && value !== undefined,
  )?.[1];
  return (attributes as { readonly workflowTaskCompletedEventId?: number } | undefined)?.workflowTaskCompletedEventId;
}

/** Events of updates do not say which workflow task they came of: they stand right behind its end. */
function isUpdateTrace(
  events: readonly history.HistoryEvent[],
  event: history.HistoryEvent,
  completedEventId: number,
): boolean {
  if (!isUpdateEvent(event) || event.eventId < completedEventId) return false;
  const between = events.slice(completedEventId, event.eventId - 1);
  return between.every((other) => isUpdateEvent(other) || completedEventIdOf(other) === completedEventId);
}

function isUpdateEvent({ eventType }: history.HistoryEvent): boolean {
  return (
    eventType === type.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED ||
    eventType === type.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED
  );
}

function messagesOf(led: readonly history.HistoryEvent[]): readonly protocol.Message[] {
  return led.flatMap(({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => {
    if (accepted?.acceptedRequest === undefined) return [];
    const value = update.Request.encode(accepted.acceptedRequest).slice();
    return [
      {
        id: accepted.acceptedRequestMessageId,
        protocolInstanceId: accepted.protocolInstanceId,
        eventId: accepted.acceptedRequestSequencingEventId,
        body: { typeUrl: `type.googleapis.com/${update.Request.typeName}`, value },
      },
    ];
  });
}

function localActivityEnd({
  markerRecordedEventAttributes: marker,
}: history.HistoryEvent): { readonly seq: number; readonly result: LocalActivityResult }[] {
  if (marker?.markerName !== 'core_local_activity') return [];
  const text = new TextDecoder().decode(marker.details['data']?.payloads[0]?.data ?? new Uint8Array());
  const data = JSON.parse(text) as {
    seq: number;
    attempt: number;
    complete_time: object | null;
    backoff: object | null;
  };
  const { seq, attempt, backoff } = data;
  const completedAtMs = data.complete_time === null ? 0 : Math.floor(timestampToMs(data.complete_time) ?? 0);
  const base = { attempt, completedAtMs };
  const { failure } = marker;
  if (failure === undefined) {
    return [{ seq, result: { ...base, status: 'completed', result: marker.details['result']?.payloads[0] } }];
  }
  if (backoff !== null) return [{ seq, result: { ...base, status: 'backoff', failure, backoff } }];
  const status = failure.canceledFailureInfo === undefined ? 'failed' : 'cancelled';
  return [{ seq, result: { ...base, status, failure } }];
}
