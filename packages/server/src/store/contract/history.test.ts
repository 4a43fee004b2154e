import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HistoryRange } from '../rows.js';
import { describeEveryStore } from './testing/adapters.js';
import { eventEntry, eventIdsOf, historyAppend, runKey } from './testing/rows.js';

/** What a range of a history should give, by the definition. */
function expectedPage(
  lastEventId: number,
  range: HistoryRange,
  paddingBytes: number,
): { ids: number[]; next?: number } {
  const step = range.reverse === true ? -1 : 1;
  const start =
    range.reverse === true ? Math.min(range.fromEventId ?? lastEventId, lastEventId) : (range.fromEventId ?? 1);
  const ids: number[] = [];
  let sizeBytes = 0;
  for (let eventId = start; eventId >= 1 && eventId <= lastEventId; eventId += step) {
    sizeBytes += eventEntry(eventId, paddingBytes).byteLength;
    const full =
      ids.length >= (range.maxEvents ?? Infinity) || (ids.length > 0 && sizeBytes > (range.maxBytes ?? Infinity));
    if (full) return { ids, next: eventId };
    ids.push(eventId);
  }
  return { ids };
}

describeEveryStore((harness) => {
  describe('history', () => {
    it('trims any range exactly to event boundaries', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      const paddingBytes = 150;
      const historyAppends = [historyAppend(1, 3, runKey(), paddingBytes), historyAppend(4, 4, runKey(), paddingBytes)];
      historyAppends.push(
        historyAppend(5, 12, runKey(), paddingBytes),
        historyAppend(1, 2, runKey('workflow', 'other')),
      );
      await store.materialise([{ ...shard, throughPosition: 0, historyAppends }]);
      const range = fc.record(
        {
          fromEventId: fc.integer({ min: 1, max: 14 }),
          maxEvents: fc.integer({ min: 1, max: 14 }),
          maxBytes: fc.integer({ min: 1, max: 2_000 }),
          reverse: fc.boolean(),
        },
        { requiredKeys: [] },
      );
      await fc.assert(
        fc.asyncProperty(range, async (wanted) => {
          const page = await store.readHistory(runKey(), wanted);
          const expected = expectedPage(12, wanted, paddingBytes);
          expect(eventIdsOf(page.chunks)).toEqual(expected.ids);
          expect(page.eventCount).toBe(expected.ids.length);
          expect(page.nextEventId).toBe(expected.next);
        }),
        { numRuns: 200 },
      );
    });

    it('is empty for a run that has none', async () => {
      const store = await harness().store();
      expect(await store.readHistory(runKey('x', 'y'), {})).toEqual({
        chunks: [],
        eventCount: 0,
        nextEventId: undefined,
      });
    });

    it('drops everything after an event, before the appends of the same batch', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      await store.materialise([
        { ...shard, throughPosition: 0, historyAppends: [historyAppend(1, 3), historyAppend(4, 6)] },
      ]);
      await store.materialise([
        {
          ...shard,
          throughPosition: 0,
          historyTruncations: [{ ...runKey(), afterEventId: 4 }],
          historyAppends: [historyAppend(5, 5)],
        },
      ]);
      expect(eventIdsOf((await store.readHistory(runKey(), {})).chunks)).toEqual([1, 2, 3, 4, 5]);
      await store.materialise([
        { ...shard, throughPosition: 0, historyTruncations: [{ ...runKey(), afterEventId: 0 }] },
      ]);
      expect((await store.readHistory(runKey(), {})).eventCount).toBe(0);
    });

    it('has its gaps reported by the integrity check', async () => {
      const store = await harness().store();
      const shard = await harness().acquire();
      await store.materialise([{ ...shard, throughPosition: 0, historyAppends: [historyAppend(1, 2)] }]);
      expect(await store.integrityCheck()).toEqual([]);
      await store.materialise([{ ...shard, throughPosition: 0, historyAppends: [historyAppend(4, 5)] }]);
      expect(await store.integrityCheck()).toEqual([expect.stringContaining('before event 4')]);
    });
  });
});
