import { enums, services as api, type workflowservice } from '@perdure/protocol';
import { afterEach, expect, test } from 'vitest';
import { MemoryDisk, type Store } from '../store/index.js';
import { ManualClock } from '../testing/manual-clock.js';
import { codeOf, TestNode, type TestNodeOptions } from '../testing/test-node.js';

const { methods } = api.WorkflowService;
const { BatchOperationState: State, WorkflowExecutionStatus: Status } = enums;
const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
const CLOSED_SIGNAL = 'go';

const nodes: TestNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop().catch(() => undefined);
});

async function open(options: TestNodeOptions = {}): Promise<TestNode> {
  const node = await TestNode.open(options);
  nodes.push(node);
  return node;
}

/** Executions `one-0`, `one-1`, ... of type `one`, each a millisecond after the one before. */
async function many(node: TestNode, type: string, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    await node.start(`${type}-${number}`, { workflowType: { name: type } });
    await node.clock.advance(1);
  }
}

/** Nothing that the node still tries reaches the disk. */
function loseEverything(node: TestNode, store: Store): void {
  node.losePower();
  const dark = (): Promise<never> => Promise.reject(new Error('there is no power'));
  Object.assign(store, { commit: dark, materialise: dark, acquireShard: dark, renewShard: dark });
  Object.assign(store.records, { write: dark });
}

type Request = workflowservice.IStartBatchOperationRequest;

function batch(node: TestNode, jobId: string, request: Request): Promise<unknown> {
  return node.call(methods.StartBatchOperation, { namespace: 'default', jobId, reason: 'tidying', ...request });
}

function describe(node: TestNode, jobId: string): Promise<workflowservice.DescribeBatchOperationResponse> {
  return node.call(methods.DescribeBatchOperation, { namespace: 'default', jobId });
}

const counts = async (node: TestNode, jobId: string) => {
  const { state, totalOperationCount, completeOperationCount, failureOperationCount } = await describe(node, jobId);
  return [state, totalOperationCount, completeOperationCount, failureOperationCount];
};

const terminateAll = (type: string): Request => ({
  visibilityQuery: `WorkflowType = '${type}'`,
  terminationOperation: { identity: 'operator' },
});
const signalAll = (type: string): Request => ({
  visibilityQuery: `WorkflowType = '${type}'`,
  signalOperation: { signal: CLOSED_SIGNAL, identity: 'operator' },
});

async function signalsOf(node: TestNode, workflowId: string): Promise<number> {
  return (await node.history(workflowId)).filter((event) => event.workflowExecutionSignaledEventAttributes != null)
    .length;
}

async function statuses(node: TestNode, type: string, count: number): Promise<number[]> {
  const described = Array.from({ length: count }, async (_, number) => node.describe(`${type}-${number}`));
  return (await Promise.all(described)).map(({ workflowExecutionInfo }) => workflowExecutionInfo?.status ?? 0);
}

test('a batch does to all that match what it is for, and to no others, and counts them', async () => {
  const node = await open({ limits: { batchPageExecutions: 3 } });
  await many(node, 'one', 8);
  await many(node, 'other', 1);
  await node.terminate('one-0');
  await batch(node, 'job', terminateAll('one'));
  await node.clock.advance(SECOND_MS);
  expect(await counts(node, 'job')).toEqual([State.BATCH_OPERATION_STATE_COMPLETED, 7, 7, 0]);
  const [first, ...rest] = await statuses(node, 'one', 8);
  expect(first).toBe(Status.WORKFLOW_EXECUTION_STATUS_TERMINATED);
  expect(rest.every((status) => status === Status.WORKFLOW_EXECUTION_STATUS_TERMINATED)).toBe(true);
  expect(await statuses(node, 'other', 1)).toEqual([Status.WORKFLOW_EXECUTION_STATUS_RUNNING]);
  const terminated = (await node.history('one-3')).at(-1)?.workflowExecutionTerminatedEventAttributes;
  expect(terminated).toMatchObject({ reason: 'tidying', identity: 'operator' });
});

test('no more are acted on in a second than asked for, and no more than this server allows', async () => {
  const node = await open({ limits: { batchOperationsPerSecond: 10, batchOperationsRunning: 2 } });
  await many(node, 'slow', 5);
  await many(node, 'fast', 40);
  await batch(node, 'two a second', { ...signalAll('slow'), maxOperationsPerSecond: 2 });
  await batch(node, 'as many as may be', { ...signalAll('fast'), maxOperationsPerSecond: 1000 });
  await node.clock.advance(SECOND_MS);
  expect(await counts(node, 'two a second')).toEqual([State.BATCH_OPERATION_STATE_RUNNING, 5, 3, 0]);
  expect(await counts(node, 'as many as may be')).toEqual([State.BATCH_OPERATION_STATE_RUNNING, 40, 11, 0]);
  await node.clock.advance(4 * SECOND_MS);
  expect((await counts(node, 'two a second'))[0]).toBe(State.BATCH_OPERATION_STATE_COMPLETED);
  expect((await counts(node, 'as many as may be'))[0]).toBe(State.BATCH_OPERATION_STATE_COMPLETED);
});

test('executions that close before their turn are no part of it, others that move meanwhile are not passed over', async () => {
  const node = await open({ limits: { batchPageExecutions: 2, batchOperationsPerSecond: 2 } });
  await many(node, 'one', 6);
  await batch(node, 'job', signalAll('one'));
  // The latest start comes first: by now one-5 and one-4 are done.
  await node.terminate('one-0');
  await node.terminate('one-5');
  await node.start('one-6', { workflowType: { name: 'one' } });
  await node.clock.advance(10 * SECOND_MS);
  const signals = await Promise.all([5, 4, 3, 2, 1, 0, 6].map((number) => signalsOf(node, `one-${number}`)));
  expect(signals.slice(1, 5)).toEqual([1, 1, 1, 1]);
  expect(signals.slice(5)).toEqual([0, 0]);
  const [state, total, complete, failure] = await counts(node, 'job');
  expect([state, complete, failure]).toEqual([State.BATCH_OPERATION_STATE_COMPLETED, total, 0]);
});

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

test('a batch is stopped: what is done stays done', async () => {
  const node = await open({ limits: { batchOperationsPerSecond: 1 } });
  await many(node, 'one', 4);
  await batch(node, 'job', terminateAll('one'));
  await node.clock.advance(SECOND_MS);
  const stop = () =>
    node.call(methods.StopBatchOperation, { namespace: 'default', jobId: 'job', reason: 'wrong ones', identity: 'me' });
  await stop();
  expect(await counts(node, 'job')).toEqual([State.BATCH_OPERATION_STATE_FAILED, 4, 2, 0]);
  await node.clock.advance(10 * SECOND_MS);
  expect((await counts(node, 'job'))[2]).toBe(2);
  expect(await codeOf(stop())).toBe('NOT_FOUND');
  expect((await describe(node, 'job')).closeTime).toBeDefined();
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

test('a query that cannot be read any more ends the batch', async () => {
  const node = await open({ limits: { batchOperationsPerSecond: 1, batchPageExecutions: 1 } });
  const { OperatorService } = api;
  const searchAttributes = { Colour: enums.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD };
  await node.call(OperatorService.methods.AddSearchAttributes, { namespace: 'default', searchAttributes });
  await many(node, 'one', 3);
  await batch(node, 'job', { ...signalAll('one'), visibilityQuery: "WorkflowType = 'one' AND Colour IS NULL" });
  const remove = { namespace: 'default', searchAttributes: ['Colour'] };
  await node.call(OperatorService.methods.RemoveSearchAttributes, remove);
  await node.clock.advance(10 * SECOND_MS);
  const [state, total, complete] = await counts(node, 'job');
  expect([state, total]).toEqual([State.BATCH_OPERATION_STATE_FAILED, 3]);
  expect(complete).toBeLessThan(3);
});

test('a job id is used once, and so many batches run at a time', async () => {
  const node = await open({ limits: { batchOperationsPerSecond: 1 } });
  await many(node, 'one', 3);
  const started = await Promise.all([
    codeOf(batch(node, 'job', signalAll('one'))),
    codeOf(batch(node, 'job', signalAll('one'))),
    codeOf(batch(node, 'second', signalAll('one'))),
  ]);
  expect(started).toEqual(['OK', 'ALREADY_EXISTS', 'RESOURCE_EXHAUSTED']);
  await node.clock.advance(5 * SECOND_MS);
  expect(await codeOf(batch(node, 'job', signalAll('one')))).toBe('ALREADY_EXISTS');
  expect(await codeOf(batch(node, 'second', signalAll('one')))).toBe('OK');
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

test('a reset comes to each execution once, though those it resets match again when they have closed', async () => {
  const node = await open({ limits: { batchPageExecutions: 2 } });
  await many(node, 'one', 5);
  for (let number = 0; number < 5; number += 1) await node.complete(await node.pollWorkflowTask());
  await node.terminate('one-2');
  await node.start('one-5', { workflowType: { name: 'one' } });
  const resetOperation = { options: { lastWorkflowTask: {} }, identity: 'operator' };
  await batch(node, 'job', { visibilityQuery: "WorkflowType = 'one'", resetOperation });
  await node.clock.advance(5 * SECOND_MS);
  // No workflow task of the last one has begun, and nothing has happened since it was scheduled.
  expect(await counts(node, 'job')).toEqual([State.BATCH_OPERATION_STATE_COMPLETED, 6, 5, 1]);
  for (let number = 0; number < 5; number += 1) {
    const { workflowExecutionInfo } = await node.describe(`one-${number}`);
    expect(workflowExecutionInfo?.status).toBe(Status.WORKFLOW_EXECUTION_STATUS_RUNNING);
  }
  const listed = await node.call(methods.CountWorkflowExecutions, { namespace: 'default', query: '' });
  expect(listed.count).toBe(11);
});

test('executions are cancelled, deleted, and given a priority', async () => {
  const node = await open();
  await many(node, 'one', 2);
  const visibilityQuery = "WorkflowType = 'one'";
  const options = { workflowExecutionOptions: { priority: { priorityKey: 1 } }, updateMask: { paths: ['priority'] } };
  await batch(node, 'priority', { visibilityQuery, updateWorkflowOptionsOperation: options });
  await node.clock.advance(SECOND_MS);
  expect((await node.describe('one-0')).workflowExecutionInfo?.priority).toMatchObject({ priorityKey: 1 });
  await batch(node, 'cancel', { visibilityQuery, cancellationOperation: { identity: 'operator' } });
  await node.clock.advance(SECOND_MS);
  expect(await node.eventNames('one-1')).toContain('WORKFLOW_EXECUTION_CANCEL_REQUESTED');
  await node.terminate('one-1');
  await batch(node, 'delete', { visibilityQuery, deletionOperation: {} });
  await node.clock.advance(SECOND_MS);
  expect(await codeOf(node.describe('one-0'))).toBe('NOT_FOUND');
  expect(await codeOf(node.describe('one-1'))).toBe('NOT_FOUND');
  expect(await counts(node, 'delete')).toEqual([State.BATCH_OPERATION_STATE_COMPLETED, 2, 2, 0]);
});

test('executions can be named one by one; what is not there any more is done', async () => {
  const node = await open({ limits: { batchPageExecutions: 2 } });
  await many(node, 'one', 3);
  await node.terminate('one-1');
  const executions = ['one-0', 'one-1', 'nobody'].map((workflowId) => ({ workflowId }));
  const targetExecutions = [{ type: enums.ExecutionType.EXECUTION_TYPE_WORKFLOW, businessId: 'one-2' }];
  await batch(node, 'job', { executions, targetExecutions, terminationOperation: {} });
  await node.clock.advance(SECOND_MS);
  expect(await counts(node, 'job')).toEqual([State.BATCH_OPERATION_STATE_COMPLETED, 4, 4, 0]);
  const named = (await describe(node, 'job')).executions.map(({ businessId }) => businessId);
  expect(named).toEqual(['one-0', 'one-1', 'nobody', 'one-2']);
  expect(new Set(await statuses(node, 'one', 3))).toEqual(new Set([Status.WORKFLOW_EXECUTION_STATUS_TERMINATED]));
});

test('what a batch cannot do is refused by its name', async () => {
  const node = await open();
  const query = { visibilityQuery: "WorkflowType = 'one'" };
  const refused: readonly [Request, string][] = [
    [{ ...query, unpauseActivitiesOperation: {} }, 'UNIMPLEMENTED'],
    [{ ...query, resetActivitiesOperation: {} }, 'UNIMPLEMENTED'],
    [{ ...query, updateActivityOptionsOperation: {} }, 'UNIMPLEMENTED'],
    [{ targetExecutions: [{ businessId: 'activity' }], terminationOperation: {} }, 'UNIMPLEMENTED'],
    [{ ...query, resetOperation: {} }, 'INVALID_ARGUMENT'],
    [{ ...query, signalOperation: {} }, 'INVALID_ARGUMENT'],
    [query, 'INVALID_ARGUMENT'],
    [{ terminationOperation: {} }, 'INVALID_ARGUMENT'],
    [{ ...query, executions: [{ workflowId: 'w' }], terminationOperation: {} }, 'INVALID_ARGUMENT'],
    [{ visibilityQuery: 'no query', terminationOperation: {} }, 'INVALID_ARGUMENT'],
  ];
  for (const [request, code] of refused)
    expect([request, await codeOf(batch(node, 'job', request))]).toEqual([request, code]);
});

test('batches are listed page by page, the latest first', async () => {
  const node = await open({ limits: { batchOperationsRunning: 5 } });
  for (const jobId of ['a', 'b', 'c', 'd', 'e']) {
    await batch(node, jobId, signalAll('nobody'));
    if (jobId !== 'c') await node.clock.advance(1);
  }
  const pages: string[][] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await node.call(methods.ListBatchOperations, { namespace: 'default', pageSize: 2, nextPageToken });
    pages.push(page.operationInfo.map(({ jobId }) => jobId));
    ({ nextPageToken } = page);
  } while (nextPageToken?.length);
  expect(pages).toEqual([['e', 'c'], ['d', 'b'], ['a']]);
});
