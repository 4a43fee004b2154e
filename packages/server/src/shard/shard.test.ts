import { enums, services } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../store/index.js';
import { completeWorkflow, continueAsNew, startTimer } from '../testing/commands.js';
import { ManualClock, quiet } from '../testing/manual-clock.js';
import { codeOf, outcome, TestNode } from '../testing/test-node.js';

const { methods } = services.WorkflowService;

/** A node whose disk holds back writes until the test lets them through. */
async function slowNode(options: Parameters<typeof TestNode.open>[0] = {}) {
  let held: (() => void)[] | undefined;
  let failing = false;
  const node = await TestNode.open({
    ...options,
    faults: {
      beforeWrite: (operation) => {
        if (failing && operation === 'commit') throw new Error('disk full');
        const waiting = held;
        if (waiting === undefined || operation !== 'commit') return undefined;
        return new Promise((resolve) => waiting.push(resolve));
      },
    },
  });
  return {
    node,
    hold: () => (held = []),
    release: async () => {
      const waiting = held ?? [];
      held = undefined;
      for (const resume of waiting) resume();
      await quiet();
    },
    fail: () => (failing = true),
  };
}

describe('a decision', () => {
  it('is answered only after its commit', async () => {
    const { node, hold, release } = await slowNode();
    hold();
    const started = node.start('w');
    expect(await outcome(started)).toBe('pending');
    await release();
    expect(await outcome(started)).not.toBe('pending');
  });

  it('hands its task to a waiting poller in the same commit, and the poller hears of it after the commit', async () => {
    const { node, hold, release } = await slowNode();
    const polled = node.pollWorkflowTask();
    await quiet();
    hold();
    void node.start('w');
    expect(await outcome(polled)).toBe('pending');
    await release();
    const task = await polled;
    expect(task.history?.events.length).toBe(3);
    expect(await node.eventNames('w')).toEqual([
      'WORKFLOW_EXECUTION_STARTED',
      'WORKFLOW_TASK_SCHEDULED',
      'WORKFLOW_TASK_STARTED',
    ]);
  });

  it('shows nothing in a read before it is durable', async () => {
    const { node, hold, release } = await slowNode();
    await node.start('w');
    hold();
    void node.signal('w');
    const described = node.describe('w');
    expect(await outcome(described)).toBe('pending');
    await release();
    expect((await described).workflowExecutionInfo?.historyLength).toBe(3);
  });

  it('that refuses waits for what the refusal rests on', async () => {
    const { node, hold, release } = await slowNode();
    await node.start('w');
    hold();
    void node.terminate('w');
    const late = codeOf(node.signal('w'));
    expect(await outcome(late)).toBe('pending');
    await release();
    expect(await late).toBe('NOT_FOUND');
  });

  it('that starts the same workflow id twice in one moment makes one run', async () => {
    const node = await TestNode.open();
    const both = await Promise.all([codeOf(node.start('w')), codeOf(node.start('w'))]);
    expect(both.sort()).toEqual(['ALREADY_EXISTS', 'OK']);
  });

  it('that changes nothing is answered without a commit', async () => {
    const { node, fail } = await slowNode();
    const request = { requestId: 'r' };
    const runId = await node.start('w', request);
    fail();
    expect(await node.start('w', request)).toBe(runId);
  });
});

describe('a failed commit', () => {
  it('answers everybody who waits with UNAVAILABLE', async () => {
    const { node, fail } = await slowNode();
    await node.start('w');
    fail();
    const waiting = [node.signal('w'), node.start('x'), node.describe('w'), node.terminate('w')];
    expect(await Promise.all(waiting.map(codeOf))).toEqual(Array(4).fill('UNAVAILABLE'));
  });

  it('leaves pollers waiting for the shard that is opened again', async () => {
    const { node, fail } = await slowNode();
    const polled = node.pollWorkflowTask();
    await quiet();
    fail();
    expect(await codeOf(node.start('w'))).toBe('UNAVAILABLE');
    expect(await outcome(polled)).toBe('pending');
  });

  it('of a lost store is fatal for the node', async () => {
    const { node, fail } = await slowNode();
    fail();
    await codeOf(node.start('w'));
    await node.clock.advance(2000);
    expect(node.fatal).toHaveLength(1);
  });

  it('of a shard that somebody else took is healed by taking it back', async () => {
    const node = await TestNode.open();
    const runId = await node.start('w');
    await node.store.acquireShard({ shardId: 0, ownerId: 'thief', leaseUntilMs: 0 });
    const polled = node.pollWorkflowTask();
    expect(await codeOf(node.signal('w'))).toBe('UNAVAILABLE');
    expect(await codeOf(node.signal('w'))).toBe('UNAVAILABLE');
    await node.clock.advance(2000);
    // The poller that waited all the time gets the task that was never handed out.
    expect((await polled).workflowExecution?.runId).toBe(runId);
    await node.signal('w');
    expect(await node.eventNames('w')).toEqual([
      'WORKFLOW_EXECUTION_STARTED',
      'WORKFLOW_TASK_SCHEDULED',
      'WORKFLOW_TASK_STARTED',
    ]);
  });

  it('ends long polls on history', async () => {
    const node = await TestNode.open();
    await node.start('w');
    await node.store.acquireShard({ shardId: 0, ownerId: 'thief', leaseUntilMs: 0 });
    const closed = { historyEventFilterType: enums.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT };
    const request = { namespace: 'default', execution: { workflowId: 'w' }, waitNewEvent: true, ...closed };
    const waiting = codeOf(node.call(methods.GetWorkflowExecutionHistory, request, { timeoutMs: 30_000 }));
    await quiet();
    expect(await codeOf(node.signal('w'))).toBe('UNAVAILABLE');
    expect(await waiting).toBe('UNAVAILABLE');
  });
});

describe('memory', () => {
  it('is bounded: runs leave it once they are in the tables, and come back when they are asked for', async () => {
    const node = await TestNode.open({ cacheSizeBytes: 64 * 1024 });
    for (let index = 0; index < 200; index += 1) await node.start(`w${index}`);
    await node.clock.advance(2000);
    expect(node.services.host.cacheUse().bytes).toBeLessThanOrEqual(64 * 1024);
    expect(node.services.host.cacheUse().executions).toBeLessThan(40);
    for (let index = 0; index < 200; index += 1) await node.signal(`w${index}`);
    expect(await node.eventNames('w0')).toEqual([
      'WORKFLOW_EXECUTION_STARTED',
      'WORKFLOW_TASK_SCHEDULED',
      'WORKFLOW_EXECUTION_SIGNALED',
    ]);
  });

  it('is bounded when runs are only read', async () => {
    const disk = new MemoryDisk();
    const first = await TestNode.open({ disk });
    for (let index = 0; index < 200; index += 1) {
      await first.start(`w${index}`);
      await first.terminate(`w${index}`);
    }
    await first.stop();
    const node = await TestNode.open({ disk, clock: first.clock, cacheSizeBytes: 64 * 1024 });
    for (let index = 0; index < 200; index += 1) await node.describe(`w${index}`);
    await quiet();
    expect(node.services.host.cacheUse().bytes).toBeLessThanOrEqual(64 * 1024);
  });

  it('keeps what is not in the tables, however much that is', async () => {
    const { node, hold, release } = await slowNode({ cacheSizeBytes: 1 });
    hold();
    const all = Array.from({ length: 50 }, (_, index) => node.start(`w${index}`));
    await node.clock.advance(3000);
    expect(node.services.host.cacheUse().executions).toBe(50);
    await release();
    await Promise.all(all);
    await node.clock.advance(3000);
    expect(node.services.host.cacheUse().executions).toBe(0);
  });

  it('keeps a run while somebody waits for a change of it', async () => {
    const node = await TestNode.open({ cacheSizeBytes: 1 });
    await node.start('w');
    const waited = codeOf(node.query('w', 30_000));
    await node.clock.advance(5000);
    expect(node.services.host.cacheUse().executions).toBe(1);
    await node.clock.advance(30_000);
    expect(await waited).toBe('DEADLINE_EXCEEDED');
    await node.signal('w');
    await node.clock.advance(3000);
    expect(node.services.host.cacheUse().executions).toBe(0);
  });

  it('knows which run of a workflow id is the latest, whichever of them it holds', async () => {
    const node = await TestNode.open({ cacheSizeBytes: 1 });
    const first = await node.start('w');
    await node.complete(await node.pollWorkflowTask(), [continueAsNew()]);
    await node.clock.advance(3000);
    // Only the older run is brought back, then the latest is asked for.
    await node.describe('w', first);
    const info = (await node.describe('w')).workflowExecutionInfo;
    expect(info?.execution?.runId).not.toBe(first);
    expect(info?.status).toBe(1);
    await node.terminate('w');
    const third = await node.start('w');
    await node.clock.advance(3000);
    expect((await node.describe('w')).workflowExecutionInfo?.execution?.runId).toBe(third);
  });
});

describe('deleting a run', () => {
  it('is durable when it is acknowledged', async () => {
    const disk = new MemoryDisk({ powerCuts: true });
    const node = await TestNode.open({ disk });
    await node.start('w');
    await node.terminate('w');
    await node.clock.advance(3000);
    await node.delete('w');
    expect(await codeOf(node.describe('w'))).toBe('NOT_FOUND');
    node.losePower();
    const again = await TestNode.open({ disk, clock: node.clock });
    expect(await codeOf(again.describe('w'))).toBe('NOT_FOUND');
    await again.services.host.drain();
    expect(await again.store.listRuns(again.namespaceId, 'w')).toEqual([]);
  });

  it('that was never written to the tables does not bring an older run back', async () => {
    const node = await TestNode.open();
    const older = await node.start('w');
    await node.terminate('w');
    await node.clock.advance(3000);
    const newer = await node.start('w');
    await node.terminate('w');
    await node.delete('w', newer);
    expect(await codeOf(node.describe('w'))).toBe('NOT_FOUND');
    await node.clock.advance(3000);
    expect(await codeOf(node.describe('w'))).toBe('NOT_FOUND');
    expect((await node.describe('w', older)).workflowExecutionInfo?.status).toBe(5);
  });

  it('leaves room for a new run of the workflow id at once', async () => {
    const node = await TestNode.open();
    await node.start('w');
    await node.terminate('w');
    await node.delete('w');
    const next = await node.start('w');
    await node.clock.advance(5000);
    expect((await node.describe('w')).workflowExecutionInfo?.execution?.runId).toBe(next);
    expect(await node.store.listRuns(node.namespaceId, 'w')).toHaveLength(1);
  });

  it('happens by itself when the retention has passed', async () => {
    const node = await TestNode.open();
    await node.start('w');
    await node.complete(await node.pollWorkflowTask(), [startTimer('t', 1), completeWorkflow()]);
    await node.clock.advance(23 * 3_600_000);
    expect((await node.describe('w')).workflowExecutionInfo?.status).toBe(2);
    await node.clock.advance(3_700_000);
    expect(await codeOf(node.describe('w'))).toBe('NOT_FOUND');
    expect(await node.store.listRuns(node.namespaceId, 'w')).toEqual([]);
    expect(node.services.host.cacheUse().executions).toBe(0);
  });
});

describe('stopping', () => {
  it('leaves everything in the tables and nothing in the journal', async () => {
    const disk = new MemoryDisk();
    const node = await TestNode.open({ disk });
    await node.start('w');
    await node.signal('w');
    await node.stop();
    const rows = disk.tables.journal.readAfter(0, 0);
    expect(rows).toEqual([]);
    expect(node.clock.timerCount).toBeLessThanOrEqual(1);
  });

  it('refuses what comes later', async () => {
    const node = await TestNode.open({ clock: new ManualClock() });
    await node.start('w');
    await node.services.host.stop();
    expect(await codeOf(node.signal('w'))).toBe('UNAVAILABLE');
  });
});
