import * as wf from '@temporalio/workflow';
import { settle, type Settled } from './settle.js';

const CANCELLATION_TYPES = [
  'ABANDON',
  'TRY_CANCEL',
  'WAIT_CANCELLATION_REQUESTED',
  'WAIT_CANCELLATION_COMPLETED',
] as const;

/** Sleeps, then ends as it was told to. */
export async function child(ms: number, end = 'done'): Promise<string> {
  let isNudged = false;
  wf.setHandler(wf.defineSignal('nudge'), () => {
    isNudged = true;
  });
  await wf.condition(() => isNudged, ms);
  if (end === 'fail') throw wf.ApplicationFailure.nonRetryable('the child fails', 'ChildFailure', 'a detail');
  return end;
}

/** Every way in which a child starts and ends by itself; signals to a child. */
export async function childOutcomes(): Promise<unknown[]> {
  const { workflowId } = wf.workflowInfo();
  const once = { retry: { maximumAttempts: 1 } };
  const long = await wf.startChild(child, { args: [5000], workflowId: `${workflowId}-long`, memo: { a: 1 } });
  return [
    await settle(wf.executeChild(child, { args: [5] })),
    await settle(wf.executeChild(child, { args: [5, 'fail'], ...once })),
    await settle(wf.executeChild(child, { args: [5000], workflowRunTimeout: '200ms' })),
    await settle(wf.startChild(child, { args: [5], workflowId: `${workflowId}-long` })),
    ...(await Promise.all([
      settle(wf.executeChild(child, { args: [20] })),
      settle(wf.executeChild(child, { args: [10, 'fail'] })),
      settle(wf.sleep(15)),
    ])),
    await settle(long.signal('nudge')),
    await settle(long.result()),
    await settle(long.signal('nudge')),
  ];
}

/** Every cancellation type: before the child is sent, after, and when it runs. */
export async function childCancellations(): Promise<Settled[]> {
  const outcomes: Settled[] = [];
  for (const cancellationType of CANCELLATION_TYPES) {
    outcomes.push(await cancelledChild(cancellationType, async () => undefined, true));
    outcomes.push(await cancelledChild(cancellationType, async () => undefined, false));
    outcomes.push(await cancelledChild(cancellationType, () => wf.sleep(50), false));
  }
  return outcomes;
}

/** A request to cancel that is sent before the child is known to have started. */
export async function childCancelledBeforeStart(): Promise<Settled[]> {
  const outcomes: Settled[] = [];
  const plain = wf.proxyLocalActivities<{ echo(text: string): Promise<string> }>({ startToCloseTimeout: '1s' });
  for (const cancellationType of CANCELLATION_TYPES) {
    outcomes.push(
      await settle(
        wf.CancellationScope.cancellable(async () => {
          const running = wf.executeChild(child, { args: [300], cancellationType, parentClosePolicy: 'ABANDON' });
          running.catch(() => undefined);
          // Within the same workflow task, but another activation.
          await plain.echo('wait');
          wf.CancellationScope.current().cancel();
          return await running;
        }),
      ),
    );
  }
  return outcomes;
}

/** Children that somebody terminates or cancels. */
export async function childrenEndedByOthers(): Promise<Settled[]> {
  const { workflowId } = wf.workflowInfo();
  return await Promise.all(
    ['terminated', 'cancelled'].map((label) =>
      settle(wf.executeChild(child, { args: [5000], workflowId: `${workflowId}-${label}` })),
    ),
  );
}

async function cancelledChild(
  cancellationType: (typeof CANCELLATION_TYPES)[number],
  wait: () => Promise<unknown>,
  isAtOnce: boolean,
): Promise<Settled> {
  return await settle(
    wf.CancellationScope.cancellable(async () => {
      const options = { args: [300] as [number], cancellationType, parentClosePolicy: 'ABANDON' as const };
      if (isAtOnce) {
        const running = wf.executeChild(child, options);
        wf.CancellationScope.current().cancel();
        return await running;
      }
      const handle = await wf.startChild(child, options);
      await wait();
      wf.CancellationScope.current().cancel();
      return await handle.result();
    }),
  );
}
