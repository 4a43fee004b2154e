import { CancelledFailure, Context, heartbeat } from '@perdure/activity';
import { GrpcServiceError, GrpcStatus } from '@perdure/client/transport';
import { expect, test } from 'vitest';
import { startActivityHost, unavailable, untilCancelled } from '../testing/activity-host.js';
import { settled } from '../testing/manual-clock.js';
import { valuesOf } from '../testing/scripted-activity-server.js';

test('heartbeats go out at once, and then once in four fifths of the timeout, the latest only', async () => {
  let end = (): void => {};
  const { server, host, clock } = startActivityHost({
    work: async () => {
      const context = Context.current();
      for (const step of [1, 2, 3]) context.heartbeat(step);
      await new Promise<void>((resolve) => (end = resolve));
    },
  });
  host.start();
  server.dispatch('work', [], { heartbeatTimeout: { seconds: 10 } });
  await settled();
  expect(server.heartbeats.map(({ details }) => valuesOf(details))).toEqual([[1]]);
  await clock.advance(7_999);
  expect(server.heartbeats).toHaveLength(1);
  await clock.advance(1);
  expect(server.heartbeats.map(({ details }) => valuesOf(details))).toEqual([[1], [3]]);
  await clock.advance(60_000);
  expect(server.heartbeats).toHaveLength(2);
  end();
  expect((await server.answered())[0]?.status).toBe('completed');
});

test('what a failed attempt said last reaches the next one, even if it was held back', async () => {
  const { server, host } = startActivityHost({
    work: async () => {
      heartbeat('first');
      heartbeat('last');
      throw new Error('lost');
    },
  });
  host.start();
  server.dispatch('work');
  const [answer] = await server.answered();
  expect(valuesOf(answer?.request.lastHeartbeatDetails)).toEqual(['last']);
});

test('a heartbeat that did not arrive is sent again', async () => {
  const { server, host, clock, logger } = startActivityHost({ untilCancelled });
  host.start();
  server.heartbeatAnswers.push(unavailable(), { cancelRequested: true });
  server.dispatch('untilCancelled');
  await clock.advance(30_000);
  expect(server.heartbeats.map(({ details }) => valuesOf(details))).toEqual([['progress'], ['progress']]);
  expect(logger.messages('WARN')).toEqual(['Activity heartbeat failed']);
  expect((await server.answered())[0]?.status).toBe('canceled');
});

test('an activity whose cancellation is confirmed is answered as cancelled, with its details', async () => {
  const seen: unknown[] = [];
  const { server, host } = startActivityHost({
    work: async () => {
      const context = Context.current();
      heartbeat();
      await context.cancelled.catch((error: unknown) => seen.push(error));
      seen.push(context.cancellationSignal.reason, context.cancellationDetails);
      throw new CancelledFailure('given up', ['half done']);
    },
  });
  host.start();
  server.heartbeatAnswers.push({ cancelRequested: true });
  server.dispatch('work');
  const [answer] = await server.answered();
  expect(answer?.status).toBe('canceled');
  expect(valuesOf(answer?.request.details)).toEqual(['half done']);
  expect(seen[0]).toBeInstanceOf(CancelledFailure);
  expect(seen[0]).toMatchObject({ message: 'CANCELLED' });
  expect(seen[1]).toBe(seen[0]);
  expect(seen[2]).toMatchObject({ cancelRequested: true, workerShutdown: false });
});

test('an abort error confirms a cancellation too; any other error is a failure, and a result is a result', async () => {
  const cancelled = async (): Promise<void> => {
    heartbeat();
    await Context.current().cancelled.catch(() => undefined);
  };
  const { server, host } = startActivityHost({
    aborts: async () => {
      await cancelled();
      throw new DOMException('aborted', 'AbortError');
    },
    fails: async () => {
      await cancelled();
      throw new Error('cleaning up failed');
    },
    finishes: async () => {
      await cancelled();
      return 'done all the same';
    },
  });
  host.start();
  for (const [index, name] of ['aborts', 'fails', 'finishes'].entries()) {
    server.heartbeatAnswers.push({ cancelRequested: true });
    server.dispatch(name);
    await server.answered(index + 1);
  }
  expect(server.answers.map(({ status }) => status)).toEqual(['canceled', 'failed', 'completed']);
});

test('a cancellation that nobody asked for is a failure', async () => {
  const { server, host } = startActivityHost({
    work: async () => {
      throw new CancelledFailure('on my own');
    },
  });
  host.start();
  server.dispatch('work');
  const [answer] = await server.answered();
  expect(answer?.request.failure).toMatchObject({
    message: 'on my own',
    applicationFailureInfo: { type: 'CancelledFailure' },
  });
});

test.each([
  [{ activityPaused: true }, 'Activity paused', 'ActivityPause', 'paused'],
  [{ activityReset: true }, 'Activity reset', 'ActivityReset', 'reset'],
] as const)('an activity that is told %j stops as failed, to be run again', async (told, message, type, detail) => {
  const details: unknown[] = [];
  const { server, host } = startActivityHost({
    work: () => untilCancelled().finally(() => details.push(Context.current().cancellationDetails)),
  });
  host.start();
  server.heartbeatAnswers.push(told);
  server.dispatch('work');
  const [answer] = await server.answered();
  expect(answer?.request.failure).toMatchObject({ message, applicationFailureInfo: { type } });
  expect(details).toMatchObject([{ [detail]: true, cancelRequested: false }]);
});

test('an activity that the server has given up is told, and not answered', async () => {
  let reason: unknown;
  let onEnd = (): void => {};
  const ended = new Promise<void>((resolve) => (onEnd = resolve));
  const { server, host } = startActivityHost({
    work: async () => {
      heartbeat();
      await Context.current().cancelled.catch((error: unknown) => (reason = error));
      onEnd();
      return 'too late';
    },
    next: async () => 1,
  });
  host.start();
  server.heartbeatAnswers.push(new GrpcServiceError(GrpcStatus.NOT_FOUND, 'gone'));
  server.dispatch('work');
  await ended;
  server.dispatch('next');
  await server.answered(1);
  expect(reason).toMatchObject({ message: 'NOT_FOUND' });
  expect(server.answers).toHaveLength(1);
});

test('heartbeat details that cannot be converted cancel the activity and fail it', async () => {
  const { server, host } = startActivityHost({
    work: async () => {
      heartbeat(1n);
      await Context.current().cancelled;
    },
  });
  host.start();
  server.dispatch('work');
  const [answer] = await server.answered();
  expect(answer?.request.failure?.message).toBe('HEARTBEAT_DETAILS_CONVERSION_FAILED');
  expect(server.heartbeats).toEqual([]);
});
