import { enums, services as api } from '@perdure/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryDisk, type MemoryFaults } from '../store/index.js';
import { continueAsNew } from '../testing/commands.js';
import { quiet } from '../testing/manual-clock.js';
import { ACTION, MINUTE_MS, ScheduleNode } from '../testing/schedule-node.js';

const { methods } = api.WorkflowService;
const { SCHEDULE_OVERLAP_POLICY_ALLOW_ALL: ALLOW_ALL, SCHEDULE_OVERLAP_POLICY_BUFFER_ALL: BUFFER_ALL } =
  enums.ScheduleOverlapPolicy;

/** Lets one node make so many writes more, and then none ever again. */
class Power {
  writesLeft = Infinity;

  readonly faults: MemoryFaults = {
    beforeWrite: () => {
      if (this.writesLeft <= 0) throw new Error('no power');
      this.writesLeft -= 1;
    },
  };
}

/** Every run that a schedule has started, by workflow id. */
async function startedRuns(schedule: ScheduleNode): Promise<string[]> {
  const query = `TemporalScheduledById = 'schedule'`;
  const { executions } = await schedule.node.call(methods.ListWorkflowExecutions, { namespace: 'default', query });
  return executions.map(({ execution }) => execution?.workflowId ?? '').sort();
}

/** The ids of so many actions, one a minute. */
function idsOfMinutes(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `w-${new Date(Date.UTC(2026, 0, 1, 0, index + 1)).toISOString().slice(0, 19)}Z`,
  );
}

it.each([
  ['one after the other', BUFFER_ALL],
  ['all at once', ALLOW_ALL],
])(
  'a crash at any write neither loses nor doubles an action: %s',
  async (_name, overlapPolicy) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(1, 3),
        async (crashes, shardCount) => {
          let power = new Power();
          const disk = new MemoryDisk({ powerCuts: true });
          let schedule = await ScheduleNode.open({ disk, faults: power.faults, shardCount });
          await schedule.create({ policies: { overlapPolicy }, state: { limitedActions: true, remainingActions: 6 } });
          for (const writes of crashes) {
            power.writesLeft = writes;
            await schedule.node.clock.advance(MINUTE_MS);
            await completeAll(schedule).catch(() => undefined);
            power.writesLeft = 0;
            power = new Power();
            schedule = await schedule.restart('losePower', { faults: power.faults });
            await schedule.node.clock.advance(1000);
          }
          await schedule.node.clock.advance(12 * MINUTE_MS);
          for (let round = 0; round < 8; round += 1) await completeAll(schedule);
          expect(await startedRuns(schedule)).toEqual(idsOfMinutes(6));
          const { info, schedule: described } = await schedule.describe();
          expect(info).toMatchObject({ actionCount: 6, bufferSize: 0, runningWorkflows: [], overlapSkipped: 0 });
          expect(described?.state?.remainingActions).toBe(0);
          expect(schedule.node.fatal).toEqual([]);
          await schedule.node.stop();
        },
      ),
      { numRuns: 25 },
    );
  },
  120_000,
);

/** A node whose schedule has started a workflow, and cannot record that it has. */
async function withUnrecordedStart(): Promise<ScheduleNode> {
  const schedule = await ScheduleNode.open({
    disk: new MemoryDisk({ powerCuts: true }),
    wrapStore: ({ records }) => {
      const write = records.write.bind(records);
      let writes = 0;
      // The first creates the schedule, the second plans the start, the third would record it.
      Object.assign(records, {
        write: (...args: Parameters<typeof write>) =>
          (writes += 1) < 3 ? write(...args) : new Promise(() => undefined),
      });
    },
  });
  await schedule.create({ policies: { overlapPolicy: BUFFER_ALL } });
  await schedule.node.clock.advance(MINUTE_MS);
  return schedule;
}

it('a workflow whose id somebody else has used before its start was recorded is not started again', async () => {
  const schedule = await withUnrecordedStart();
  await schedule.completeNext();
  const workflowId = 'w-2026-01-01T00:01:00Z';
  const { taskQueue, workflowType } = ACTION.startWorkflow ?? {};
  const other = { namespace: 'default', workflowId, requestId: 'other', taskQueue, workflowType };
  const { runId } = await schedule.node.call(methods.StartWorkflowExecution, other);
  await schedule.failNext('not of the schedule');
  await quiet();
  const again = await schedule.restart('losePower');
  await quiet();
  expect(await again.recent()).toEqual([`${workflowId} COMPLETED`]);
  expect(await startedRuns(again)).toEqual([workflowId]);
  const query = `WorkflowId = '${workflowId}'`;
  const { executions } = await again.node.call(methods.ListWorkflowExecutions, { namespace: 'default', query });
  expect(executions.map(({ execution }) => execution?.runId)).toHaveLength(2);
  expect(executions.map(({ execution }) => execution?.runId)).toContain(runId);
});

it('a workflow that has gone on in another run before its start was recorded is found again', async () => {
  const schedule = await withUnrecordedStart();
  await schedule.node.complete(await schedule.node.pollWorkflowTask(), [continueAsNew()]);
  await schedule.completeNext();
  await quiet();
  schedule.node.losePower();
  const again = await schedule.restart('losePower');
  await quiet();
  expect(await again.recent()).toEqual(['w-2026-01-01T00:01:00Z COMPLETED']);
  // The run that goes on has other search attributes: what counts is that no other has been started.
  expect(await startedRuns(again)).toEqual(['w-2026-01-01T00:01:00Z']);
});

/** Completes every workflow that runs, until none is left. */
async function completeAll(schedule: ScheduleNode): Promise<void> {
  for (;;) {
    await quiet();
    const query = `ExecutionStatus = 'Running'`;
    const { executions } = await schedule.node.call(methods.ListWorkflowExecutions, { namespace: 'default', query });
    if (executions.length === 0) return;
    for (const { execution } of executions) await schedule.node.terminate(execution?.workflowId ?? '');
  }
}
