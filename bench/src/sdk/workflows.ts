import { condition, defineQuery, defineSignal, proxyActivities, setHandler, sleep } from '@perdure/workflow';

const { noop } = proxyActivities<{ noop(): Promise<void> }>({ startToCloseTimeout: '1 min' });

/** `count` activities, one after the other. */
export async function activities(count: number): Promise<void> {
  for (let index = 0; index < count; index++) await noop();
}

/** `count` timers at once. */
export async function timers(count: number, timeoutMs: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => sleep(timeoutMs)));
}

/** Takes signals and answers queries for ever. */
export async function open(): Promise<void> {
  let signals = 0;
  setHandler(defineSignal('poke'), () => void signals++);
  setHandler(defineQuery<number>('state'), () => signals);
  await condition(() => false);
}
