import type { ExecutionState } from '@perdure/engine';
import { history } from '@perdure/protocol';
import type { LiveExecution } from '../shard/index.js';
import type { Store } from '../store/index.js';
import { readEvents } from './read-events.js';

const PAGE_EVENTS = 1000;
const PAGE_BYTES = 4 * 1024 * 1024;

/**
 * Goes on reading the events of a run, decided but not yet durable ones included, up to the one before
 * `state.nextEventId`: for decisions, which become durable after all that they rest on.
 */
export async function* readAllEvents(
  store: Store,
  live: LiveExecution,
  { nextEventId }: Pick<ExecutionState, 'nextEventId'>,
  from = 1,
): AsyncIterable<history.HistoryEvent> {
  let fromEventId: number | undefined = from;
  while (fromEventId !== undefined) {
    const page = await readEvents(store, live, {
      fromEventId,
      toEventId: nextEventId - 1,
      maxEvents: PAGE_EVENTS,
      maxBytes: PAGE_BYTES,
    });
    for (const chunk of page.chunks) yield* history.History.decode(chunk).events;
    fromEventId = page.nextEventId;
  }
}
