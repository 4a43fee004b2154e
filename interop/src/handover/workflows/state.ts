import {
  deprecatePatch,
  patched,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  upsertMemo,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
  workflowRandom,
} from '@perdure/workflow';
import type { HandoverActivities } from '../activities.js';
import { Stages } from './stages.js';

const { echo } = proxyActivities<HandoverActivities>({ startToCloseTimeout: '1 min' });
const local = proxyLocalActivities<HandoverActivities>({ startToCloseTimeout: '1 min' });

/**
 * Draws ids and numbers and looks at the clock, and has activities say them again. What it draws is drawn anew on every replay; what
 * the activities say stands in the history: at the end both must be the same.
 */
export async function drawn(): Promise<string[]> {
  const stages = new Stages();
  const own: unknown[] = [];
  const said: unknown[] = [];
  const say = async (...values: unknown[]): Promise<void> => {
    own.push(...values.map((value) => JSON.stringify(value)));
    said.push(...(await echo(values)).map((value) => JSON.stringify(value)));
  };
  const sayLocally = async (...values: unknown[]): Promise<void> => {
    own.push(...values.map((value) => JSON.stringify(value)));
    said.push(...(await local.echo(values)).map((value) => JSON.stringify(value)));
  };
  for (let round = 0; round < 4; round += 1) {
    await say(uuid4(), Math.random(), Date.now(), new Date().toISOString());
    await sleep(3);
    await sayLocally(uuid4(), Math.random(), Date.now());
    await sleep(3);
    await say(
      workflowRandom.random(),
      workflowRandom.uuid4(),
      Array.from(workflowRandom.fill(new Uint8Array(5))),
      uuid4(),
    );
    const { historyLength, runId, attempt, startTime } = workflowInfo();
    await say(historyLength, runId, attempt, startTime.getTime());
    await Promise.all([say(uuid4()), sayLocally(Math.random())]);
    await stages.next();
    // The clock and the length of the history, as a signal finds them.
    await say(Date.now(), workflowInfo().historyLength);
  }
  for (const value of own) {
    if (!said.includes(value)) stages.log.push(`drew ${String(value)}, which nobody said`);
  }
  stages.log.push(`${own.length} values`);
  return stages.log;
}

/** Patches that are new, deprecated and gone, asked for once and again. */
export async function patches(): Promise<string[]> {
  const stages = new Stages();
  stages.log.push(`first ${patched('first')}`);
  await stages.next();
  stages.log.push(`first again ${patched('first')}, second ${patched('second')}`);
  deprecatePatch('old');
  await stages.note('between', echo('patches'));
  await stages.next();
  for (let round = 0; round < 2; round += 1) {
    if (patched(`round-${round}`)) await sleep(5);
    stages.log.push(`round ${round}`);
  }
  await stages.next();
  stages.log.push(`all ${patched('first')} ${patched('second')} ${patched('third')}`);
  deprecatePatch('old');
  return stages.log;
}

/** Search attributes and memo, read again after the worker was exchanged. */
export async function attributes(): Promise<string[]> {
  const stages = new Stages();
  upsertSearchAttributes({ CustomKeywordField: ['one'] });
  upsertMemo({ note: 'first', kept: { deep: [1, 2] } });
  await stages.next();
  stages.log.push(JSON.stringify([workflowInfo().searchAttributes, workflowInfo().memo]));
  upsertMemo({ note: null, other: 2 });
  upsertSearchAttributes({ CustomKeywordField: [], CustomIntField: [7] });
  await sleep(5);
  await stages.next();
  stages.log.push(JSON.stringify([workflowInfo().searchAttributes, workflowInfo().memo]));
  return stages.log;
}
