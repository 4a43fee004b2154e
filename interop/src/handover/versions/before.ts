import { condition, defineQuery, defineSignal, proxyActivities, setHandler } from '@perdure/workflow';
import type { HandoverActivities } from '../activities.js';

const { echo } = proxyActivities<HandoverActivities>({ startToCloseTimeout: '1 min' });

/** A workflow before its code was changed. */
export async function evolving(): Promise<string> {
  let steps = 0;
  setHandler(defineSignal('go'), () => void (steps += 1));
  setHandler(defineQuery<number>('steps'), () => steps);
  const first = await echo('old first');
  await condition(() => steps >= 1);
  const second = await echo('old second');
  await condition(() => steps >= 2);
  return `${first}, ${second}`;
}
