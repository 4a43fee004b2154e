import { CancellationScope, condition, isCancellation, sleep } from '@perdure/workflow';
import { Stages } from './stages.js';

/** Timers that fire, that are cancelled, and that are under way when the worker is exchanged. */
export async function timers(): Promise<string[]> {
  const stages = new Stages();
  const { log } = stages;
  await sleep(5);
  log.push('slept');
  const long = sleep('1 hour').catch(() => 'never');
  const short = sleep(300).then(() => void log.push('the short timer fired'));
  await stages.next();
  await short;
  await Promise.all(
    [sleep(30), sleep(10), sleep(20)].map((timer, index) => timer.then(() => log.push(`timer ${index}`))),
  );
  const scope = new CancellationScope();
  const cancelled = scope
    .run(() => sleep('1 hour'))
    .catch((error: unknown) => log.push(`cancelled ${isCancellation(error)}`));
  await stages.next();
  scope.cancel();
  await cancelled;
  // Begun and cancelled in one task: the history shows nothing of it.
  const brief = new CancellationScope();
  const briefly = brief.run(() => sleep('1 hour')).catch(() => log.push('brief'));
  brief.cancel();
  await briefly;
  let isTrue = false;
  const inTime = condition(() => isTrue, '1 hour');
  const late = condition(() => false, 20);
  log.push(`late condition: ${await late}`);
  await stages.next();
  isTrue = true;
  log.push(`condition in time: ${await inTime}`);
  log.push(String(await Promise.race([sleep(10).then(() => 'the race'), long])));
  await CancellationScope.withTimeout(15, () => sleep('1 hour')).catch((error: unknown) =>
    log.push(`timeout ${isCancellation(error)}`),
  );
  await stages.next();
  await CancellationScope.nonCancellable(() => sleep(5));
  for (let round = 0; round < 3; round += 1) await Promise.race([sleep(5), sleep(1000 + round)]);
  return log;
}
