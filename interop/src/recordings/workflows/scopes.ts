import * as wf from '@temporalio/workflow';
import { settle } from './settle.js';

/** C: a scope that can be cancelled. N: one that cannot. */
const NESTINGS = ['C', 'N', 'CC', 'CN', 'NC', 'NN', 'NCN', 'NCC', 'CNC', 'NNC'];

/** Which scopes a cancellation from outside reaches, in every nesting; before they are made and after. */
export async function cancellationScopes(): Promise<unknown> {
  const outside = new wf.CancellationScope();
  const after: unknown[] = [];
  const before = outside.run(async () => {
    const waiting = Promise.all(NESTINGS.map(reached));
    await wf.CancellationScope.nonCancellable(() => wf.sleep(10));
    after.push(...(await Promise.all(NESTINGS.map(reached))));
    return await waiting;
  });
  await wf.sleep(5);
  outside.cancel();
  return [await before, after, await timeouts(), await direct()];
}

async function reached(nesting: string): Promise<unknown> {
  const scopes: wf.CancellationScope[] = [];
  const heard: number[] = [];
  const enter = async (depth: number): Promise<unknown> => {
    if (depth === nesting.length) return await settle(wf.sleep(50));
    const scope = new wf.CancellationScope({ cancellable: nesting[depth] === 'C' });
    scopes.push(scope);
    scope.cancelRequested.catch(() => heard.push(depth));
    return await scope.run(() => enter(depth + 1));
  };
  const outcome = await enter(0);
  return [nesting, outcome, heard, scopes.map(({ consideredCancelled }) => consideredCancelled)];
}

async function timeouts(): Promise<unknown> {
  return [
    await settle(wf.CancellationScope.withTimeout(10, () => wf.sleep('1 hour'))),
    await settle(wf.CancellationScope.withTimeout(50, () => wf.sleep(10))),
    await settle(wf.CancellationScope.withTimeout(10, () => wf.condition(() => false))),
    await settle(wf.CancellationScope.withTimeout(10, () => wf.CancellationScope.nonCancellable(() => wf.sleep(30)))),
    await settle(new wf.CancellationScope({ cancellable: false, timeout: 10 }).run(() => wf.sleep(30))),
  ];
}

/** Cancelled by hand: also what cannot be cancelled from outside. */
async function direct(): Promise<unknown> {
  const shield = new wf.CancellationScope({ cancellable: false });
  const shielded = shield.run(() => settle(wf.sleep(20)));
  shield.cancel();
  const twice = new wf.CancellationScope();
  const both = twice.run(() => Promise.all([settle(wf.sleep(20)), settle(wf.condition(() => false, '1 hour'))]));
  twice.cancel();
  twice.cancel();
  return [await shielded, shield.consideredCancelled, await both, await settle(twice.run(() => wf.sleep(1)))];
}

/** Is asked to end before it has begun. */
export async function cancelledAtOnce(): Promise<unknown> {
  const scope = wf.CancellationScope.current();
  const seen: unknown[] = [scope.consideredCancelled];
  await Promise.resolve();
  seen.push(scope.consideredCancelled);
  seen.push(await settle(wf.sleep(10)));
  await wf.CancellationScope.nonCancellable(() => wf.sleep(1));
  return [seen, await settle(wf.sleep(10))];
}
