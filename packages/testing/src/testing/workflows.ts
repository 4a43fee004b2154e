import assert from 'node:assert';
import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  createNexusServiceClient,
  defineQuery,
  defineSignal,
  executeChild,
  ParentClosePolicy,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@perdure/workflow';
import type { Duration } from '@perdure/common';
import type { Activities } from './activities.js';
import { parcels } from './parcel-service.js';

const retrying = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 hour', backoffCoefficient: 2, maximumInterval: '10 hours' },
});
const once = proxyActivities<Activities>({ startToCloseTimeout: '1 day', retry: { maximumAttempts: 1 } });
const local = proxyLocalActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 hour', backoffCoefficient: 2, maximumInterval: '10 hours' },
});

/** How long something takes for the workflow. */
async function lasting(work: () => Promise<unknown>): Promise<number> {
  const startMs = Date.now();
  await work();
  return Date.now() - startMs;
}

/** Sleeps, and answers how long it took. */
export async function sleeper(duration: Duration): Promise<number> {
  return await lasting(() => sleep(duration));
}

/** Answers how long an activity took that is tried again with a growing backoff. */
export async function persistent(failures: number): Promise<number> {
  return await lasting(() => retrying.failing(failures));
}

/** The same with a local activity. */
export async function persistentLocally(failures: number): Promise<number> {
  return await lasting(() => local.failing(failures));
}

/** What is there first: the end of an activity or of a timer. */
export async function activityOrTimer(activity: keyof Activities, timer: Duration): Promise<string> {
  return await Promise.race([
    (once[activity] as (argument?: number) => Promise<unknown>)().then(
      () => 'activity',
      (error: Error) => `activity: ${(error.cause as Error).message}`,
    ),
    sleep(timer).then(() => 'timer'),
  ]);
}

/** Children that sleep one, two, ... days, one after the other. */
export async function family(children: number): Promise<number> {
  return await lasting(async () => {
    for (let day = 1; day <= children; day += 1) await executeChild(sleeper, { args: [`${day} days`] });
  });
}

/** Leaves a child behind that counts hours. */
export async function leavingOneBehind(): Promise<string> {
  const child = await startChild(hourly, { parentClosePolicy: ParentClosePolicy.ABANDON });
  await sleep('3.5 hours');
  return child.workflowId;
}

export const hours = defineQuery<number>('hours');

/** Counts hours for ever. */
export async function hourly(): Promise<never> {
  let count = 0;
  setHandler(hours, () => count);
  for (;;) {
    await sleep('1 hour');
    count += 1;
  }
}

export const note = defineSignal<[string]>('note');

/** What was signalled within the time, and how long that took. */
export async function notes(wanted: number, timeout: Duration): Promise<readonly [string[], number]> {
  const received: string[] = [];
  setHandler(note, (text) => void received.push(text));
  const took = await lasting(() => condition(() => received.length >= wanted, timeout));
  return [received, took];
}

/** Starts itself anew every day. */
export async function daily(days: number): Promise<string> {
  await sleep('1 day');
  if (days > 1) await continueAsNew<typeof daily>(days - 1);
  await condition(allHandlersFinished);
  return workflowInfo().firstExecutionRunId;
}

/** Fails three times, for its retry policy. */
export async function failingAtFirst(): Promise<number> {
  const { attempt } = workflowInfo();
  if (attempt < 4) throw ApplicationFailure.create({ message: `attempt ${attempt}` });
  return attempt;
}

/** Asserts what is not so, at once or in a signal handler. */
export async function asserting(place: 'main' | 'handler'): Promise<void> {
  setHandler(note, (text) => assert.strictEqual(text, 'expected'));
  if (place === 'main') assert.strictEqual(1, 2);
  await sleep('1 day');
}

/** When the run began, for the workflow. */
export async function beginning(): Promise<number> {
  return Date.now();
}

/** Asks for a price, sends a parcel, and tells when it has arrived. */
export async function sender(endpoint: string, parcelId: string): Promise<readonly [price: number, arrival: string]> {
  const client = createNexusServiceClient({ endpoint, service: parcels });
  return [await client.executeOperation('price', 2), await client.executeOperation('send', parcelId)];
}

/** Stands behind the sending of a parcel. */
export async function parcelOnItsWay(): Promise<string> {
  await sleep('1 day');
  return 'arrived a day later';
}
