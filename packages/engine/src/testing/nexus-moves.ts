import type { common } from '@perdure/protocol';
import {
  endNexusOperation,
  recordCallback,
  recordNexusCancel,
  recordNexusStart,
  type CallbackOutcome,
  type NexusCancelOutcome,
  type NexusOutcome,
  type NexusStartOutcome,
} from '../execution/index.js';
import { applicationFailure, payload } from './commands.js';
import type { Dice } from './dice.js';
import type { Run, World } from './world.js';

const REASON = applicationFailure('broken');

/** One or two who want to be told. */
export function randomCallbacks(dice: Dice): common.ICallback[] {
  const callback = { nexus: { url: 'https://caller', header: { token: 'x' } } };
  return dice.chance(0.5) ? [callback] : [callback, callback];
}

/** A handler answers, or tells the end of an operation; sometimes of one that is not there, or an old request. */
export function playNexus(world: World, dice: Dice, { state }: Run): void {
  const { runId } = state.key;
  const scheduledEventId = dice.pickOr(state.nexusOperations.keys(), dice.below(10));
  const operation = state.nexusOperations.get(scheduledEventId);
  const tries = dice.chance(0.1) ? dice.below(3) : (operation?.tries.completed ?? 0);
  const cancelTries = dice.chance(0.1) ? dice.below(3) : (operation?.cancellation?.tries.completed ?? 0);
  dice.pick([
    () =>
      world.decide(runId, (from, context) =>
        recordNexusStart(from, { scheduledEventId, tries }, randomStartOutcome(dice), context),
      ),
    () =>
      world.decide(runId, (from, context) =>
        recordNexusCancel(from, { scheduledEventId, tries: cancelTries }, randomCancelOutcome(dice), context),
      ),
    () =>
      world.decide(runId, (from, context) =>
        endNexusOperation(
          from,
          {
            scheduledEventId,
            requestId: dice.chance(0.1) ? 'another' : (operation?.attributes.requestId ?? ''),
            operationToken: 'token',
            startTimeMs: dice.pick([undefined, world.nowMs - 50, world.nowMs + 50]),
            links: [],
            outcome: randomOutcome(dice),
          },
          context,
        ),
      ),
  ])();
}

/** Somebody is told of the end of a run. */
export function playCallback(world: World, dice: Dice): void {
  const waiting = [...world.runs.values()].filter(({ state }) => state.callbacks.some(isScheduled));
  const run = dice.pickOr(waiting, undefined);
  if (run === undefined) return;
  const index = dice.chance(0.1) ? dice.below(3) : run.state.callbacks.findIndex(isScheduled);
  const tries = dice.chance(0.1) ? dice.below(3) : (run.state.callbacks[index]?.tries.completed ?? 0);
  const outcome = dice.pick<CallbackOutcome>([
    { kind: 'delivered' },
    { kind: 'refused', failure: REASON },
    { kind: 'retry', failure: REASON },
  ]);
  world.decide(run.state.key.runId, (from, context) => recordCallback(from, { index, tries }, outcome, context));
}

function isScheduled({ phase }: { readonly phase: string }): boolean {
  return phase === 'scheduled';
}

function randomOutcome(dice: Dice): NexusOutcome {
  return dice.pick<NexusOutcome>([
    { kind: 'completed', result: payload('result') },
    { kind: 'completed', result: undefined },
    { kind: 'failed', failure: REASON },
    { kind: 'canceled', failure: { message: 'canceled', canceledFailureInfo: {} } },
  ]);
}

function randomStartOutcome(dice: Dice): NexusStartOutcome {
  const roll = dice.unit();
  if (roll < 0.4) return { kind: 'started', operationToken: 'token' };
  return roll < 0.7 ? { kind: 'retry', failure: REASON } : randomOutcome(dice);
}

function randomCancelOutcome(dice: Dice): NexusCancelOutcome {
  return dice.pick<NexusCancelOutcome>([
    { kind: 'acknowledged' },
    { kind: 'refused', failure: REASON },
    { kind: 'retry', failure: REASON },
  ]);
}
