import * as wf from '@temporalio/workflow';
import { settle, type Settled } from './settle.js';

/** Timers that fire, alone and together; conditions met and not; timers cancelled before they are sent and after. */
export async function timers(): Promise<unknown[]> {
  let isOpen = false;
  wf.setHandler(wf.defineSignal('open'), () => {
    isOpen = true;
  });
  await wf.sleep(10, { summary: 'a short one' });
  const outcomes: unknown[] = [await wf.condition(() => isOpen, '5s'), await wf.condition(() => false, 20)];
  await Promise.all([wf.sleep(30), wf.sleep(30), wf.sleep(10), wf.sleep(1)]);
  outcomes.push(await cancelledTimer(0), await cancelledTimer(20));
  await Promise.race([wf.sleep(20), wf.sleep('1 hour')]);
  outcomes.push(await wf.condition(() => true, 10), wf.uuid4(), Math.random(), Date.now() > 0);
  return outcomes;
}

async function cancelledTimer(afterMs: number): Promise<Settled> {
  return await settle(
    wf.CancellationScope.cancellable(async () => {
      const sleeping = wf.sleep('1 hour');
      sleeping.catch(() => undefined);
      if (afterMs > 0) await wf.CancellationScope.nonCancellable(() => wf.sleep(afterMs));
      wf.CancellationScope.current().cancel();
      await sleeping;
    }),
  );
}

/** Cleans up when it is cancelled, and ends as cancelled. */
export async function cancelledRun(): Promise<void> {
  try {
    await Promise.all([wf.sleep('1 hour'), wf.condition(() => false)]);
  } finally {
    await wf.CancellationScope.nonCancellable(() => wf.sleep(10));
  }
}
