import { enums, services as api, timestampToMs } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { MemoryDisk, ShardFencedError } from '../store/index.js';
import { completeWorkflow, continueAsNew } from '../testing/commands.js';
import { quiet } from '../testing/manual-clock.js';
import { codeOf, payloads } from '../testing/test-node.js';
import { ACTION, MINUTE_MS, ScheduleNode } from '../testing/schedule-node.js';

const { methods } = api.WorkflowService;
const {
  SCHEDULE_OVERLAP_POLICY_ALLOW_ALL: ALLOW_ALL,
  SCHEDULE_OVERLAP_POLICY_BUFFER_ALL: BUFFER_ALL,
  SCHEDULE_OVERLAP_POLICY_CANCEL_OTHER: CANCEL_OTHER,
  SCHEDULE_OVERLAP_POLICY_TERMINATE_OTHER: TERMINATE_OTHER,
} = enums.ScheduleOverlapPolicy;

// With five shards, schedule and workflow usually belong to different ones.
describe.each([1, 5])('with %d shards', (shardCount) => {
  const open = (options: Parameters<typeof ScheduleNode.open>[0] = {}) => ScheduleNode.open({ shardCount, ...options });

  it('a schedule starts a workflow each time it is due', async () => {
    const schedule = await open();
    await schedule.create();
    await schedule.node.clock.advance(MINUTE_MS - 1);
    expect(await schedule.summary()).toBe('taken 0, running 0, waiting 0, skipped 0');
    await schedule.node.clock.advance(1);
    const task = await schedule.completeNext();
    expect(task.workflowExecution?.workflowId).toBe('w-2026-01-01T00:01:00Z');
    await schedule.node.clock.advance(MINUTE_MS);
    await schedule.completeNext();
    await quiet();
    expect(await schedule.recent()).toEqual(['w-2026-01-01T00:01:00Z COMPLETED', 'w-2026-01-01T00:02:00Z COMPLETED']);
    expect(await schedule.summary()).toBe('taken 2, running 0, waiting 0, skipped 0');
  });

  it('what the started workflow is told says when, by whom and what came before', async () => {
    const schedule = await open();
    const startWorkflow = {
      ...ACTION.startWorkflow,
      input: payloads('in'),
      memo: { fields: { note: { data: Uint8Array.of(1) } } },
      header: { fields: { trace: { data: Uint8Array.of(2) } } },
      userMetadata: { summary: { data: Uint8Array.of(3) } },
      priority: { priorityKey: 2 },
    };
    await schedule.create({ action: { startWorkflow } });
    await schedule.trigger();
    await schedule.completeNext(payloads('first'));
    await quiet();
    await schedule.trigger();
    const task = await schedule.node.pollWorkflowTask();
    const [started] = task.history?.events ?? [];
    expect(started?.userMetadata?.summary?.data).toEqual(Uint8Array.of(3));
    const attributes = started?.workflowExecutionStartedEventAttributes;
    expect(attributes).toMatchObject({
      identity: 'temporal-scheduler-default-schedule',
      input: payloads('in'),
      lastCompletionResult: payloads('first'),
      memo: startWorkflow.memo,
      header: startWorkflow.header,
      priority: { priorityKey: 2 },
    });
    const texts = Object.entries(attributes?.searchAttributes?.indexedFields ?? {}).map(
      ([name, { data, metadata }]) =>
        `${name} ${new TextDecoder().decode(metadata?.['type'])} ${new TextDecoder().decode(data ?? undefined)}`,
    );
    expect(texts).toEqual([
      'TemporalScheduledStartTime Datetime "2026-01-01T00:00:00Z"',
      'TemporalScheduledById Keyword "schedule"',
    ]);
    const query = `TemporalScheduledById = 'schedule' AND TemporalScheduledStartTime = '2026-01-01T00:00:00Z'`;
    const listed = await schedule.node.call(methods.ListWorkflowExecutions, { namespace: 'default', query });
    expect(listed.executions).toHaveLength(2);
  });

  it('a chain of runs counts as one workflow, until its last run ends', async () => {
    const schedule = await open();
    await schedule.create({ policies: { overlapPolicy: BUFFER_ALL } });
    await schedule.node.clock.advance(MINUTE_MS);
    for (let run = 0; run < 3; run += 1) {
      await schedule.node.complete(await schedule.node.pollWorkflowTask(), [continueAsNew()]);
      await quiet();
    }
    await schedule.node.clock.advance(MINUTE_MS);
    expect(await schedule.summary()).toBe('taken 1, running 1, waiting 1, skipped 0');
    await schedule.completeNext();
    await quiet();
    expect(await schedule.recent()).toEqual(['w-2026-01-01T00:01:00Z COMPLETED', 'w-2026-01-01T00:02:00Z RUNNING']);
  });

  it('a workflow that is retried has not failed before the last attempt has', async () => {
    const schedule = await open();
    const retryPolicy = { maximumAttempts: 2, initialInterval: { seconds: 1 } };
    await schedule.create({
      action: { startWorkflow: { ...ACTION.startWorkflow, retryPolicy } },
      policies: { pauseOnFailure: true },
    });
    await schedule.trigger();
    await schedule.failNext('once');
    await quiet();
    expect(await schedule.summary()).toMatch(/running 1/);
    await schedule.node.clock.advance(1000);
    await schedule.failNext('twice');
    await quiet();
    const { schedule: described } = await schedule.describe();
    expect(described?.state).toMatchObject({
      paused: true,
      notes: 'paused due to workflow failure: w-2026-01-01T00:00:00Z: twice',
    });
    await schedule.node.clock.advance(5 * MINUTE_MS);
    expect(await schedule.summary()).toBe('taken 1, running 0, waiting 0, skipped 0');
    await schedule.patch({ unpause: 'mended' });
    await schedule.node.clock.advance(MINUTE_MS);
    const [started] = (await schedule.node.pollWorkflowTask()).history?.events ?? [];
    expect(started?.workflowExecutionStartedEventAttributes?.continuedFailure?.message).toBe('twice');
  });

  it.each([
    [CANCEL_OTHER, 'WORKFLOW_EXECUTION_CANCEL_REQUESTED'],
    [TERMINATE_OTHER, 'WORKFLOW_EXECUTION_TERMINATED'],
  ])('overlap policy %i ends the workflow that runs, and starts the next when it has ended', async (policy, event) => {
    const schedule = await open();
    await schedule.create({ policies: { overlapPolicy: policy } });
    await schedule.node.clock.advance(MINUTE_MS);
    expect(await schedule.summary()).toBe('taken 1, running 1, waiting 0, skipped 0');
    await schedule.node.clock.advance(MINUTE_MS);
    expect(await schedule.node.eventNames('w-2026-01-01T00:01:00Z')).toContain(event);
    if (policy === CANCEL_OTHER) {
      expect(await schedule.summary()).toBe('taken 1, running 1, waiting 1, skipped 0');
      await schedule.completeNext();
      await quiet();
    }
    expect(await schedule.summary()).toBe('taken 2, running 1, waiting 0, skipped 0');
  });

  it('workflows that the schedule does not wait for are described as they are', async () => {
    const schedule = await open();
    await schedule.create({ policies: { overlapPolicy: ALLOW_ALL } });
    await schedule.node.clock.advance(2 * MINUTE_MS);
    await schedule.node.terminate('w-2026-01-01T00:01:00Z');
    expect(await schedule.recent()).toEqual(['w-2026-01-01T00:01:00Z TERMINATED', 'w-2026-01-01T00:02:00Z RUNNING']);
    expect(await schedule.summary()).toBe('taken 2, running 0, waiting 0, skipped 0');
  });

  it('a workflow id that somebody else uses skips the action', async () => {
    const schedule = await open();
    await schedule.node.start('w');
    await schedule.create({ policies: { keepOriginalWorkflowId: true } });
    await schedule.trigger();
    await quiet();
    expect(await schedule.summary()).toBe('taken 0, running 0, waiting 0, skipped 1');
    await schedule.node.terminate('w');
    await schedule.trigger();
    await quiet();
    expect(await schedule.recent()).toEqual(['w RUNNING']);
  });

  it('a deleted schedule does nothing more, and its workflow goes on', async () => {
    const schedule = await open();
    await schedule.create();
    await schedule.node.clock.advance(MINUTE_MS);
    await schedule.delete();
    await schedule.node.clock.advance(5 * MINUTE_MS);
    expect(await codeOf(schedule.describe())).toBe('NOT_FOUND');
    expect(await codeOf(schedule.delete())).toBe('NOT_FOUND');
    await schedule.completeNext();
    await schedule.create({}, { requestId: 'create' });
    expect(await schedule.summary()).toBe('taken 0, running 0, waiting 0, skipped 0');
  });

  it('a workflow that is deleted while it runs is not waited for', async () => {
    const schedule = await open();
    await schedule.create();
    await schedule.node.clock.advance(MINUTE_MS);
    await schedule.node.delete('w-2026-01-01T00:01:00Z');
    await schedule.node.clock.advance(MINUTE_MS);
    expect(await schedule.summary()).toMatch(/^taken 2, running 1/);
  });

  it('goes on where it was after a restart: what is due, what runs, what waits', async () => {
    let schedule = await open({ disk: new MemoryDisk({ powerCuts: true }) });
    await schedule.create({ policies: { overlapPolicy: BUFFER_ALL } });
    await schedule.node.clock.advance(2 * MINUTE_MS);
    const before = await schedule.describe();
    schedule = await schedule.restart();
    await quiet();
    expect(await schedule.describe()).toEqual(before);
    await schedule.completeNext();
    await quiet();
    expect(await schedule.summary()).toBe('taken 2, running 1, waiting 0, skipped 0');
    schedule.node.losePower();
    schedule.node.clock.jump(3 * MINUTE_MS);
    schedule = await schedule.restart('losePower');
    await schedule.node.clock.advance(0);
    expect(await schedule.summary()).toBe('taken 2, running 1, waiting 3, skipped 0');
  });

  it('hears of an end that came while the shard was being loaded again', async () => {
    const schedule = await open();
    await schedule.create();
    await schedule.node.clock.advance(MINUTE_MS);
    const task = await schedule.node.pollWorkflowTask();
    const { store } = schedule.node;
    const { commit } = store;
    // What is written is on the disk, and nobody is told.
    store.commit = async (groups) => {
      store.commit = commit;
      await commit.call(store, groups);
      throw new ShardFencedError(groups.map(({ shardId }) => shardId));
    };
    expect(await codeOf(schedule.node.complete(task, [completeWorkflow()]))).toBe('UNAVAILABLE');
    expect(await schedule.summary()).toBe('taken 1, running 1, waiting 0, skipped 0');
    await schedule.node.clock.advance(5000);
    expect(await schedule.recent()).toEqual(['w-2026-01-01T00:01:00Z COMPLETED']);
  });

  it('with a second start in the same request finds the first', async () => {
    const schedule = await open();
    const created = await schedule.create();
    expect(await schedule.create()).toEqual(created);
    expect(await codeOf(schedule.create({}, { requestId: 'another' }))).toBe('ALREADY_EXISTS');
    await schedule.trigger(ALLOW_ALL, 'once');
    await schedule.trigger(ALLOW_ALL, 'once');
    await quiet();
    expect(await schedule.summary()).toMatch(/^taken 1/);
  });
});

it('thousands that are due at once all act, and few of them stay in memory', async () => {
  const schedule = await ScheduleNode.open({ limits: { schedulesInMemory: 50, schedulesActing: 10 } });
  const count = 1000;
  for (let index = 0; index < count; index += 1) await schedule.create({}, { scheduleId: `s${index}` });
  const { schedules } = schedule.node.services;
  expect(schedules.totals()).toMatchObject({ schedules: count, inMemory: 50 });
  await schedule.node.clock.advance(MINUTE_MS);
  await expect.poll(() => schedules.totals().started + schedules.totals().refused, { timeout: 15_000 }).toBe(count);
  // They all want the same workflow id, and one gets it.
  expect(schedules.totals().started).toBe(1);
  expect(schedules.totals().inMemory).toBeLessThanOrEqual(150);
  const again = await schedule.restart('stop', { limits: { schedulesInMemory: 50 } });
  await expect.poll(() => again.node.services.schedules.totals().schedules).toBe(count);
  expect(await again.ids(`ScheduleId = 's77'`)).toEqual(['s77']);
});

it('times come as the spec says', async () => {
  const schedule = await ScheduleNode.open();
  await schedule.create({ spec: { cronString: ['0 12 * * *'] } });
  const at = (text: string) => ({ seconds: Date.parse(text) / 1000 });
  const { startTime } = await schedule.node.call(methods.ListScheduleMatchingTimes, {
    namespace: 'default',
    scheduleId: 'schedule',
    startTime: at('2026-03-01T12:00Z'),
    endTime: at('2026-03-03T12:00Z'),
  });
  expect(startTime.map((time) => new Date(timestampToMs(time)).toISOString())).toEqual([
    '2026-03-02T12:00:00.000Z',
    '2026-03-03T12:00:00.000Z',
  ]);
});
