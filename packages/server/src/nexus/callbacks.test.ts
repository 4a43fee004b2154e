import { enums, services as api, type common } from '@perdure/protocol';
import type { CallbackOutcome } from '@perdure/engine';
import { expect, it } from 'vitest';
import { MemoryDisk } from '../store/index.js';
import { completeWorkflow, continueAsNew, failWorkflow } from '../testing/commands.js';
import { ManualClock, quiet } from '../testing/manual-clock.js';
import { ScriptedHandler, scheduleOperation } from '../testing/scripted-handler.js';
import { codeOf, payloads, TestNode } from '../testing/test-node.js';
import type { NexusCompletion, PostCompletion } from './index.js';

const { CallbackState, EventType, WorkflowIdConflictPolicy } = enums;
const { methods } = api.WorkflowService;
const USE_EXISTING = WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING;
const REFUSED: CallbackOutcome = { kind: 'refused', failure: { message: 'refused' } };
const LATER: CallbackOutcome = { kind: 'retry', failure: { message: 'later' } };

/** Whoever is called back over HTTP. */
class Receiver {
  readonly posts: { readonly url: string; readonly headers: object; readonly completion: NexusCompletion }[] = [];
  answers: CallbackOutcome[] = [];

  readonly post: PostCompletion = (url, headers, completion) => {
    this.posts.push({ url, headers, completion });
    return Promise.resolve(this.answers.shift() ?? { kind: 'delivered' });
  };
}

function callback(url = 'https://caller/done', links: common.ILink[] = []): common.ICallback {
  return { nexus: { url, header: { 'Some-Token': 'abc', 'Nexus-Operation-Token': 'token' } }, links };
}

async function states(node: TestNode, workflowId = 'handler', runId = '') {
  const { callbacks } = await node.describe(workflowId, runId);
  return callbacks.map(({ state }) =>
    Object.entries(CallbackState)
      .find(([, value]) => value === state)?.[0]
      .replace('CALLBACK_STATE_', ''),
  );
}

it('who waits for a run is told how it ended, when it has', async () => {
  const receiver = new Receiver();
  const node = await TestNode.open({ postCompletion: receiver.post });
  const runId = await node.start('handler', { completionCallbacks: [callback(), callback('https://other')] });
  const startTimeMs = node.clock.nowMs();
  expect(await states(node)).toEqual(['STANDBY', 'STANDBY']);
  expect(receiver.posts).toEqual([]);
  await node.complete(await node.pollWorkflowTask(), [completeWorkflow(payloads('result'))]);
  await quiet();
  expect(await states(node)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  const eventRef = { eventId: 1, eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED };
  expect(receiver.posts.map(({ url }) => url)).toEqual(['https://caller/done', 'https://other']);
  expect(receiver.posts[0]).toMatchObject({
    headers: { 'some-token': 'abc' },
    completion: {
      operationToken: 'token',
      startTimeMs,
      outcome: { kind: 'succeeded', result: payloads('result').payloads?.[0] },
      links: [{ workflowEvent: { namespace: 'default', workflowId: 'handler', runId, eventRef } }],
    },
  });
});

it('a run that failed or was terminated is told as a failure', async () => {
  const receiver = new Receiver();
  const node = await TestNode.open({ postCompletion: receiver.post });
  await node.start('failing', { completionCallbacks: [callback()] });
  await node.complete(await node.pollWorkflowTask(), [failWorkflow('broken')]);
  await node.start('stopped', { completionCallbacks: [callback()] });
  await node.terminate('stopped');
  await quiet();
  expect(receiver.posts.map(({ completion }) => completion.outcome)).toMatchObject([
    { kind: 'failed', failure: { message: 'broken' } },
    { kind: 'failed', failure: { message: 'operation terminated', terminatedFailureInfo: {} } },
  ]);
});

it('a callback is tried again with growing waits, also after a restart, until it is taken', async () => {
  const receiver = new Receiver();
  receiver.answers = [LATER, LATER];
  const disk = new MemoryDisk();
  const node = await TestNode.open({ postCompletion: receiver.post, disk });
  await node.start('handler', { completionCallbacks: [callback()] });
  await node.terminate('handler');
  await quiet();
  expect((await node.describe('handler')).callbacks).toMatchObject([
    {
      state: CallbackState.CALLBACK_STATE_BACKING_OFF,
      attempt: 1,
      lastAttemptFailure: { message: 'later' },
      trigger: { workflowClosed: {} },
    },
  ]);
  await node.stop();
  const again = await TestNode.open({ postCompletion: receiver.post, disk, clock: node.clock });
  await again.clock.advance(1000);
  expect(await states(again)).toEqual(['BACKING_OFF']);
  await again.clock.advance(2000);
  expect(await states(again)).toEqual(['SUCCEEDED']);
  expect(receiver.posts).toHaveLength(3);
});

it('a run that has left memory comes back for its callback, however far away that is', async () => {
  const receiver = new Receiver();
  receiver.answers = Array.from({ length: 9 }, () => LATER);
  const limits = { nexusBreakerFailures: Infinity };
  const node = await TestNode.open({ postCompletion: receiver.post, cacheSizeBytes: 1, limits });
  await node.start('handler', { completionCallbacks: [callback()] });
  await node.terminate('handler');
  // 1 s, 2 s, 4 s and so on: together 511 s.
  await node.clock.advance(510_000);
  expect(receiver.posts).toHaveLength(9);
  await node.clock.advance(1000);
  expect(receiver.posts).toHaveLength(10);
  expect(await states(node)).toEqual(['SUCCEEDED']);
});

it('a callback that is refused is not tried again', async () => {
  const receiver = new Receiver();
  receiver.answers = [REFUSED];
  const node = await TestNode.open({ postCompletion: receiver.post });
  await node.start('handler', { completionCallbacks: [callback()] });
  await node.terminate('handler');
  await node.clock.advance(100_000);
  expect(await states(node)).toEqual(['FAILED']);
  expect(receiver.posts).toHaveLength(1);
});

it('the last run of a chain tells its end, to those as well who were attached to an earlier one', async () => {
  const receiver = new Receiver();
  const node = await TestNode.open({ postCompletion: receiver.post });
  const first = await node.start('handler', { completionCallbacks: [callback('https://first')] });
  await node.start('handler', {
    workflowIdConflictPolicy: USE_EXISTING,
    requestId: 'attached',
    onConflictOptions: { attachRequestId: true, attachCompletionCallbacks: true },
    completionCallbacks: [callback('https://second')],
  });
  await node.complete(await node.pollWorkflowTask(), [continueAsNew()]);
  await quiet();
  expect(receiver.posts).toEqual([]);
  expect(await states(node, 'handler', first)).toEqual(['STANDBY', 'STANDBY']);
  await node.complete(await node.pollWorkflowTask(), [completeWorkflow()]);
  await quiet();
  expect(receiver.posts.map(({ url }) => url)).toEqual(['https://first', 'https://second']);
});

it('a run that a reset took the place of tells nobody; the new one does', async () => {
  const receiver = new Receiver();
  const node = await TestNode.open({ postCompletion: receiver.post });
  await node.start('handler', { completionCallbacks: [callback()] });
  await node.complete(await node.pollWorkflowTask());
  await node.call(methods.ResetWorkflowExecution, {
    namespace: 'default',
    workflowExecution: { workflowId: 'handler' },
    workflowTaskFinishEventId: 4,
    requestId: 'reset',
  });
  await quiet();
  expect(receiver.posts).toEqual([]);
  await node.complete(await node.pollWorkflowTask(), [completeWorkflow()]);
  await quiet();
  expect(receiver.posts).toHaveLength(1);
});

it('a start that is attached says so in an event, and its answer leads to that event', async () => {
  const node = await TestNode.open({ postCompletion: new Receiver().post });
  const runId = await node.start('handler');
  const eventRef = { eventId: 5, eventType: EventType.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED };
  const link = { workflowEvent: { namespace: 'default', workflowId: 'caller', runId: 'caller-run', eventRef } };
  const other = { workflowEvent: { namespace: 'default', workflowId: 'other', runId: 'other-run', eventRef } };
  const request = {
    namespace: 'default',
    workflowId: 'handler',
    workflowType: { name: 'type' },
    taskQueue: { name: 'queue' },
    workflowIdConflictPolicy: USE_EXISTING,
    requestId: 'attached',
    onConflictOptions: { attachRequestId: true, attachCompletionCallbacks: true, attachLinks: true },
    completionCallbacks: [callback('https://caller', [link])],
    links: [link, other],
  };
  const requestIdRef = {
    requestId: 'attached',
    eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
  };
  for (let time = 0; time < 2; time += 1) {
    expect(await node.call(methods.StartWorkflowExecution, request)).toMatchObject({
      runId,
      started: false,
      link: { workflowEvent: { namespace: 'default', workflowId: 'handler', runId, requestIdRef } },
    });
  }
  const updates = (await node.history('handler')).filter(
    (event) => event.workflowExecutionOptionsUpdatedEventAttributes,
  );
  expect(updates).toMatchObject([
    {
      links: [other],
      workflowExecutionOptionsUpdatedEventAttributes: {
        attachedRequestId: 'attached',
        attachedCompletionCallbacks: [callback('https://caller', [link])],
      },
    },
  ]);
  expect(await states(node)).toEqual(['STANDBY']);
});

it('callbacks go only where the operator lets them, and to this server itself', async () => {
  const node = await TestNode.open({ callbackAddresses: [{ pattern: '*.example.com' }] });
  const start = (workflowId: string, url: string) => node.start(workflowId, { completionCallbacks: [callback(url)] });
  await start('allowed', 'https://a.example.com/done');
  await start('system', 'temporal://system');
  await expect(start('other', 'https://other')).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(
      /^invalid url: url does not match any configured callback address: https:\/\/other \(.*--callback-address/,
    ) as string,
  });
  expect(await codeOf(start('insecure', 'http://a.example.com/done'))).toBe('INVALID_ARGUMENT');
  const self = 'http://127.0.0.1:7243/namespaces/default/nexus/callback';
  expect(await codeOf(start('self', self))).toBe('INVALID_ARGUMENT');
  node.services.nexusFrontUrl.url = 'http://127.0.0.1:7243';
  await start('self', self);
});

it('callbacks that could not be called, or are too many, are refused', async () => {
  const node = await TestNode.open();
  const refused = (completionCallbacks: common.ICallback[]) => codeOf(node.start('handler', { completionCallbacks }));
  expect(await refused([callback('ftp://host')])).toBe('INVALID_ARGUMENT');
  expect(await refused([callback('https://')])).toBe('INVALID_ARGUMENT');
  expect(await refused([callback(`https://${'x'.repeat(1000)}`)])).toBe('INVALID_ARGUMENT');
  expect(await refused([{ nexus: { url: 'https://x', header: { large: 'x'.repeat(9000) } } }])).toBe(
    'INVALID_ARGUMENT',
  );
  expect(await refused(Array.from({ length: 33 }, () => callback()))).toBe('INVALID_ARGUMENT');
  expect(await refused([{}])).toBe('UNIMPLEMENTED');
  const attaching = {
    workflowIdConflictPolicy: USE_EXISTING,
    onConflictOptions: { attachRequestId: true, attachCompletionCallbacks: true },
    completionCallbacks: Array.from({ length: 32 }, () => callback()),
  };
  await node.start('handler', { completionCallbacks: [callback()] });
  expect(await codeOf(node.start('handler', attaching))).toBe('INVALID_ARGUMENT');
  const { onConflictOptions: _options, ...rest } = attaching;
  const withoutId = { ...rest, onConflictOptions: { attachCompletionCallbacks: true } };
  expect(await codeOf(node.start('handler', withoutId))).toBe('INVALID_ARGUMENT');
});

it('whenever power is lost, a workflow that stands for an operation tells its caller on the same server', async () => {
  let isWhole = false;
  for (let commits = 0; !isWhole; commits += 1) {
    const disk = new MemoryDisk({ powerCuts: true });
    let left = Infinity;
    const beforeWrite = (operation: string) =>
      operation === 'commit' && --left < 0 ? new Promise<void>(() => undefined) : undefined;
    const first = await callerAndHandler({ disk, faults: { beforeWrite } });
    await first.start('caller', { taskQueue: { name: 'callers' } });
    left = commits;
    live(first).then(
      () => (isWhole = true),
      () => undefined,
    );
    // Long enough for everything that can happen without a further commit.
    for (let turn = 0; turn < 40 && !isWhole; turn += 1) await quiet();
    expect(commits).toBeLessThan(30);
    first.losePower();
    const second = await callerAndHandler({ disk, clock: new ManualClock(first.clock.nowMs()) });
    await second.clock.advance(15_000);
    await live(second);
    const events = await second.history('caller');
    const ends = events.filter((event) => event.nexusOperationCompletedEventAttributes !== undefined);
    expect(ends.map((event) => event.nexusOperationCompletedEventAttributes?.result)).toMatchObject([
      payloads('result').payloads?.[0],
    ]);
    // If only the caller's side of it had become durable, the second time there was nobody left to tell.
    expect(await states(second)).not.toContain('BACKING_OFF');
    await second.stop();
  }
});

/** A node whose handler starts a workflow for each operation, as workers do. */
async function callerAndHandler(options: Parameters<typeof TestNode.open>[0]): Promise<TestNode> {
  const handler = new ScriptedHandler();
  handler.onStart = async ({ requestId, callbackUrl, callbackHeaders, links }) => {
    const nexus = { url: callbackUrl, header: callbackHeaders };
    await node.start('handler', { requestId, completionCallbacks: [{ nexus, links: [...links] }], links: [...links] });
    return { kind: 'started', operationToken: 'token', links: [] };
  };
  const node: TestNode = await TestNode.open({ ...options, nexusCaller: handler });
  return node;
}

/** Workers of both workflows, until the caller has heard the result. */
async function live(node: TestNode): Promise<void> {
  for (let step = 0; step < 20; step += 1) {
    await quiet();
    const names = await node.eventNames('caller');
    if (names.includes('NEXUS_OPERATION_COMPLETED')) return;
    if (!names.includes('NEXUS_OPERATION_SCHEDULED'))
      await node.complete(await node.pollWorkflowTask('callers'), [scheduleOperation()]);
    else if ((await codeOf(node.describe('handler'))) === 'OK')
      if (!(await node.eventNames('handler')).includes('WORKFLOW_EXECUTION_COMPLETED'))
        await node.complete(await node.pollWorkflowTask(), [completeWorkflow(payloads('result'))]);
  }
  throw new Error('the caller has not heard of the end');
}
