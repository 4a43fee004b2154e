import { setTimeout as pause } from 'node:timers/promises';
import type { ScheduleClient, ScheduleDescription, ScheduleHandle, ScheduleOptions } from '@temporalio/client';
import { describe, test, type ExpectStatic } from 'vitest';
import { api, commands, connect, eventually, expectStatus, SDKS, seconds, fromPayloads } from './harness/index.js';
import type { ScriptedWorker } from './harness/index.js';

const environment = await connect();
const { service } = environment;

type Options = Omit<ScheduleOptions, 'scheduleId' | 'action'>;
const daily: Options = { spec: { intervals: [{ every: '1 day' }] } };

/** A schedule, and the worker that gets its workflows. */
interface Scheduled {
  readonly handle: ScheduleHandle;
  readonly worker: ScriptedWorker;
  readonly workflowId: string;
}

async function create(schedules: ScheduleClient, options: Options = daily): Promise<Scheduled> {
  const scheduleId = environment.uniqueId('schedule');
  const worker = environment.scriptedWorker();
  const workflowId = `${scheduleId}-workflow`;
  const { taskQueue } = worker;
  const action = { type: 'startWorkflow', workflowType: 'scripted', taskQueue, workflowId, args: ['in'] } as const;
  return { handle: await schedules.create({ scheduleId, ...options, action }), worker, workflowId };
}

/** Waits until a schedule is as it should be. */
function described(
  { handle }: Scheduled,
  what: string,
  isSo: (description: ScheduleDescription) => boolean,
): Promise<ScheduleDescription> {
  return eventually(what, async () => {
    const description = await handle.describe();
    return isSo(description) ? description : undefined;
  });
}

const isDone =
  (count: number) =>
  ({ info }: ScheduleDescription) =>
    info.numActionsTaken === count && info.runningActions.length === 0;
const taken =
  (count: number) =>
  ({ info }: ScheduleDescription) =>
    info.numActionsTaken === count;

/** The statuses of the recent actions, the oldest first. */
async function statuses({ handle }: Scheduled): Promise<string[]> {
  const { schedule: _, info } = await service.describeSchedule({ namespace: 'default', scheduleId: handle.scheduleId });
  const names = Object.entries(api.enums.WorkflowExecutionStatus);
  return (info?.recentActions ?? []).map(({ startWorkflowStatus }) => {
    const [name = ''] = names.find(([, value]) => value === startWorkflowStatus) ?? [];
    return name.replace('WORKFLOW_EXECUTION_STATUS_', '');
  });
}

describe.each(SDKS)('with the client of %s', (sdk) => {
  const schedules = environment.clientOf(sdk).schedule;

  test('a schedule is described as it was created, in canonical form', async ({ expect }) => {
    const scheduled = await create(schedules, {
      spec: {
        calendars: [{ hour: 12, dayOfWeek: { start: 'MONDAY', end: 'FRIDAY' }, comment: 'noon' }],
        cronExpressions: ['*/15 9-17 * * SUN # often', '@every 1h/10m'],
        skip: [{ month: 'DECEMBER', dayOfMonth: 24 }],
        timezone: 'America/New_York',
        jitter: '30s',
      },
      policies: { overlap: 'BUFFER_ONE', catchupWindow: '1 minute', pauseOnFailure: true },
      state: { note: 'to begin with', remainingActions: 4 },
      memo: { startedBy: 'interop' },
    });
    const description = await scheduled.handle.describe();
    expect(description.spec).toMatchObject({
      calendars: [
        {
          hour: [{ start: 12, end: 12, step: 1 }],
          dayOfWeek: [{ start: 'MONDAY', end: 'FRIDAY', step: 1 }],
          comment: 'noon',
        },
        { minute: [{ start: 0, end: 59, step: 15 }], hour: [{ start: 9, end: 17, step: 1 }], comment: 'often' },
      ],
      intervals: [{ every: 3_600_000, offset: 600_000 }],
      skip: [
        { month: [{ start: 'DECEMBER', end: 'DECEMBER', step: 1 }], dayOfMonth: [{ start: 24, end: 24, step: 1 }] },
      ],
      timezone: 'America/New_York',
      jitter: 30_000,
    });
    expect(description).toMatchObject({
      policies: { overlap: 'BUFFER_ONE', catchupWindow: 60_000, pauseOnFailure: true },
      state: { note: 'to begin with', paused: false, remainingActions: 4 },
      memo: { startedBy: 'interop' },
      info: { numActionsTaken: 0, runningActions: [], recentActions: [] },
    });
    expect(description.info.nextActionTimes).toHaveLength(4);
    await scheduled.handle.delete();
  });

  test('what is triggered runs under a name that tells its time, and the next finds its result', async ({ expect }) => {
    const scheduled = await create(schedules);
    const { handle, worker, workflowId } = scheduled;
    await handle.trigger('SKIP');
    const first = await worker.step([commands.completeWorkflow('first')]);
    expect(first.workflowExecution?.workflowId).toMatch(
      new RegExp(`^${workflowId}-\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$`),
    );
    const started = first.history?.events?.[0]?.workflowExecutionStartedEventAttributes;
    expect(fromPayloads(started?.input)).toEqual(['in']);
    expect(started?.lastCompletionResult ?? undefined).toBeUndefined();
    expect(Object.keys(started?.searchAttributes?.indexedFields ?? {}).sort()).toEqual([
      'TemporalScheduledById',
      'TemporalScheduledStartTime',
    ]);
    await described(scheduled, 'the first is done', isDone(1));
    await nextSecond();
    await handle.trigger('SKIP');
    const second = await worker.step([commands.completeWorkflow()]);
    const last = second.history?.events?.[0]?.workflowExecutionStartedEventAttributes?.lastCompletionResult;
    expect(fromPayloads(last)).toEqual(['first']);
    await described(scheduled, 'both are done', isDone(2));
    expect(await statuses(scheduled)).toEqual(['COMPLETED', 'COMPLETED']);
    await handle.delete();
  });

  test('what overlaps is skipped, waits or runs, as each trigger says', async () => {
    const scheduled = await create(schedules);
    const { handle, worker } = scheduled;
    await handle.trigger('SKIP');
    await described(scheduled, 'one runs', ({ info }) => info.runningActions.length === 1);
    await handle.trigger('SKIP');
    await described(scheduled, 'one was skipped', ({ info }) => info.numActionsSkippedOverlap === 1);
    await nextSecond();
    await handle.trigger('BUFFER_ONE');
    // Temporal makes one of two triggers that come in the same moment.
    await nextSecond();
    await handle.trigger('BUFFER_ONE');
    await described(scheduled, 'two were skipped', ({ info }) => info.numActionsSkippedOverlap === 2);
    await nextSecond();
    await handle.trigger('ALLOW_ALL');
    await described(scheduled, 'two were taken', taken(2));
    for (let count = 0; count < 3; count += 1) await worker.step([commands.completeWorkflow()]);
    await described(scheduled, 'all were taken', isDone(3));
    await handle.delete();
  });

  test('CANCEL_OTHER asks what runs to stop, and starts the next when it has', async ({ expect }) => {
    const scheduled = await create(schedules);
    const { handle, worker } = scheduled;
    await handle.trigger('SKIP');
    const first = await worker.step([]);
    await nextSecond();
    await handle.trigger('CANCEL_OTHER');
    const asked = await worker.step([commands.cancelWorkflow()]);
    expect(asked.workflowExecution).toEqual(first.workflowExecution);
    await described(scheduled, 'the next runs', taken(2));
    expect((await statuses(scheduled))[0]).toBe('CANCELED');
    await nextSecond();
    await handle.trigger('TERMINATE_OTHER');
    await described(scheduled, 'the third runs', taken(3));
    expect(await statuses(scheduled)).toEqual(['CANCELED', 'TERMINATED', 'RUNNING']);
    await handle.delete();
  });

  test('a failure pauses, a backfill works all the same, and notes say what happened', async ({ expect }) => {
    const scheduled = await create(schedules, { ...daily, policies: { pauseOnFailure: true } });
    const { handle, worker, workflowId } = scheduled;
    await handle.trigger('SKIP');
    const failed = await worker.step([commands.failWorkflow('boom')]);
    const { state } = await described(scheduled, 'it is paused', ({ state: { paused } }) => paused);
    expect(state.note).toContain(`paused due to workflow failure: ${failed.workflowExecution?.workflowId}`);
    const range = { start: new Date('2026-01-01T12:00:00Z'), end: new Date('2026-01-04T12:00:00Z') };
    await handle.backfill({ ...range, overlap: 'BUFFER_ALL' });
    const days: unknown[] = [];
    for (let day = 0; day < 3; day += 1) {
      days.push((await worker.step([commands.completeWorkflow()])).workflowExecution?.workflowId);
    }
    expect(days).toEqual(['02', '03', '04'].map((day) => `${workflowId}-2026-01-${day}T00:00:00Z`));
    await handle.unpause('mended');
    expect((await described(scheduled, 'it goes on', ({ state: { paused } }) => !paused)).state.note).toBe('mended');
    await handle.pause('again');
    expect((await described(scheduled, 'it is paused again', ({ state: { paused } }) => paused)).state.note).toBe(
      'again',
    );
    await handle.delete();
  });

  test('an update changes what is done, and keeps what was', async ({ expect }) => {
    const scheduled = await create(schedules);
    const { handle, worker } = scheduled;
    await handle.trigger('SKIP');
    await worker.step([commands.completeWorkflow()]);
    await described(scheduled, 'one was taken', taken(1));
    await handle.update((previous) => ({ ...previous, spec: { intervals: [{ every: '2 hours' }] } }));
    const changed = await described(scheduled, 'it is updated', ({ info }) => info.lastUpdatedAt !== undefined);
    expect(changed.spec.intervals).toMatchObject([{ every: 7_200_000 }]);
    expect(changed.info.numActionsTaken).toBe(1);
    await handle.delete();
  });

  test('schedules are listed and found by their search attributes, until they are deleted', async ({ expect }) => {
    const sleeping = await create(schedules, { ...daily, state: { paused: true, note: 'asleep' } });
    const { scheduleId } = sleeping.handle;
    const found = await eventually('it is listed', async () => {
      for await (const summary of schedules.list({ query: `ScheduleId = '${scheduleId}'` })) {
        return summary.info.nextActionTimes.length > 0 ? summary : undefined;
      }
      return undefined;
    });
    expect(found).toMatchObject({
      scheduleId,
      state: { paused: true, note: 'asleep' },
      action: { workflowType: 'scripted' },
    });
    expect(found.info.nextActionTimes).toHaveLength(5);
    await eventually('it is found among the paused', async () => {
      const paused: string[] = [];
      for await (const summary of schedules.list({ query: 'TemporalSchedulePaused = true' }))
        paused.push(summary.scheduleId);
      return paused.includes(scheduleId) ? paused : undefined;
    });
    await sleeping.handle.delete();
    await expectNotFound(expect, sleeping.handle.describe());
  });

  test('a schedule of the same name is refused, and what is not there is not found', async ({ expect }) => {
    const { handle } = await create(schedules);
    const { scheduleId } = handle;
    const action = { type: 'startWorkflow', workflowType: 'scripted', taskQueue: 'q' } as const;
    await expect(schedules.create({ scheduleId, ...daily, action })).rejects.toMatchObject({
      name: 'ScheduleAlreadyRunning',
      scheduleId,
    });
    await handle.delete();
    const missing = schedules.getHandle(environment.uniqueId('missing'));
    await expectNotFound(expect, missing.describe());
    await expectNotFound(expect, missing.pause());
    await expectNotFound(expect, missing.delete());
  });
});

/** Workflow ids tell the time to a second: what is to get another id has to wait for the next. */
async function nextSecond(): Promise<void> {
  await pause(1000 - (Date.now() % 1000));
}

async function expectNotFound(expect: ExpectStatic, call: Promise<unknown>): Promise<void> {
  await expect(call).rejects.toMatchObject({ name: 'ScheduleNotFoundError' });
}

const at = (text: string) => seconds(Date.parse(text) / 1000);
type Spec = api.schedule.IScheduleSpec;
const timezoneName = 'America/New_York';

test.each<[string, Spec, string, string, string[]]>([
  [
    'a time that the clock leaves out in spring',
    { cronString: ['30 2 * * *'], timezoneName },
    '2026-03-07T00:00Z',
    '2026-03-10T00:00Z',
    ['03-07T07:30', '03-09T06:30'],
  ],
  [
    'a time that the clock shows twice in autumn',
    { cronString: ['30 1 * * *'], timezoneName },
    '2026-10-31T00:00Z',
    '2026-11-02T00:00Z',
    ['10-31T05:30', '11-01T05:30', '11-01T06:30'],
  ],
  [
    'a Friday the thirteenth',
    { cronString: ['0 12 13 * 5'] },
    '2026-01-01T00:00Z',
    '2026-12-31T00:00Z',
    ['02-13T12:00', '03-13T12:00', '11-13T12:00'],
  ],
  [
    'an interval between start and end, an hour left out',
    {
      interval: [{ interval: seconds(1800) }],
      startTime: at('2026-01-01T02:00Z'),
      endTime: at('2026-01-01T05:00Z'),
      excludeCalendar: [{ hour: '3', minute: '*', second: '*' }],
    },
    '2026-01-01T00:00Z',
    '2026-01-02T00:00Z',
    ['01-01T02:00', '01-01T02:30', '01-01T04:00', '01-01T04:30', '01-01T05:00'],
  ],
])('times of %s', async (_name, spec, start, end, expected) => {
  const scheduleId = environment.uniqueId('schedule');
  const startWorkflow = { workflowId: 'w', workflowType: { name: 't' }, taskQueue: { name: 'q' } };
  const which = { namespace: 'default', scheduleId };
  await service.createSchedule({ ...which, requestId: scheduleId, schedule: { spec, action: { startWorkflow } } });
  const { startTime } = await service.listScheduleMatchingTimes({ ...which, startTime: at(start), endTime: at(end) });
  const times = startTime.map((time) => new Date(Number(time.seconds) * 1000).toISOString().slice(5, 16));
  if (times.join() !== expected.join()) throw new Error(`${times.join()} instead of ${expected.join()}`);
  await service.deleteSchedule(which);
});

test.each<[string, Spec, RegExp]>([
  ['too few fields', { cronString: ['0 12 * *'] }, /does not have 5( to |-)7 fields/],
  ['a minute too many', { cronString: ['60 * * * *'] }, /Minute .*is not in range \[0-59\]/],
  ['a zone that is none', { timezoneName: 'Mars/Base' }, /unknown time zone Mars\/Base/],
  ['a short interval', { interval: [{ interval: { nanos: 5e8 } }] }, /interval is too small/],
  [
    'a range that ends before it begins',
    { structuredCalendar: [{ hour: [{ start: 5, end: 3 }] }] },
    /Hour [Ee]nd .*before/,
  ],
])('a spec with %s is refused', async (_name, spec, message) => {
  const scheduleId = environment.uniqueId('schedule');
  const startWorkflow = { workflowId: 'w', workflowType: { name: 't' }, taskQueue: { name: 'q' } };
  const request = { namespace: 'default', scheduleId, requestId: scheduleId };
  const asked = service.createSchedule({ ...request, schedule: { spec, action: { startWorkflow } } });
  await expectStatus(asked, 'INVALID_ARGUMENT', message);
});
