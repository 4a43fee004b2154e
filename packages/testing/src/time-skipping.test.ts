import { setTimeout as pause } from 'node:timers/promises';
import { type Duration, TimeoutType } from '@perdure/common';
import { WorkflowFailedError } from '@perdure/client';
import { describe, expect, it } from 'vitest';
import * as workflows from './testing/workflows.js';
import { skipping, withWorker } from './testing/with-worker.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Real time counts as well: what workers need for their tasks. */
const LATITUDE_MS = HOUR_MS / 2;

function expectAbout(actualMs: number, expectedMs: number): void {
  expect(actualMs).toBeGreaterThanOrEqual(expectedMs);
  expect(actualMs).toBeLessThan(expectedMs + LATITUDE_MS);
}

async function failureOf(result: Promise<unknown>): Promise<unknown> {
  const error: unknown = await result.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(WorkflowFailedError);
  return (error as WorkflowFailedError).cause;
}

describe('while a result is waited for, time skips', () => {
  it('thirty days', async () => {
    await withWorker(await skipping(), async ({ execute, environment }) => {
      const before = await environment.currentTimeMs();
      expectAbout(await execute(workflows.sleeper, ['30 days']), 30 * DAY_MS);
      expectAbout((await environment.currentTimeMs()) - before, 30 * DAY_MS);
    });
  });

  it('the backoff of activities', async () => {
    await withWorker(await skipping(), async ({ execute }) => {
      expectAbout(await execute(workflows.persistent, [6]), (1 + 2 + 4 + 8 + 10 + 10) * HOUR_MS);
    });
  });

  it('the long backoff of local activities', async () => {
    await withWorker(await skipping(), async ({ execute }) => {
      expectAbout(await execute(workflows.persistentLocally, [3]), (1 + 2 + 4) * HOUR_MS);
    });
  });

  it('what child workflows wait for', async () => {
    await withWorker(await skipping(), async ({ execute }) => {
      expectAbout(await execute(workflows.family, [4]), 10 * DAY_MS);
    });
  });

  it('a chain of runs', async () => {
    await withWorker(await skipping(), async ({ start, environment }) => {
      const before = await environment.currentTimeMs();
      const handle = await start(workflows.daily, [20]);
      const { runId } = await handle.describe();
      expect(await handle.result()).toBe(runId);
      expectAbout((await environment.currentTimeMs()) - before, 20 * DAY_MS);
    });
  });

  it('the delay of a start', async () => {
    await withWorker(await skipping(), async ({ execute, environment }) => {
      const before = await environment.currentTimeMs();
      expectAbout((await execute(workflows.beginning, [], { startDelay: '3 days' })) - before, 3 * DAY_MS);
    });
  });

  it('the retries of a workflow', async () => {
    await withWorker(await skipping(), async ({ execute, environment }) => {
      const before = await environment.currentTimeMs();
      const retry = { initialInterval: '1 day', backoffCoefficient: 1 } as const;
      expect(await execute(workflows.failingAtFirst, [], { retry })).toBe(4);
      expectAbout((await environment.currentTimeMs()) - before, 3 * DAY_MS);
    });
  });

  it('to the timeout of a workflow', async () => {
    await withWorker(await skipping(), async ({ execute }) => {
      const failure = await failureOf(execute(workflows.sleeper, ['30 days'], { workflowExecutionTimeout: '10 days' }));
      expect(failure).toMatchObject({ timeoutType: TimeoutType.START_TO_CLOSE });
    });
  });

  it('from one run of a cron schedule to the next', async () => {
    await withWorker(await skipping(), async ({ start, environment }) => {
      const handle = await start(workflows.beginning, [], { cronSchedule: '0 0 * * *', workflowId: 'cron' });
      await environment.sleep('10 days');
      const { client } = environment;
      const runs: number[] = [];
      for await (const { startTime } of client.workflow.list({ query: "WorkflowId = 'cron'" }))
        runs.push(startTime.getTime());
      expect(runs).toHaveLength(11);
      await handle.terminate();
    });
  });
});

describe('time does not skip', () => {
  it('while an activity runs', async () => {
    await withWorker(await skipping(), async ({ execute }) => {
      expect(await execute(workflows.activityOrTimer, ['working', '1 hour'])).toBe('activity');
    });
  });

  it('while nobody waits for a result', async () => {
    await withWorker(await skipping(), async ({ start, environment }) => {
      const before = await environment.currentTimeMs();
      const handle = await start(workflows.sleeper, ['1 hour']);
      await handle.describe();
      await pause(50);
      expect((await environment.currentTimeMs()) - before).toBeLessThan(HOUR_MS);
      expectAbout(await handle.result(), HOUR_MS);
    });
  });

  it('any further once the result is there', async () => {
    await withWorker(await skipping(), async ({ execute, environment }) => {
      const workflowId = await execute(workflows.leavingOneBehind, []);
      const leftBehind = environment.client.workflow.getHandle<typeof workflows.hourly>(workflowId);
      const counted = await leftBehind.query(workflows.hours);
      expect(counted).toBe(3);
      await pause(50);
      expect(await leftBehind.query(workflows.hours)).toBe(counted);
    });
  });

  it('while a worker is still to come', async () => {
    const environment = await skipping();
    const { client } = environment;
    const options = { taskQueue: 'queue', workflowId: 'early', args: ['1 day'], workflowExecutionTimeout: DAY_MS * 2 };
    const early = client.workflow.execute('sleeper', options);
    await pause(50);
    await withWorker(environment, async () => expectAbout((await early) as number, DAY_MS));
  });
});

describe('the environment sleeps', () => {
  it('and workflows go on meanwhile', async () => {
    await withWorker(await skipping(), async ({ start, environment }) => {
      const handle = await start(workflows.hourly, []);
      for (let day = 1; day <= 5; day += 1) {
        const before = await environment.currentTimeMs();
        await environment.sleep('1 day');
        expectAbout((await environment.currentTimeMs()) - before, DAY_MS);
        // Its hours begin a little later than ours.
        expect([24 * day - 1, 24 * day]).toContain(await handle.query(workflows.hours));
      }
    });
  });

  it('until just before and just after a timer', async () => {
    await withWorker(await skipping(), async ({ start, environment }) => {
      const handle = await start(workflows.sleeper, ['1 day']);
      // Not before its first workflow task is done does the timer run.
      await environment.sleep('1 hour');
      await environment.sleep('22 hours');
      expect((await handle.describe()).status.name).toBe('RUNNING');
      await environment.sleep('2 hours');
      expect((await handle.describe()).status.name).toBe('COMPLETED');
    });
  });

  it('and signals come meanwhile', async () => {
    await withWorker(await skipping(), async ({ start, environment }) => {
      const handle = await start(workflows.notes, [2, '10 days']);
      await environment.sleep('3 days');
      await handle.signal(workflows.note, 'one');
      await environment.sleep('3 days');
      await handle.signal(workflows.note, 'two');
      const [received, took] = await handle.result();
      expect(received).toEqual(['one', 'two']);
      expectAbout(took, 6 * DAY_MS);
    });
  });

  it('and what is not signalled in time is missed', async () => {
    await withWorker(await skipping(), async ({ start, environment }) => {
      const handle = await start(workflows.notes, [2, '10 days']);
      await environment.sleep('3 days');
      await handle.signal(workflows.note, 'one');
      await environment.sleep('8 days');
      const [received, took] = await handle.result();
      expect(received).toEqual(['one']);
      expectAbout(took, 10 * DAY_MS);
    });
  });

  it.each<[string, Duration, string]>([
    ['a timer that is shorter', '500 seconds', 'timer'],
    ['a timer that is longer', '2000 seconds', 'activity'],
  ])('in an activity, beside %s', async (_, timer, first) => {
    const environment = await skipping();
    await withWorker(
      environment,
      async ({ execute }) => expect(await execute(workflows.activityOrTimer, ['sleeping', timer])).toBe(first),
      { activities: { sleeping: () => environment.sleep('1000 seconds') } },
    );
  });

  it('over the timeout of an activity that hangs', async () => {
    await withWorker(await skipping(), async ({ start, environment }) => {
      const handle = await start(workflows.activityOrTimer, ['hanging', '30 days']);
      const result = handle.result();
      await environment.sleep('2 days');
      expect(await result).toBe('activity: activity StartToClose timeout');
    });
  });
});

describe('many at once', () => {
  it('environments have times of their own', async () => {
    const days = Array.from({ length: 12 }, (_, index) => index * 3 + 1);
    const passed = await Promise.all(
      days.map(async (each) =>
        withWorker(await skipping(), async ({ execute, environment }) => {
          const before = await environment.currentTimeMs();
          expectAbout(await execute(workflows.sleeper, [each * DAY_MS]), each * DAY_MS);
          return (await environment.currentTimeMs()) - before;
        }),
      ),
    );
    for (const [index, ms] of passed.entries()) expectAbout(ms, (days[index] ?? 0) * DAY_MS);
  });

  it('results of one environment may be waited for together', async () => {
    await withWorker(await skipping(), async ({ execute, environment }) => {
      const before = await environment.currentTimeMs();
      const days = [5, 1, 9, 3, 9];
      const took = await Promise.all(days.map((each) => execute(workflows.sleeper, [each * DAY_MS])));
      for (const [index, ms] of took.entries()) expectAbout(ms, (days[index] ?? 0) * DAY_MS);
      expectAbout((await environment.currentTimeMs()) - before, 9 * DAY_MS);
    });
  });

  it('a result and a sleep may be waited for together', async () => {
    await withWorker(await skipping(), async ({ execute, environment }) => {
      const [took] = await Promise.all([execute(workflows.sleeper, ['5 days']), environment.sleep('9 days')]);
      expectAbout(took, 5 * DAY_MS);
    });
  });
});

describe('locks', () => {
  it('are counted: a result does not skip time that somebody else holds', async () => {
    await withWorker(await skipping(), async ({ start, environment }) => {
      const { testService } = environment.connection;
      if (testService === undefined) return expect.unreachable('no test service');
      await testService.lockTimeSkipping({});
      const before = await environment.currentTimeMs();
      const result = (await start(workflows.sleeper, ['1 hour'])).result();
      await pause(50);
      expect((await environment.currentTimeMs()) - before).toBeLessThan(HOUR_MS);
      await testService.unlockTimeSkipping({});
      expectAbout(await result, HOUR_MS);
      await testService.unlockTimeSkipping({});
      await expect(testService.unlockTimeSkipping({})).rejects.toThrow('Time is not locked');
    });
  });
});
