import * as wf from '@temporalio/workflow';
import { recordedService } from './nexus-service.js';
import { settle } from './settle.js';

const client = wf.createNexusServiceClient({ endpoint: 'recorded', service: recordedService });
const { ABANDON, TRY_CANCEL, WAIT_CANCELLATION_REQUESTED, WAIT_CANCELLATION_COMPLETED } =
  wf.NexusOperationCancellationType;
const TYPES = [ABANDON, TRY_CANCEL, WAIT_CANCELLATION_REQUESTED, WAIT_CANCELLATION_COMPLETED];

/** Every way an operation can end by itself. */
export async function nexusOutcomes(): Promise<unknown> {
  const results: unknown[] = [];
  results.push(await settle(client.executeOperation('echo', 'at once', { summary: 'an echo' })));
  results.push(await settle(Promise.all(['a', 'b'].map((text) => client.executeOperation('echo', text)))));
  for (const how of ['handler', 'operation', 'cancelled'] as const) {
    results.push(await settle(client.executeOperation('fail', how)));
  }
  for (const ending of ['completed', 'failed'] as const) {
    const handle = await client.startOperation('run', ending);
    results.push([Boolean(handle.token), await settle(handle.result())]);
  }
  const timeouts = { scheduleToCloseTimeout: '1s', scheduleToStartTimeout: '700ms' } as const;
  results.push(await settle(client.executeOperation('stall', 60_000, timeouts)));
  const slow = await client.startOperation('run', 'waiting', {
    startToCloseTimeout: '1s',
    scheduleToCloseTimeout: '1h',
  });
  results.push(await settle(slow.result()));
  return results;
}

/**
 * Operations that are cancelled while they run, while they start, and before. Of those that start only the types that wait: with the
 * others the workflow task fails once the operation has started after all.
 */
export async function nexusCancellations(): Promise<unknown> {
  const results: unknown[] = [];
  for (const cancellationType of TYPES) {
    for (const running of ['waiting', 'unimpressed'] as const) {
      results.push(
        await wf.CancellationScope.cancellable(async () => {
          const handle = await client.startOperation('run', running, { cancellationType });
          wf.CancellationScope.current().cancel();
          return await settle(handle.result());
        }),
      );
    }
    if (cancellationType !== ABANDON && cancellationType !== TRY_CANCEL) {
      results.push(await cancelledAtStart(cancellationType));
    }
    results.push(
      await wf.CancellationScope.cancellable(async () => {
        const never = client.startOperation('echo', 'never sent', { cancellationType });
        wf.CancellationScope.current().cancel();
        return await settle(never);
      }),
    );
  }
  return results;
}

async function cancelledAtStart(cancellationType: wf.NexusOperationCancellationType): Promise<unknown> {
  return await wf.CancellationScope.cancellable(async () => {
    const starting = client.startOperation('stall', 3_000, { cancellationType });
    await wf.CancellationScope.nonCancellable(() => wf.sleep(100));
    wf.CancellationScope.current().cancel();
    return await settle(starting.then(async (handle) => await handle.result()));
  });
}

/** What stands behind `run`. */
export async function recordedRun(ending: 'completed' | 'failed' | 'waiting' | 'unimpressed'): Promise<string> {
  if (ending === 'failed') throw wf.ApplicationFailure.nonRetryable('no more', 'NoMore', 'detail');
  if (ending === 'completed') return 'done';
  try {
    await wf.sleep('1 minute');
  } catch (error) {
    if (ending === 'waiting') throw error;
  }
  return 'done all the same';
}
