import * as wf from '@temporalio/workflow';
import type * as activityFunctions from '../activities.js';
import { settle, type Settled } from './settle.js';

const retries = { initialInterval: '10ms', maximumAttempts: 3 };
const quick = wf.proxyActivities<typeof activityFunctions>({ startToCloseTimeout: '10s', retry: retries });

/** Every way in which an activity ends by itself, one after the other and then side by side. */
export async function activityOutcomes(): Promise<Settled[]> {
  const once = { maximumAttempts: 1 };
  const late = wf.proxyActivities<typeof activityFunctions>({ startToCloseTimeout: '200ms', retry: once });
  const mute = wf.proxyActivities<typeof activityFunctions>({
    startToCloseTimeout: '10s',
    heartbeatTimeout: '200ms',
    retry: once,
  });
  const unheard = wf.proxyActivities<typeof activityFunctions>({
    taskQueue: 'nobody-listens',
    scheduleToStartTimeout: '100ms',
    startToCloseTimeout: '10s',
    priority: { priorityKey: 2 },
  });
  const hurried = wf.proxyActivities<typeof activityFunctions>({ scheduleToCloseTimeout: '150ms' });
  return [
    await settle(quick.echo('one')),
    await settle(quick.nothing()),
    await settle(quick.failTwice()),
    await settle(quick.failAlways()),
    await settle(quick.failForGood()),
    await settle(late.silence(500)),
    await settle(mute.silence(500)),
    await settle(unheard.echo('nobody')),
    await settle(hurried.silence(500)),
    ...(await Promise.all([quick.echo('a'), quick.failForGood(), quick.nothing(), quick.echo('b')].map(settle))),
  ];
}

/** Every cancellation type: before the activity is sent, after, when it is running, and when it ends well nevertheless. */
export async function activityCancellations(): Promise<Settled[]> {
  const outcomes: Settled[] = [];
  for (const cancellationType of ['TRY_CANCEL', 'WAIT_CANCELLATION_COMPLETED', 'ABANDON'] as const) {
    const proxy = wf.proxyActivities<typeof activityFunctions>({
      startToCloseTimeout: '2s',
      heartbeatTimeout: '1s',
      retry: { maximumAttempts: 1 },
      cancellationType,
    });
    outcomes.push(await cancelled(0, () => proxy.untilCancelled()));
    outcomes.push(await cancelled(100, () => proxy.untilCancelled()));
    outcomes.push(await cancelled(100, () => proxy.untilCancelledThenDone()));
    outcomes.push(
      await cancelled(1, () =>
        wf
          .proxyActivities<typeof activityFunctions>({
            startToCloseTimeout: '2s',
            taskQueue: 'nobody-listens',
            cancellationType,
          })
          .echo('nobody'),
      ),
    );
  }
  return outcomes;
}

/** Cancels two activities, one of which has ended in the same moment: a signal arrives with its result. */
export async function activityCancelledAtItsEnd(): Promise<Settled[]> {
  const scope = new wf.CancellationScope();
  wf.setHandler(wf.defineSignal('stop'), () => scope.cancel());
  return await scope.run(
    async () => await Promise.all([settle(quick.silence(400)), settle(quick.echo('two')), settle(wf.sleep(700))]),
  );
}

async function cancelled(afterMs: number, start: () => Promise<unknown>): Promise<Settled> {
  return await settle(
    wf.CancellationScope.cancellable(async () => {
      const running = start();
      if (afterMs > 0) await wf.sleep(afterMs);
      wf.CancellationScope.current().cancel();
      return await running;
    }),
  );
}
