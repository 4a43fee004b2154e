import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { isTerminal, type OrderRecord } from './order-load.js';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** What is wrong with the history of one order, in sentences; nothing if all is well. */
export function problemsOf(record: OrderRecord, events: readonly HistoryEvent[]): string[] {
  const problems = [
    ...idProblems(events),
    ...terminalProblems(events),
    ...startProblems(record, events),
    ...signalProblems(record, events),
    ...activityProblems(events),
    ...timerProblems(events),
  ];
  return problems.map((problem) => `${record.workflowId}: ${problem}`);
}

function idProblems(events: readonly HistoryEvent[]): string[] {
  const wrong = events.find((event, index) => Number(event.eventId) !== index + 1);
  return wrong ? [`event ids are not consecutive at ${wrong.eventId}`] : [];
}

function terminalProblems(events: readonly HistoryEvent[]): string[] {
  const count = events.filter(isTerminal).length;
  if (count !== 1) return [`${count} terminal events instead of one`];
  return events.at(-1)?.workflowExecutionCompletedEventAttributes ? [] : ['the last event is not its completion'];
}

function startProblems(record: OrderRecord, events: readonly HistoryEvent[]): string[] {
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  if (!started) return ['the history does not begin with its start'];
  if (record.runId !== undefined && record.runId !== started.originalExecutionRunId) {
    return [`run ${record.runId} was acknowledged, but the history is of run ${started.originalExecutionRunId}`];
  }
  return [];
}

function signalProblems(record: OrderRecord, events: readonly HistoryEvent[]): string[] {
  const tokens = events.flatMap((event) => {
    const payload = event.workflowExecutionSignaledEventAttributes?.input?.payloads?.[0];
    return payload ? [defaultPayloadConverter.fromPayload<string>(payload)] : [];
  });
  return record.acknowledgedSignals.flatMap((token) => {
    const count = tokens.filter((seen) => seen === token).length;
    return count === 1 ? [] : [`the acknowledged signal ${token} is in the history ${count} times`];
  });
}

// The order's own steps: one charge and three notifications, each completed once.
const expectedActivities = ['chargeCustomer', 'sendPushNotification', 'sendPushNotification', 'sendPushNotification'];

function activityProblems(events: readonly HistoryEvent[]): string[] {
  const completedIds = events.flatMap((event) => {
    const completed = event.activityTaskCompletedEventAttributes;
    return completed ? [Number(completed.scheduledEventId)] : [];
  });
  const problems = completedIds.length === new Set(completedIds).size ? [] : ['an activity is completed twice'];
  const names = completedIds
    .map((id) => events[id - 1]?.activityTaskScheduledEventAttributes?.activityType?.name ?? '?')
    .sort();
  if (names.join() !== expectedActivities.join()) problems.push(`the completed activities are ${names.join(', ')}`);
  return problems;
}

function timerProblems(events: readonly HistoryEvent[]): string[] {
  return events.flatMap((event) => {
    const fired = event.timerFiredEventAttributes;
    if (!fired) return [];
    const startedEvent = events[Number(fired.startedEventId) - 1];
    const timeoutMs = millis(startedEvent?.timerStartedEventAttributes?.startToFireTimeout);
    const tookMs = millis(event.eventTime) - millis(startedEvent?.eventTime);
    return tookMs >= timeoutMs ? [] : [`timer ${fired.timerId} of ${timeoutMs} ms fired after ${tookMs} ms`];
  });
}

// In whole microseconds first: a double cannot hold the nanoseconds of an epoch time.
function millis(time: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return (Number(time?.seconds ?? 0) * 1e6 + Math.floor((time?.nanos ?? 0) / 1e3)) / 1e3;
}
