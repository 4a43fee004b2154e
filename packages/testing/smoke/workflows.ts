import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  executeChild,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
} from '@perdure/workflow';

interface Activities {
  greet(name: string): Promise<string>;
}

const { greet } = proxyActivities<Activities>({ startToCloseTimeout: '1 minute' });
const { greet: greetHere } = proxyLocalActivities<Activities>({ startToCloseTimeout: '1 minute' });

/** Approves an order. */
export const approve = defineSignal<[string]>('approve');
/** Whether an order is approved. */
export const state = defineQuery<string>('state');
/** Changes for whom an order is; answers for whom it was. */
export const rename = defineUpdate<string, [string]>('rename');

let runs = 0;

/** An activity, a signal and a timer; module state of its own. */
export async function order(name: string): Promise<string> {
  runs += 1;
  let current = name;
  let approvedBy = '';
  setHandler(state, () => (approvedBy === '' ? 'open' : 'approved'));
  setHandler(approve, (by) => void (approvedBy = by));
  setHandler(rename, (to) => {
    const before = current;
    current = to;
    return before;
  });
  const greeting = await greet(name);
  await condition(() => approvedBy !== '');
  await sleep('30 days');
  return `${greeting}, approved by ${approvedBy}, now ${current}, ${await greetHere('you')}, run ${runs}`;
}

/** A child that sleeps a day. */
export async function parent(): Promise<number> {
  return 1 + (await executeChild(child));
}

/** Sleeps a day. */
export async function child(): Promise<number> {
  await sleep('1 day');
  return 41;
}

/** What there must not be, and what must be the sandbox's own. */
export async function surroundings(): Promise<unknown[]> {
  const { process, Bun, Deno, require } = globalThis as Record<string, unknown>;
  return [typeof process, typeof Bun, typeof Deno, typeof require, new Date(0).getTime(), Number.isNaN(Math.random())];
}

/** Never comes to rest. */
export async function endless(): Promise<void> {
  for (;;) await Promise.resolve();
}

/** Lets a rejection go unheard. */
export async function rejecting(): Promise<void> {
  void Promise.reject(new Error('nobody waits for this'));
  await sleep('1 day');
}

/** Fails its workflow task. */
export async function failing(): Promise<void> {
  throw new TypeError('thrown in line 77');
}
