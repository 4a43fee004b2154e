import { enums, services as api } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { MemoryDisk } from '../store/index.js';
import { ManualClock } from '../testing/manual-clock.js';
import { codeOf, TestNode } from '../testing/test-node.js';
import {
  batch,
  counts,
  describe,
  loseEverything,
  many,
  open,
  signalAll,
  signalsOf,
  terminateAll,
} from '../testing/batches.js';

const { methods } = api.WorkflowService;
const { BatchOperationState: State } = enums;
const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

test('a batch that was acknowledged goes on after a power cut, and signals nobody twice', async () => {
  const disk = new MemoryDisk({ powerCuts: true });
  const clock = new ManualClock();
  const limits = { batchPageExecutions: 4, batchOperationsPerSecond: 10 };
  const before = await TestNode.open({ disk, clock, limits });
  await many(before, 'one', 12);
  await batch(before, 'job', signalAll('one'));
  await clock.advance(SECOND_MS / 2);
  const done = (await counts(before, 'job'))[2] ?? 0;
  expect(done).toBeGreaterThan(3);
  expect(done).toBeLessThan(12);
  before.losePower();
  const after = await open({ disk, clock, limits });
  expect((await counts(after, 'job'))[0]).toBe(State.BATCH_OPERATION_STATE_RUNNING);
  await clock.advance(5 * SECOND_MS);
  expect(await counts(after, 'job')).toEqual([State.BATCH_OPERATION_STATE_COMPLETED, 12, 12, 0]);
  const signals = await Promise.all(Array.from({ length: 12 }, async (_, number) => signalsOf(after, `one-${number}`)));
  expect(signals).toEqual(Array.from({ length: 12 }, () => 1));
});

test('a power cut before or after any write of a batch neither passes an execution over nor signals it twice', async () => {
  const limits = { batchPageExecutions: 2, batchOperationsPerSecond: 100 };
  // The start, a page each of two, two and one, and the end.
  for (let cut = 0; cut < 5; cut += 1) {
    for (const when of ['before', 'after'] as const) {
      const disk = new MemoryDisk({ powerCuts: true });
      const clock = new ManualClock();
      let count = 0;
      const first = await TestNode.open({
        disk,
        clock,
        limits,
        wrapStore: (store) => {
          const write = store.records.write.bind(store.records);
          store.records.write = async (...given) => {
            const isCut = count++ === cut;
            if (!isCut || when === 'after') await write(...given);
            if (!isCut) return;
            loseEverything(first, store);
            throw new Error('there is no power');
          };
        },
      });
      await many(first, 'one', 5);
      await batch(first, 'job', signalAll('one')).catch(() => undefined);
      await clock.advance(SECOND_MS);
      expect(count).toBe(cut + 1);
      const second = await TestNode.open({ disk, clock, limits });
      await clock.advance(5 * SECOND_MS);
      const wasStarted = cut > 0 || when === 'after';
      const signals = await Promise.all([0, 1, 2, 3, 4].map(async (number) => signalsOf(second, `one-${number}`)));
      expect([cut, when, signals]).toEqual([cut, when, signals.map(() => (wasStarted ? 1 : 0))]);
      if (wasStarted) expect(await counts(second, 'job')).toEqual([State.BATCH_OPERATION_STATE_COMPLETED, 5, 5, 0]);
      else expect(await codeOf(describe(second, 'job'))).toBe('NOT_FOUND');
      await second.stop();
    }
  }
});

test('a server that stops leaves its batches to the next start', async () => {
  const disk = new MemoryDisk();
  const clock = new ManualClock();
  const limits = { batchOperationsPerSecond: 1 };
  const before = await TestNode.open({ disk, clock, limits });
  await many(before, 'one', 3);
  await batch(before, 'job', terminateAll('one'));
  await clock.advance(1);
  await before.stop();
  const after = await open({ disk, clock, limits });
  await clock.advance(5 * SECOND_MS);
  expect(await counts(after, 'job')).toEqual([State.BATCH_OPERATION_STATE_COMPLETED, 3, 3, 0]);
});

test('a failing disk is waited for, and nothing is done twice', async () => {
  let failing = false;
  const node = await open({
    limits: { batchPageExecutions: 2, batchOperationsPerSecond: 100 },
    wrapStore: (store) => {
      const write = store.records.write.bind(store.records);
      store.records.write = (...given) => (failing ? Promise.reject(new Error('disk is full')) : write(...given));
    },
  });
  await many(node, 'one', 6);
  failing = true;
  expect(await codeOf(batch(node, 'refused', signalAll('one')))).toBe('UNAVAILABLE');
  failing = false;
  await node.clock.advance(5 * SECOND_MS);
  expect(await codeOf(describe(node, 'refused'))).toBe('NOT_FOUND');
  await batch(node, 'job', signalAll('one'));
  failing = true;
  await node.clock.advance(5 * SECOND_MS);
  expect((await counts(node, 'job'))[0]).toBe(State.BATCH_OPERATION_STATE_RUNNING);
  failing = false;
  await node.clock.advance(60 * SECOND_MS);
  expect(await counts(node, 'job')).toEqual([State.BATCH_OPERATION_STATE_COMPLETED, 6, 6, 0]);
  for (let number = 0; number < 6; number += 1) expect(await signalsOf(node, `one-${number}`)).toBe(1);
});

test('a stop that could not be stored has not happened: the batch goes on', async () => {
  let failing = false;
  const node = await open({
    limits: { batchOperationsPerSecond: 1 },
    wrapStore: (store) => {
      const write = store.records.write.bind(store.records);
      store.records.write = (...given) => (failing ? Promise.reject(new Error('disk is full')) : write(...given));
    },
  });
  await many(node, 'one', 4);
  await batch(node, 'job', terminateAll('one'));
  failing = true;
  const stopped = codeOf(
    node.call(methods.StopBatchOperation, { namespace: 'default', jobId: 'job', reason: 'wrong ones' }),
  );
  expect(await stopped).toBe('UNAVAILABLE');
  failing = false;
  await node.clock.advance(20 * SECOND_MS);
  expect(await counts(node, 'job')).toEqual([State.BATCH_OPERATION_STATE_COMPLETED, 4, 4, 0]);
});

test('a namespace that is deleted takes its batches along', async () => {
  const node = await open({ limits: { batchOperationsPerSecond: 1 } });
  const { methods: operator } = api.OperatorService;
  await node.call(methods.RegisterNamespace, {
    namespace: 'other',
    workflowExecutionRetentionPeriod: { seconds: DAY_MS / SECOND_MS, nanos: 0 },
  });
  const executions = [1, 2, 3].map((number) => ({ workflowId: `nobody-${number}` }));
  const request = { namespace: 'other', executions, terminationOperation: {} };
  await batch(node, 'job', request);
  await node.call(operator.DeleteNamespace, { namespace: 'other' });
  await node.clock.advance(10 * SECOND_MS);
  expect(node.services.namespaces.list().map(({ name }) => name)).toEqual(['default']);
  const { rows } = await node.store.records.ofShard(0, 'batch-operation', undefined, 10);
  expect(rows).toEqual([]);
});

test('closed batches are kept as long as closed executions, over a restart', async () => {
  const disk = new MemoryDisk();
  const clock = new ManualClock();
  const before = await TestNode.open({ disk, clock });
  await batch(before, 'job', signalAll('nobody'));
  await clock.advance(SECOND_MS);
  expect(await counts(before, 'job')).toEqual([State.BATCH_OPERATION_STATE_COMPLETED, 0, 0, 0]);
  await before.stop();
  const after = await open({ disk, clock });
  clock.jump(DAY_MS / 2);
  await clock.advance(1);
  expect((await counts(after, 'job'))[0]).toBe(State.BATCH_OPERATION_STATE_COMPLETED);
  clock.jump(DAY_MS);
  await clock.advance(1);
  expect(await codeOf(describe(after, 'job'))).toBe('NOT_FOUND');
});
