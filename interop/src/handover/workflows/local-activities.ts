import { CancellationScope, proxyActivities, proxyLocalActivities, sleep, workflowInfo } from '@perdure/workflow';
import type { HandoverActivities } from '../activities.js';
import { Stages } from './stages.js';

const local = proxyLocalActivities<HandoverActivities>({ startToCloseTimeout: '10s', retry: { initialInterval: 20 } });
const far = proxyLocalActivities<HandoverActivities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: 1500, backoffCoefficient: 1 },
  localRetryThreshold: 100,
});
const { echo } = proxyActivities<HandoverActivities>({ startToCloseTimeout: '1 min' });

/** Local activities alone, together, with other commands between them, failing, and waiting for a far attempt. */
export async function localActivities(): Promise<string[]> {
  const stages = new Stages();
  await stages.note('nothing', local.nothing());
  await stages.note('one', local.echo(1));
  await stages.note('then', local.echo('two'));
  await stages.next();
  await stages.note('all', Promise.all([local.echo(1), local.echo(2), local.echo(3)]));
  await stages.note('fails once', local.failOnce());
  await stages.note('refused', local.refuse('no'));
  const timer = sleep(10);
  await stages.note('beside a timer', local.echo('beside'));
  await timer;
  await stages.next();
  await stages.note('mixed', Promise.all([local.echo('local'), echo('remote'), sleep(5)]));
  const later = far.failBelow(2);
  later.catch(() => undefined);
  await stages.next();
  await stages.note('a far attempt', later);
  const scope = new CancellationScope();
  const never = scope.run(() => local.echo('never'));
  scope.cancel();
  await stages.note('cancelled at once', never);
  await stages.note('in a row', inARow());
  await stages.next();
  await stages.note('last', local.echo('last'));
  return stages.log;
}

async function inARow(): Promise<number> {
  let sum = 0;
  for (let count = 0; count < 5; count += 1) sum += await local.echo(count);
  return sum;
}

/** Local activities that decide which way the workflow goes, while signals come. */
export async function localBranches(): Promise<string[]> {
  const stages = new Stages();
  for (let round = 0; round < 4; round += 1) {
    const isOdd = await local.echo(round % 2 === 1);
    if (isOdd) await stages.note(`round ${round}`, echo('remote'));
    else await stages.note(`round ${round}`, Promise.all([sleep(5), local.echo('local')]));
    await stages.next();
  }
  return stages.log;
}

/** Is slow to say what follows from a local activity: its worker has to keep the workflow task alive in between. */
export async function slowBetween(): Promise<string[]> {
  const stages = new Stages();
  for (let round = 0; round < 3; round += 1) {
    await stages.note('first', local.echo('first'));
    spin(1700);
    await stages.note(`round ${round}`, Promise.all([sleep(5), local.echo('local'), echo('remote')]));
    spin(1700);
    await stages.note('last', local.echo('last'));
    await stages.next();
  }
  return stages.log;
}

function spin(durationMs: number): void {
  const { now } = workflowInfo().unsafe;
  for (const startedAtMs = now(); now() < startedAtMs + durationMs;);
}
