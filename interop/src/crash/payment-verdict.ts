import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import type { OrderRecord } from './order-load.js';
import type { PaymentRun } from './payments.js';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** What the history of an order says of one operation. */
interface OperationStory {
  readonly requestId: string;
  readonly operation: string;
  readonly startedCount: number;
  readonly ends: readonly HistoryEvent[];
}

/** What is wrong with the operations of Nexus that an order called, and with what stands behind them; nothing if all is well. */
export function paymentProblems(
  record: OrderRecord,
  events: readonly HistoryEvent[],
  runs: readonly PaymentRun[],
): string[] {
  const stories = storiesOf(events);
  const names = stories.map(({ operation }) => operation).sort();
  const problems = names.join() === 'pay,quote' ? [] : [`it called the operations ${names.join(', ')}`];
  for (const story of stories) problems.push(...endProblems(story));
  const paid = stories.find(({ operation }) => operation === 'pay');
  if (paid !== undefined) problems.push(...runProblems(paid, runs));
  return problems.map((problem) => `${record.workflowId}: ${problem}`);
}

function storiesOf(events: readonly HistoryEvent[]): OperationStory[] {
  return events.flatMap((event) => {
    const scheduled = event.nexusOperationScheduledEventAttributes;
    if (!scheduled) return [];
    const ofThis = events.filter((each) => scheduledEventIdOf(each) === Number(event.eventId));
    const startedCount = ofThis.filter((each) => each.nexusOperationStartedEventAttributes).length;
    const ends = ofThis.filter((each) => !each.nexusOperationStartedEventAttributes);
    return [{ requestId: scheduled.requestId ?? '', operation: scheduled.operation ?? '', startedCount, ends }];
  });
}

function scheduledEventIdOf(event: HistoryEvent): number | undefined {
  const attributes =
    event.nexusOperationStartedEventAttributes ??
    event.nexusOperationCompletedEventAttributes ??
    event.nexusOperationFailedEventAttributes ??
    event.nexusOperationCanceledEventAttributes ??
    event.nexusOperationTimedOutEventAttributes;
  return attributes ? Number(attributes.scheduledEventId) : undefined;
}

function endProblems({ operation, startedCount, ends }: OperationStory): string[] {
  const problems = ends.length === 1 ? [] : [`the operation ${operation} has ${ends.length} ends instead of one`];
  if (ends[0] && !ends[0].nexusOperationCompletedEventAttributes)
    problems.push(`the operation ${operation} has not completed: ${JSON.stringify(ends[0])}`);
  const expectedStarts = operation === 'pay' ? 1 : 0;
  if (startedCount !== expectedStarts) problems.push(`the operation ${operation} was started ${startedCount} times`);
  return problems;
}

function runProblems({ requestId, ends }: OperationStory, runs: readonly PaymentRun[]): string[] {
  const [run] = runs;
  if (run === undefined || runs.length > 1) return [`${runs.length} runs stand behind its payment instead of one`];
  const problems: string[] = [];
  const others = run.requestIds.filter((id) => id !== requestId);
  if (!run.requestIds.includes(requestId) || others.length > 0)
    problems.push(`its payment was asked for by ${run.requestIds.join(', ')}, and not by ${requestId}`);
  const end = run.events.at(-1);
  if (!end?.workflowExecutionCompletedEventAttributes) problems.push('its payment has not completed');
  const result = ends[0]?.nexusOperationCompletedEventAttributes?.result;
  const paidBy = result ? defaultPayloadConverter.fromPayload<string>(result) : undefined;
  if (paidBy !== run.runId) problems.push(`it was paid by run ${paidBy}, and ${run.runId} is the run of its payment`);
  return problems;
}
