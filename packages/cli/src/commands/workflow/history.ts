import type { Session } from '../../connection/session.js';
import { listAt, objectAt, type Json, type JsonObject } from '../../json.js';

/** Longer than servers wait for news before they answer that there are none. */
export const LONG_POLL_TIMEOUT_MS = 70_000;

/** How a history is read. */
export interface HistoryChoice {
  /** Wait for what happens next, until the run closes. */
  readonly isFollowing?: boolean;
  /** Only the event that closed the run. */
  readonly isCloseOnly?: boolean;
  readonly signal?: AbortSignal;
}

/** The events of a run, page by page, in order; ends when an aborted signal or the close of the run ends it. */
export async function* historyPages(
  session: Session,
  execution: JsonObject,
  { isFollowing = false, isCloseOnly = false, signal }: HistoryChoice = {},
): AsyncGenerator<readonly JsonObject[]> {
  let nextPageToken: Json = '';
  const waits = isFollowing || isCloseOnly;
  do {
    const page: JsonObject = await session.call(
      'GetWorkflowExecutionHistory',
      {
        namespace: session.namespace,
        execution,
        waitNewEvent: waits,
        historyEventFilterType: isCloseOnly
          ? 'HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT'
          : 'HISTORY_EVENT_FILTER_TYPE_ALL_EVENT',
        nextPageToken,
      },
      {
        ...(waits ? { timeoutMs: LONG_POLL_TIMEOUT_MS, isPatient: true } : {}),
        ...(signal === undefined ? {} : { signal }),
      },
    );
    yield listAt(page, 'history.events');
    nextPageToken = page['nextPageToken'] ?? '';
  } while (nextPageToken !== '');
}

/** All events of a run so far. */
export async function historyOf(session: Session, execution: JsonObject): Promise<readonly JsonObject[]> {
  const events: JsonObject[] = [];
  for await (const page of historyPages(session, execution)) events.push(...page);
  return events;
}

/** What the event says, without its id, time and type. */
export function attributesOf(event: JsonObject): JsonObject {
  const name = Object.keys(event).find((key) => key.endsWith('EventAttributes'));
  return name === undefined ? {} : objectAt(event, name);
}
