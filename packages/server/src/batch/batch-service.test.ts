import { enums, services as api } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { codeOf } from '../testing/test-node.js';
import {
  batch,
  counts,
  describe,
  many,
  open,
  signalAll,
  signalsOf,
  statuses,
  terminateAll,
  type Request,
} from '../testing/batches.js';

const { methods } = api.WorkflowService;
const { BatchOperationState: State, WorkflowExecutionStatus: Status } = enums;
const SECOND_MS = 1000;

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
    [{ visibilityQuery: "NobodyHasThis = 'x'", terminationOperation: {} }, 'INVALID_ARGUMENT'],
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
