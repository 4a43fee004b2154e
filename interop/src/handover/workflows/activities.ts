import { ActivityCancellationType, CancellationScope, proxyActivities } from '@perdure/workflow';
import type { HandoverActivities } from '../activities.js';
import { Stages } from './stages.js';

const retry = { initialInterval: 20 } as const;
const { echo, nothing, failOnce, refuse, pending } = proxyActivities<HandoverActivities>({
  startToCloseTimeout: '1 min',
  retry,
});
const { tooSlow } = proxyActivities<HandoverActivities>({ startToCloseTimeout: 100, retry: { maximumAttempts: 1 } });
const cancelled = (cancellationType: ActivityCancellationType) =>
  proxyActivities<HandoverActivities>({
    startToCloseTimeout: '1 min',
    // Heard of at each heartbeat, which the workers of the play send often: a second would be over on a machine that is busy.
    heartbeatTimeout: '30s',
    cancellationType,
    retry,
  });

/** Activities that complete, fail, time out, and are under way when the worker is exchanged. */
export async function activities(): Promise<string[]> {
  const stages = new Stages();
  await stages.note('nothing', nothing());
  await stages.note('all', Promise.all([echo(1), echo('two'), echo({ three: [3] })]));
  const first = pending('first');
  const second = pending('second');
  await stages.next();
  await stages.note('first', first);
  await stages.note('fails once', failOnce());
  await stages.note('refused', refuse('no'));
  await stages.next();
  await stages.note('second', second);
  await stages.note('too slow', tooSlow());
  await stages.next();
  await stages.note('race', Promise.race([echo('quick'), pending('third')]));
  await stages.next();
  return stages.log;
}

/** Activities that are cancelled in each of the three ways, after the worker was exchanged. */
export async function cancelledActivities(): Promise<string[]> {
  const stages = new Stages();
  const scopes = Object.values(ActivityCancellationType).map((type) => {
    const scope = new CancellationScope();
    return { type, scope, ended: scope.run(() => cancelled(type).untilCancelled()) };
  });
  for (const { ended } of scopes) ended.catch(() => undefined);
  // Not even scheduled.
  const early = new CancellationScope();
  const never = early.run(() => echo('never'));
  early.cancel();
  await stages.note('cancelled at once', never);
  await stages.next();
  for (const { type, scope, ended } of scopes) {
    scope.cancel();
    if (type !== ActivityCancellationType.WAIT_CANCELLATION_COMPLETED) await stages.note(type, ended);
  }
  const waiting = scopes.find(({ type }) => type === ActivityCancellationType.WAIT_CANCELLATION_COMPLETED);
  if (waiting !== undefined) await stages.note(waiting.type, waiting.ended);
  await stages.next();
  await stages.note('after', echo('after'));
  return stages.log;
}
