import { isClosed } from '@perdure/engine';
import { EncodedMessage, enums, services as api, type workflowservice } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod, type CallContext } from '../api/index.js';
import {
  decodeHistoryPageToken,
  encodeHistoryPageToken,
  readEvents,
  readEventsReverse,
  type HistoryPageToken,
} from '../history/index.js';
import { frameEvent, type LiveExecution } from '../shard/index.js';
import { method } from './handlers.js';
import { runTarget } from './request-checks.js';
import type { Services } from './services.js';

const { methods } = api.WorkflowService;
const { HistoryEventFilterType } = enums;
const DEADLINE_MARGIN_MS = 500;
const LONG_POLL_MS = 20_000;

/** GetWorkflowExecutionHistory and GetWorkflowExecutionHistoryReverse. */
export function historyMethods(services: Services): AnyRpcMethod[] {
  return [
    method(methods.GetWorkflowExecutionHistory, (request, context) => getHistory(services, request, context)),
    method(methods.GetWorkflowExecutionHistoryReverse, (request) => getHistoryReverse(services, request)),
  ];
}

/** Where this page begins. */
interface Reading {
  readonly live: LiveExecution;
  readonly token: HistoryPageToken;
}

async function getHistory(
  services: Services,
  request: workflowservice.GetWorkflowExecutionHistoryRequest,
  context: CallContext,
): Promise<workflowservice.IGetWorkflowExecutionHistoryResponse> {
  const reading = await beginReading(services, request);
  const wantsClose = request.historyEventFilterType === HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT;
  if (wantsClose) return closeEvent(services, reading, request, context);
  const { live, token } = reading;
  // A new-event wait without an end goes on until the run has closed and everything has been shown.
  if (request.waitNewEvent && token.toEventId === 0) {
    await waitUntil(services, live, context, () => live.durableNextEventId > token.fromEventId || live.durableClosed);
  }
  const toEventId = token.toEventId || live.durableNextEventId - 1;
  const { historyPageEvents, historyPageSizeBytes } = services.limits;
  const maxEvents =
    request.maximumPageSize > 0 ? Math.min(request.maximumPageSize, historyPageEvents) : historyPageEvents;
  const page = await readEvents(services.store, live, {
    fromEventId: token.fromEventId,
    toEventId,
    maxEvents,
    maxBytes: historyPageSizeBytes,
  });
  const isComplete = page.nextEventId === undefined;
  const follows = request.waitNewEvent && token.toEventId === 0 && !(isComplete && live.durableClosed);
  const chunks = isComplete ? [...page.chunks, ...token.virtualEvents.map(frameEvent)] : page.chunks;
  const nextFromEventId = page.nextEventId ?? toEventId + 1;
  const bound = request.waitNewEvent ? 0 : toEventId;
  const nextPageToken =
    isComplete && !follows
      ? new Uint8Array(0)
      : encodeHistoryPageToken({ ...token, fromEventId: nextFromEventId, toEventId: bound });
  return { history: new EncodedMessage(chunks), nextPageToken };
}

async function closeEvent(
  services: Services,
  { live, token }: Reading,
  request: workflowservice.GetWorkflowExecutionHistoryRequest,
  context: CallContext,
): Promise<workflowservice.IGetWorkflowExecutionHistoryResponse> {
  if (request.waitNewEvent) await waitUntil(services, live, context, () => live.durableClosed);
  if (live.durableClosed && live.state.closeEvent !== undefined) {
    return { history: { events: [live.state.closeEvent] }, nextPageToken: new Uint8Array(0) };
  }
  if (request.waitNewEvent) return { history: {}, nextPageToken: encodeHistoryPageToken(token) };
  const last = live.durableNextEventId - 1;
  const page = await readEvents(services.store, live, {
    fromEventId: last,
    toEventId: last,
    maxEvents: 1,
    maxBytes: Infinity,
  });
  return { history: new EncodedMessage(page.chunks), nextPageToken: new Uint8Array(0) };
}

async function beginReading(
  services: Services,
  request: workflowservice.GetWorkflowExecutionHistoryRequest,
): Promise<Reading> {
  const namespace = services.namespaces.resolve(request.namespace);
  const target = runTarget(namespace.id, request.execution);
  if (request.maximumPageSize < 0)
    throw new ServiceError('INVALID_ARGUMENT', 'MaximumPageSize is negative; leave it out or give a positive number.');
  const given = request.nextPageToken.length === 0 ? undefined : decodeHistoryPageToken(request.nextPageToken);
  if (given !== undefined && target.runId !== '' && given.runId !== target.runId)
    throw new ServiceError('INVALID_ARGUMENT', 'RunId does not match the one of NextPageToken.');
  const live = await services.host.read({ ...target, runId: given?.runId ?? target.runId }, (found) => found);
  const token = given ?? { runId: live.state.key.runId, fromEventId: 1, toEventId: 0, virtualEvents: [] };
  return { live, token };
}

/** Waits for a durable change that makes the condition true; gives up when the caller, or this server, has no more time. */
function waitUntil(
  services: Services,
  live: LiveExecution,
  context: CallContext,
  condition: () => boolean,
): Promise<void> {
  if (condition()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const { clock } = services;
    const deadlineMs = Math.min(clock.nowMs() + LONG_POLL_MS, (context.deadlineMs ?? Infinity) - DEADLINE_MARGIN_MS);
    const end = (): void => {
      stopListening();
      stopCancel();
      timer.cancel();
      if (live.discarded && !isClosed(live.state))
        reject(new ServiceError('UNAVAILABLE', 'The execution was reloaded while it was waited for. Try again.'));
      else resolve();
    };
    const stopListening = live.onDurableChange(() => {
      if (condition() || live.discarded) end();
    });
    const stopCancel = context.onCancelled(end);
    const timer = clock.callAt(deadlineMs, end);
  });
}

async function getHistoryReverse(
  services: Services,
  request: workflowservice.GetWorkflowExecutionHistoryReverseRequest,
): Promise<workflowservice.IGetWorkflowExecutionHistoryReverseResponse> {
  const namespace = services.namespaces.resolve(request.namespace);
  const target = runTarget(namespace.id, request.execution);
  const given = request.nextPageToken.length === 0 ? undefined : decodeHistoryPageToken(request.nextPageToken);
  const live = await services.host.read({ ...target, runId: given?.runId ?? target.runId }, (found) => found);
  const toEventId = given?.fromEventId ?? live.durableNextEventId - 1;
  const { historyPageEvents, historyPageSizeBytes } = services.limits;
  const maxEvents =
    request.maximumPageSize > 0 ? Math.min(request.maximumPageSize, historyPageEvents) : historyPageEvents;
  const page = await readEventsReverse(services.store, live, {
    fromEventId: 1,
    toEventId,
    maxEvents,
    maxBytes: historyPageSizeBytes,
  });
  const nextPageToken =
    page.nextEventId === undefined
      ? new Uint8Array(0)
      : encodeHistoryPageToken({
          runId: live.state.key.runId,
          fromEventId: page.nextEventId,
          toEventId: 0,
          virtualEvents: [],
        });
  return { history: new EncodedMessage(page.chunks), nextPageToken };
}
