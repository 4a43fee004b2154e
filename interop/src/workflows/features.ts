import * as wf from '@perdure/workflow';
import type { SuiteActivities } from '../suite-activities.js';

const activities = wf.proxyActivities<SuiteActivities>({
  startToCloseTimeout: '10s',
  heartbeatTimeout: '5s',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '100ms' },
});
const localActivities = wf.proxyLocalActivities<SuiteActivities>({ startToCloseTimeout: '10s' });

export const finishSignal = wf.defineSignal<[string]>('finish');
export const stateQuery = wf.defineQuery<string[]>('state');

/** Runs an activity that fails twice first. */
export async function retrying(): Promise<number> {
  return await activities.failTwice();
}

/** Runs local activities: a quick one, and one longer than a workflow task may take. */
export async function local(longMs: number): Promise<string[]> {
  return [await localActivities.greet('quick'), await localActivities.greetSlowly('slow', longMs)];
}

/** Waits for an activity until it is cancelled, then cleans up. */
export async function cancellable(): Promise<string> {
  try {
    await activities.waitForCancellation();
    return 'not cancelled';
  } catch (error) {
    if (!wf.isCancellation(error)) throw error;
    return await wf.CancellationScope.nonCancellable(() => activities.greet('cleanup'));
  }
}

/** Waits for an activity that somebody else completes. */
export async function asynchronous(): Promise<string> {
  return await activities.completedElsewhere();
}

/** Collects signals, answers queries, ends with the signal finish. */
export async function collecting(): Promise<string[]> {
  const seen: string[] = [];
  let isFinished = false;
  wf.setHandler(wf.defineSignal<[string]>('add'), (text) => void seen.push(text));
  wf.setHandler(finishSignal, (text) => {
    seen.push(text);
    isFinished = true;
  });
  wf.setHandler(stateQuery, () => seen);
  await wf.condition(() => isFinished);
  return seen;
}

/** Runs a child, signals it, and continues as new until `rounds` is 0. */
export async function family(rounds: number): Promise<string> {
  const child = await wf.startChild(collecting, { workflowId: `${wf.workflowInfo().workflowId}-child-${rounds}` });
  await child.signal('add', `round ${rounds}`);
  await wf.getExternalWorkflowHandle(child.workflowId).signal(finishSignal, 'done');
  const seen = await child.result();
  if (rounds > 0) await wf.continueAsNew<typeof family>(rounds - 1);
  return seen.join(', ');
}

/** Uses versions, search attributes, memo, randomness and side effects of the clock. */
export async function bookkeeping(): Promise<boolean> {
  const isPatched = wf.patched('first-change');
  wf.upsertSearchAttributes({ CustomKeywordField: ['from the workflow'] });
  wf.upsertMemo({ note: wf.uuid4().length });
  await wf.sleep(10);
  return isPatched;
}

/** Fails in the way that `kind` says. */
export async function failing(kind: 'plain' | 'application'): Promise<void> {
  if (kind === 'plain') throw new Error('a bug in the workflow');
  throw wf.ApplicationFailure.nonRetryable('a failure of the workflow', 'Expected', { detail: 1 });
}

/** Has somebody greeted, one time after the other, with a pause in between. */
export async function greetings(name: string, times: number): Promise<number> {
  for (let count = 0; count < times; count += 1) {
    await activities.greet(name);
    await wf.sleep(1);
  }
  return times;
}
