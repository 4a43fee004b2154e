import { describe, expect, it } from 'vitest';
import { beginning } from './testing/workflows.js';
import { skipping, withWorker } from './testing/with-worker.js';

const DAYS = 30;

describe('where time skips', () => {
  it('a daily schedule runs every day of a month that passes at once', async () => {
    await withWorker(await skipping(), async ({ environment }) => {
      const { client } = environment;
      const handle = await client.schedule.create({
        scheduleId: 'daily',
        spec: { calendars: [{ hour: 3 }] },
        action: { type: 'startWorkflow', workflowType: beginning, taskQueue: 'queue', workflowId: 'report' },
        policies: { overlap: 'BUFFER_ALL' },
      });
      await environment.sleep(`${DAYS} days`);
      const { info } = await handle.describe();
      expect(info.numActionsTaken).toBe(DAYS);
      expect(info.numActionsSkippedOverlap).toBe(0);
      const results: string[] = [];
      for (const { action, scheduledAt } of info.recentActions) {
        const beganMs: number = await client.workflow.getHandle(action.workflow.workflowId).result();
        expect(beganMs - scheduledAt.getTime()).toBeLessThan(60_000);
        results.push(action.workflow.workflowId);
      }
      expect(results).toHaveLength(10);
      expect(results.every((id) => /^report-\d{4}-\d\d-\d\dT03:00:00Z$/.test(id))).toBe(true);
      await handle.delete();
    });
  });

  it('a schedule that has been paused lets the time pass', async () => {
    await withWorker(await skipping(), async ({ environment }) => {
      const handle = await environment.client.schedule.create({
        scheduleId: 'paused',
        spec: { intervals: [{ every: '1 hour' }] },
        action: { type: 'startWorkflow', workflowType: beginning, taskQueue: 'queue' },
        state: { paused: true, note: 'not yet' },
      });
      await environment.sleep('7 days');
      expect((await handle.describe()).info.numActionsTaken).toBe(0);
      await handle.unpause();
      await environment.sleep('3 hours');
      expect((await handle.describe()).info.numActionsTaken).toBe(3);
      await handle.delete();
    });
  });
});
