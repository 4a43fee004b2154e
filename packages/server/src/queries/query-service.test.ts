import { enums, services } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { completeWorkflow } from '../testing/commands.js';
import { quiet } from '../testing/manual-clock.js';
import { codeOf, outcome, payloads, TestNode, type WorkflowTask } from '../testing/test-node.js';

const { methods } = services.WorkflowService;
const { QueryRejectCondition, QueryResultType } = enums;
const answered = { resultType: QueryResultType.QUERY_RESULT_TYPE_ANSWERED, answer: payloads('fine') };

/** A run whose first workflow task has been completed. */
async function idleRun(node: TestNode, workflowId = 'w'): Promise<void> {
  await node.start(workflowId);
  await node.complete(await node.pollWorkflowTask());
}

function answersTo(task: Pick<WorkflowTask, 'queries'>) {
  return { queryResults: Object.fromEntries(Object.keys(task.queries).map((id) => [id, answered])) };
}

function respond(
  node: TestNode,
  { taskToken }: WorkflowTask,
  completedType: enums.QueryResultType = answered.resultType,
): Promise<unknown> {
  const rest = { completedType, queryResult: answered.answer, errorMessage: 'no such query' };
  return node.call(methods.RespondQueryTaskCompleted, { namespace: 'default', taskToken, ...rest });
}

describe('a query of an idle run', () => {
  it('is asked directly, with the whole history', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    const polled = node.pollWorkflowTask();
    await quiet();
    const queried = node.query('w');
    const task = await polled;
    expect(task.query?.queryType).toBe('state');
    expect(task.history?.events).toHaveLength(4);
    await respond(node, task);
    expect((await queried).queryResult?.payloads).toHaveLength(1);
    expect(await node.eventNames('w')).toHaveLength(4);
  });

  it('works on a closed run', async () => {
    const node = await TestNode.open();
    await node.start('w');
    await node.complete(await node.pollWorkflowTask(), [completeWorkflow()]);
    const queried = node.query('w');
    const task = await node.pollWorkflowTask();
    expect(task.history?.events).toHaveLength(5);
    await respond(node, task);
    expect((await queried).queryResult).toBeDefined();
  });

  it('that its handler refuses fails with the reason', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    const queried = node.query('w');
    await Promise.all([
      respond(node, await node.pollWorkflowTask(), QueryResultType.QUERY_RESULT_TYPE_FAILED),
      expect(queried).rejects.toThrow('no such query'),
    ]);
  });

  it('is refused at once when no worker is there', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    await node.clock.advance(11_000);
    expect(await codeOf(node.query('w'))).toBe('FAILED_PRECONDITION');
  });

  it('goes to another worker when the one that was given it has gone', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    const giveUp = new AbortController();
    const gone = codeOf(node.pollWorkflowTask('queue', giveUp.signal));
    await quiet();
    const queried = node.query('w');
    giveUp.abort();
    await gone;
    await respond(node, await node.pollWorkflowTask());
    expect((await queried).queryResult).toBeDefined();
  });

  it('answered twice, or too late, is told so to the worker', async () => {
    const node = await TestNode.open();
    await idleRun(node);
    const queried = node.query('w');
    const task = await node.pollWorkflowTask();
    await respond(node, task);
    await queried;
    expect(await codeOf(respond(node, task))).toBe('NOT_FOUND');
  });

  it('asks the worker with the run in its cache, and any other when that one stays silent', async () => {
    const node = await TestNode.open();
    await node.start('w');
    const first = await node.pollWorkflowTask();
    const stickyPoll = node.pollWorkflowTask('sticky');
    await quiet();
    await node.complete(first, [], {
      stickyAttributes: { workerTaskQueue: { name: 'sticky', kind: 2 }, scheduleToStartTimeout: { seconds: 5 } },
    });
    const queried = node.query('w', 20_000);
    const silent = await stickyPoll;
    expect(silent.history?.events).toEqual([]);
    const normal = node.pollWorkflowTask();
    await node.clock.advance(5000);
    await respond(node, await normal);
    expect((await queried).queryResult).toBeDefined();
  });
});

describe('a query while a workflow task is due', () => {
  it('rides on it, and is answered when its completion is durable', async () => {
    let release: (() => void) | undefined;
    let isSlow = false;
    const beforeWrite = (operation: string) =>
      isSlow && operation === 'commit' ? new Promise<void>((resolve) => (release = resolve)) : undefined;
    const node = await TestNode.open({ faults: { beforeWrite } });
    await node.start('w');
    const queried = node.query('w');
    const task = await node.pollWorkflowTask();
    expect(Object.keys(task.queries)).toHaveLength(1);
    isSlow = true;
    void node.complete(task, [], answersTo(task));
    expect(await outcome(queried)).toBe('pending');
    release?.();
    expect((await queried).queryResult).toBeDefined();
  });

  it('that fails rides on the next one', async () => {
    const node = await TestNode.open();
    await node.start('w');
    const queried = node.query('w');
    const { taskToken } = await node.pollWorkflowTask();
    await node.call(methods.RespondWorkflowTaskFailed, { namespace: 'default', taskToken });
    const task = await node.pollWorkflowTask();
    expect(Object.keys(task.queries)).toHaveLength(1);
    await node.complete(task, [], answersTo(task));
    expect((await queried).queryResult).toBeDefined();
  });

  it('that times out rides on the next one', async () => {
    const node = await TestNode.open();
    await node.start('w');
    const queried = node.query('w', 30_000);
    await node.pollWorkflowTask();
    await node.clock.advance(10_000);
    const task = await node.pollWorkflowTask();
    await node.complete(task, [], answersTo(task));
    expect((await queried).queryResult).toBeDefined();
  });

  it('that ends without answering it is asked directly', async () => {
    const node = await TestNode.open();
    await node.start('w');
    const queried = node.query('w');
    await node.complete(await node.pollWorkflowTask());
    const task = await node.pollWorkflowTask();
    expect(task.query?.queryType).toBe('state');
    await respond(node, task);
    expect((await queried).queryResult).toBeDefined();
  });

  it('and whose run is terminated is asked directly', async () => {
    const node = await TestNode.open();
    await node.start('w');
    const queried = node.query('w');
    await node.pollWorkflowTask();
    await node.terminate('w');
    await respond(node, await node.pollWorkflowTask());
    expect((await queried).queryResult).toBeDefined();
  });

  it('and whose shard fails is answered UNAVAILABLE', async () => {
    const node = await TestNode.open();
    await node.start('w');
    const queried = codeOf(node.query('w'));
    await quiet();
    await node.store.acquireShard({ shardId: 0, ownerId: 'thief', leaseUntilMs: 0 });
    await codeOf(node.signal('w'));
    expect(await queried).toBe('UNAVAILABLE');
  });

  it('that keeps failing is refused', async () => {
    const node = await TestNode.open();
    await node.start('w');
    const queried = codeOf(node.query('w', 60_000));
    for (let attempt = 1; attempt < 3; attempt += 1) {
      const { taskToken } = await node.pollWorkflowTask();
      await node.call(methods.RespondWorkflowTaskFailed, { namespace: 'default', taskToken });
    }
    expect(await queried).toBe('FAILED_PRECONDITION');
    expect(await codeOf(node.query('w'))).toBe('FAILED_PRECONDITION');
  });

  it('ends with the deadline of its caller', async () => {
    const node = await TestNode.open();
    await node.start('w');
    const queried = codeOf(node.query('w', 3000));
    await node.clock.advance(3000);
    expect(await queried).toBe('DEADLINE_EXCEEDED');
    expect(Object.keys((await node.pollWorkflowTask()).queries)).toHaveLength(0);
  });

  it('is refused beyond the number that may wait', async () => {
    const node = await TestNode.open({ limits: { pendingQueriesPerRun: 1 } });
    await node.start('w');
    const first = codeOf(node.query('w', 1000));
    await quiet();
    expect(await codeOf(node.query('w'))).toBe('RESOURCE_EXHAUSTED');
    await node.clock.advance(1000);
    await first;
  });
});

describe('a query that its caller restricts to open runs', () => {
  it.each([
    [QueryRejectCondition.QUERY_REJECT_CONDITION_NOT_OPEN, true],
    [QueryRejectCondition.QUERY_REJECT_CONDITION_NOT_COMPLETED_CLEANLY, true],
    [QueryRejectCondition.QUERY_REJECT_CONDITION_NONE, false],
  ])('by condition %d is rejected on a terminated one: %s', async (queryRejectCondition, isRejected) => {
    const node = await TestNode.open();
    await node.start('w');
    await node.terminate('w');
    const request = { namespace: 'default', execution: { workflowId: 'w' }, query: { queryType: 'q' } };
    const queried = node.call(methods.QueryWorkflow, { ...request, queryRejectCondition }, { timeoutMs: 1000 });
    const code = codeOf(queried);
    if (isRejected) expect((await queried).queryRejected?.status).toBe(5);
    else expect(await code).toBe('FAILED_PRECONDITION');
  });
});

it('a query before the first workflow task is refused', async () => {
  const node = await TestNode.open();
  await node.start('w', { workflowStartDelay: { seconds: 60 } });
  expect(await codeOf(node.query('w'))).toBe('FAILED_PRECONDITION');
});
