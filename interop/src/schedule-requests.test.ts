import type { Client, ScheduleOptions } from '@perdure/client';
import { defaultPayloadConverter } from '@perdure/common';
import type { workflowservice } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { type ClientScenario, conversations, type Script } from './harness/index.js';

const ACTION = { type: 'startWorkflow', workflowType: 'order', taskQueue: 'orders' } as const;

async function order(id: number, options: { readonly express: boolean }): Promise<string> {
  return `${id} ${options.express}`;
}

const create = (client: Client, rest: Partial<ScheduleOptions>) =>
  client.schedule.create({ scheduleId: 's1', action: ACTION, spec: {}, ...rest });

const payload = (value: unknown) => defaultPayloadConverter.toPayload(value);

const DESCRIPTION: workflowservice.IDescribeScheduleResponse = {
  schedule: {
    spec: {
      structuredCalendar: [
        {
          second: [{ start: 1, end: 2, step: 3 }],
          minute: [{ start: 4 }],
          hour: [{}],
          dayOfMonth: [{ start: 31, end: 2 }],
          month: [{ start: 1, end: 12, step: 1 }],
          dayOfWeek: [{ end: 6 }, { start: 6 }],
          comment: 'often',
        },
      ],
      interval: [{ interval: { seconds: 5 }, phase: { seconds: 1, nanos: 500_000_000 } }],
      excludeStructuredCalendar: [{ second: [{}], year: [{ start: 2030 }] }],
      startTime: { seconds: 5 },
      endTime: { seconds: 7 },
      jitter: { seconds: 3 },
      timezoneName: 'Europe/Berlin',
    },
    action: {
      startWorkflow: {
        workflowId: 'w',
        workflowType: { name: 'order' },
        taskQueue: { name: 'orders' },
        input: { payloads: [payload(1), payload('b')] },
        workflowExecutionTimeout: { seconds: 1 },
        workflowRunTimeout: { seconds: 2 },
        workflowTaskTimeout: { seconds: 3 },
        retryPolicy: { maximumAttempts: 2, backoffCoefficient: 2, initialInterval: { seconds: 1 } },
        memo: { fields: { note: payload(5) } },
        searchAttributes: {
          indexedFields: {
            CustomIntField: {
              metadata: { encoding: Buffer.from('json/plain'), type: Buffer.from('Int') },
              data: Buffer.from('7'),
            },
          },
        },
        header: { fields: { trace: payload('header') } },
        userMetadata: { summary: payload('one line'), details: payload('more lines') },
        priority: { priorityKey: 3, fairnessKey: 'tenant' },
      },
    },
    policies: { overlapPolicy: 2, catchupWindow: { seconds: 9 }, pauseOnFailure: true },
    state: { notes: 'why', paused: true, limitedActions: true, remainingActions: 4 },
  },
  info: {
    actionCount: 1,
    missedCatchupWindow: 2,
    overlapSkipped: 3,
    recentActions: [
      {
        scheduleTime: { seconds: 1 },
        actualTime: { seconds: 2 },
        startWorkflowResult: { workflowId: 'w1', runId: 'r1' },
      },
    ],
    futureActionTimes: [{ seconds: 100 }],
    createTime: { seconds: 50 },
    updateTime: { seconds: 51 },
    runningWorkflows: [{ workflowId: 'w2', runId: 'r2' }],
  },
  memo: { fields: { owner: payload('me') } },
  searchAttributes: { indexedFields: { CustomKeywordField: payload(['x']) } },
  conflictToken: Buffer.from('token'),
};

const WITHOUT_ANYTHING: workflowservice.IDescribeScheduleResponse = {
  schedule: {
    spec: {},
    action: { startWorkflow: { workflowId: 'w', workflowType: { name: 'order' }, taskQueue: { name: 'orders' } } },
  },
  info: { createTime: { seconds: 1 } },
};

const PAGES: Script = {
  ListSchedules: ({ nextPageToken }) =>
    (nextPageToken as Uint8Array).length > 0
      ? { schedules: [{ scheduleId: 'b', info: {} }, { scheduleId: 'c' }] }
      : {
          schedules: [
            {
              scheduleId: 'a',
              memo: DESCRIPTION.memo,
              searchAttributes: DESCRIPTION.searchAttributes,
              info: {
                spec: DESCRIPTION.schedule?.spec,
                workflowType: { name: 'order' },
                notes: 'why',
                paused: true,
                recentActions: DESCRIPTION.info?.recentActions,
                futureActionTimes: [{ seconds: 4 }],
              },
            },
          ],
          nextPageToken: Buffer.from('second page'),
        },
};

const scenarios: Readonly<Record<string, readonly [ClientScenario, Script?]>> = {
  'the smallest schedule': [(client) => create(client, {})],
  'a schedule with everything': [
    (client) =>
      client.schedule.create({
        scheduleId: 's1',
        spec: {
          calendars: [
            {
              second: '*',
              minute: [1, { start: 2, end: 4 }, { start: 5, end: 10, step: 2 }],
              hour: 1,
              dayOfMonth: '*',
              month: ['MARCH', { start: 'JUNE', end: 'JULY' }],
              year: 2030,
              dayOfWeek: 'SUNDAY',
              comment: 'rarely',
            },
            { year: '*', month: '*', dayOfWeek: '*', hour: '*', minute: '*' },
            {},
          ],
          intervals: [{ every: '1h', offset: 1_500 }, { every: 1_234 }],
          cronExpressions: ['* * * * *', '@daily'],
          skip: [{ hour: 3, dayOfWeek: ['MONDAY', 'FRIDAY'] }],
          startAt: new Date(5),
          endAt: new Date(5_555),
          jitter: '3s',
          timezone: 'US/Pacific',
        },
        action: {
          type: 'startWorkflow',
          workflowType: order,
          args: [17, { express: true }],
          taskQueue: 'orders',
          workflowId: 'order',
          memo: { customer: 1 },
          searchAttributes: { CustomIntField: [1] },
          retry: { maximumAttempts: 2 },
          workflowExecutionTimeout: '1m',
          workflowRunTimeout: '30s',
          workflowTaskTimeout: 1_500,
          staticSummary: 'one line',
          staticDetails: 'more lines',
        },
        policies: { overlap: 'BUFFER_ONE', catchupWindow: '2m', pauseOnFailure: true },
        memo: { owner: 'me' },
        searchAttributes: { CustomKeywordField: ['x'] },
        typedSearchAttributes: [{ key: { name: 'CustomIntField', type: 'INT' }, value: 7 }],
        state: {
          paused: true,
          note: 'why',
          remainingActions: 3,
          triggerImmediately: true,
          backfill: [
            { start: new Date(1), end: new Date(2_000), overlap: 'ALLOW_ALL' },
            { start: new Date(1), end: new Date(2_000) },
          ],
        },
      }),
  ],
  'no actions left': [(client) => create(client, { state: { remainingActions: 0 }, policies: {} })],
  'every overlap policy': [
    async (client, { ScheduleOverlapPolicy }) => {
      for (const overlap of Object.values(ScheduleOverlapPolicy)) await create(client, { policies: { overlap } });
    },
  ],
  'options that are wrong': [
    async (client, _, attempt) => {
      const outcomes = await Promise.all([
        attempt(() => create(client, { action: { type: 'startWorkflow', workflowType: 'order' } as never })),
        attempt(() => create(client, { spec: { calendars: [{ month: 'SMARCH' as never }] } })),
        attempt(() => create(client, { spec: { calendars: [{ dayOfWeek: [{ start: 'MUNDAY' as never }] }] } })),
        attempt(() => create(client, { spec: { calendars: [{ second: 60 }] } })),
        attempt(() => create(client, { spec: { calendars: [{ hour: 'noon' as never }] } })),
        attempt(() => create(client, { policies: { overlap: 'PUSH' as never } })),
      ]);
      // Classes only: messages of ours say more.
      return outcomes.map((outcome) => (outcome as { error: Error }).error.name);
    },
  ],
  interceptors: [
    async (client, sdk) => {
      const seen: unknown[] = [];
      const intercepted = new sdk.ScheduleClient({
        connection: client.connection,
        namespace: 'test',
        identity: 'tester',
        interceptors: [
          {
            async create(input, next) {
              const changed = { ...input, headers: { trace: payload('header') } };
              const output = await next(changed);
              seen.push(input.options.action, output);
              return output;
            },
          },
        ],
      });
      await intercepted.create({ scheduleId: 's1', spec: {}, action: ACTION });
      return seen;
    },
    { CreateSchedule: { conflictToken: Buffer.from('token') } },
  ],
  'what handles send': [
    async (client) => {
      const handle = client.schedule.getHandle('s1');
      await handle.trigger();
      await handle.trigger('SKIP');
      await handle.backfill({ start: new Date(1_000), end: new Date(2_000) });
      await handle.backfill([{ start: new Date(1_000), end: new Date(2_000), overlap: 'BUFFER_ALL' }]);
      await handle.pause('rain');
      await handle.unpause('sun');
      await handle.delete();
      return Object.keys(handle).sort();
    },
  ],
  descriptions: [(client) => client.schedule.getHandle('s1').describe(), { DescribeSchedule: DESCRIPTION }],
  'descriptions of next to nothing': [
    (client) => client.schedule.getHandle('s1').describe(),
    { DescribeSchedule: WITHOUT_ANYTHING },
  ],
  'an update that changes nothing': [
    (client) => client.schedule.getHandle('s1').update((previous) => previous as never),
    { DescribeSchedule: DESCRIPTION },
  ],
  'an update that changes everything': [
    (client) =>
      client.schedule.getHandle('s1').update(() => ({
        spec: { intervals: [{ every: '1h' }] },
        action: { ...ACTION, workflowType: order, args: [1, { express: false }] },
        state: { paused: false, note: 'new' },
        policies: { overlap: 'SKIP' },
        typedSearchAttributes: [{ key: { name: 'CustomIntField', type: 'INT' }, value: 8 }],
      })),
    { DescribeSchedule: DESCRIPTION },
  ],
  lists: [
    async (client) => {
      const listed: unknown[] = [];
      for await (const summary of client.schedule.list()) listed.push(summary);
      for await (const { scheduleId } of client.schedule.list({ pageSize: 5, query: 'a = 1' })) listed.push(scheduleId);
      return listed;
    },
    PAGES,
  ],
};

const REFUSALS = { UNIMPLEMENTED: 12, NOT_FOUND: 5, ALREADY_EXISTS: 6, INVALID_ARGUMENT: 3, FAILED_PRECONDITION: 9 };

const refused: ClientScenario = async (client, _, attempt) => {
  const handle = client.schedule.getHandle('s1');
  const outcomes: unknown[] = [];
  for (const step of [
    () => create(client, {}),
    () => handle.describe(),
    () => handle.update(() => ({ spec: {}, state: {}, action: ACTION })),
    () => handle.trigger(),
    () => handle.backfill([]),
    () => handle.pause('rain'),
    () => handle.delete(),
    async () => {
      for await (const summary of client.schedule.list()) return summary;
      return undefined;
    },
  ]) {
    outcomes.push(await attempt(step));
  }
  return outcomes;
};

describe('schedules: the same requests and the same outcomes as the official client', () => {
  it.each(Object.keys(scenarios))('%s', async (name) => {
    const [scenario, script] = scenarios[name] ?? [];
    const { mine, reference } = await conversations(scenario as ClientScenario, script);
    expect(reference.calls.length + JSON.stringify(reference.outcome ?? '').length).toBeGreaterThan(2);
    expect(mine).toEqual(reference);
  });

  it.each(Object.entries(REFUSALS))('%s', async (_, code) => {
    const refusal = { code, details: 'the server says no' };
    const methods = ['Create', 'Describe', 'Update', 'Patch', 'Delete'].map((verb) => `${verb}Schedule`);
    const script = Object.fromEntries([...methods, 'ListSchedules'].map((method) => [method, refusal]));
    const { mine, reference } = await conversations(refused, script);
    expect(mine).toEqual(reference);
  });
});

describe('schedules: where ours differs on purpose', () => {
  it('says its default notes without the quotation mark at the end', async () => {
    const { mine, reference } = await conversations(async (client) => {
      await client.schedule.getHandle('s1').pause();
      await client.schedule.getHandle('s1').unpause();
    });
    const notes = ({ calls }: typeof mine) =>
      calls.map(({ request }) => {
        const { pause, unpause } = request.patch as { pause: string; unpause: string };
        return `${pause}${unpause}`;
      });
    expect(notes(mine)).toEqual(['Paused via TypeScript SDK', 'Unpaused via TypeScript SDK']);
    expect(notes(reference)).toEqual(notes(mine).map((note) => `${note}"`));
  });

  it('refuses values that no server takes, which the official client sends on', async () => {
    const { mine, reference } = await conversations((client, _, attempt) =>
      Promise.all([
        attempt(() => create(client, { spec: { skip: [{ hour: [{ start: 20, end: 24 }] }] } })),
        attempt(() => create(client, { spec: { calendars: [{ dayOfMonth: 0 }] } })),
      ]),
    );
    expect(reference.calls).toHaveLength(2);
    expect(mine).toMatchObject({
      calls: [],
      outcome: [
        { error: { message: "Invalid CalendarSpec component for field hour: '24' of type 'number'" } },
        { error: { message: "Invalid CalendarSpec component for field dayOfMonth: '0' of type 'number'" } },
      ],
    });
  });

  it('takes the start of a range for its end where the end is left out, as documented', async () => {
    const calendars = [{ minute: { start: 9 } }, { minute: { start: 0 } }];
    const { mine, reference } = await conversations((client) => create(client, { spec: { calendars } }));
    const minutes = ({ calls }: typeof mine) => {
      const { spec } = calls[0]?.request.schedule as { spec: { structuredCalendar: { minute: unknown }[] } };
      return spec.structuredCalendar.map(({ minute }) => minute);
    };
    expect(minutes(mine)).toEqual([[{ start: 9, end: 9, step: 1 }], [{ start: 0, end: 0, step: 1 }]]);
    expect(minutes(reference)).toEqual([[{ start: 9, end: 1, step: 1 }], [{ start: 0, end: 1, step: 1 }]]);
  });
});
