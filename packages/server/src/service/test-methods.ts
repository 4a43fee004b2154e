import { durationToMs, msToTimestamp, services as api, timestampToMs } from '@perdure/protocol';
import { ServiceError, type AnyRpcMethod, type CallContext } from '../api/index.js';
import { UnbalancedUnlockError, type TimeSkipper } from '../time-skipping/index.js';
import { method } from './handlers.js';
import type { Services } from './services.js';

const { methods } = api.TestService;

/** The service of test servers: `temporal.api.testservice.v1.TestService`. Only a server whose time skips has it. */
export function testMethods({ timeSkipper }: Services): AnyRpcMethod[] {
  if (timeSkipper === undefined) return [];
  const { clock } = timeSkipper;
  const sleepFor = (durationMs: number, unlocks: boolean, context: CallContext): Promise<object> =>
    sleep(timeSkipper, clock.nowMs() + durationMs, unlocks, context);
  return [
    method(methods.LockTimeSkipping, async () => {
      timeSkipper.lock();
      return {};
    }),
    method(methods.UnlockTimeSkipping, async () => {
      unlock(timeSkipper);
      return {};
    }),
    method(methods.Sleep, (request, context) => sleepFor(durationToMs(request.duration) ?? 0, false, context)),
    method(methods.UnlockTimeSkippingWithSleep, (request, context) =>
      sleepFor(durationToMs(request.duration) ?? 0, true, context),
    ),
    method(methods.SleepUntil, (request, context) =>
      sleep(timeSkipper, timestampToMs(request.timestamp) ?? 0, false, context),
    ),
    method(methods.GetCurrentTime, async () => ({ time: msToTimestamp(clock.nowMs()) })),
  ];
}

function unlock(timeSkipper: TimeSkipper): void {
  try {
    timeSkipper.unlock();
  } catch (error) {
    if (error instanceof UnbalancedUnlockError) throw new ServiceError('FAILED_PRECONDITION', error.message);
    throw error;
  }
}

async function sleep(
  timeSkipper: TimeSkipper,
  wakeMs: number,
  unlocks: boolean,
  context: CallContext,
): Promise<object> {
  const asleep = timeSkipper.sleepUntil(wakeMs, { unlocks });
  let stopListening: (() => void) | undefined;
  const interrupted = new Promise<never>((_, reject) => {
    stopListening = context.onCancelled((reason) =>
      reject(
        reason === 'drain'
          ? new ServiceError('UNAVAILABLE', 'the server is shutting down')
          : new ServiceError('CANCELLED', 'the caller does not wait any more'),
      ),
    );
  });
  try {
    await Promise.race([asleep.done, interrupted]);
  } finally {
    stopListening?.();
    asleep.cancel();
  }
  return {};
}
