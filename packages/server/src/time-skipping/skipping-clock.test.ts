import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import { SkippingClock } from './skipping-clock.js';

it('never goes back, and makes every call once, in order and not too early, however it is moved', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(1000) }),
    fc.record({ kind: fc.constant('skip' as const), ms: fc.integer({ min: -500, max: 5000 }) }),
    fc.record({ kind: fc.constant('call' as const), ms: fc.integer({ min: -100, max: 4000 }) }),
    fc.record({ kind: fc.constant('cancel' as const), ms: fc.nat(10) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const machine = new ManualClock();
      const clock = new SkippingClock(machine);
      const asked: { dueMs: number; madeMs?: number; cancelled?: true; timer: { cancel(): void } }[] = [];
      let latestMs = clock.nowMs();
      const look = (): void => {
        expect(clock.nowMs()).toBeGreaterThanOrEqual(latestMs);
        latestMs = clock.nowMs();
      };
      for (const { kind, ms } of steps) {
        if (kind === 'pass') await machine.advance(ms);
        if (kind === 'skip') clock.skipTo(clock.nowMs() + ms);
        if (kind === 'cancel') {
          const one = asked[ms];
          if (one?.madeMs === undefined && one !== undefined) one.cancelled = true;
          one?.timer.cancel();
        }
        if (kind === 'call') {
          const dueMs = clock.nowMs() + ms;
          const timer = clock.callAt(dueMs, () => {
            look();
            expect(one.madeMs).toBeUndefined();
            expect(one.cancelled).toBeUndefined();
            one.madeMs = clock.nowMs();
            expect(one.madeMs).toBeGreaterThanOrEqual(dueMs);
          });
          const one: (typeof asked)[number] = { dueMs, timer };
          asked.push(one);
        }
        look();
        const waiting = asked.filter(({ madeMs, cancelled }) => madeMs === undefined && cancelled !== true);
        expect(clock.nextDueMs()).toBe(waiting.length === 0 ? undefined : Math.min(...waiting.map((one) => one.dueMs)));
      }
      await machine.advance(10_000);
      for (const { madeMs, cancelled } of asked) expect(madeMs === undefined).toBe(cancelled === true);
    }),
    { numRuns: 200 },
  );
});

it('at its own pace makes calls on time', async () => {
  const machine = new ManualClock();
  const clock = new SkippingClock(machine);
  const made: string[] = [];
  clock.skipTo(clock.nowMs() + 1_000_000);
  clock.callAt(clock.nowMs() + 50, () => made.push('later'));
  clock.callAt(clock.nowMs() + 20, () => made.push('sooner'));
  await machine.advance(19);
  expect(made).toEqual([]);
  await machine.advance(1);
  expect(made).toEqual(['sooner']);
  await machine.advance(30);
  expect(made).toEqual(['sooner', 'later']);
});

it('a call that was cancelled leaves nothing that the machine waits for', () => {
  const machine = new ManualClock();
  const clock = new SkippingClock(machine);
  const first = clock.callAt(machine.nowMs() + 1_000, () => undefined);
  const second = clock.callAt(machine.nowMs() + 2_000, () => undefined);
  first.cancel();
  expect(machine.timerCount).toBe(1);
  second.cancel();
  expect(machine.timerCount).toBe(0);
});
