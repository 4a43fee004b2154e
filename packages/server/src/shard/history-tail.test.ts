import { history } from '@perdure/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameEvent, HistoryTail } from './history-tail.js';

const event = fc.uint8Array({ minLength: 1, maxLength: 400 });
const step = fc.oneof(
  { weight: 4, arbitrary: event.map((bytes) => ({ kind: 'append', bytes }) as const) },
  {
    weight: 1,
    arbitrary: fc
      .record({ through: fc.nat(40), keepBytes: fc.nat(3000) })
      .map((trim) => ({ kind: 'trim', ...trim }) as const),
  },
);

/** The tail as a list of events: what it has to be like. */
class ListedTail {
  events: { id: number; framed: Uint8Array }[] = [];
  constructor(public nextId: number) {}

  get sizeBytes(): number {
    return this.events.reduce((sum, { framed }) => sum + framed.length, 0);
  }

  append(bytes: Uint8Array): void {
    this.events.push({ id: this.nextId++, framed: frameEvent(bytes) });
  }

  trim(through: number, keepBytes: number): void {
    while (this.sizeBytes > keepBytes && (this.events[0]?.id ?? Infinity) <= through) this.events.shift();
  }

  slice(from: number, to: number): number[] {
    return this.events.filter(({ id }) => id >= from && id <= to).flatMap(({ framed }) => [...framed]);
  }
}

describe('the tail of a history', () => {
  it('holds what was appended and not trimmed, whatever was done before', () => {
    const property = fc.property(fc.integer({ min: 1, max: 20 }), fc.array(step, { maxLength: 40 }), (first, steps) => {
      const tail = new HistoryTail(first);
      const listed = new ListedTail(first);
      for (const next of steps) {
        if (next.kind === 'append') {
          tail.append(next.bytes);
          listed.append(next.bytes);
        } else {
          tail.trim(next.through, next.keepBytes);
          listed.trim(next.through, next.keepBytes);
        }
        const from = listed.events[0]?.id ?? listed.nextId;
        expect([tail.firstEventId, tail.nextEventId, tail.sizeBytes]).toEqual([from, listed.nextId, listed.sizeBytes]);
        for (const to of [from - 1, from, from + 2, listed.nextId - 1].filter((id) => id < listed.nextId)) {
          expect([...tail.slice(from, to)]).toEqual(listed.slice(from, to));
        }
      }
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('never changes what it has handed out', () => {
    const tail = new HistoryTail(1);
    const handedOut: [Uint8Array, number[]][] = [];
    for (let count = 1; count <= 100; count++) {
      tail.append(Uint8Array.from({ length: count }, () => count));
      const bytes = tail.slice(tail.firstEventId, count);
      handedOut.push([bytes, [...bytes]]);
      if (count % 10 === 0) tail.trim(count - 5, 0);
    }
    for (const [bytes, copy] of handedOut) expect([...bytes]).toEqual(copy);
  });

  it('tells how far events go within a size', () => {
    const tail = new HistoryTail(5);
    for (const length of [10, 10, 10]) tail.append(new Uint8Array(length));
    expect([11, 12, 23, 24, 36, 99].map((maxBytes) => tail.lastWithin(5, 7, maxBytes))).toEqual([4, 5, 5, 6, 7, 7]);
    expect(tail.lastWithin(6, 6, 99)).toBe(6);
  });

  it('frames events as entries of a history', () => {
    const events = [1, 127, 128, 20_000].map((size) => ({
      eventId: size,
      eventTime: undefined,
      workerMayIgnore: true,
    }));
    const tail = new HistoryTail(1);
    for (const each of events) tail.append(history.HistoryEvent.encode(each));
    const { events: decoded } = history.History.decode(tail.slice(1, 4));
    expect(decoded.map(({ eventId }) => eventId)).toEqual([1, 127, 128, 20_000]);
  });
});
