import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryOffsets, truncateChunk } from './history-entries.js';
import { frameGroup, splitGroup } from './journal-group.js';

const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });

describe('journal groups', () => {
  it('split into the transitions they were made of', () => {
    fc.assert(
      fc.property(payloads, (transitions) => {
        expect(splitGroup(frameGroup(transitions))).toEqual(transitions);
      }),
    );
  });

  it('are refused when cut short anywhere', () => {
    const frame = frameGroup([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
    for (const length of [1, 3, 5, 8, 10]) expect(() => splitGroup(frame.subarray(0, length))).toThrow('cut short');
  });
});

describe('history entries', () => {
  const entries = Uint8Array.of(0x0a, 2, 1, 1, 0x0a, 0, 0x0a, 1, 9);

  it('are found by their lengths', () => {
    expect(entryOffsets(entries)).toEqual([0, 4, 6, 9]);
    const long = new Uint8Array(3 + 300);
    long.set([0x0a, 0xac, 0x02]);
    expect(entryOffsets(long)).toEqual([0, 303]);
  });

  it('are refused when damaged', () => {
    expect(() => entryOffsets(Uint8Array.of(0x0b, 0))).toThrow('damaged');
    expect(() => entryOffsets(Uint8Array.of(0x0a, 5, 1))).toThrow('damaged');
    expect(() => entryOffsets(Uint8Array.of(0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80))).toThrow('damaged');
  });

  it('are truncated after an event', () => {
    const chunk = { firstEventId: 5, lastEventId: 7, bytes: entries };
    expect(truncateChunk(chunk, 4)).toBeUndefined();
    expect(truncateChunk(chunk, 6)).toEqual({ firstEventId: 5, lastEventId: 6, bytes: entries.slice(0, 6) });
    expect(truncateChunk(chunk, 7)).toBe(chunk);
  });
});
