import { expect, test } from 'vitest';
import { nextDue, pendingEffects, recordCallback, type CallbackOutcome } from '../index.js';
import { commands } from '../../testing/commands.js';
import { World } from '../../testing/world.js';

const CALLBACK = { nexus: { url: 'https://caller', header: { token: 'a' } } };
const RETRY: CallbackOutcome = { kind: 'retry', failure: { message: 'busy' } };

function closedRun(): World {
  const world = new World();
  world.start({ completionCallbacks: [CALLBACK] });
  world.step(commands.complete());
  return world;
}

const phases = (world: World) => world.run().state.callbacks.map(({ phase }) => phase);
const answer = (world: World, outcome: CallbackOutcome, tries: number) =>
  world.decide(undefined, (state, context) => recordCallback(state, { index: 0, tries }, outcome, context));

test('those who wait for the end of a run are owed the news when it has closed', () => {
  const world = closedRun();
  expect(pendingEffects(world.run().state)).toEqual([{ kind: 'callback', index: 0, tries: 0 }]);
  answer(world, { kind: 'delivered' }, 0);
  answer(world, RETRY, 0);
  expect(phases(world)).toEqual(['succeeded']);
  expect(pendingEffects(world.run().state)).toEqual([]);
});

test('after a failure the next try is the one thing that is due after the close', () => {
  const world = closedRun();
  answer(world, RETRY, 0);
  expect(nextDue(world.run().state)).toEqual({ kind: 'callbackRetry', dueMs: world.nowMs + 1000, index: 0 });
  world.pass(1000);
  expect(pendingEffects(world.run().state)).toEqual([{ kind: 'callback', index: 0, tries: 1 }]);
  answer(world, { kind: 'refused', failure: { message: 'gone' } }, 1);
  expect(phases(world)).toEqual(['failed']);
  expect(nextDue(world.run().state)).toBeUndefined();
});

test('a retry, a cron run and a continued run take them along', () => {
  for (const [start, end] of [
    [{ retryPolicy: { maximumAttempts: 2 } }, commands.fail()],
    [{ cronSchedule: '@every 1s' }, commands.complete()],
    [{}, commands.continueAsNew()],
  ] as const) {
    const world = new World();
    world.start({ completionCallbacks: [CALLBACK], ...start });
    world.pass(2000);
    world.step(end);
    expect([...world.runs.values()].map(({ state }) => state.callbacks.map(({ phase }) => phase))).toEqual([
      ['standby'],
      ['standby'],
    ]);
  }
});
