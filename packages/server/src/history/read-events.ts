import type { LiveExecution } from '../shard/index.js';
import type { Store } from '../store/index.js';

/** Which events of a run are wanted; both ends included. */
export interface EventRange {
  readonly fromEventId: number;
  readonly toEventId: number;
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** Framed entries of `History.events`, and where to go on. */
export interface EventsPage {
  readonly chunks: readonly Uint8Array[];
  /** First event that did not fit; `undefined` if the range is complete. */
  readonly nextEventId: number | undefined;
}

/** Reads events in order: the newest from memory, older ones from the store. */
export async function readEvents(store: Store, live: LiveExecution, range: EventRange): Promise<EventsPage> {
  const { fromEventId, toEventId, maxEvents, maxBytes } = range;
  if (fromEventId > toEventId) return { chunks: [], nextEventId: undefined };
  if (fromEventId >= live.history.firstEventId) return fromMemory(live, range);
  const { namespaceId, workflowId, runId } = live.state.key;
  const lastStored = Math.min(toEventId, live.history.firstEventId - 1);
  const wanted = Math.min(maxEvents, lastStored - fromEventId + 1);
  const stored = await store.readHistory(
    { namespaceId, workflowId, runId },
    { fromEventId, maxEvents: wanted, maxBytes },
  );
  const nextEventId = fromEventId + stored.eventCount;
  const usedBytes = stored.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (nextEventId > toEventId) return { chunks: stored.chunks, nextEventId: undefined };
  const isFull = stored.eventCount < wanted || stored.eventCount >= maxEvents || usedBytes >= maxBytes;
  if (isFull || nextEventId < live.history.firstEventId) {
    // A run whose events are gone was deleted: there is nothing to go on with.
    return { chunks: stored.chunks, nextEventId: stored.eventCount === 0 ? undefined : nextEventId };
  }
  const rest = fromMemory(
    live,
    { fromEventId: nextEventId, toEventId, maxEvents: maxEvents - stored.eventCount, maxBytes: maxBytes - usedBytes },
    0,
  );
  return { chunks: [...stored.chunks, ...rest.chunks], nextEventId: rest.nextEventId };
}

/** @param atLeast so many events are taken however large they are */
function fromMemory(
  live: LiveExecution,
  { fromEventId, toEventId, maxEvents, maxBytes }: EventRange,
  atLeast = 1,
): EventsPage {
  const { history } = live;
  const wanted = Math.min(toEventId, fromEventId + maxEvents - 1, history.nextEventId - 1);
  const least = Math.min(wanted, fromEventId + atLeast - 1);
  const lastEventId = Math.max(least, history.lastWithin(fromEventId, wanted, maxBytes));
  const events = history.slice(fromEventId, lastEventId);
  return {
    chunks: events.length === 0 ? [] : [events],
    nextEventId: lastEventId < toEventId ? lastEventId + 1 : undefined,
  };
}

/** Reads events from the newest to the oldest. */
export async function readEventsReverse(store: Store, live: LiveExecution, range: EventRange): Promise<EventsPage> {
  const { toEventId, maxEvents, maxBytes } = range;
  const fromEventId = Math.max(range.fromEventId, toEventId - maxEvents + 1);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let eventId = toEventId;
  for (; eventId >= Math.max(fromEventId, live.history.firstEventId); eventId -= 1) {
    const chunk = live.history.slice(eventId, eventId);
    if (chunk.length === 0) break;
    bytes += chunk.length;
    if (bytes > maxBytes && chunks.length > 0) return { chunks, nextEventId: eventId };
    chunks.push(chunk);
  }
  if (eventId >= fromEventId && (chunks.length === 0 || bytes < maxBytes)) {
    const { namespaceId, workflowId, runId } = live.state.key;
    const stored = await store.readHistory(
      { namespaceId, workflowId, runId },
      {
        fromEventId: eventId,
        maxEvents: eventId - fromEventId + 1,
        maxBytes: Math.max(1, maxBytes - bytes),
        reverse: true,
      },
    );
    if (stored.eventCount === 0) return { chunks, nextEventId: undefined };
    chunks.push(...stored.chunks);
    eventId -= stored.eventCount;
  }
  return { chunks, nextEventId: eventId >= range.fromEventId && eventId > 0 ? eventId : undefined };
}
