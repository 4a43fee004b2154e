import { ActivityCancellationDetails, CancelledFailure, noopMetricMeter } from '@perdure/common';
import { expect, test } from 'vitest';
import {
  activityInfo,
  cancellationSignal,
  cancelled,
  Context,
  getClient,
  heartbeat,
  type Info,
  log,
  metricMeter,
  sleep,
} from './index.js';
import { ActivityCancellation, asyncLocalStorage } from './internal.js';

function contextWith(parts: Partial<ConstructorParameters<typeof Context>[0]> = {}) {
  const lines: string[] = [];
  const logged = (message: string): number => lines.push(message);
  const cancellation = new ActivityCancellation();
  const context = new Context({
    info: { activityType: 'work' } as Info,
    cancellation,
    heartbeat: () => {},
    log: {
      log: (_level, message) => logged(message),
      trace: logged,
      debug: logged,
      info: logged,
      warn: logged,
      error: logged,
    },
    metricMeter: () => noopMetricMeter,
    ...parts,
  });
  return { context, cancellation, lines };
}

const DETAILS = new ActivityCancellationDetails({ cancelRequested: true });

test('the current context follows the activity through what it awaits', async () => {
  const beats: unknown[] = [];
  const { context, lines } = contextWith({ heartbeat: (details) => beats.push(details) });
  await asyncLocalStorage.run(context, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    heartbeat(1);
    log.info('hello');
    metricMeter.createCounter('c').add(1);
    expect([activityInfo().activityType, Context.current()]).toEqual(['work', context]);
  });
  expect([beats, lines]).toEqual([[1], ['hello']]);
});

test('outside of an activity there is no context, and the error says where there is', () => {
  expect(() => heartbeat()).toThrow('No activity is running here');
});

test('an activity without a client is told so', () => {
  expect(() => asyncLocalStorage.run(contextWith().context, getClient)).toThrow('This activity has no client');
});

test('cancellation reaches promise, signal and sleep alike, however late they are asked for', async () => {
  const { context, cancellation } = contextWith();
  await asyncLocalStorage.run(context, async () => {
    const sleeping = sleep('1 hour');
    const early = cancelled();
    const signal = cancellationSignal();
    cancellation.cancel('CANCELLED', DETAILS);
    cancellation.cancel('TIMED_OUT', new ActivityCancellationDetails({ timedOut: true }));
    const error = cancellation.error;
    expect(error).toBeInstanceOf(CancelledFailure);
    for (const promise of [sleeping, early, cancelled(), sleep(1)]) await expect(promise).rejects.toBe(error);
    expect([signal.aborted, signal.reason, cancellationSignal()]).toEqual([true, error, signal]);
    expect(context.cancellationDetails).toBe(DETAILS);
  });
});

test('a sleep that is not interrupted ends, and leaves nothing behind', async () => {
  const { context, cancellation } = contextWith();
  await context.sleep(1);
  cancellation.cancel('CANCELLED', DETAILS);
});
