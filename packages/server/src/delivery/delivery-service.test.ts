import { enums, services } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../store/index.js';
import { cancelExternal, completeWorkflow, continueAsNew, signalExternal, startChild } from '../testing/commands.js';
import { ManualClock, quiet } from '../testing/manual-clock.js';
import { codeOf, TestNode } from '../testing/test-node.js';

const { methods } = services.WorkflowService;
const { ParentClosePolicy, WorkflowExecutionStatus } = enums;
const TERMINATE = ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE;
const ABANDON = ParentClosePolicy.PARENT_CLOSE_POLICY_ABANDON;
const REQUEST_CANCEL = ParentClosePolicy.PARENT_CLOSE_POLICY_REQUEST_CANCEL;
/** Enough for the first retries. */
const RETRIES_MS = 1000;

/** A parent on its own task queue that has just asked for a child on `queue`. */
async function withChild(node: TestNode, parentClosePolicy: enums.ParentClosePolicy = TERMINATE): Promise<string> {
  const runId = await node.start('parent', { taskQueue: { name: 'parents' } });
  await node.complete(await node.pollWorkflowTask('parents'), [startChild('child', { parentClosePolicy })]);
  await node.clock.advance(RETRIES_MS);
  return runId;
}

async function status(node: TestNode, workflowId: string): Promise<string | undefined> {
  const info = (await node.describe(workflowId)).workflowExecutionInfo;
  return Object.entries(WorkflowExecutionStatus)
    .find(([, value]) => value === info?.status)?.[0]
    .replace('WORKFLOW_EXECUTION_STATUS_', '');
}

// With five shards, which of them owns an execution differs from run to run of the tests: a namespace has a new id.
describe.each([1, 5])('with %d shards', (shardCount) => {
  const open = (options: Parameters<typeof TestNode.open>[0] = {}) => TestNode.open({ shardCount, ...options });

  it('a child is started, and its parent hears of its start and of its close', async () => {
    const node = await open();
    await withChild(node);
    await node.complete(await node.pollWorkflowTask(), [completeWorkflow()]);
    await quiet();
    expect(await node.eventNames('parent')).toEqual([
      'WORKFLOW_EXECUTION_STARTED',
      'WORKFLOW_TASK_SCHEDULED',
      'WORKFLOW_TASK_STARTED',
      'WORKFLOW_TASK_COMPLETED',
      'START_CHILD_WORKFLOW_EXECUTION_INITIATED',
      'CHILD_WORKFLOW_EXECUTION_STARTED',
      'WORKFLOW_TASK_SCHEDULED',
      'CHILD_WORKFLOW_EXECUTION_COMPLETED',
    ]);
  });

  it('a child whose id is taken is not started, and its parent is told', async () => {
    const node = await open();
    await node.start('child');
    await withChild(node);
    expect(await node.eventNames('parent')).toContain('START_CHILD_WORKFLOW_EXECUTION_FAILED');
  });

  it('the news of a close comes from the last run of a child', async () => {
    const node = await open();
    await withChild(node);
    await node.complete(await node.pollWorkflowTask(), [continueAsNew()]);
    await quiet();
    expect(await node.eventNames('parent')).not.toContain('CHILD_WORKFLOW_EXECUTION_COMPLETED');
    await node.complete(await node.pollWorkflowTask(), [completeWorkflow()]);
    await quiet();
    expect(await node.eventNames('parent')).toContain('CHILD_WORKFLOW_EXECUTION_COMPLETED');
  });

  it.each([
    [TERMINATE, 'TERMINATED', false],
    [ABANDON, 'RUNNING', false],
    [REQUEST_CANCEL, 'RUNNING', true],
  ] as const)(
    'the close of a parent reaches its child by policy %d: %s',
    async (policy, expected, isCancelRequested) => {
      const node = await open();
      await withChild(node, policy);
      await node.terminate('parent');
      await node.clock.advance(RETRIES_MS);
      expect(await status(node, 'child')).toBe(expected);
      expect((await node.eventNames('child')).includes('WORKFLOW_EXECUTION_CANCEL_REQUESTED')).toBe(isCancelRequested);
    },
  );

  it('a parent that closes in the same moment takes its child along or never starts it', async () => {
    const node = await open();
    await node.start('parent', { taskQueue: { name: 'parents' } });
    const task = await node.pollWorkflowTask('parents');
    await Promise.all([node.complete(task, [startChild('child')]), node.terminate('parent')]);
    await node.clock.advance(RETRIES_MS);
    const child = await codeOf(node.describe('child'));
    if (child === 'OK') expect(await status(node, 'child')).toBe('TERMINATED');
    else expect(child).toBe('NOT_FOUND');
  });

  it('a signal to another execution is delivered once', async () => {
    const node = await open();
    await node.start('target');
    await node.start('sender', { taskQueue: { name: 'senders' } });
    await node.complete(await node.pollWorkflowTask('senders'), [signalExternal('target')]);
    await node.clock.advance(RETRIES_MS);
    expect((await node.eventNames('target')).filter((name) => name === 'WORKFLOW_EXECUTION_SIGNALED')).toHaveLength(1);
    expect(await node.eventNames('sender')).toContain('EXTERNAL_WORKFLOW_EXECUTION_SIGNALED');
  });

  it('a request to an execution that is not there fails at the sender', async () => {
    const node = await open();
    await node.start('sender', { taskQueue: { name: 'senders' } });
    const commands = [signalExternal('nobody'), cancelExternal('nobody')];
    await node.complete(await node.pollWorkflowTask('senders'), commands);
    await node.clock.advance(RETRIES_MS);
    const names = await node.eventNames('sender');
    expect(names).toContain('SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED');
    expect(names).toContain('REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED');
  });

  it('a cancel request is delivered', async () => {
    const node = await open();
    await node.start('target');
    await node.start('sender', { taskQueue: { name: 'senders' } });
    await node.complete(await node.pollWorkflowTask('senders'), [cancelExternal('target')]);
    await node.clock.advance(RETRIES_MS);
    expect(await node.eventNames('target')).toContain('WORKFLOW_EXECUTION_CANCEL_REQUESTED');
    expect(await node.eventNames('sender')).toContain('EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED');
  });

  it('what was owed when power was lost is carried after the restart, and only once', async () => {
    // Power is lost after each number of commits that follow the command.
    for (let commits = 1; commits <= 4; commits += 1) {
      const disk = new MemoryDisk({ powerCuts: true });
      let left = Infinity;
      const beforeWrite = (operation: string) =>
        operation === 'commit' && --left < 0 ? new Promise<void>(() => undefined) : undefined;
      const node = await open({ disk, faults: { beforeWrite } });
      await node.start('target');
      await node.start('parent', { taskQueue: { name: 'parents' } });
      const task = await node.pollWorkflowTask('parents');
      left = commits;
      void node.complete(task, [startChild('child'), signalExternal('target')]);
      await quiet();
      node.losePower();
      const again = await open({ disk, clock: new ManualClock(node.clock.nowMs()) });
      await again.clock.advance(RETRIES_MS);
      const names = await again.eventNames('parent');
      expect(names.filter((name) => name === 'CHILD_WORKFLOW_EXECUTION_STARTED')).toHaveLength(1);
      expect(names.filter((name) => name === 'EXTERNAL_WORKFLOW_EXECUTION_SIGNALED')).toHaveLength(1);
      const received = await again.eventNames('target');
      expect(received.filter((name) => name === 'WORKFLOW_EXECUTION_SIGNALED')).toHaveLength(1);
      expect(await again.store.listRuns(again.namespaceId, 'child').then((runs) => runs.length)).toBeLessThanOrEqual(1);
    }
  });
});

it('what is owed by a run that has left memory is carried when the target can be reached again', async () => {
  const node = await TestNode.open({ shardCount: 5, cacheSizeBytes: 1 });
  const shardId = (workflowId: string): number =>
    node.services.host.shardFor({ namespaceId: node.namespaceId, workflowId }).shardId;
  const target = Array.from({ length: 100 }, (_, index) => `target-${index}`).find(
    (id) => shardId(id) !== shardId('sender'),
  );
  if (target === undefined) throw new Error('every workflow id is on the same shard');
  await node.start('sender', { taskQueue: { name: 'senders' } });
  await node.start(target);
  const task = await node.pollWorkflowTask('senders');
  await node.store.acquireShard({ shardId: shardId(target), ownerId: 'thief', leaseUntilMs: 0 });
  await codeOf(node.signal(target, 'lost'));
  await node.complete(task, [signalExternal(target)]);
  await node.clock.advance(10_000);
  expect(await node.eventNames('sender')).toContain('EXTERNAL_WORKFLOW_EXECUTION_SIGNALED');
});

it('a child that is deleted while it runs is reported to its parent as terminated', async () => {
  const node = await TestNode.open();
  await withChild(node);
  await node.call(methods.DeleteWorkflowExecution, {
    namespace: 'default',
    workflowExecution: { workflowId: 'child' },
  });
  expect(await node.eventNames('parent')).toContain('CHILD_WORKFLOW_EXECUTION_TERMINATED');
  expect(await codeOf(node.describe('child'))).toBe('NOT_FOUND');
});
