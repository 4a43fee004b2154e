import { msToDuration, services as api, timestampToMs } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { startServer } from '../main/start-server.js';
import { scheduleActivity, startTimer } from '../testing/commands.js';
import { Served } from './testing/served.js';

const { methods } = api.TestService;
const {
  PollActivityTaskQueue,
  RespondActivityTaskCompleted,
  RespondWorkflowTaskCompleted,
  GetWorkflowExecutionHistory,
} = api.WorkflowService.methods;
const DAY_MS = 86_400_000;

const skipping = () => Served.start({ timeSkipping: true });

async function timeMs(served: Served): Promise<number> {
  return timestampToMs((await served.call(methods.GetCurrentTime, {})).time) ?? Number.NaN;
}

const sleepDays = (served: Served, days: number) =>
  served.call(methods.UnlockTimeSkippingWithSleep, { duration: msToDuration(days * DAY_MS) });

describe('a server whose time skips', () => {
  it('fires a timer of thirty days during a sleep, at its moment', async () => {
    const served = await skipping();
    await served.startWorkflow('w');
    await served.completeWorkflowTask(startTimer('t', 30 * DAY_MS));
    const slept = sleepDays(served, 30.5);
    const { history, taskToken } = await served.pollWorkflowTask();
    await served.call(RespondWorkflowTaskCompleted, { namespace: 'default', taskToken });
    await slept;
    const [started, fired] = [
      history?.events.find(({ timerStartedEventAttributes }) => timerStartedEventAttributes !== undefined),
      history?.events.find(({ timerFiredEventAttributes }) => timerFiredEventAttributes !== undefined),
    ].map((event) => timestampToMs(event?.eventTime) ?? Number.NaN);
    expect(fired).toBe((started ?? 0) + 30 * DAY_MS);
    expect((await timeMs(served)) - (fired ?? 0)).toBeGreaterThanOrEqual(DAY_MS / 2 - 10_000);
  });

  it('does not skip the timeouts of an activity that runs', async () => {
    const served = await skipping();
    await served.startWorkflow('w', { workflowRunTimeout: msToDuration(DAY_MS) });
    await served.completeWorkflowTask(scheduleActivity('a', { startToCloseTimeout: { seconds: 60 } }));
    const { taskToken, attempt } = await served.pollActivityTask();
    await served.call(methods.UnlockTimeSkipping, {});
    const before = await timeMs(served);
    // Some turns of the event loop in which it would have skipped.
    for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect((await timeMs(served)) - before).toBeLessThan(60_000);
    await served.call(RespondActivityTaskCompleted, { namespace: 'default', taskToken });
    expect(attempt).toBe(1);
    await served.pollWorkflowTask();
  });

  it('keeps the deadlines of calls and polls at the pace of the machine', async () => {
    const served = await skipping();
    const poll = served.call(
      PollActivityTaskQueue,
      { namespace: 'default', taskQueue: { name: 'other' }, identity: 'worker' },
      10_000,
    );
    await sleepDays(served, 30);
    await served.startWorkflow('w');
    await served.completeWorkflowTask(scheduleActivity('a', { taskQueue: { name: 'other' } }));
    expect((await poll).activityId).toBe('a');
  });

  it('keeps closed executions for ever', async () => {
    const served = await skipping();
    await served.startWorkflow('w');
    await served.terminate('w');
    await sleepDays(served, 1000);
    const request = { namespace: 'default', execution: { workflowId: 'w' } };
    expect((await served.call(GetWorkflowExecutionHistory, request)).history?.events).toHaveLength(3);
  });

  it('does not skip to a timer that was cancelled, or that a close made pointless', async () => {
    const served = await skipping();
    await served.startWorkflow('w');
    await served.completeWorkflowTask(startTimer('t', 30 * DAY_MS));
    await served.terminate('w');
    const before = await timeMs(served);
    await served.call(methods.UnlockTimeSkipping, {});
    await served.startWorkflow('soon', { workflowStartDelay: { seconds: 5000 } });
    await served.pollWorkflowTask();
    expect((await timeMs(served)) - before).toBeLessThan(DAY_MS);
  });

  it('sleeps until a time, at once if that has passed', async () => {
    const served = await skipping();
    await served.call(methods.UnlockTimeSkipping, {});
    const now = await timeMs(served);
    const timestamp = { seconds: Math.floor(now / 1000) + 100_000 };
    await served.call(methods.SleepUntil, { timestamp });
    await served.call(methods.SleepUntil, { timestamp });
    expect(Math.floor((await timeMs(served)) / 1000)).toBeLessThan(timestamp.seconds + 1000);
    expect(await timeMs(served)).toBeGreaterThanOrEqual(timestamp.seconds * 1000);
  });

  it('refuses to be unlocked more often than it was locked', async () => {
    const served = await skipping();
    await served.call(methods.LockTimeSkipping, {});
    await served.call(methods.UnlockTimeSkipping, {});
    await served.call(methods.UnlockTimeSkipping, {});
    expect(await served.refusal(methods.UnlockTimeSkipping, {})).toBe(
      'FAILED_PRECONDITION: Time is not locked: it was unlocked more often than it was locked.',
    );
  });

  it('stops while somebody sleeps', async () => {
    const served = await skipping();
    const slept = served.refusal(methods.Sleep, { duration: msToDuration(DAY_MS) });
    await served.stop();
    expect(await slept).toBe('UNAVAILABLE: the server is shutting down');
  });
});

it('a server whose time does not skip has no test service', async () => {
  const served = await Served.start();
  expect(await served.refusal(methods.GetCurrentTime, {})).toMatch(/^UNIMPLEMENTED/);
});

it('time does not skip on a file', async () => {
  const started = startServer({ store: { kind: 'sqlite', path: ':memory:' }, timeSkipping: true });
  await expect(started).rejects.toThrow('Time skips on a memory store only');
});
