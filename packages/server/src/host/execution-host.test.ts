import { services } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { MemoryDisk, openStore } from '../store/index.js';
import { ManualClock, quiet } from '../testing/manual-clock.js';
import { codeOf, outcome, TestNode } from '../testing/test-node.js';

const { methods } = services.WorkflowService;
const thief = { shardId: 0, ownerId: 'thief', leaseUntilMs: 0 };

describe('while a shard is being opened again', () => {
  async function failedNode(): Promise<TestNode> {
    const node = await TestNode.open({ shardCount: 1 });
    await node.start('w');
    await node.store.acquireShard(thief);
    expect(await codeOf(node.signal('w'))).toBe('UNAVAILABLE');
    return node;
  }

  it('calls are answered UNAVAILABLE, lists too, for they would not show everything', async () => {
    const node = await failedNode();
    expect(await codeOf(node.start('x'))).toBe('UNAVAILABLE');
    const listed = node.call(methods.ListWorkflowExecutions, { namespace: 'default' });
    expect(await codeOf(listed)).toBe('UNAVAILABLE');
  });

  it('the node can be stopped', async () => {
    const node = await failedNode();
    await node.stop();
    expect(node.fatal).toEqual([]);
    await node.clock.advance(5000);
    await (await TestNode.open({ disk: node.disk, clock: node.clock })).signal('w');
  });

  it('a shard that fails at once again is opened once more', async () => {
    const node = await failedNode();
    // As soon as the shard is back, and before it has done anything, it is stolen once more.
    const { acquireShard } = node.store;
    node.store.acquireShard = async (request) => {
      node.store.acquireShard = acquireShard;
      const acquired = await acquireShard.call(node.store, request);
      await acquireShard.call(node.store, thief);
      return acquired;
    };
    await node.clock.advance(5000);
    await codeOf(node.signal('w'));
    await node.clock.advance(5000);
    await node.signal('w');
    expect(node.fatal).toEqual([]);
  });
});

describe('after a restart', () => {
  it('tasks are handed out even if the first reading of them fails', async () => {
    const disk = new MemoryDisk();
    const first = await TestNode.open({ disk });
    await first.start('w');
    await first.stop();
    const node = await TestNode.open({
      disk,
      clock: new ManualClock(first.clock.nowMs()),
      wrapStore: (store) => {
        const attentionExecutions = store.attentionExecutions.bind(store);
        store.attentionExecutions = () => {
          store.attentionExecutions = attentionExecutions;
          return Promise.reject(new Error('interrupted'));
        };
      },
    });
    const polled = node.pollWorkflowTask();
    expect(await outcome(polled)).toBe('pending');
    await node.clock.advance(1000);
    expect((await polled).workflowExecution?.workflowId).toBe('w');
  });

  it('thousands of tasks wait again, without the memory of their runs', async () => {
    const disk = new MemoryDisk();
    const first = await TestNode.open({ disk, shardCount: 4 });
    for (let index = 0; index < 1200; index += 1) await first.start(`w${index}`);
    await first.stop();
    const node = await TestNode.open({ disk, clock: first.clock });
    await node.clock.advance(10);
    expect(node.services.matching.totals().backlog).toBe(1200);
    expect(node.services.host.cacheUse().executions).toBe(0);
    expect((await node.pollWorkflowTask()).history?.events).toHaveLength(3);
  });
});

it('a stopped node leaves its disk to the next', async () => {
  const node = await TestNode.open();
  await node.start('w');
  await node.stop();
  await quiet();
  const store = await openStore({ kind: 'memory', clusterId: 'any', disk: node.disk });
  expect(await store.integrityCheck()).toEqual([]);
});
