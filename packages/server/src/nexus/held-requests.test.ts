import { enums, type workflow } from '@perdure/protocol';
import type { CallbackOutcome } from '@perdure/engine';
import { expect, it } from 'vitest';
import {
  cancelOperation,
  handlerError,
  ScriptedHandler,
  scheduleOperation,
  started,
} from '../testing/scripted-handler.js';
import { completeWorkflow } from '../testing/commands.js';
import { quiet } from '../testing/manual-clock.js';
import { TestNode } from '../testing/test-node.js';
import { UnusableAnswerError } from './nexus-caller.js';

const { PendingNexusOperationState: Operation, NexusOperationCancellationState: Cancellation, CallbackState } = enums;
/** As often as an endpoint fails before it is left alone, and for how long that is. */
const LIMITS = { nexusBreakerFailures: 3, nexusBreakerOpenMs: 60_000 };
/** After the third failure of one operation, the fourth request of it would be due. */
const FOURTH_DUE_MS = 1000 + 2000 + 4000;
const BLOCKED_REASON = 'The circuit breaker is open.';

const unavailable = () => handlerError('UNAVAILABLE', true);

async function call(node: TestNode, workflowId: string, attributes: Parameters<typeof scheduleOperation>[0] = {}) {
  await node.start(workflowId);
  await node.complete(await node.pollWorkflowTask(), [scheduleOperation(attributes)]);
  await quiet();
}

async function operation(node: TestNode, workflowId: string): Promise<workflow.IPendingNexusOperationInfo | undefined> {
  return (await node.describe(workflowId)).pendingNexusOperations[0];
}

it('an endpoint that fails is left alone, for all operations, until one request finds it up again', async () => {
  const handler = new ScriptedHandler();
  handler.onStart = unavailable;
  const node = await TestNode.open({ nexusCaller: handler, limits: LIMITS });
  await call(node, 'caller');
  await node.clock.advance(FOURTH_DUE_MS);
  await call(node, 'late');
  await call(node, 'elsewhere', { endpoint: 'other' });
  expect(handler.starts.map(({ endpoint }) => endpoint)).toEqual(['endpoint', 'endpoint', 'endpoint', 'other']);
  const blocked = { state: Operation.PENDING_NEXUS_OPERATION_STATE_BLOCKED, blockedReason: BLOCKED_REASON };
  expect(await operation(node, 'caller')).toMatchObject(blocked);
  expect(await operation(node, 'late')).toMatchObject(blocked);
  expect(await operation(node, 'elsewhere')).toMatchObject({ blockedReason: '' });
  expect(node.services.nexusDelivery.totals()).toEqual({ open: 1, held: 2 });

  handler.onStart = () => started();
  await node.clock.advance(LIMITS.nexusBreakerOpenMs);
  for (const workflowId of ['caller', 'late'])
    expect(await operation(node, workflowId)).toMatchObject({
      state: Operation.PENDING_NEXUS_OPERATION_STATE_STARTED,
      blockedReason: '',
    });
  expect(node.services.nexusDelivery.totals().open).toBe(0);
  await node.stop();
});

it('an operation that times out while its endpoint is left alone is never asked for', async () => {
  const handler = new ScriptedHandler();
  handler.onStart = unavailable;
  const node = await TestNode.open({ nexusCaller: handler, limits: LIMITS });
  await call(node, 'caller');
  await node.clock.advance(FOURTH_DUE_MS);
  await call(node, 'short', { scheduleToCloseTimeout: { seconds: 5 } });
  await node.clock.advance(LIMITS.nexusBreakerOpenMs);
  expect(await node.eventNames('short')).toContain('NEXUS_OPERATION_TIMED_OUT');
  const asked = new Set(handler.starts.map(({ links }) => links[0]?.workflowEvent?.workflowId));
  expect([...asked]).toEqual(['caller']);
  await node.stop();
});

it('a handler whose answers cannot be used is up', async () => {
  const handler = new ScriptedHandler();
  handler.onStart = () => {
    throw new UnusableAnswerError('its answer is larger than it may be');
  };
  const node = await TestNode.open({ nexusCaller: handler, limits: LIMITS });
  for (const workflowId of ['a', 'b', 'c', 'd']) await call(node, workflowId);
  expect(handler.starts).toHaveLength(4);
  expect(await operation(node, 'd')).toMatchObject({
    attempt: 1,
    blockedReason: '',
    lastAttemptFailure: { message: 'its answer is larger than it may be' },
  });
  expect(node.services.nexusDelivery.totals()).toEqual({ open: 0, held: 0 });
  await node.stop();
});

it('a handler that says no for good is up', async () => {
  const handler = new ScriptedHandler();
  handler.onStart = () => handlerError('BAD_REQUEST', false);
  const node = await TestNode.open({ nexusCaller: handler, limits: LIMITS });
  for (const workflowId of ['a', 'b', 'c', 'd']) await call(node, workflowId);
  expect(handler.starts).toHaveLength(4);
  expect(node.services.nexusDelivery.totals()).toEqual({ open: 0, held: 0 });
  await node.stop();
});

it('requests to cancel are held back on their own', async () => {
  const handler = new ScriptedHandler();
  handler.onCancel = unavailable;
  const node = await TestNode.open({ nexusCaller: handler, limits: LIMITS });
  await call(node, 'caller');
  await node.complete(await node.pollWorkflowTask(), [cancelOperation(5)]);
  await node.clock.advance(FOURTH_DUE_MS);
  expect(handler.cancels).toHaveLength(3);
  expect(await operation(node, 'caller')).toMatchObject({
    state: Operation.PENDING_NEXUS_OPERATION_STATE_STARTED,
    cancellationInfo: {
      state: Cancellation.NEXUS_OPERATION_CANCELLATION_STATE_BLOCKED,
      blockedReason: BLOCKED_REASON,
    },
  });
  await call(node, 'other');
  expect(handler.starts).toHaveLength(2);
  await node.stop();
});

it('callbacks to a host that fails are held back, whatever their path', async () => {
  const posts: string[] = [];
  let outcome: CallbackOutcome = { kind: 'retry', failure: { message: 'down' } };
  const postCompletion = (url: string): Promise<CallbackOutcome> => {
    posts.push(url);
    return Promise.resolve(outcome);
  };
  const node = await TestNode.open({ postCompletion, limits: LIMITS });
  const end = async (workflowId: string): Promise<void> => {
    await node.start(workflowId, { completionCallbacks: [{ nexus: { url: `https://host/${workflowId}` } }] });
    await node.complete(await node.pollWorkflowTask(), [completeWorkflow()]);
    await quiet();
  };
  await end('first');
  await node.clock.advance(FOURTH_DUE_MS);
  await end('second');
  expect(posts).toEqual(['https://host/first', 'https://host/first', 'https://host/first']);
  const blocked = [{ state: CallbackState.CALLBACK_STATE_BLOCKED, blockedReason: BLOCKED_REASON }];
  expect((await node.describe('second')).callbacks).toMatchObject(blocked);
  outcome = { kind: 'delivered' };
  await node.clock.advance(LIMITS.nexusBreakerOpenMs);
  for (const workflowId of ['first', 'second'])
    expect((await node.describe(workflowId)).callbacks).toMatchObject([
      { state: CallbackState.CALLBACK_STATE_SUCCEEDED, blockedReason: '' },
    ]);
  await node.stop();
});
