import * as wf from '@temporalio/workflow';
import type * as activityFunctions from '../activities.js';
import { settle, type Settled } from './settle.js';

const local = wf.proxyLocalActivities<typeof activityFunctions>({
  startToCloseTimeout: '5s',
  retry: { initialInterval: '10ms', maximumAttempts: 3 },
});

/** One after the other, side by side, failing, timing out, beside a timer and a plain activity. */
export async function localActivities(): Promise<Settled[]> {
  const hasty = wf.proxyLocalActivities<typeof activityFunctions>({
    startToCloseTimeout: '50ms',
    retry: { maximumAttempts: 1 },
  });
  const plain = wf.proxyActivities<typeof activityFunctions>({ startToCloseTimeout: '5s' });
  return [
    await settle(local.echo('one')),
    await settle(local.nothing()),
    await settle(local.failForGood()),
    await settle(local.failTwice()),
    ...(await Promise.all([local.echo('a'), local.failForGood(), local.echo('b'), local.silence(30)].map(settle))),
    await settle(hasty.silence(300)),
    ...(await Promise.all([local.echo('c'), wf.sleep(20), plain.echo('d'), local.silence(5)].map(settle))),
    await settle(chained('x')),
    ...(await Promise.all([settle(chained('y')), settle(chained('z'))])),
  ];
}

async function chained(label: string): Promise<string> {
  return await local.echo(`${await local.echo(label)}, again`);
}

/** Tries again after a time that is too long to wait for within a workflow task, which is a timer. */
export async function localActivityBackoff(): Promise<Settled[]> {
  const patient = wf.proxyLocalActivities<typeof activityFunctions>({
    startToCloseTimeout: '5s',
    localRetryThreshold: '20ms',
    retry: { initialInterval: '100ms', backoffCoefficient: 1, maximumAttempts: 3 },
  });
  return [
    ...(await Promise.all([settle(patient.failTwice()), settle(local.echo('meanwhile'))])),
    await settle(patient.failAlways()),
  ];
}

/** Every cancellation type, before the local activity runs, while it runs, and while it backs off. */
export async function localActivityCancellations(): Promise<Settled[]> {
  const outcomes: Settled[] = [];
  for (const cancellationType of ['TRY_CANCEL', 'WAIT_CANCELLATION_COMPLETED', 'ABANDON'] as const) {
    const proxy = wf.proxyLocalActivities<typeof activityFunctions>({ startToCloseTimeout: '1s', cancellationType });
    const patient = wf.proxyLocalActivities<typeof activityFunctions>({
      startToCloseTimeout: '1s',
      cancellationType,
      localRetryThreshold: '20ms',
      retry: { initialInterval: '5s' },
    });
    outcomes.push(
      await cancelledAfter(
        async () => undefined,
        () => proxy.untilCancelled(),
      ),
    );
    outcomes.push(
      await cancelledAfter(
        () => local.silence(20),
        () => proxy.untilCancelled(),
      ),
    );
    outcomes.push(
      await cancelledAfter(
        () => local.silence(20),
        () => proxy.untilCancelledThenDone(),
      ),
    );
    outcomes.push(
      await cancelledAfter(
        () => wf.sleep(100),
        () => patient.failAlways(),
      ),
    );
  }
  return outcomes;
}

/** Longer than a workflow task may take: the worker keeps it alive meanwhile. */
export async function longLocalActivity(): Promise<Settled[]> {
  return await Promise.all([settle(local.silence(3500)), settle(local.echo('quick')), settle(wf.sleep('1s'))]);
}

async function cancelledAfter(wait: () => Promise<unknown>, start: () => Promise<unknown>): Promise<Settled> {
  return await settle(
    wf.CancellationScope.cancellable(async () => {
      const running = start();
      running.catch(() => undefined);
      await wait();
      wf.CancellationScope.current().cancel();
      return await running;
    }),
  );
}
