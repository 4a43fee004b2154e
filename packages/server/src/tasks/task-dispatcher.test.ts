import { enums, services } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import type { CallableMethod } from '../api/index.js';
import { MemoryDisk } from '../store/index.js';
import { scheduleActivity } from '../testing/commands.js';
import { quiet } from '../testing/manual-clock.js';
import { codeOf, outcome, TestNode } from '../testing/test-node.js';

const { methods } = services.WorkflowService;
const sticky = {
  stickyAttributes: {
    workerTaskQueue: {
      name: 'sticky',
      kind: enums.TaskQueueKind.TASK_QUEUE_KIND_STICKY,
      normalName: 'queue',
    },
    scheduleToStartTimeout: { seconds: 5 },
  },
};

describe('a workflow task', () => {
  it('goes to a worker that polls later', async () => {
    const node = await TestNode.open();
    const runId = await node.start('w');
    const task = await node.pollWorkflowTask();
    expect(task.workflowExecution).toEqual({ workflowId: 'w', runId });
    expect(task.history?.events).toHaveLength(3);
    expect(task.startedEventId).toBe(3);
  });

  it('of a run that has left memory is handed out all the same', async () => {
    const node = await TestNode.open({ cacheSizeBytes: 1 });
    await node.start('w');
    await node.clock.advance(3000);
    expect(node.services.host.cacheUse().executions).toBe(0);
    expect((await node.pollWorkflowTask()).history?.events).toHaveLength(3);
  });

  it('is passed over when its run has closed, and the poller waits on', async () => {
    const node = await TestNode.open();
    await node.start('closed');
    await node.terminate('closed');
    const polled = node.pollWorkflowTask();
    expect(await outcome(polled)).toBe('pending');
    await node.start('open');
    expect((await polled).workflowExecution?.workflowId).toBe('open');
  });

  it('is not given to a poll that ended while its run was being fetched', async () => {
    const node = await TestNode.open({ cacheSizeBytes: 1 });
    await node.start('w');
    await node.clock.advance(3000);
    const giveUp = new AbortController();
    const cancelled = codeOf(node.pollWorkflowTask('queue', giveUp.signal));
    giveUp.abort();
    expect(await cancelled).toBe('CANCELLED');
    await quiet();
    expect((await node.pollWorkflowTask()).attempt).toBe(1);
    expect(await node.eventNames('w')).toHaveLength(3);
  });

  it('waits again after a restart', async () => {
    const disk = new MemoryDisk();
    const first = await TestNode.open({ disk });
    const runId = await first.start('w');
    await first.stop();
    const node = await TestNode.open({ disk, clock: first.clock });
    expect((await node.pollWorkflowTask()).workflowExecution?.runId).toBe(runId);
  });

  it('is handed to one worker only, whatever happened to the shard in between', async () => {
    const node = await TestNode.open();
    await node.start('w');
    await node.store.acquireShard({ shardId: 0, ownerId: 'thief', leaseUntilMs: 0 });
    await codeOf(node.signal('w'));
    await node.clock.advance(2000);
    // The queue now holds the task twice: once from the shard that failed, once from the one opened in its place.
    const polls = [node.pollWorkflowTask(), node.pollWorkflowTask()];
    await quiet();
    expect((await Promise.race(polls)).attempt).toBe(1);
    expect(await Promise.all(polls.map((poll) => outcome(poll).then((result) => result === 'pending')))).toContain(
      true,
    );
    expect(await node.eventNames('w')).toHaveLength(3);
  });
});

describe('a sticky queue', () => {
  async function onSticky(node: TestNode): Promise<void> {
    await node.start('w');
    const polled = node.pollWorkflowTask('sticky');
    await quiet();
    node.services.matching.answerAllEmpty();
    await polled;
    await node.complete(await node.pollWorkflowTask(), [], sticky);
  }

  it('gets the next task, with new events only', async () => {
    const node = await TestNode.open();
    await onSticky(node);
    await node.signal('w');
    const task = await node.pollWorkflowTask('sticky');
    expect(task.history?.events.map(({ eventId }) => eventId)).toEqual([4, 5, 6, 7]);
    expect(task.previousStartedEventId).toBe(3);
  });

  it('without its worker hands the task to the normal queue at once', async () => {
    const node = await TestNode.open();
    await onSticky(node);
    await node.clock.advance(11_000);
    await node.signal('w');
    expect((await node.pollWorkflowTask()).history?.events).toHaveLength(7);
  });

  it('of a worker that shut down hands its task to the normal queue', async () => {
    const node = await TestNode.open();
    await onSticky(node);
    await node.signal('w');
    await node.call(methods.ShutdownWorker, { namespace: 'default', stickyTaskQueue: 'sticky' });
    expect((await node.pollWorkflowTask()).history?.events.length).toBeGreaterThanOrEqual(7);
    expect(await node.eventNames('w')).not.toContain('WORKFLOW_TASK_TIMED_OUT');
  });

  it('of a worker that stops ends all its polls, and its next task goes to another', async () => {
    const node = await TestNode.open();
    await onSticky(node);
    const poll = (method: CallableMethod<object, { taskToken: Uint8Array }>, name: string) =>
      node.call(
        method,
        { namespace: 'default', taskQueue: { name }, identity: 'worker', workerInstanceKey: 'stopping' },
        { timeoutMs: 60_000 },
      );
    const polls = [
      poll(methods.PollWorkflowTaskQueue, 'sticky'),
      poll(methods.PollWorkflowTaskQueue, 'queue'),
      poll(methods.PollActivityTaskQueue, 'queue'),
    ];
    const stop = { namespace: 'default', taskQueue: 'queue', stickyTaskQueue: 'sticky', workerInstanceKey: 'stopping' };
    await node.call(methods.ShutdownWorker, stop);
    polls.push(poll(methods.PollWorkflowTaskQueue, 'queue'));
    for (const { taskToken } of await Promise.all(polls)) expect(taskToken).toHaveLength(0);
    await node.signal('w');
    expect((await node.pollWorkflowTask()).history?.events.length).toBeGreaterThanOrEqual(7);
    expect(await node.eventNames('w')).not.toContain('WORKFLOW_TASK_TIMED_OUT');
  });

  it('that is not polled in time loses the task to the normal queue', async () => {
    const node = await TestNode.open();
    await onSticky(node);
    await node.signal('w');
    await node.clock.advance(5000);
    await node.pollWorkflowTask();
    expect(await node.eventNames('w')).toContain('WORKFLOW_TASK_TIMED_OUT');
  });
});

describe('an activity task', () => {
  it('is handed out once, and again after a restart if it was not taken', async () => {
    const disk = new MemoryDisk();
    const first = await TestNode.open({ disk });
    await first.start('w');
    await first.complete(await first.pollWorkflowTask(), [scheduleActivity('a'), scheduleActivity('b')]);
    const taken = await first.pollActivityTask();
    await first.stop();
    const node = await TestNode.open({ disk, clock: first.clock });
    expect((await node.pollActivityTask()).activityId).toBe('b');
    expect(await outcome(node.pollActivityTask())).toBe('pending');
    // The worker that had taken the other one before the restart is still welcome.
    await node.completeActivity(taken);
    expect(await node.eventNames('w')).toContain('ACTIVITY_TASK_COMPLETED');
  });

  it('waits for the end of its backoff', async () => {
    const node = await TestNode.open();
    await node.start('w');
    await node.complete(await node.pollWorkflowTask(), [
      scheduleActivity('a', { retryPolicy: { initialInterval: { seconds: 3 } } }),
    ]);
    const { taskToken } = await node.pollActivityTask();
    await node.call(methods.RespondActivityTaskFailed, { namespace: 'default', taskToken, failure: { message: 'no' } });
    const polled = node.pollActivityTask();
    await node.clock.advance(2999);
    expect(await outcome(polled)).toBe('pending');
    await node.clock.advance(1);
    expect((await polled).attempt).toBe(2);
  });
});

describe('stopping', () => {
  it('answers every poll with nothing', async () => {
    const node = await TestNode.open();
    const polls = [node.pollWorkflowTask(), node.pollActivityTask()];
    await quiet();
    await node.stop();
    for (const { taskToken } of await Promise.all(polls)) expect(taskToken).toHaveLength(0);
  });
});
