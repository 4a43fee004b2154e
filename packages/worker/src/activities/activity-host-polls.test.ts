import { CompleteAsyncError } from '@perdure/activity';
import { GrpcServiceError, GrpcStatus } from '@perdure/client/transport';
import { expect, test } from 'vitest';
import { fixedPollerCount } from '../polling/index.js';
import { FixedSizeSlots } from '../slots/index.js';
import { startActivityHost, unavailable, untilCancelled } from '../testing/activity-host.js';
import { settled } from '../testing/manual-clock.js';
import { valuesOf } from '../testing/scripted-activity-server.js';

test('an activity that somebody else completes is not answered, and its slot is free', async () => {
  const slots = new FixedSizeSlots(1);
  const { server, host } = startActivityHost(
    {
      work: async () => {
        throw new CompleteAsyncError();
      },
      next: async () => 'next',
    },
    { slots, pollers: fixedPollerCount(1) },
  );
  host.start();
  server.dispatch('work');
  server.dispatch('next');
  const answers = await server.answered(1);
  expect(answers.map(({ request }) => valuesOf(request.result))).toEqual([['next']]);
});

test('a worker that stops waits for its activities, then cancels them, and they fail to be run elsewhere', async () => {
  const { server, host, clock } = startActivityHost({ untilCancelled });
  host.start();
  server.dispatch('untilCancelled');
  await settled();
  let hasEnded = false;
  const ended = host.shutdown({ graceMs: 5_000 }).then(() => (hasEnded = true));
  await clock.advance(4_999);
  expect(hasEnded).toBe(false);
  expect(server.waitingPollCount).toBe(0);
  await clock.advance(1);
  await ended;
  expect(server.answers[0]?.request.failure).toMatchObject({
    message: 'Worker is shutting down and this activity did not complete in time',
    applicationFailureInfo: { type: 'WorkerShutdown' },
  });
});

test('a worker that stops waits for polls that the server ends, and runs what they bring', async () => {
  const { server, host } = startActivityHost(
    { echo: async (value: unknown) => value },
    { pollers: fixedPollerCount(2) },
  );
  host.start();
  await settled();
  const giveUp = new AbortController();
  let hasEnded = false;
  const ended = host.shutdown({ graceMs: 5_000, abortPolls: giveUp.signal }).then(() => (hasEnded = true));
  await settled();
  expect([hasEnded, server.waitingPollCount]).toEqual([false, 2]);
  server.dispatch('echo', ['just in time']);
  expect(valuesOf((await server.answered())[0]?.request.result)).toEqual(['just in time']);
  await settled();
  // One poll ended with a task, and was the last of its kind; the other one is lost.
  expect([hasEnded, server.polls.length, server.waitingPollCount]).toEqual([false, 2, 1]);
  giveUp.abort();
  await ended;
});

test('a worker that stops runs the activities that come with the last answers to workflow tasks', async () => {
  const { server, host } = startActivityHost(
    { echo: async (value: unknown) => value },
    { pollers: fixedPollerCount(0) },
  );
  host.start();
  expect(host.tryReserveEager()).toBe(true);
  let onLast = (): void => undefined;
  const lastEager = new Promise<void>((resolve) => (onLast = resolve));
  const ended = host.shutdown({ graceMs: 5_000, lastEager });
  await settled();
  expect(host.tryReserveEager()).toBe(false);
  const { encode, decode } = (await import('@perdure/protocol')).workflowservice.PollActivityTaskQueueResponse;
  host.runEager(decode(encode(server.dispatch('echo', ['eager']))));
  onLast();
  await ended;
  expect(valuesOf(server.answers[0]?.request.result)).toEqual(['eager']);
});

test('no more run at once than there are slots', async () => {
  const ends: (() => void)[] = [];
  const slots = new FixedSizeSlots(2);
  const { server, host } = startActivityHost(
    { work: () => new Promise<void>((resolve) => ends.push(resolve)) },
    { slots, pollers: fixedPollerCount(5) },
  );
  host.start();
  for (let index = 0; index < 3; index++) server.dispatch('work');
  await settled();
  expect([ends.length, slots.usedCount, slots.availableCount]).toEqual([2, 2, 0]);
  ends[0]?.();
  await server.answered(1);
  await settled();
  expect(ends).toHaveLength(3);
  for (const end of ends) end();
  await server.answered(3);
});

test('eager activities run in slots that were kept for them', async () => {
  const slots = new FixedSizeSlots(2);
  const { server, host } = startActivityHost(
    { echo: async (value: unknown) => value },
    { slots, pollers: fixedPollerCount(0) },
  );
  host.start();
  expect([host.tryReserveEager(), host.tryReserveEager(), host.tryReserveEager()]).toEqual([true, true, false]);
  const task = server.dispatch('echo', ['eager']);
  const { workflowservice } = await import('@perdure/protocol');
  const { encode, decode } = workflowservice.PollActivityTaskQueueResponse;
  host.runEager(decode(encode(task)));
  host.releaseEager();
  expect(valuesOf((await server.answered())[0]?.request.result)).toEqual(['eager']);
  await settled();
  expect(slots.availableCount).toBe(2);
});

test('while the server is away polls go on, with one line in the log', async () => {
  const { server, host, clock, logger } = startActivityHost({ echo: async () => 1 });
  server.pollErrors.push(...Array.from({ length: 9 }, unavailable));
  host.start();
  await clock.advance(60_000);
  server.dispatch('echo');
  await server.answered();
  expect(logger.messages('WARN')).toHaveLength(1);
  expect(logger.messages('WARN')[0]).toContain(
    "Cannot poll task queue 'q' for activities: 14 UNAVAILABLE: nobody there",
  );
  expect(logger.messages('INFO')).toHaveLength(1);
});

test('a poll that nobody answers in time is made again, and is no outage', async () => {
  const { server, host, logger } = startActivityHost({ echo: async () => 1 });
  server.pollErrors.push(new GrpcServiceError(GrpcStatus.DEADLINE_EXCEEDED, 'Deadline exceeded'));
  host.start();
  server.dispatch('echo');
  await server.answered();
  expect(logger.messages('WARN')).toEqual([]);
  expect(server.polls.length).toBeGreaterThan(2);
});

test('a poll that the server refuses for good is reported once, and not made again', async () => {
  const { server, host, clock, fatalErrors } = startActivityHost({ echo: async () => 1 });
  const refusal = new GrpcServiceError(GrpcStatus.NOT_FOUND, 'Namespace default is not found.');
  server.pollErrors.push(refusal, refusal);
  host.start();
  await clock.advance(60_000);
  expect(fatalErrors).toEqual([refusal]);
  expect(server.polls).toHaveLength(2);
});

test('an answer is given until the server hears it', async () => {
  const { server, host, clock } = startActivityHost({ echo: async () => 1 });
  server.answerErrors.push(unavailable(), unavailable());
  host.start();
  server.dispatch('echo');
  await clock.advance(10_000);
  expect(server.answers).toHaveLength(1);
});

test('an answer that the server refuses is logged, and not given again', async () => {
  const { server, host, clock, logger } = startActivityHost({ echo: async () => 1 });
  server.answerErrors.push(new GrpcServiceError(GrpcStatus.NOT_FOUND, 'gone'));
  host.start();
  server.dispatch('echo');
  await clock.advance(10_000);
  expect(server.answers).toEqual([]);
  expect(logger.messages('WARN')).toEqual([
    'The answer of activity echo (1) was not taken: it timed out, or its workflow has closed',
  ]);
});

test('no more are started each second than the worker is set to', async () => {
  const startedAtMs: number[] = [];
  const { server, host, clock } = startActivityHost(
    { work: async () => startedAtMs.push(clock.nowMs()) },
    { maxActivitiesPerSecond: 2, maxTaskQueueActivitiesPerSecond: 7, pollers: fixedPollerCount(1) },
  );
  host.start();
  for (let index = 0; index < 5; index++) server.dispatch('work');
  await clock.advance(1_500);
  expect(startedAtMs.map((atMs) => atMs - 1_000_000)).toEqual([0, 0, 500, 1_000, 1_500]);
  expect(server.polls[0]?.taskQueueMetadata?.maxTasksPerSecond?.value).toBe(7);
});
