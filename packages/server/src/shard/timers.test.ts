import { enums } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../store/index.js';
import { startTimer } from '../testing/commands.js';
import { eventName, TestNode } from '../testing/test-node.js';

const MINUTE_MS = 60_000;

/** A run with timers of these durations, waiting for nothing else. */
async function withTimers(node: TestNode, workflowId: string, ...durationsMs: number[]): Promise<void> {
  await node.start(workflowId);
  const commands = durationsMs.map((durationMs, index) => startTimer(`t${index}`, durationMs));
  await node.complete(await node.pollWorkflowTask(), commands);
}

async function fired(node: TestNode, workflowId: string): Promise<number> {
  return (await node.eventNames(workflowId)).filter((name) => name === 'TIMER_FIRED').length;
}

describe('a timer', () => {
  it.each([1, 999, 59_999, 60_000, 60_001, 10 * MINUTE_MS, 3 * 60 * MINUTE_MS])(
    'of %d ms fires at its moment and not before',
    async (durationMs) => {
      const node = await TestNode.open();
      await withTimers(node, 'w', durationMs);
      await node.clock.advance(durationMs - 1);
      expect(await fired(node, 'w')).toBe(0);
      await node.clock.advance(1);
      expect(await fired(node, 'w')).toBe(1);
    },
  );

  it('of a run that has left memory fires', async () => {
    const node = await TestNode.open({ cacheSizeBytes: 1 });
    await withTimers(node, 'soon', 5000);
    await withTimers(node, 'late', 5 * MINUTE_MS);
    await node.clock.advance(4999);
    expect(node.services.host.cacheUse().executions).toBe(0);
    await node.clock.advance(1);
    expect(await fired(node, 'soon')).toBe(1);
    await node.clock.advance(5 * MINUTE_MS - 5000);
    expect(await fired(node, 'late')).toBe(1);
  });

  it('that is added before a later one is due fires first', async () => {
    const node = await TestNode.open();
    await withTimers(node, 'w', 30_000);
    await node.signal('w');
    await node.complete(await node.pollWorkflowTask(), [startTimer('earlier', 10_000)]);
    await node.clock.advance(10_000);
    expect(await fired(node, 'w')).toBe(1);
    await node.clock.advance(20_000);
    expect(await fired(node, 'w')).toBe(2);
  });

  it('that was due while the server was away fires at its start', async () => {
    const disk = new MemoryDisk();
    const first = await TestNode.open({ disk });
    await withTimers(first, 'w', 5000, 10 * MINUTE_MS);
    await first.stop();
    await first.clock.advance(MINUTE_MS);
    const node = await TestNode.open({ disk, clock: first.clock });
    await node.clock.advance(0);
    expect(await fired(node, 'w')).toBe(1);
    await node.clock.advance(9 * MINUTE_MS);
    expect(await fired(node, 'w')).toBe(2);
  });

  it('is one of thousands that are due at the same moment', async () => {
    const disk = new MemoryDisk();
    const first = await TestNode.open({ disk });
    const many = Array.from({ length: 1500 }, (_, index) => `w${index}`);
    for (const workflowId of many) await first.start(workflowId, { workflowStartDelay: { seconds: 5 } });
    await first.stop();
    await first.clock.advance(MINUTE_MS);
    const node = await TestNode.open({ disk, clock: first.clock, cacheSizeBytes: 256 * 1024 });
    await node.clock.advance(2000);
    for (const workflowId of many) expect((await node.history(workflowId)).length).toBe(2);
  });
});

describe('a timeout', () => {
  it('of a workflow task gives the task to another worker', async () => {
    const node = await TestNode.open();
    await node.start('w');
    await node.pollWorkflowTask();
    await node.clock.advance(10_000);
    const again = await node.pollWorkflowTask();
    expect(again.attempt).toBe(2);
    expect(await node.eventNames('w')).toContain('WORKFLOW_TASK_TIMED_OUT');
  });

  it('of a run closes it, in memory or not', async () => {
    const node = await TestNode.open({ cacheSizeBytes: 1 });
    await node.start('w', { workflowRunTimeout: { seconds: 90 } });
    await node.clock.advance(90_000);
    const events = await node.history('w');
    expect(eventName(events.at(-1)?.eventType ?? enums.EventType.EVENT_TYPE_UNSPECIFIED)).toBe(
      'WORKFLOW_EXECUTION_TIMED_OUT',
    );
  });
});

it('a closed run that left memory is not brought back by the timers it had', async () => {
  const node = await TestNode.open({ cacheSizeBytes: 1 });
  await withTimers(node, 'w', 50_000);
  await node.terminate('w');
  await node.clock.advance(2000);
  expect(node.services.host.cacheUse().executions).toBe(0);
  const before = loads(node);
  await node.clock.advance(58_000);
  expect(loads(node)).toBe(before);
});

/** Reads of single executions so far. */
function loads(node: TestNode): number {
  const { store } = node as unknown as { store: { loadExecution: unknown; counted?: number } };
  if (store.counted === undefined) {
    const read = node.store.loadExecution.bind(node.store);
    store.counted = 0;
    store.loadExecution = (...parts: Parameters<typeof read>) => {
      store.counted = (store.counted ?? 0) + 1;
      return read(...parts);
    };
  }
  return store.counted;
}
