import {
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  executeChild,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
} from '@perdure/workflow';

/** What the workflow asks of the test. */
export interface RoundActivities {
  echo(text: string): Promise<string>;
  failing(): Promise<never>;
  roundIsOver(): Promise<void>;
}

const remote = proxyActivities<RoundActivities>({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 1 } });
const local = proxyLocalActivities<RoundActivities>({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 1 } });

export const nextRound = defineSignal<[string]>('nextRound');
export const rounds = defineQuery<number>('rounds');

/** A child that has nothing to do. */
export async function child(text: string): Promise<string> {
  return await Promise.resolve(text);
}

/** Does a little of everything for each signal, for ever. */
export async function longLived(): Promise<never> {
  const asked: string[] = [];
  let count = 0;
  setHandler(nextRound, (text) => void asked.push(text));
  setHandler(rounds, () => count);
  for (;;) {
    await condition(() => asked.length > 0);
    const text = asked.shift() ?? '';
    await Promise.all([remote.echo(text), local.echo(text), executeChild(child, { args: [text] }), sleep(1)]);
    await remote.failing().catch(() => undefined);
    await local.failing().catch(() => undefined);
    await cancelled(() => sleep('1 day'));
    await CancellationScope.withTimeout('1 day', () => sleep(1));
    await condition(() => false, 1);
    count += 1;
    await remote.roundIsOver();
  }
}

/** Begins something, and does not want it any more. */
async function cancelled(work: () => Promise<unknown>): Promise<void> {
  const scope = new CancellationScope();
  const outcome = scope.run(work).catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
  await sleep(1);
  scope.cancel();
  await outcome;
}
