import { condition, defineQuery, defineSignal, patched, proxyActivities, setHandler, sleep } from '@perdure/workflow';
import type { HandoverActivities } from '../activities.js';

const { echo } = proxyActivities<HandoverActivities>({ startToCloseTimeout: '1 min' });

/** The same workflow after two changes: one to a part that open runs have behind them, one to a part that is still to come. */
export async function evolving(): Promise<string> {
  let steps = 0;
  setHandler(defineSignal('go'), () => void (steps += 1));
  setHandler(defineQuery<number>('steps'), () => steps);
  const first = patched('new-first') ? await sleep(1).then(() => 'new first') : await echo('old first');
  await condition(() => steps >= 1);
  const second = patched('new-second') ? await sleep(1).then(() => 'new second') : await echo('old second');
  await condition(() => steps >= 2);
  return `${first}, ${second}`;
}
