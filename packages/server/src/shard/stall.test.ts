import { msToDuration, services as api } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { scheduleActivity, startTimer } from '../testing/commands.js';
import { quiet } from '../testing/manual-clock.js';
import { TestNode, type ActivityTask } from '../testing/test-node.js';

const { methods } = api.WorkflowService;
const STALL_MS = 60_000;

/** A run whose activity was taken by a worker. */
async function withActivity(node: TestNode, timeouts: Parameters<typeof scheduleActivity>[1]): Promise<ActivityTask> {
  await node.start('w');
  const once = { maximumAttempts: 1 };
  await node.complete(await node.pollWorkflowTask(), [scheduleActivity('a', { retryPolicy: once, ...timeouts })]);
  return node.pollActivityTask();
}

describe('after a stall of the process', () => {
  it('a heartbeat that waits in a socket is heard before the timeout it prevents', async () => {
    const node = await TestNode.open();
    const { taskToken } = await withActivity(node, { heartbeatTimeout: msToDuration(1000) });
    node.clock.jump(STALL_MS / 2);
    // What is called in the turn of the stall is what the event loop reads next.
    const heard = node.call(methods.RecordActivityTaskHeartbeat, { namespace: 'default', taskToken });
    expect((await heard).cancelRequested).toBe(false);
    await quiet();
    await node.completeActivity({ taskToken });
    expect((await node.eventNames('w')).slice(-2)).toEqual(['ACTIVITY_TASK_COMPLETED', 'WORKFLOW_TASK_SCHEDULED']);
  });

  it('an activity of which nothing was heard times out', async () => {
    const node = await TestNode.open();
    await withActivity(node, { heartbeatTimeout: msToDuration(1000) });
    node.clock.jump(STALL_MS / 2);
    await quiet();
    expect(await node.eventNames('w')).toContain('ACTIVITY_TASK_TIMED_OUT');
  });

  it('results of activities and of workflow tasks count that came in time', async () => {
    const node = await TestNode.open();
    const task = await withActivity(node, { startToCloseTimeout: msToDuration(1000) });
    await node.signal('w');
    const workflowTask = await node.pollWorkflowTask();
    node.clock.jump(STALL_MS);
    await Promise.all([node.completeActivity(task), node.complete(workflowTask)]);
    await quiet();
    const names = await node.eventNames('w');
    expect(names).toContain('ACTIVITY_TASK_COMPLETED');
    expect(names.filter((name) => name.endsWith('TIMED_OUT'))).toEqual([]);
  });

  it('timers fire all the same, in the order of their times and after what came before', async () => {
    const node = await TestNode.open();
    await node.start('w');
    const timers = [startTimer('late', 3000), startTimer('early', 1000)];
    await node.complete(await node.pollWorkflowTask(), timers);
    node.clock.jump(STALL_MS);
    await node.signal('w');
    await quiet();
    const events = (await node.history('w')).slice(6);
    expect(events.map((event) => event.timerFiredEventAttributes?.timerId ?? 'other')).toEqual([
      'other',
      'other',
      'early',
      'late',
    ]);
  });
});
