import { enums, services as api, type nexus, type workflowservice } from '@perdure/protocol';
import { describe, expect, test } from 'vitest';
import { ManualClock, quiet } from '../testing/manual-clock.js';
import { codeOf, outcome, TestNode } from '../testing/test-node.js';
import type { NexusTaskAnswer } from './nexus-tasks.js';

const { methods } = api.WorkflowService;
const REQUEST: nexus.IRequest = {
  startOperation: { service: 'bills', operation: 'pay', requestId: 'r' },
  header: { a: 'b' },
};
const WORKER = { namespace: 'default', taskQueue: { name: 'bills' }, identity: 'worker' };

/** A node, somebody who asks, and workers who answer. */
async function harness() {
  const clock = new ManualClock();
  const node = await TestNode.open({ clock });
  const ask = (timeoutMs = 10_000, signal?: AbortSignal): Promise<NexusTaskAnswer> =>
    node.services.nexusTasks.ask(
      { namespaceId: node.namespaceId, taskQueue: 'bills', request: REQUEST, timeoutMs },
      signal,
    );
  const poll = (
    signal?: AbortSignal,
    more: workflowservice.IPollNexusTaskQueueRequest = {},
  ): Promise<workflowservice.PollNexusTaskQueueResponse> =>
    node.call(methods.PollNexusTaskQueue, { ...WORKER, ...more }, { timeoutMs: 60_000, ...(signal && { signal }) });
  const complete = ({ taskToken }: { readonly taskToken: Uint8Array }, namespace = 'default') =>
    node.call(methods.RespondNexusTaskCompleted, {
      namespace,
      taskToken,
      response: { startOperation: { asyncSuccess: { operationToken: 'token' } } },
    });
  const backlog = async (): Promise<number | undefined> => {
    const taskQueueType = enums.TaskQueueType.TASK_QUEUE_TYPE_NEXUS;
    const request = { namespace: 'default', taskQueue: { name: 'bills' }, taskQueueType, reportStats: true };
    return (await node.call(methods.DescribeTaskQueue, request)).stats?.approximateBacklogCount;
  };
  return { clock, node, ask, poll, complete, backlog };
}

describe('a Nexus task', () => {
  test('goes to a worker that waits, and its answer back to who asked', async () => {
    const { clock, ask, poll, complete } = await harness();
    const polled = poll();
    await quiet();
    const asked = ask(5_000);
    const task = await polled;
    expect(task.request).toMatchObject({
      startOperation: { service: 'bills', operation: 'pay', requestId: 'r' },
      header: { a: 'b', 'request-timeout': '5000ms' },
      scheduledTime: { seconds: clock.nowMs() / 1000 },
    });
    await complete(task);
    expect(await asked).toMatchObject({
      kind: 'response',
      response: { startOperation: { asyncSuccess: { operationToken: 'token' } } },
    });
    expect(await codeOf(complete(task))).toBe('NOT_FOUND');
  });

  test('waits for a worker, which is told how much time is left', async () => {
    const { clock, ask, poll, backlog } = await harness();
    void ask(5_000).catch(() => undefined);
    await clock.advance(2_000);
    expect(await backlog()).toBe(1);
    const task = await poll();
    expect(task.request?.header).toEqual({ a: 'b', 'request-timeout': '3000ms' });
    expect(task.pollerScalingDecision?.pollRequestDeltaSuggestion).toBe(1);
    expect(await backlog()).toBe(0);
  });

  test('of which nobody hears leaves nothing behind', async () => {
    const { clock, ask, poll, backlog } = await harness();
    const [first, second, third] = [ask(1_000), ask(2_000), ask(3_000)];
    await quiet();
    expect(await backlog()).toBe(3);
    const failed = expect(second).rejects.toThrow('No worker of Nexus task queue bills answered within 2000 ms');
    await expect(Promise.all([clock.advance(2_000), first])).rejects.toThrow('within 1000 ms');
    await failed;
    expect(await backlog()).toBe(1);
    expect((await poll()).request?.header?.['request-timeout']).toBe('1000ms');
    await expect(Promise.all([clock.advance(1_000), third])).rejects.toThrow('within 3000 ms');
  });

  test('that is not answered in time is not answered later', async () => {
    const { clock, ask, poll, complete } = await harness();
    const asked = ask(1_000);
    const task = await poll();
    await expect(Promise.all([clock.advance(1_000), asked])).rejects.toThrow('within 1000 ms');
    expect(await codeOf(complete(task))).toBe('NOT_FOUND');
  });

  test('is taken back by who asked', async () => {
    const { ask, backlog } = await harness();
    const abort = new AbortController();
    const asked = ask(5_000, abort.signal);
    await quiet();
    abort.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    expect(await backlog()).toBe(0);
    await expect(ask(5_000, abort.signal)).rejects.toThrow('enough');
  });

  test('goes to the next worker when the first one has gone', async () => {
    const { ask, poll, complete } = await harness();
    const abort = new AbortController();
    const gone = poll(abort.signal);
    await quiet();
    abort.abort();
    expect(await codeOf(gone)).toBe('CANCELLED');
    const asked = ask();
    await complete(await poll());
    expect((await asked).kind).toBe('response');
  });

  test('is not answered from another namespace, nor with the token of another task', async () => {
    const { node, ask, poll, complete } = await harness();
    await node.call(methods.RegisterNamespace, {
      namespace: 'other',
      workflowExecutionRetentionPeriod: { seconds: 86_400 },
    });
    const asked = ask();
    const task = await poll();
    expect(await codeOf(complete(task, 'other'))).toBe('INVALID_ARGUMENT');
    expect(await codeOf(complete({ taskToken: new Uint8Array() }))).toBe('INVALID_ARGUMENT');
    await node.start('workflow');
    expect(await codeOf(complete(await node.pollWorkflowTask()))).toBe('INVALID_ARGUMENT');
    expect(await outcome(asked)).toBe('pending');
    await complete(task);
  });

  test('is not handed out any more once the server stops, and whoever asked is told', async () => {
    const { node, ask, poll } = await harness();
    const asked = codeOf(ask());
    await poll();
    node.services.nexusTasks.stop();
    expect(await asked).toBe('UNAVAILABLE');
    expect(await codeOf(ask())).toBe('UNAVAILABLE');
  });
});

describe('a worker of Nexus operations', () => {
  test('is answered with nothing when its time is up, or when it leaves', async () => {
    const { clock, node, poll } = await harness();
    const [first, second] = [poll(), poll(undefined, { workerInstanceKey: 'leaving' })];
    await quiet();
    await node.call(methods.ShutdownWorker, { namespace: 'default', taskQueue: 'bills', workerInstanceKey: 'leaving' });
    expect(await second).toMatchObject({ taskToken: new Uint8Array(), request: undefined });
    expect(await outcome(first)).toBe('pending');
    await clock.advance(60_000);
    expect(await first).toMatchObject({ taskToken: new Uint8Array(), request: undefined });
    expect(await poll(undefined, { workerInstanceKey: 'leaving' })).toMatchObject({ request: undefined });
  });

  test('is listed as a poller of the queue', async () => {
    const { node, poll } = await harness();
    void poll();
    await quiet();
    const taskQueueType = enums.TaskQueueType.TASK_QUEUE_TYPE_NEXUS;
    const describe = (type: enums.TaskQueueType) =>
      node.call(methods.DescribeTaskQueue, { namespace: 'default', taskQueue: { name: 'bills' }, taskQueueType: type });
    expect((await describe(taskQueueType)).pollers).toMatchObject([{ identity: 'worker' }]);
    expect((await describe(enums.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)).pollers).toEqual([]);
    node.services.matching.stop();
  });

  test.each<[string, workflowservice.IPollNexusTaskQueueRequest, string]>([
    ['without a task queue', { taskQueue: null }, 'INVALID_ARGUMENT'],
    ['on a sticky queue', { taskQueue: { name: 'bills', kind: 2 } }, 'INVALID_ARGUMENT'],
    ['in no namespace', { namespace: 'nowhere' }, 'NOT_FOUND'],
  ])('that polls %s is refused', async (_, more, code) => {
    const { poll } = await harness();
    expect(await codeOf(poll(undefined, more))).toBe(code);
  });
});

describe('the answer of a worker', () => {
  async function answered(
    respond: (node: TestNode, taskToken: Uint8Array) => Promise<unknown>,
  ): Promise<{ readonly code: string; readonly answer: NexusTaskAnswer | string }> {
    const { node, ask, poll } = await harness();
    const asked = ask();
    const { taskToken } = await poll();
    const code = await codeOf(respond(node, taskToken));
    return { code, answer: await outcome(asked) };
  }

  const failed = (request: workflowservice.IRespondNexusTaskFailedRequest) =>
    answered((node, taskToken) =>
      node.call(methods.RespondNexusTaskFailed, { namespace: 'default', taskToken, ...request }),
    );
  const completed = (response: nexus.IResponse) =>
    answered((node, taskToken) =>
      node.call(methods.RespondNexusTaskCompleted, { namespace: 'default', taskToken, response }),
    );

  test('may be a failure of its handler', async () => {
    const failure = { message: 'no', nexusHandlerFailureInfo: { type: 'NOT_FOUND' } };
    expect(await failed({ failure })).toMatchObject({ code: 'OK', answer: { kind: 'failure', failure } });
  });

  test('may be an error in the older form', async () => {
    const retryBehavior = enums.NexusHandlerErrorRetryBehavior.NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE;
    const error = { errorType: 'NOT_FOUND', failure: { message: 'no' }, retryBehavior };
    expect(await failed({ error })).toMatchObject({
      code: 'OK',
      answer: { failure: { message: 'no', nexusHandlerFailureInfo: { type: 'NOT_FOUND', retryBehavior } } },
    });
  });

  test.each<[string, workflowservice.IRespondNexusTaskFailedRequest]>([
    ['nothing', {}],
    ['a failure of something else', { failure: { message: 'no', applicationFailureInfo: {} } }],
    [
      'a failure that is too large',
      { failure: { message: 'x'.repeat(2 ** 21), nexusHandlerFailureInfo: { type: 'INTERNAL' } } },
    ],
  ])('that fails with %s is refused', async (_, request) => {
    expect(await failed(request)).toEqual({ code: 'INVALID_ARGUMENT', answer: 'pending' });
  });

  test.each<[string, nexus.IStartOperationResponse]>([
    ['a result that is too large', { syncSuccess: { payload: { data: new Uint8Array(2 ** 21 + 1) } } }],
    ['a failure of something else', { failure: { message: 'no', timeoutFailureInfo: {} } }],
  ])('that completes with %s is refused', async (_, startOperation) => {
    expect(await completed({ startOperation })).toEqual({ code: 'INVALID_ARGUMENT', answer: 'pending' });
  });
});
