import { enums, services as api } from '@perdure/protocol';
import { describe, expect, it } from 'vitest';
import { MemoryDisk } from '../store/index.js';
import { completeWorkflow } from '../testing/commands.js';
import { ManualClock, quiet } from '../testing/manual-clock.js';
import {
  cancelOperation,
  handlerError,
  ScriptedHandler,
  scheduleOperation,
  started,
} from '../testing/scripted-handler.js';
import { codeOf, payloads, TestNode } from '../testing/test-node.js';

const { methods } = api.WorkflowService;
const { EventType, NexusOperationCancellationState, PendingNexusOperationState } = enums;
/** The event that schedules the first operation. */
const SCHEDULED = 5;
const RESULT = payloads('result').payloads?.[0];
const SUCCEEDED = { links: [], outcome: { kind: 'succeeded', result: RESULT } } as const;

/** A run that has just asked for an operation. */
async function withOperation(
  handler: ScriptedHandler,
  attributes: Parameters<typeof scheduleOperation>[0] = {},
  options: Parameters<typeof TestNode.open>[0] = {},
): Promise<TestNode> {
  const node = await TestNode.open({ nexusCaller: handler, ...options });
  await node.start('caller');
  await node.complete(await node.pollWorkflowTask(), [scheduleOperation(attributes)]);
  await quiet();
  return node;
}

async function nexusEvents(node: TestNode): Promise<string[]> {
  return (await node.eventNames('caller')).filter((name) => name.startsWith('NEXUS'));
}

async function pending(node: TestNode) {
  return (await node.describe('caller')).pendingNexusOperations;
}

describe('the start of an operation', () => {
  it('is asked for with everything the handler has to know, and its result is told', async () => {
    const handler = new ScriptedHandler();
    handler.onStart = () => ({ kind: 'completed', result: RESULT, links: [] });
    const input = payloads('input').payloads?.[0];
    const node = await withOperation(handler, { input, nexusHeader: { 'Some-Header': 'value' } });
    expect(await nexusEvents(node)).toEqual(['NEXUS_OPERATION_SCHEDULED', 'NEXUS_OPERATION_COMPLETED']);
    const events = await node.history('caller');
    const { runId } = (await node.describe('caller')).workflowExecutionInfo?.execution ?? {};
    const scheduled = events[SCHEDULED - 1]?.nexusOperationScheduledEventAttributes;
    const eventRef = { eventId: SCHEDULED, eventType: EventType.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED };
    expect(handler.starts).toMatchObject([
      {
        endpoint: 'endpoint',
        endpointId: 'endpoint-id',
        callerNamespace: 'default',
        service: 'service',
        operation: 'operation',
        requestId: scheduled?.requestId,
        input,
        headers: { 'some-header': 'value', 'operation-timeout': '600000ms' },
        links: [{ workflowEvent: { namespace: 'default', workflowId: 'caller', runId, eventRef } }],
        callbackUrl: 'temporal://system',
        timeoutMs: 10_000,
      },
    ]);
    expect(events.find((event) => event.nexusOperationCompletedEventAttributes !== undefined)).toMatchObject({
      nexusOperationCompletedEventAttributes: {
        scheduledEventId: SCHEDULED,
        result: RESULT,
        requestId: scheduled?.requestId,
      },
    });
  });

  it('fails for good when the handler says so', async () => {
    const handler = new ScriptedHandler();
    handler.onStart = () => handlerError('NOT_FOUND', false);
    const node = await withOperation(handler);
    const failed = (await node.history('caller')).find(
      (each) => each.nexusOperationFailedEventAttributes !== undefined,
    );
    expect(failed?.nexusOperationFailedEventAttributes?.failure).toMatchObject({
      message: 'nexus operation completed unsuccessfully',
      nexusOperationExecutionFailureInfo: { scheduledEventId: SCHEDULED, endpoint: 'endpoint', operation: 'operation' },
      cause: { message: 'handler error (NOT_FOUND)', nexusHandlerFailureInfo: { type: 'NOT_FOUND' } },
    });
  });

  it.each(['failed', 'canceled'] as const)('may be answered with an operation that has %s', async (state) => {
    const handler = new ScriptedHandler();
    handler.onStart = () => ({ kind: 'unsuccessful', state, failure: { message: 'no' } });
    const node = await withOperation(handler);
    expect(await nexusEvents(node)).toEqual(['NEXUS_OPERATION_SCHEDULED', `NEXUS_OPERATION_${state.toUpperCase()}`]);
  });

  it('is tried again with growing waits under the same request id, also after a restart', async () => {
    const handler = new ScriptedHandler();
    const answers = [
      () => handlerError('INTERNAL', true),
      () => {
        throw new Error('no answer');
      },
      () => started(),
    ];
    handler.onStart = () => (answers.shift() ?? started)();
    const disk = new MemoryDisk();
    const node = await withOperation(handler, {}, { disk });
    const { PENDING_NEXUS_OPERATION_STATE_BACKING_OFF, PENDING_NEXUS_OPERATION_STATE_STARTED } =
      PendingNexusOperationState;
    expect(await pending(node)).toMatchObject([
      {
        state: PENDING_NEXUS_OPERATION_STATE_BACKING_OFF,
        attempt: 1,
        lastAttemptFailure: { message: 'handler error (INTERNAL)' },
        scheduledEventId: SCHEDULED,
      },
    ]);
    await node.stop();
    const again = await TestNode.open({ nexusCaller: handler, disk, clock: node.clock });
    expect(handler.starts).toHaveLength(1);
    await again.clock.advance(1000);
    expect(await pending(again)).toMatchObject([{ attempt: 2, lastAttemptFailure: { message: 'no answer' } }]);
    await again.clock.advance(1999);
    expect(handler.starts).toHaveLength(2);
    await again.clock.advance(1);
    expect(handler.starts).toHaveLength(3);
    expect(new Set(handler.starts.map(({ requestId }) => requestId)).size).toBe(1);
    expect(await pending(again)).toMatchObject([
      { state: PENDING_NEXUS_OPERATION_STATE_STARTED, attempt: 3, operationToken: 'token' },
    ]);
  });

  it('is not waited for longer than the operation may take', async () => {
    const handler = new ScriptedHandler();
    handler.onStart = () => handlerError('UNAVAILABLE', true);
    const node = await withOperation(handler, { scheduleToCloseTimeout: { seconds: 4 } });
    await node.clock.advance(3000);
    expect(handler.starts.map(({ timeoutMs }) => timeoutMs)).toEqual([4000, 3000, 1000]);
    await node.clock.advance(1000);
    expect(await nexusEvents(node)).toEqual(['NEXUS_OPERATION_SCHEDULED', 'NEXUS_OPERATION_TIMED_OUT']);
    expect(await pending(node)).toEqual([]);
  });
});

describe('the end of an operation', () => {
  it('is told once, by its token', async () => {
    const handler = new ScriptedHandler();
    const node = await withOperation(handler);
    const { nexusCompletions } = node.services;
    await nexusCompletions.complete(handler.callbackToken, SUCCEEDED);
    expect(await nexusEvents(node)).toEqual([
      'NEXUS_OPERATION_SCHEDULED',
      'NEXUS_OPERATION_STARTED',
      'NEXUS_OPERATION_COMPLETED',
    ]);
    expect(await codeOf(nexusCompletions.complete(handler.callbackToken, SUCCEEDED))).toBe('NOT_FOUND');
    expect(await codeOf(nexusCompletions.complete('nonsense', SUCCEEDED))).toBe('INVALID_ARGUMENT');
  });

  it('may overtake the news of its start', async () => {
    const handler = new ScriptedHandler();
    let answer: (value: ReturnType<typeof started>) => void = () => undefined;
    handler.onStart = () => new Promise((resolve) => (answer = resolve));
    const node = await withOperation(handler);
    const startTimeMs = node.clock.nowMs();
    await node.services.nexusCompletions.complete(handler.callbackToken, {
      ...SUCCEEDED,
      operationToken: 'early',
      startTimeMs,
    });
    answer(started());
    await quiet();
    expect(await nexusEvents(node)).toEqual([
      'NEXUS_OPERATION_SCHEDULED',
      'NEXUS_OPERATION_STARTED',
      'NEXUS_OPERATION_COMPLETED',
    ]);
    const event = (await node.history('caller'))[SCHEDULED];
    expect(event?.nexusOperationStartedEventAttributes?.operationToken).toBe('early');
  });

  it('is told to the run that a reset made', async () => {
    const handler = new ScriptedHandler();
    const node = await withOperation(handler);
    const task = await node.pollWorkflowTask();
    await node.complete(task);
    const { runId } = await node.call(methods.ResetWorkflowExecution, {
      namespace: 'default',
      workflowExecution: { workflowId: 'caller' },
      workflowTaskFinishEventId: 9,
      requestId: 'reset',
    });
    await node.services.nexusCompletions.complete(handler.callbackToken, SUCCEEDED);
    expect(await node.eventNames('caller', runId)).toContain('NEXUS_OPERATION_COMPLETED');
  });

  it('comes too late for a run that has closed', async () => {
    const handler = new ScriptedHandler();
    const node = await withOperation(handler);
    await node.terminate('caller');
    expect(await codeOf(node.services.nexusCompletions.complete(handler.callbackToken, SUCCEEDED))).toBe('NOT_FOUND');
  });
});

describe('the cancellation of an operation', () => {
  it('reaches the handler, and the run hears of it', async () => {
    const handler = new ScriptedHandler();
    const node = await withOperation(handler);
    await node.complete(await node.pollWorkflowTask(), [cancelOperation(SCHEDULED)]);
    await quiet();
    expect(handler.cancels).toMatchObject([
      { endpointId: 'endpoint-id', operation: 'operation', operationToken: 'token' },
    ]);
    expect((await nexusEvents(node)).slice(2)).toEqual([
      'NEXUS_OPERATION_CANCEL_REQUESTED',
      'NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED',
    ]);
    expect((await pending(node))[0]?.cancellationInfo).toMatchObject({
      state: NexusOperationCancellationState.NEXUS_OPERATION_CANCELLATION_STATE_SUCCEEDED,
      attempt: 1,
    });
  });

  it('waits for the start of the operation', async () => {
    const handler = new ScriptedHandler();
    handler.onStart = () => (handler.starts.length < 2 ? handlerError('INTERNAL', true) : started());
    const node = await withOperation(handler);
    await node.signal('caller');
    await node.complete(await node.pollWorkflowTask(), [cancelOperation(SCHEDULED)]);
    await quiet();
    expect(handler.cancels).toHaveLength(0);
    await node.clock.advance(1000);
    expect(handler.cancels).toHaveLength(1);
    expect((await nexusEvents(node)).at(-1)).toBe('NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED');
  });

  it('is tried again until the handler takes it, or refuses it', async () => {
    const handler = new ScriptedHandler();
    handler.onCancel = () => handlerError('INTERNAL', handler.cancels.length < 3);
    const node = await withOperation(handler);
    await node.complete(await node.pollWorkflowTask(), [cancelOperation(SCHEDULED)]);
    await quiet();
    expect((await pending(node))[0]?.cancellationInfo).toMatchObject({
      state: NexusOperationCancellationState.NEXUS_OPERATION_CANCELLATION_STATE_BACKING_OFF,
      attempt: 1,
    });
    await node.clock.advance(3000);
    expect(handler.cancels).toHaveLength(3);
    expect((await nexusEvents(node)).at(-1)).toBe('NEXUS_OPERATION_CANCEL_REQUEST_FAILED');
  });
});

it('an operation is refused if its endpoint is not there', async () => {
  const node = await TestNode.open({ nexusCaller: new ScriptedHandler() });
  await node.start('caller');
  const task = await node.pollWorkflowTask();
  expect(await codeOf(node.complete(task, [scheduleOperation({ endpoint: 'unknown' })]))).toBe('INVALID_ARGUMENT');
  const failed = (await node.history('caller')).find((event) => event.workflowTaskFailedEventAttributes !== undefined);
  expect(failed?.workflowTaskFailedEventAttributes).toMatchObject({
    cause: enums.WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES,
    failure: { message: 'BadScheduleNexusOperationAttributes: endpoint "unknown" not found' },
  });
});

it('whenever power is lost, the operation is started and cancelled, and the caller hears of its end once', async () => {
  let isWhole = false;
  for (let commits = 0; !isWhole; commits += 1) {
    const disk = new MemoryDisk({ powerCuts: true });
    let left = Infinity;
    const beforeWrite = (operation: string) =>
      operation === 'commit' && --left < 0 ? new Promise<void>(() => undefined) : undefined;
    const handler = new ScriptedHandler();
    const first = await TestNode.open({ nexusCaller: handler, disk, faults: { beforeWrite } });
    await first.start('caller');
    left = commits;
    live(first, handler).then(
      () => (isWhole = true),
      () => undefined,
    );
    // Long enough for everything that can happen without a further commit.
    for (let turn = 0; turn < 40 && !isWhole; turn += 1) await quiet();
    expect(commits).toBeLessThan(30);
    first.losePower();
    const second = await TestNode.open({ nexusCaller: handler, disk, clock: new ManualClock(first.clock.nowMs()) });
    await second.clock.advance(15_000);
    await live(second, handler);
    const names = await nexusEvents(second);
    expect(names.filter((name) => name === 'NEXUS_OPERATION_STARTED')).toHaveLength(1);
    expect(names.filter((name) => name === 'NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED')).toHaveLength(1);
    expect(names.filter((name) => name === 'NEXUS_OPERATION_COMPLETED')).toHaveLength(1);
    expect(new Set(handler.starts.map(({ requestId }) => requestId)).size).toBe(1);
    expect((await second.eventNames('caller')).at(-1)).toBe('WORKFLOW_EXECUTION_COMPLETED');
    await second.stop();
  }
});

/** A worker and a handler that do whatever is next, until the run has closed. */
async function live(node: TestNode, handler: ScriptedHandler): Promise<void> {
  for (let step = 0; step < 20; step += 1) {
    await quiet();
    const names = await node.eventNames('caller');
    if (names.includes('WORKFLOW_EXECUTION_COMPLETED')) return;
    const has = (name: string) => names.includes(`NEXUS_OPERATION_${name}`);
    const scheduledEventId = names.indexOf('NEXUS_OPERATION_SCHEDULED') + 1;
    if (has('CANCEL_REQUEST_COMPLETED') && !has('COMPLETED'))
      await codeOf(node.services.nexusCompletions.complete(handler.callbackToken, SUCCEEDED));
    else if (!has('SCHEDULED')) await node.complete(await node.pollWorkflowTask(), [scheduleOperation()]);
    else if (has('STARTED') && !has('CANCEL_REQUESTED'))
      await node.complete(await node.pollWorkflowTask(), [cancelOperation(scheduledEventId)]);
    else if (has('COMPLETED')) await node.complete(await node.pollWorkflowTask(), [completeWorkflow()]);
  }
  throw new Error('the run did not close');
}
