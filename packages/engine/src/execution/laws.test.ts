import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextDue } from './index.js';
import { Player } from '../testing/player.js';
import { World } from '../testing/world.js';

const moves = fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 250, size: 'max' });

/** Shrinking a broken story is cut short: the shortest story found so far is shown. */
const BOUNDED = { interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false } as const;

/** Plays a story; the laws are checked inside the world at every step. */
function play(story: readonly number[], limits: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World(limits);
  new Player(world).play(story);
  return world;
}

test('every story keeps the laws: journal, snapshot, history, effects, time', () => {
  fc.assert(
    fc.property(moves, (story) => {
      play(story);
    }),
    { ...BOUNDED, numRuns: Number(process.env['PERDURE_STORIES'] ?? 300) },
  );
});

test('every story keeps the laws with limits that are soon reached', () => {
  const limits = {
    bufferedEvents: 3,
    signalsPerRun: 5,
    pendingActivities: 3,
    pendingChildren: 2,
    updatesInFlight: 2,
    updatesPerRun: 5,
    historyEventCount: 60,
  };
  fc.assert(
    fc.property(moves, (story) => {
      play(story, limits);
    }),
    { ...BOUNDED, numRuns: Number(process.env['PERDURE_STORIES'] ?? 100) },
  );
});

test('the same moves make the same histories', () => {
  fc.assert(
    fc.property(moves, (story) => {
      const [one, other] = [play(story), play(story)];
      expect([...one.runs.values()].map(({ events }) => events)).toEqual(
        [...other.runs.values()].map(({ events }) => events),
      );
    }),
    { ...BOUNDED, numRuns: 20 },
  );
});

test('a run in which time passes step by step closes or waits for others', () => {
  fc.assert(
    fc.property(moves, (story) => {
      const world = play(story.slice(0, 60));
      for (const runId of [...world.runs.keys()]) {
        for (let step = 0; step < 50 && nextDue(world.run(runId).state) !== undefined; step += 1)
          world.passToNextDue(runId);
      }
      world.checkHistories();
    }),
    { ...BOUNDED, numRuns: 50 },
  );
});
