import { history } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import type { LiveExecution } from '../shard/index.js';
import { TestNode } from '../testing/test-node.js';
import { decodeHistoryPageToken, encodeHistoryPageToken } from './page-token.js';
import { readEvents, readEventsReverse, type EventRange, type EventsPage } from './read-events.js';

const EVENTS = 42;
const ALL: EventRange = { fromEventId: 1, toEventId: EVENTS, maxEvents: 1000, maxBytes: 1_000_000 };

/** A run of 42 events of which the first `trimmed` are in the store only. */
async function runWith(trimmed: number): Promise<{ node: TestNode; live: LiveExecution }> {
  const node = await TestNode.open();
  await node.start('w');
  for (let index = 0; index < EVENTS - 2; index += 1) await node.signal('w', `signal number ${index}`);
  await node.services.host.drain();
  const live = await node.services.host.read(
    { namespaceId: node.namespaceId, workflowId: 'w', runId: '' },
    (found) => found,
  );
  live.history.trim(trimmed, 0);
  expect(live.history.firstEventId).toBe(trimmed + 1);
  return { node, live };
}

function idsOf({ chunks }: EventsPage): (number | undefined)[] {
  return chunks.flatMap((chunk) => history.History.decode(chunk).events.map(({ eventId }) => eventId));
}

function sizeOf({ chunks }: EventsPage): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe.each([0, 1, 20, 41, 42])('of a run whose first %d events are in the store only', (trimmed) => {
  it('every event is read in order', async () => {
    const { node, live } = await runWith(trimmed);
    const page = await readEvents(node.store, live, ALL);
    expect(idsOf(page)).toEqual(upTo(EVENTS));
    expect(page.nextEventId).toBeUndefined();
  });

  it('every range is read exactly', async () => {
    const { node, live } = await runWith(trimmed);
    for (const [fromEventId, toEventId] of [
      [1, 1],
      [1, 20],
      [20, 21],
      [19, 42],
      [42, 42],
      [43, 42],
    ] as const) {
      const page = await readEvents(node.store, live, { ...ALL, fromEventId, toEventId });
      expect(idsOf(page)).toEqual(upTo(toEventId, fromEventId));
    }
  });

  it.each([1, 7, 20, 21, 41])('pages of at most %d events make up the whole', async (maxEvents) => {
    const { node, live } = await runWith(trimmed);
    const ids: unknown[] = [];
    for (let from: number | undefined = 1; from !== undefined;) {
      const page: EventsPage = await readEvents(node.store, live, { ...ALL, fromEventId: from, maxEvents });
      expect(idsOf(page).length).toBeGreaterThan(0);
      expect(idsOf(page).length).toBeLessThanOrEqual(maxEvents);
      ids.push(...idsOf(page));
      from = page.nextEventId;
    }
    expect(ids).toEqual(upTo(EVENTS));
  });

  it.each([1, 100, 500, 3000])('pages of at most %d bytes make up the whole', async (maxBytes) => {
    const { node, live } = await runWith(trimmed);
    const ids: unknown[] = [];
    for (let from: number | undefined = 1; from !== undefined;) {
      const page: EventsPage = await readEvents(node.store, live, { ...ALL, fromEventId: from, maxBytes });
      expect(sizeOf(page) <= maxBytes || idsOf(page).length === 1).toBe(true);
      ids.push(...idsOf(page));
      from = page.nextEventId;
    }
    expect(ids).toEqual(upTo(EVENTS));
  });

  it.each([
    [1, 1_000_000],
    [9, 1_000_000],
    [1000, 1],
    [1000, 400],
    [1000, 1_000_000],
  ])('pages of at most %d events and %d bytes are read backwards', async (maxEvents, maxBytes) => {
    const { node, live } = await runWith(trimmed);
    const ids: unknown[] = [];
    for (let to: number | undefined = EVENTS; to !== undefined;) {
      const page: EventsPage = await readEventsReverse(node.store, live, {
        ...ALL,
        toEventId: to,
        maxEvents,
        maxBytes,
      });
      expect(idsOf(page).length).toBeGreaterThan(0);
      expect(idsOf(page).length).toBeLessThanOrEqual(maxEvents);
      ids.push(...idsOf(page));
      to = page.nextEventId;
    }
    expect(ids).toEqual(upTo(EVENTS).reverse());
  });
});

describe('a page token', () => {
  const token = { runId: 'r', fromEventId: 3, toEventId: 0, virtualEvents: [new Uint8Array([1, 2])] };

  it('says what it was made of', () => {
    expect(decodeHistoryPageToken(encodeHistoryPageToken(token))).toEqual(token);
  });

  it.each([
    ['noise', new Uint8Array([0xc1, 0xff])],
    ['cut off', encodeHistoryPageToken(token).subarray(0, 4)],
    ['before the first event', encodeHistoryPageToken({ ...token, fromEventId: 0 })],
    ['between two events', encodeHistoryPageToken({ ...token, fromEventId: 1.5 })],
    ['up to a negative event', encodeHistoryPageToken({ ...token, toEventId: -1 })],
    ['beyond all numbers', encodeHistoryPageToken({ ...token, fromEventId: Infinity })],
  ])('that is %s is refused with INVALID_ARGUMENT', (_, bytes) => {
    expect(() => decodeHistoryPageToken(bytes)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error);
  });
});
