import { enums, msToDuration, type command, type common, type protocol } from '@perdure/protocol';
import type { ExecutionState } from '../execution/index.js';
import { applicationFailure, commands, payload, payloads } from './commands.js';
import type { Dice } from './dice.js';
import { messages } from './messages.js';

type Command = command.ICommand;

/** Some commands and messages that a worker might send, most of them sensible. */
export function randomAnswer(
  dice: Dice,
  state: ExecutionState,
): { commands: Command[]; messages: protocol.IMessage[] } {
  const given: Command[] = [];
  const answers: protocol.IMessage[] = [];
  for (let count = dice.below(5); count > 0; count -= 1) given.push(randomCommand(dice, state));
  for (const entry of state.updates.values()) answers.push(...randomUpdateAnswers(dice, entry.updateId, entry.phase));
  if (dice.chance(0.7)) for (const message of answers) given.push(commands.message(message.id ?? ''));
  if (dice.chance(0.03)) answers.push(messages.accept('unknown-update'));
  if (dice.chance(0.08)) given.push(randomEnd(dice));
  return { commands: given, messages: answers };
}

function randomUpdateAnswers(dice: Dice, updateId: string, phase: string): protocol.IMessage[] {
  if (phase === 'accepted') return dice.chance(0.5) ? [messages.complete(updateId, payloads('ok'))] : [];
  if (phase !== 'sent') return dice.chance(0.02) ? [messages.reject(updateId)] : [];
  const roll = dice.unit();
  if (roll < 0.3) return [messages.accept(updateId)];
  if (roll < 0.6) return [messages.accept(updateId), messages.complete(updateId)];
  if (roll < 0.8) return [messages.reject(updateId)];
  return roll < 0.81 ? [messages.complete(updateId)] : [];
}

const TIMEOUTS_MS = [undefined, 0, 1, 900, 2_000, 30_000, 30_000, -5] as const;

function duration(dice: Dice) {
  const ms = dice.chance(0.03) ? dice.pick(TIMEOUTS_MS) : dice.pick(TIMEOUTS_MS.slice(0, -1));
  return ms === undefined ? undefined : msToDuration(ms);
}

/** A retry policy, or none. */
export function randomRetryPolicy(dice: Dice): common.IRetryPolicy | undefined {
  return dice.maybe(0.5, () => ({
    initialInterval: dice.maybe(0.5, () => msToDuration(dice.pick([1, 500, 3_000]))),
    backoffCoefficient: dice.pick([0, 1, 1.5, 2]),
    maximumAttempts: dice.below(4),
    nonRetryableErrorTypes: dice.chance(0.2) ? ['Test'] : [],
  }));
}

function randomCommand(dice: Dice, state: ExecutionState): Command {
  const choices: (() => Command)[] = [
    () => randomActivity(dice),
    () => randomActivity(dice),
    () =>
      state.activities.size === 0 && dice.chance(0.95)
        ? randomActivity(dice)
        : commands.cancelActivity(dice.pickOr(state.activities.keys(), 5)),
    () => commands.timer(dice.chance(0.03) ? '' : `timer-${dice.below(12)}`, dice.pick([0, 1, 1_000, 1_000, 60_000])),
    () => commands.timer(`timer-${dice.below(100)}`, dice.pick([1_000, 5_000])),
    () => randomTimerCancellation(dice, state),
    () => randomChild(dice),
    () => commands.signalExternal(dice.chance(0.05) ? '' : 'elsewhere'),
    () => commands.cancelExternal('elsewhere'),
    () => randomNexusOperation(dice),
    () =>
      state.nexusOperations.size === 0 && dice.chance(0.95)
        ? randomNexusOperation(dice)
        : commands.cancelNexus(dice.pickOr(uncancelled(state), 5)),
    () => commands.marker('marker'),
    () =>
      commands.searchAttributes({
        [dice.chance(0.05) ? 'Unknown' : 'Known']: dice.chance(0.3) ? payload(null) : payload(1),
      }),
    () => commands.memo({ [`memo-${dice.below(3)}`]: dice.chance(0.3) ? payload(null) : payload('x') }),
  ];
  if (dice.chance(0.005)) return { commandType: enums.CommandType.COMMAND_TYPE_START_TIMER };
  if (dice.chance(0.005)) return { commandType: 0 };
  if (dice.chance(0.005)) return commands.message('absent');
  return dice.pick(choices)();
}

function uncancelled({ nexusOperations }: ExecutionState): number[] {
  const operations = [...nexusOperations.values()];
  return operations.filter((each) => each.cancellation === undefined).map((each) => each.scheduledEventId);
}

function randomNexusOperation(dice: Dice): Command {
  return commands.nexus('operation', {
    endpoint: dice.chance(0.03) ? 'unknown' : 'endpoint',
    input: dice.maybe(0.5, () => payload('input')),
    scheduleToCloseTimeout: dice.maybe(0.3, () => duration(dice)),
    scheduleToStartTimeout: dice.maybe(0.2, () => duration(dice)),
    startToCloseTimeout: dice.maybe(0.2, () => duration(dice)),
    nexusHeader: dice.chance(0.2) ? { 'Some-Header': 'value' } : {},
  });
}

function randomTimerCancellation(dice: Dice, state: ExecutionState): Command {
  const timerIds = [...state.timers.keys(), ...bufferedTimerIds(state)];
  if (timerIds.length === 0 && dice.chance(0.95)) return commands.timer('timer-to-cancel', 2_000);
  return commands.cancelTimer(dice.pickOr(timerIds, 'timer-1'));
}

function bufferedTimerIds(state: ExecutionState): string[] {
  return state.bufferedEvents.flatMap(({ event }) => event.timerFiredEventAttributes?.timerId ?? []);
}

function randomActivity(dice: Dice): Command {
  return commands.activity(`activity-${dice.below(200)}`, {
    startToCloseTimeout: dice.chance(0.9) ? msToDuration(dice.pick([1_000, 10_000, 60_000])) : duration(dice),
    scheduleToCloseTimeout: dice.maybe(0.3, () => duration(dice)),
    scheduleToStartTimeout: dice.maybe(0.2, () => duration(dice)),
    heartbeatTimeout: dice.maybe(0.3, () => duration(dice)),
    retryPolicy: randomRetryPolicy(dice),
    requestEagerExecution: dice.chance(0.2),
    input: dice.maybe(0.5, () => payloads('input')),
  });
}

function randomChild(dice: Dice): Command {
  return commands.child(dice.chance(0.03) ? '' : `child-${dice.below(5)}`, {
    parentClosePolicy: dice.below(4) as enums.ParentClosePolicy,
    namespace: dice.chance(0.03) ? 'unknown' : '',
    cronSchedule: dice.chance(0.03) ? 'nonsense' : '',
  });
}

function randomEnd(dice: Dice): Command {
  return dice.pick([
    () => commands.complete(),
    () =>
      commands.fail('broken', {
        nonRetryable: dice.chance(0.2),
        nextRetryDelay: dice.maybe(0.2, () => msToDuration(700)),
      }),
    () => commands.cancel(),
    () =>
      commands.continueAsNew({
        workflowType: { name: 'next' },
        backoffStartInterval: dice.maybe(0.3, () => msToDuration(2_000)),
      }),
    () => commands.continueAsNew({ memo: { fields: { next: payload(1) } }, workflowRunTimeout: msToDuration(20_000) }),
  ])();
}

/** A failure of an activity attempt. */
export function randomFailure(dice: Dice) {
  return dice.pick([
    applicationFailure('broken'),
    applicationFailure('fatal', { nonRetryable: true }),
    applicationFailure('later', { nextRetryDelay: msToDuration(4_000) }),
    { message: 'canceled', canceledFailureInfo: {} },
    undefined,
  ]);
}
