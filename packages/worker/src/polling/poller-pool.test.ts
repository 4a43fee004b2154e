import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fixedPollerCount, POLL_AGAIN, PollerPool, type PollEnd, type PollerCount } from './poller-pool.js';

/** A pool whose polls end when the test says so. */
function pool(count: PollerCount) {
  const open: ((end: PollEnd) => void)[] = [];
  const failures: number[] = [];
  const seen: number[] = [];
  const poller = new PollerPool(
    count,
    (failed, onEnd) => {
      failures.push(failed);
      open.push(onEnd);
    },
    (openPolls) => seen.push(openPolls),
  );
  /** Ends the polls that have waited longest, all in the same turn. */
  const endAtOnce = async (ends: readonly PollEnd[]): Promise<void> => {
    const ending = open.splice(0, ends.length);
    for (const [index, resolve] of ending.entries()) resolve(ends[index] as PollEnd);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const end = (with_: PollEnd): Promise<void> => endAtOnce([with_]);
  return { poller, open, seen, failures, end, endAtOnce };
}

it('keeps a fixed number of polls open whatever the server suggests', async () => {
  const { poller, open, end } = pool(fixedPollerCount(3));
  poller.start();
  for (const suggestedDelta of [1, -1, 5, -5, 0]) {
    await end({ suggestedDelta });
    expect(open).toHaveLength(3);
  }
});

it('opens more polls while tasks wait, and closes them when they do not', async () => {
  const { poller, open, seen, end } = pool({ minimum: 2, initial: 2, maximum: 5 });
  poller.start();
  await end({ suggestedDelta: 1 });
  expect(open).toHaveLength(3);
  await end({ suggestedDelta: 4 });
  expect(open).toHaveLength(5);
  for (let count = 0; count < 5; count++) await end({ suggestedDelta: -1 });
  expect(open).toHaveLength(2);
  expect(seen).toEqual([1, 2, 3, 4, 5, 4, 3, 2]);
});

it('keeps its minimum open when all polls learn in the same turn that they are too many', async () => {
  const { poller, open, seen, endAtOnce } = pool({ minimum: 2, initial: 6, maximum: 6 });
  poller.start();
  await endAtOnce(Array.from({ length: 6 }, () => ({ suggestedDelta: -1 })));
  expect(open).toHaveLength(2);
  expect(seen.at(-1)).toBe(2);
});

it('never has fewer polls open than its minimum, nor more than its maximum', async () => {
  const counts = fc
    .tuple(fc.nat(5), fc.nat(5), fc.nat(5))
    .map(([minimum, more, most]) => ({ minimum, initial: minimum + more, maximum: minimum + more + most }));
  const turns = fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 8 }));
  const property = fc.asyncProperty(counts, turns, async (count, deltasOfTurns) => {
    const { poller, open, endAtOnce } = pool(count);
    poller.start();
    for (const deltas of deltasOfTurns) {
      await endAtOnce(deltas.map((suggestedDelta) => ({ suggestedDelta })));
      expect(open.length).toBeGreaterThanOrEqual(count.minimum);
      expect(open.length).toBeLessThanOrEqual(count.maximum);
    }
  });
  await fc.assert(property, { numRuns: 50 });
});

it('lets a poll rest whose task is the only one, unless no other is open', async () => {
  for (const count of [1, 2]) {
    const { poller, open, end } = pool(fixedPollerCount(count));
    poller.start();
    await end({ suggestedDelta: 0, mayRest: true });
    expect(open).toHaveLength(1);
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(open).toHaveLength(count);
  }
});

it('tells each loop how often it has failed in a row', async () => {
  const { poller, failures, end } = pool(fixedPollerCount(2));
  poller.start();
  for (const how of ['failed', 'failed', 'failed', POLL_AGAIN, 'failed'] as const) await end(how);
  expect(failures).toEqual([0, 0, 1, 1, 2, 0, 3]);
});

it('has ended when every poll has said so', async () => {
  const { poller, open, end } = pool({ minimum: 1, initial: 1, maximum: 2 });
  poller.start();
  let ended = false;
  void poller.ended().then(() => (ended = true));
  await end({ suggestedDelta: 1 });
  await end('stop');
  await end(POLL_AGAIN);
  expect(ended).toBe(false);
  await end('stop');
  expect([ended, open.length]).toEqual([true, 0]);
});
