import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineSignal,
  defineUpdate,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setDefaultSignalHandler,
  setHandler,
  sleep,
} from '@perdure/workflow';
import type { HandoverActivities } from '../activities.js';
import { describe, Stages } from './stages.js';

const { echo } = proxyActivities<HandoverActivities>({ startToCloseTimeout: '1 min' });
const local = proxyLocalActivities<HandoverActivities>({ startToCloseTimeout: '1 min' });

/** Adds a line to the log of a workflow. */
export const tell = defineSignal<[string]>('tell');
/** The same, with an activity on the way. */
export const tellSlowly = defineSignal<[string]>('tellSlowly');
/** A signal whose handler comes late. */
export const early = defineSignal<[string]>('early');
/** Opens the door that some updates wait for. */
export const open = defineSignal('open');

/** Signals for handlers that are there, that come later, that take their time, and that nobody expects. */
export async function signals(): Promise<string[]> {
  const stages = new Stages();
  const { log } = stages;
  setHandler(tell, (text) => void log.push(`told ${text}`));
  setHandler(tellSlowly, async (text) => {
    log.push(`told slowly ${await echo(text)}`);
    await sleep(5);
    log.push(`after ${text}`);
  });
  await stages.next();
  await sleep(5);
  await stages.next();
  setHandler(early, (text) => void log.push(`early ${text}`));
  setDefaultSignalHandler((name, text) => void log.push(`default ${name} ${String(text)}`));
  await stages.next();
  await condition(allHandlersFinished);
  return log;
}

/** Updates that complete, are refused, fail, take their time, and are under way when the worker is exchanged. */
export async function updates(): Promise<string[]> {
  const stages = new Stages();
  const { log } = stages;
  let isOpen = false;
  setHandler(open, () => void (isOpen = true));
  setHandler(
    defineUpdate<string, [string]>('quick'),
    (text) => {
      log.push(`quick ${text}`);
      return `done ${text}`;
    },
    {
      validator: (text) => {
        if (text === '') throw new Error('say something');
      },
    },
  );
  const inLine: string[] = [];
  setHandler(defineUpdate<string, [string]>('slow'), async (text) => {
    log.push(`slow ${text}`);
    inLine.push(text);
    const echoed = await echo(text);
    // Which of two activities ends first is up to the machine.
    await condition(() => inLine[0] === text);
    const again = await local.echo(text);
    await sleep(5);
    log.push(`slow ${text} ends`);
    inLine.shift();
    return `${echoed} ${again}`;
  });
  setHandler(defineUpdate<string, [string]>('atTheDoor'), async (text) => {
    await condition(() => isOpen);
    log.push(`${text} is in`);
    return `welcome ${text}`;
  });
  setHandler(defineUpdate<never>('fails'), async () => {
    await sleep(5);
    throw ApplicationFailure.nonRetryable('as asked', 'Asked');
  });
  await stages.next();
  await stages.next();
  await stages.next();
  await stages.next();
  await condition(allHandlersFinished);
  return log;
}

/** Is cancelled from outside, cleans up in steps, and goes on for a while. */
export async function cancelledFromOutside(): Promise<string[]> {
  const stages = new Stages();
  const { log } = stages;
  const long = CancellationScope.cancellable(() => sleep('1 hour')).catch((error: unknown) =>
    log.push(`timer: ${describe(error)}`),
  );
  const shielded = CancellationScope.nonCancellable(async () => {
    await stages.next();
    await stages.next();
  });
  try {
    await CancellationScope.current().cancelRequested;
  } catch (error) {
    log.push(`cancelled: ${isCancellation(error)}`);
  }
  await long;
  await stages.note('an activity now', echo('too late'));
  await CancellationScope.nonCancellable(async () => await stages.note('clean up', echo('clean')));
  await shielded;
  return log;
}
