import { test } from 'vitest';
import {
  api,
  commands,
  connect,
  eventTypes,
  eventually,
  expectStatus,
  fromPayloads,
  seconds,
  toPayloads,
  updateMessages,
  type ScriptedWorker,
  PAIRS,
} from './harness/index.js';

const environment = await connect();
const { service } = environment;
const { UpdateWorkflowExecutionLifecycleStage: Stage } = api.enums;

test('the same update id is the same update, in flight and after it completed', async ({ expect }) => {
  const { worker, execution } = await idleRun();
  const twice = [update(execution, 'u1', { stage: 'COMPLETED' }), update(execution, 'u1', { stage: 'COMPLETED' })];
  const task = await worker.workflowTask();
  expect(updateMessages.requestsOf(task)).toHaveLength(1);
  await worker.complete(task, ...updateMessages.acceptAndComplete(task, 'once'));
  twice.push(update(execution, 'u1', { stage: 'COMPLETED' }));
  for (const { outcome } of await Promise.all(twice)) expect(fromPayloads(outcome!.success)).toEqual(['once']);
  await finish(worker, execution);
  const types = eventTypes(await environment.closedHistory(execution));
  expect(types.filter((type) => type === 'WorkflowExecutionUpdateAccepted')).toHaveLength(1);
});

test('several updates travel in one workflow task, each with an answer of its own', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const running = await worker.workflowTask();
  const answers = ['u1', 'u2', 'u3'].map((id) => update(execution, id, { stage: 'COMPLETED' }));
  await admitted(execution, ['u1', 'u2', 'u3']);
  await worker.complete(running);
  const task = await worker.workflowTask();
  expect(
    updateMessages
      .requestsOf(task)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['u1', 'u2', 'u3']);
  await worker.complete(task, ...updateMessages.acceptAndComplete(task, 'each'));
  for (const { outcome } of await Promise.all(answers)) expect(fromPayloads(outcome!.success)).toEqual(['each']);
  await finish(worker, execution);
  const types = eventTypes(await environment.closedHistory(execution));
  expect(types.filter((type) => type === 'WorkflowExecutionUpdateCompleted')).toHaveLength(3);
});

test('a signal makes the workflow task of an update an ordinary one', async ({ expect }) => {
  const { worker, execution } = await idleRun();
  const answer = update(execution, 'u1', { stage: 'COMPLETED' });
  const task = await worker.workflowTask();
  await signal(execution);
  await worker.complete(task, [], updateMessages.reject(task, 'no'));
  expect((await answer).outcome!.failure!.message).toBe('no');
  await finish(worker, execution);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowTaskScheduled taskQueue=scripted
    6 WorkflowTaskStarted scheduled=5
    7 WorkflowTaskCompleted scheduled=5 started=6
    8 WorkflowExecutionSignaled signalName=go on
    9 WorkflowTaskScheduled taskQueue=scripted
    10 WorkflowExecutionSignaled signalName=go on
    11 WorkflowTaskStarted scheduled=9
    12 WorkflowTaskCompleted scheduled=9 started=11
    13 WorkflowExecutionCompleted completed=12
  `);
});

test('an update whose worker dies is given to the next one', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue, { workflowTaskTimeout: seconds(1) });
  await worker.step();
  const answer = update(execution, 'u1', { stage: 'COMPLETED' });
  // This one is never answered.
  await worker.workflowTask();
  const task = await worker.workflowTask();
  await worker.complete(task, ...updateMessages.acceptAndComplete(task, 'second try'));
  expect(fromPayloads((await answer).outcome!.success)).toEqual(['second try']);
  await finish(worker, execution);
  const lines = (await environment.closedTranscript(execution, { show: ['attempt'] })).split('\n');
  expect(lines.slice(4, 12).join('\n')).toMatchInlineSnapshot(`
    5 WorkflowTaskScheduled taskQueue=scripted attempt=1
    6 WorkflowTaskStarted scheduled=5
    7 WorkflowTaskTimedOut scheduled=5 started=6 timeoutType=START_TO_CLOSE
    8 WorkflowTaskScheduled taskQueue=scripted attempt=2
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionUpdateAccepted protocolInstanceId=u1 acceptedRequestMessageId=u1/request acceptedRequestSequencingEventId=8 acceptedRequest={'meta':{'updateId':'u1'},'input':'set'}
    12 WorkflowExecutionUpdateCompleted meta={'updateId':'u1'} outcome={'success':['second try']} acceptedEventId=11
  `);
});

test('update requests that are wrong name the field', async () => {
  const { execution } = await idleRun();
  const send = (request: api.service.IUpdateWorkflowExecutionRequest): Promise<unknown> =>
    service.updateWorkflowExecution({ namespace: 'default', workflowExecution: execution, ...request });
  const input = { name: 'set' };
  await expectStatus(send({ waitPolicy: {} }), 'INVALID_ARGUMENT');
  await expectStatus(send({ request: { meta: { updateId: 'x' } } }), 'INVALID_ARGUMENT');
  await expectStatus(send({ request: { meta: { updateId: 'x'.repeat(1001) }, input } }), 'INVALID_ARGUMENT', /length/i);
});

test.for(PAIRS)(
  'client of $client, worker of $worker: results, validators, failures, waiting',
  async (sdks, { expect }) => {
    const taskQueue = environment.uniqueId('cart');
    await environment.worker(sdks.worker, taskQueue);
    const workflowId = environment.uniqueId('cart');
    const handle = await environment.clientOf(sdks.client).workflow.start('cart', { workflowId, taskQueue });
    expect(await handle.executeUpdate('put', { args: ['bread'] })).toBe(1);
    await expect(handle.executeUpdate('put', { args: [''] })).rejects.toMatchObject({
      cause: { message: 'an item needs a name' },
    });
    await expect(handle.executeUpdate('putInVain')).rejects.toMatchObject({ cause: { type: 'OutOfStock' } });
    const slow = await handle.startUpdate('putSlowly', { args: ['milk', 200], waitForStage: 'ACCEPTED' });
    await handle.signal('checkOut');
    expect(await slow.result()).toBe(2);
    expect(await handle.result()).toEqual(['bread', 'milk']);
    const types = eventTypes(await environment.history({ workflowId })).filter((type) => type.includes('Update'));
    expect(types.sort()).toMatchInlineSnapshot(`
    [
      WorkflowExecutionUpdateAccepted,
      WorkflowExecutionUpdateAccepted,
      WorkflowExecutionUpdateAccepted,
      WorkflowExecutionUpdateCompleted,
      WorkflowExecutionUpdateCompleted,
      WorkflowExecutionUpdateCompleted,
    ]
  `);
  },
);

/** A run that has had its first workflow task and waits for nothing. */
async function idleRun(): Promise<{ worker: ScriptedWorker; execution: { workflowId: string; runId: string } }> {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step();
  return { worker, execution };
}

async function finish(worker: ScriptedWorker, execution: { workflowId: string }): Promise<void> {
  await signal(execution);
  await worker.step([commands.completeWorkflow()]);
}

async function signal({ workflowId }: { workflowId: string }): Promise<void> {
  const workflowExecution = { workflowId };
  await service.signalWorkflowExecution({ namespace: 'default', workflowExecution, signalName: 'go on' });
}

async function update(
  execution: { workflowId: string; runId?: string },
  updateId: string,
  { stage, args = [] }: { stage: 'ADMITTED' | 'ACCEPTED' | 'COMPLETED'; args?: unknown[] },
): Promise<api.service.UpdateWorkflowExecutionResponse> {
  return await service.updateWorkflowExecution({
    namespace: 'default',
    workflowExecution: execution,
    waitPolicy: { lifecycleStage: Stage[`UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_${stage}`] },
    request: { meta: { updateId, identity: 'tester' }, input: { name: 'set', args: toPayloads(...args) } },
  });
}

/** Waits until the server knows the updates; asking for no stage returns at once. */
async function admitted(workflowExecution: { workflowId: string }, updateIds: readonly string[]): Promise<void> {
  for (const updateId of updateIds) {
    await eventually(`update ${updateId} admitted`, async () => {
      const updateRef = { workflowExecution, updateId };
      const found = service.pollWorkflowExecutionUpdate({ namespace: 'default', updateRef });
      return await found.catch(() => undefined);
    });
  }
}
