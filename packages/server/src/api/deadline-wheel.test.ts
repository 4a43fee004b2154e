import fc from 'fast-check';
import { expect, test } from 'vitest';

import { DeadlineWheel, type WheelEntry } from './deadline-wheel.js';
import { SimulatedClock } from './testing/simulated-clock.js';

/** No deadline fires later than this after its moment. */
const TOLERANCE_MS = 17;

class Entry implements WheelEntry {
  previousInWheel: WheelEntry | undefined;
  nextInWheel: WheelEntry | undefined;
  wheelSlot = -1;
  firedAtMs: number | undefined;

  constructor(
    readonly deadlineMs: number,
    private readonly clock: SimulatedClock,
  ) {}

  onDeadline(): void {
    expect(this.firedAtMs).toBeUndefined();
    this.firedAtMs = this.clock.nowMs();
  }
}

test('every deadline fires once, never early, at most a tick late, and not after removal', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), inMs: fc.integer({ min: -100, max: 200_000 }) }),
    fc.record({ kind: fc.constant('addSoon' as const), inMs: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ kind: fc.constant('remove' as const), index: fc.nat() }),
    fc.record({ kind: fc.constant('advance' as const), byMs: fc.integer({ min: 0, max: 90_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = new SimulatedClock();
      const wheel = new DeadlineWheel(clock);
      const live = new Set<Entry>();
      const removed = new Set<Entry>();
      const all: Entry[] = [];
      for (const action of steps) {
        if (action.kind === 'advance') clock.advance(action.byMs);
        else if (action.kind === 'remove') {
          const entry = all[action.index % Math.max(1, all.length)];
          if (entry === undefined) continue;
          if (entry.firedAtMs === undefined) removed.add(entry);
          wheel.remove(entry);
        } else {
          const entry = new Entry(clock.nowMs() + action.inMs, clock);
          all.push(entry);
          live.add(entry);
          wheel.add(entry);
        }
      }
      clock.advance(400_000);
      for (const entry of live) {
        if (removed.has(entry)) expect(entry.firedAtMs).toBeUndefined();
        else expect(entry.firedAtMs).toBeGreaterThanOrEqual(entry.deadlineMs);
      }
      expect(wheel.size).toBe(0);
      expect(clock.timerCount).toBe(0);
    }),
  );
});

test('fires within a tick of the deadline', () => {
  const clock = new SimulatedClock();
  const wheel = new DeadlineWheel(clock);
  const entries = [1, 5, 16, 17, 100, 65_535, 65_536, 70_000, 140_000].map(
    (inMs) => new Entry(clock.nowMs() + inMs, clock),
  );
  for (const entry of entries) wheel.add(entry);
  clock.advance(200_000);
  for (const entry of entries)
    expect((entry.firedAtMs ?? Infinity) - entry.deadlineMs).toBeLessThanOrEqual(TOLERANCE_MS);
});

test('a deadline may remove the others of its moment', () => {
  const clock = new SimulatedClock();
  const wheel = new DeadlineWheel(clock);
  const entries = Array.from({ length: 5 }, () => new Entry(clock.nowMs() + 50, clock));
  const [first] = entries;
  for (const entry of entries) wheel.add(entry);
  const onDeadline = (): void => entries.forEach((entry) => wheel.remove(entry));
  for (const entry of entries) entry.onDeadline = onDeadline;
  clock.advance(100);
  expect(wheel.size).toBe(0);
  expect(first?.wheelSlot).toBe(-1);
});

test('needs no timer while nothing waits', () => {
  const clock = new SimulatedClock();
  const wheel = new DeadlineWheel(clock);
  expect(clock.timerCount).toBe(0);
  const entry = new Entry(clock.nowMs() + 1_000, clock);
  wheel.add(entry);
  expect(clock.timerCount).toBe(1);
  wheel.remove(entry);
  clock.advance(2_000);
  expect(clock.timerCount).toBe(0);
});
