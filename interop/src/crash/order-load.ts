import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, isGrpcServiceError, WorkflowExecutionAlreadyStartedError, type Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

/** What the server has acknowledged about one order: none of it may be missing at the end. */
export interface OrderRecord {
  readonly workflowId: string;
  /** It calls operations of Nexus on its way. */
  readonly isPaidElsewhere: boolean;
  /** Known when the start itself was acknowledged, and not only a later attempt refused. */
  runId?: string;
  readonly acknowledgedSignals: string[];
  completed: boolean;
}

const pauseMs = 150;
/** The gRPC status NOT_FOUND. */
const notFound = 5;

/**
 * Places one order and sees it through, however often the server is away: everything is tried again until it is acknowledged.
 * Rejects when `isGivenUp` says so.
 */
export async function runOrder(connection: Connection, record: OrderRecord, isGivenUp: () => boolean): Promise<void> {
  const persist = async <T>(attempt: () => Promise<T>): Promise<T> => await untilAcknowledged(attempt, isGivenUp);
  await persist(() => start(connection, record));
  // A signal that comes before the order waits for it is ignored by the order: the timer of the wait shows the moment.
  await persist(() => awaitEvents(connection, record, (events) => timersStarted(events) >= 1));
  await signal(connection, record, 'pickedUp', persist);
  await persist(() => awaitEvents(connection, record, (events) => timersStarted(events) >= 2));
  await signal(connection, record, 'delivered', persist);
  await persist(() => awaitEvents(connection, record, (events) => events.some(isTerminal)));
  record.completed = true;
}

/** All events of a run, of the latest one by default. */
export async function fetchEvents(connection: Connection, workflowId: string, runId = ''): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await withDeadline(connection, () =>
      connection.workflowService.getWorkflowExecutionHistory({
        namespace: 'default',
        execution: { workflowId, runId },
        nextPageToken,
      }),
    );
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken;
  } while (nextPageToken?.length);
  return events;
}

/** Whether an event ends a run. */
export function isTerminal(event: HistoryEvent): boolean {
  return Boolean(
    event.workflowExecutionCompletedEventAttributes ??
    event.workflowExecutionFailedEventAttributes ??
    event.workflowExecutionTimedOutEventAttributes ??
    event.workflowExecutionCanceledEventAttributes ??
    event.workflowExecutionTerminatedEventAttributes ??
    event.workflowExecutionContinuedAsNewEventAttributes,
  );
}

async function start(connection: Connection, record: OrderRecord): Promise<void> {
  try {
    const handle = await withDeadline(connection, () =>
      new Client({ connection }).workflow.start(record.isPaidElsewhere ? 'orderPaidElsewhere' : 'order', {
        workflowId: record.workflowId,
        taskQueue: 'food-delivery',
        args: [3, { pickup: '1 hour', delivery: '1 hour', rating: '1s' }],
        // A task that a killed worker held is given out again soon.
        workflowTaskTimeout: '2s',
      }),
    );
    record.runId = handle.firstExecutionRunId;
  } catch (error) {
    // An attempt whose answer was lost has started it.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function signal(
  connection: Connection,
  record: OrderRecord,
  signalName: string,
  persist: <T>(attempt: () => Promise<T>) => Promise<T>,
): Promise<void> {
  const token = `${signalName}-${randomUUID()}`;
  const request = {
    namespace: 'default',
    workflowExecution: { workflowId: record.workflowId },
    signalName,
    input: { payloads: [defaultPayloadConverter.toPayload(token)] },
    // The same id with every attempt: the server must take the signal once.
    requestId: token,
  };
  const isAcknowledged = await persist(async () => {
    try {
      await withDeadline(connection, () => connection.workflowService.signalWorkflowExecution(request));
      return true;
    } catch (error) {
      // An attempt whose answer was lost has reached the order, which has completed since then.
      if (isGrpcServiceError(error) && error.code === notFound) return false;
      throw error;
    }
  });
  if (isAcknowledged) record.acknowledgedSignals.push(token);
}

async function awaitEvents(
  connection: Connection,
  record: OrderRecord,
  isReached: (events: readonly HistoryEvent[]) => boolean,
): Promise<void> {
  if (!isReached(await fetchEvents(connection, record.workflowId))) throw new NotYetError();
}

class NotYetError extends Error {}

async function untilAcknowledged<T>(attempt: () => Promise<T>, isGivenUp: () => boolean): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (isGivenUp()) throw error instanceof NotYetError ? new Error('the order made no progress in time') : error;
      await delay(pauseMs);
    }
  }
}

async function withDeadline<T>(connection: Connection, call: () => Promise<T>): Promise<T> {
  return await connection.withDeadline(Date.now() + 5000, call);
}

function timersStarted(events: readonly HistoryEvent[]): number {
  return events.filter((event) => event.timerStartedEventAttributes).length;
}
