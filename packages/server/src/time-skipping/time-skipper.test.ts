import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock, quiet as pause } from '../testing/manual-clock.js';
import { TimeSkipper } from './time-skipper.js';

const HOUR_MS = 3_600_000;
const NOTHING = { activities: 0, others: 0 };
const ACTIVITY = { activities: 1, others: 0 };
const WORKFLOW_TASK = { activities: 0, others: 1 };

/** Lets everything happen that can happen without time passing: a skip, a reaction, another skip. */
async function quiet(): Promise<void> {
  for (let round = 0; round < 4; round += 1) await pause();
}

let machine: ManualClock;
let skipper: TimeSkipper;
let startMs: number;
let fired: number[];

beforeEach(() => {
  machine = new ManualClock();
  skipper = new TimeSkipper(machine);
  startMs = machine.nowMs();
  fired = [];
});

/** Something of an execution that is due in so many hours. */
function due(hours: number, effect: () => void = () => undefined): void {
  skipper.clock.callAt(startMs + hours * HOUR_MS, () => {
    fired.push(hours);
    effect();
  });
}

const skippedHours = (): number => (skipper.clock.nowMs() - startMs) / HOUR_MS;

describe('time', () => {
  it('stands while it is locked, and skips to one due time after the other when it is not', async () => {
    due(2);
    due(1);
    await quiet();
    expect(skippedHours()).toBe(0);
    skipper.unlock();
    await quiet();
    expect(fired).toEqual([1, 2]);
    expect(skippedHours()).toBe(2);
  });

  it('counts locks', async () => {
    due(1);
    skipper.lock();
    skipper.unlock();
    await quiet();
    expect(fired).toEqual([]);
    skipper.unlock();
    await quiet();
    expect(fired).toEqual([1]);
    expect(() => skipper.unlock()).toThrow('Time is not locked');
  });

  it.each([
    ['an activity', ACTIVITY],
    ['a workflow task', WORKFLOW_TASK],
  ])('waits for %s', async (_, undone) => {
    due(1);
    skipper.runChanged('run', undone);
    skipper.unlock();
    await quiet();
    expect(fired).toEqual([]);
    skipper.runChanged('run', NOTHING);
    await quiet();
    expect(fired).toEqual([1]);
  });

  it('stops at what gives somebody something to do', async () => {
    due(1, () => skipper.runChanged('run', WORKFLOW_TASK));
    due(2);
    skipper.unlock();
    await quiet();
    expect(fired).toEqual([1]);
    skipper.runChanged('run', NOTHING);
    await quiet();
    expect(fired).toEqual([1, 2]);
  });

  it('goes at the pace of the machine while it cannot skip', async () => {
    due(1);
    skipper.runChanged('run', ACTIVITY);
    skipper.unlock();
    await machine.advance(HOUR_MS);
    expect(fired).toEqual([1]);
  });

  it('does not run on where nothing is due', async () => {
    skipper.unlock();
    await quiet();
    expect(skippedHours()).toBe(0);
    due(5);
    skipper.runChanged('run', NOTHING);
    await quiet();
    expect(skippedHours()).toBe(5);
  });

  it('is not skipped any more once it was locked on the news that came last', async () => {
    due(1, () => setImmediate(() => skipper.lock()));
    due(2);
    skipper.unlock();
    await quiet();
    expect(fired).toEqual([1]);
  });
});

describe('a sleep', () => {
  /** Whether it is over. */
  function sleep(hours: number, unlocks: boolean) {
    const asleep = skipper.sleepUntil(startMs + hours * HOUR_MS, { unlocks });
    const observed = { isOver: false, cancel: () => asleep.cancel() };
    void asleep.done.then(() => (observed.isOver = true));
    return observed;
  }

  it('that unlocks skips to its end and no further', async () => {
    due(1);
    due(3);
    const asleep = sleep(2, true);
    await quiet();
    expect([asleep.isOver, fired, skippedHours()]).toEqual([true, [1], 2]);
  });

  it('that does not unlock waits for time to pass', async () => {
    const asleep = sleep(2, false);
    await quiet();
    expect(asleep.isOver).toBe(false);
    await machine.advance(2 * HOUR_MS);
    expect(asleep.isOver).toBe(true);
  });

  it('that is cancelled locks time again', async () => {
    due(1);
    skipper.runChanged('run', WORKFLOW_TASK);
    sleep(2, true).cancel();
    skipper.runChanged('run', NOTHING);
    await quiet();
    expect(fired).toEqual([]);
  });

  it('of an activity does not wait for that activity', async () => {
    skipper.unlock();
    skipper.runChanged('run', ACTIVITY);
    const asleep = sleep(2, true);
    await quiet();
    expect(asleep.isOver).toBe(true);
  });

  it('does not skip over a workflow task', async () => {
    skipper.unlock();
    skipper.runChanged('run', { activities: 1, others: 1 });
    const asleep = sleep(2, true);
    await quiet();
    expect(skippedHours()).toBe(0);
    skipper.runChanged('run', ACTIVITY);
    await quiet();
    expect(asleep.isOver).toBe(true);
  });

  it('waits for a second activity beside the one that sleeps', async () => {
    skipper.unlock();
    skipper.runChanged('run', { activities: 2, others: 0 });
    const asleep = sleep(2, true);
    await quiet();
    expect(asleep.isOver).toBe(false);
    skipper.runChanged('run', ACTIVITY);
    await quiet();
    expect(asleep.isOver).toBe(true);
  });

  it('is over once workflows have reacted to what was due by then', async () => {
    due(2, () => skipper.runChanged('run', WORKFLOW_TASK));
    const asleep = sleep(2, true);
    await quiet();
    expect([fired, asleep.isOver]).toEqual([[2], false]);
    skipper.runChanged('run', NOTHING);
    await quiet();
    expect(asleep.isOver).toBe(true);
  });

  it('is over a second later even if they never do', async () => {
    due(2, () => skipper.runChanged('run', WORKFLOW_TASK));
    const asleep = sleep(2, true);
    await machine.advance(999);
    expect(asleep.isOver).toBe(false);
    await machine.advance(1);
    expect(asleep.isOver).toBe(true);
  });
});
