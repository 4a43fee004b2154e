import { workflowservice } from '@perdure/protocol';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Cli } from '../../testing/cli.js';
import { TESTED } from '../../testing/tested-server.js';

let cli: Cli;
beforeAll(async () => (cli = await Cli.start()));
afterAll(() => cli.stop());
beforeEach((context) => {
  if (TESTED.address !== undefined)
    context.skip(
      'other servers refuse in other words, and count backfills by other rules; their JSON is tried with all forms',
    );
});

const ACTION = ['-t', 'nobody', '--type', 'Report', '-w', 'report', '-i', '1'];
const { DescribeScheduleResponse } = workflowservice;

function create(id: string, ...more: readonly string[]): Promise<string> {
  return cli.text('schedule', 'create', '-s', id, ...ACTION, ...more);
}

function describe(id: string): Promise<unknown> {
  return cli.message(DescribeScheduleResponse, 'schedule', 'describe', '-s', id);
}

test('what was said at creation is described in its canonical form', async () => {
  await create(
    'nightly',
    ...['--cron', '30 2 * * MON-FRI # at night', '--interval', '1h/15m', '--time-zone', 'Europe/Berlin'],
    ...[
      '--overlap-policy',
      'BufferOne',
      '--catchup-window',
      '1m',
      '--remaining-actions',
      '3',
      '--notes',
      'for the bank',
    ],
  );
  const every = (start: number, end: number) => ({ start, end, step: 1 });
  expect(await describe('nightly')).toMatchObject({
    schedule: {
      spec: {
        structuredCalendar: [
          { minute: [every(30, 30)], hour: [every(2, 2)], dayOfWeek: [every(1, 5)], comment: 'at night' },
        ],
        interval: [{ interval: '3600s', phase: '900s' }],
        timezoneName: 'Europe/Berlin',
      },
      action: { startWorkflow: { workflowId: 'report', workflowType: { name: 'Report' } } },
      policies: { overlapPolicy: 'SCHEDULE_OVERLAP_POLICY_BUFFER_ONE', catchupWindow: '60s' },
      state: { notes: 'for the bank', limitedActions: true, remainingActions: '3' },
    },
    info: { futureActionTimes: [expect.any(String), expect.any(String), expect.any(String)] },
  });
});

test('a schedule is described in a few lines to people', async () => {
  await create('read', '--cron', '30 2 * * MON-FRI # at night', '--interval', '1h/15m', '--time-zone', 'Europe/Berlin');
  await cli.text('schedule', 'toggle', '-s', 'read', '--pause', '--reason', 'holidays');
  const lines = (await cli.text('schedule', 'describe', '-s', 'read', '--time-format', 'iso')).split('\n');
  expect(lines.filter((line) => !line.includes('NextActions')).join('\n')).toMatchInlineSnapshot(`
    "  ScheduleId   read
      Workflow     Report
      WorkflowId   report
      TaskQueue    nobody
      Times        minute 30 hour 2 weekday 1-5 (at night); every 3600s, 900s after; in Europe/Berlin
      Overlap      Skip
      Paused       yes
      Notes        holidays
      Actions      0 taken
    "
  `);
  expect(lines.find((line) => line.includes('NextActions'))).toMatch(/NextActions( {1,2}[\d-]+T[\d:.]+Z,?){3}$/);
  await cli.text('schedule', 'delete', '-s', 'read');
});

test('triggers, backfills and pauses do what they say', async () => {
  await create('worked', '--interval', '1h', '--paused');
  await cli.text('schedule', 'trigger', '-s', 'worked', '--overlap-policy', 'AllowAll');
  const range = ['--start-time', '2026-11-01T00:00:00Z', '--end-time', '2026-11-01T03:00:00Z'];
  await cli.text('schedule', 'backfill', '-s', 'worked', ...range, '--overlap-policy', 'AllowAll');
  await expect.poll(() => describe('worked'), { timeout: 15_000 }).toMatchObject({ info: { actionCount: '4' } });
  await cli.text('schedule', 'toggle', '-s', 'worked', '--unpause', '--reason', 'the bank is open');
  expect(await describe('worked')).toMatchObject({ schedule: { state: { notes: 'the bank is open' } } });
  const query = `TemporalScheduledById = 'worked'`;
  const started = (await cli.json('workflow', 'list', '-q', query)) as { readonly execution: { workflowId: string } }[];
  expect(started.map(({ execution }) => execution.workflowId)).toContain('report-2026-11-01T02:00:00Z');
});

test('schedules are listed, found by what they are, and deleted', async () => {
  await create('sleeping', '--interval', '1h', '--paused', '--notes', 'zzz');
  expect(await cli.text('schedule', 'list', '--long')).toMatch(/sleeping +Report +true +zzz/);
  const paused = (await cli.json('schedule', 'list', '-q', 'TemporalSchedulePaused = true')) as {
    scheduleId: string;
  }[];
  expect(paused.map(({ scheduleId }) => scheduleId)).toEqual(['sleeping']);
  await cli.text('schedule', 'delete', '-s', 'sleeping');
  expect((await cli.failure('schedule', 'describe', '-s', 'sleeping')).err).toMatch(/schedule not found: sleeping/);
});

test('what cannot be is refused by name', async () => {
  const refused = async (...words: readonly string[]) =>
    (await cli.failure('schedule', 'create', '-s', 'x', ...words)).err;
  expect(await refused(...ACTION, '--cron', '60 * * * *')).toMatch(/Minute "60" is not in range \[0-59\]/);
  expect(await refused(...ACTION, '--cron', '0 * * * *', '--time-zone', 'Mars/Base')).toMatch(
    /unknown time zone Mars\/Base/,
  );
  await create('taken', '--interval', '1h');
  expect((await cli.failure('schedule', 'create', '-s', 'taken', ...ACTION)).err).toMatch(/taken already exists/);
});
