import { enums, services as api, type schedule as schedules, type workflowservice } from '@perdure/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../api/index.js';
import { MemoryDisk } from '../store/index.js';
import { quiet } from '../testing/manual-clock.js';
import { codeOf } from '../testing/test-node.js';
import { ACTION, ScheduleNode } from '../testing/schedule-node.js';

const { methods } = api.WorkflowService;
const { IndexedValueType } = enums;
const encoder = new TextEncoder();

let schedule: ScheduleNode;
beforeEach(async () => {
  schedule = await ScheduleNode.open();
});

/** `CODE: message` of a refusal. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ServiceError) return `${error.code}: ${error.message}`;
  throw new Error('It was not refused');
}

function keyword(value: string) {
  return { metadata: { encoding: encoder.encode('json/plain') }, data: encoder.encode(JSON.stringify(value)) };
}

async function addTeams(): Promise<void> {
  await schedule.node.call(api.OperatorService.methods.AddSearchAttributes, {
    namespace: 'default',
    searchAttributes: { Team: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD },
  });
}

async function count(query: string): Promise<number> {
  return (await schedule.node.call(methods.CountSchedules, { namespace: 'default', query })).count;
}

describe('a list', () => {
  beforeEach(async () => {
    await addTeams();
    for (const [index, team] of ['billing', 'kitchen', 'billing', 'kitchen'].entries()) {
      await schedule.create(
        { state: { paused: index > 1, notes: `note ${index}` } },
        { scheduleId: `s${index}`, searchAttributes: { indexedFields: { Team: keyword(team) } } },
      );
      await schedule.node.clock.advance(10);
    }
  });

  it('shows the newest first, page by page, whatever is created or deleted meanwhile', async () => {
    expect(await schedule.ids()).toEqual(['s3', 's2', 's1', 's0']);
    const first = await schedule.list({ maximumPageSize: 2 });
    expect(first.schedules.map(({ scheduleId }) => scheduleId)).toEqual(['s3', 's2']);
    await schedule.create({}, { scheduleId: 's4' });
    await schedule.node.call(methods.DeleteSchedule, { namespace: 'default', scheduleId: 's2' });
    const second = await schedule.list({ maximumPageSize: 2, nextPageToken: first.nextPageToken });
    expect(second.schedules.map(({ scheduleId }) => scheduleId)).toEqual(['s1', 's0']);
    expect(second.nextPageToken).toHaveLength(0);
  });

  it('shows what a schedule is, and does next', async () => {
    const [entry] = (await schedule.list({ query: `ScheduleId = 's3'` })).schedules;
    expect(entry).toMatchObject({
      scheduleId: 's3',
      info: { workflowType: { name: 'type' }, paused: true, notes: 'note 3', recentActions: [] },
    });
    expect(entry?.info?.futureActionTimes).toHaveLength(5);
    const { metadata, data } = entry?.searchAttributes?.indexedFields['Team'] ?? {};
    expect(new TextDecoder().decode(metadata?.['type'])).toBe('Keyword');
    expect(new TextDecoder().decode(data ?? undefined)).toBe('"kitchen"');
  });

  it.each([
    [`Team = 'billing'`, ['s2', 's0']],
    [`TemporalSchedulePaused = true`, ['s3', 's2']],
    [`TemporalSchedulePaused = false AND Team = 'kitchen'`, ['s1']],
    [`ScheduleId IN ('s0', 's3') OR Team = 'nobody'`, ['s3', 's0']],
    [`ScheduleId STARTS_WITH 's' AND NOT Team = 'kitchen'`, ['s2', 's0']],
  ])('finds what matches %s', async (query, expected) => {
    expect(await schedule.ids(query)).toEqual(expected);
    expect(await count(query)).toBe(expected.length);
  });

  it('counts, and is of one namespace', async () => {
    expect(await count('')).toBe(4);
    await schedule.node.call(methods.RegisterNamespace, {
      namespace: 'other',
      workflowExecutionRetentionPeriod: { seconds: 86_400 },
    });
    expect((await schedule.list({ namespace: 'other' })).schedules).toEqual([]);
    expect(await refusal(schedule.list({ namespace: 'nowhere' }))).toMatch(/^NOT_FOUND: Namespace nowhere/);
  });

  it.each<[Partial<workflowservice.IListSchedulesRequest>, RegExp]>([
    [{ query: `WorkflowId = 'w'` }, /cannot filter on "WorkflowId"/],
    [{ query: `Team = 'x' AND (NOT ExecutionStatus = 'Running')` }, /cannot filter on "ExecutionStatus"/],
    [{ query: `Bogus = 'w'` }, /Bogus/],
    [{ maximumPageSize: -1 }, /MaximumPageSize -1 is negative/],
    [{ nextPageToken: encoder.encode('zz') }, /NextPageToken/],
  ])('of %j is refused', async (request, message) => {
    expect(await refusal(schedule.list(request))).toMatch(/^INVALID_ARGUMENT/);
    expect(await refusal(schedule.list(request))).toMatch(message);
  });

  it('knows what changed', async () => {
    const scheduleId = 's0';
    const searchAttributes = { indexedFields: { Team: keyword('kitchen') } };
    await schedule.update({}, { scheduleId, searchAttributes, requestId: 'u' });
    expect(await schedule.ids(`Team = 'kitchen'`)).toEqual(['s3', 's1', 's0']);
    await schedule.update({}, { scheduleId, requestId: 'u2' });
    expect(await schedule.ids(`Team = 'kitchen'`)).toEqual(['s3', 's1', 's0']);
  });
});

const startWorkflow = ACTION.startWorkflow;
const bad = (change: schedules.ISchedule) => change;

it.each<[schedules.ISchedule, RegExp]>([
  [bad({ action: undefined }), /Schedule.Action.StartWorkflow is not set/],
  [bad({ action: { startWorkflow: { ...startWorkflow, workflowType: undefined } } }), /WorkflowType is not set/],
  [bad({ action: { startWorkflow: { ...startWorkflow, taskQueue: undefined } } }), /TaskQueue is not set/],
  [
    bad({ action: { startWorkflow: { ...startWorkflow, cronSchedule: '* * * * *' } } }),
    /must not contain CronSchedule/,
  ],
  [
    bad({ action: { startWorkflow: { ...startWorkflow, workflowIdReusePolicy: 3 } } }),
    /must not contain WorkflowIDReusePolicy/,
  ],
  [
    bad({ action: { startWorkflow: { ...startWorkflow, workflowId: 'x'.repeat(990) } } }),
    /WorkflowId length exceeds limit/,
  ],
  [bad({ action: { startWorkflow: { ...startWorkflow, workflowRunTimeout: { seconds: -1 } } } }), /WorkflowRunTimeout/],
  [bad({ spec: { cronString: ['60 * * * *'] } }), /Invalid schedule spec: Minute "60"/],
  [bad({ policies: { overlapPolicy: 99 as 1 } }), /Policies.OverlapPolicy 99/],
  [bad({ state: { limitedActions: true, remainingActions: -1 } }), /State.RemainingActions is -1/],
  [bad({ state: { notes: 'x'.repeat(1001) } }), /State.Notes exceeds size limit/],
])('the schedule %j is refused, created or updated', async (given, message) => {
  for (const call of [schedule.create(given), schedule.update(given)]) {
    const said = await refusal(call);
    expect(said).toMatch(/^INVALID_ARGUMENT/);
    expect(said).toMatch(message);
  }
});

it.each<[Partial<workflowservice.ICreateScheduleRequest>, RegExp]>([
  [{ scheduleId: '' }, /ScheduleId is not set/],
  [{ scheduleId: 'x'.repeat(1001) }, /ScheduleId length exceeds limit/],
  [{ requestId: 'x'.repeat(1001) }, /RequestId length exceeds limit/],
  [{ schedule: undefined }, /Schedule is not set/],
  [{ searchAttributes: { indexedFields: { Nope: keyword('x') } } }, /no mapping defined for search attribute Nope/],
  [{ initialPatch: { backfillRequest: [{}] } }, /Patch.BackfillRequest needs both/],
])('the creation %j is refused', async (request, message) => {
  expect(await refusal(schedule.create({}, request))).toMatch(/^INVALID_ARGUMENT/);
  expect(await refusal(schedule.create({}, request))).toMatch(message);
});

it('what is not there is not found, by any call', async () => {
  const { node, scheduleId } = schedule;
  const which = { namespace: 'default', scheduleId };
  const times = { startTime: { seconds: 1 }, endTime: { seconds: 2 } };
  const calls = [
    schedule.describe(),
    schedule.update({}),
    schedule.trigger(),
    schedule.delete(),
    node.call(methods.ListScheduleMatchingTimes, { ...which, ...times }),
  ];
  for (const call of calls) expect(await refusal(call)).toBe(`NOT_FOUND: schedule not found: ${scheduleId}`);
  expect(await refusal(schedule.create({}, { initialPatch: { backfillRequest: [{}] } }))).toMatch(/^INVALID_ARGUMENT/);
  // Nobody can fill the memory with names of what is not there.
  expect(schedule.node.services.schedules.totals()).toMatchObject({ schedules: 0, inMemory: 0 });
});

it('an initial patch acts as soon as the schedule exists', async () => {
  await schedule.create({}, { initialPatch: { triggerImmediately: {}, pause: 'at once' } });
  await quiet();
  expect(await schedule.summary()).toBe('taken 1, running 1, waiting 0, skipped 0');
  expect((await schedule.describe()).schedule?.state).toMatchObject({ paused: true, notes: 'at once' });
});

it('an update that rests on what has changed since is refused', async () => {
  const { conflictToken } = await schedule.create();
  await schedule.patch({ pause: 'x' });
  expect(await refusal(schedule.update({}, { conflictToken }))).toMatch(/^FAILED_PRECONDITION: .*conflict token/);
  const present = (await schedule.describe()).conflictToken;
  await schedule.update({ state: { notes: 'changed' } }, { conflictToken: present });
  expect((await schedule.describe()).schedule?.state).toMatchObject({ paused: false, notes: 'changed' });
});

it('schedules go with their namespace, and do nothing more', async () => {
  const disk = new MemoryDisk({ powerCuts: true });
  schedule = await ScheduleNode.open({ disk });
  const { node } = schedule;
  const namespace = 'other';
  await node.call(methods.RegisterNamespace, { namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 } });
  await schedule.create({}, { namespace });
  await schedule.create();
  await node.clock.advance(60_000);
  await node.call(api.OperatorService.methods.DeleteNamespace, { namespace });
  await node.clock.advance(60_000);
  expect(node.services.schedules.totals()).toMatchObject({ schedules: 1 });
  await node.call(methods.RegisterNamespace, { namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 } });
  await node.clock.advance(60_000);
  expect((await schedule.list({ namespace })).schedules).toEqual([]);
  const listed = await node.call(methods.ListWorkflowExecutions, { namespace });
  expect(listed.executions).toEqual([]);
  const again = await schedule.restart('losePower');
  await quiet();
  expect(again.node.services.schedules.totals()).toMatchObject({ schedules: 1 });
  expect(await codeOf(again.describe())).toBe('OK');
});
