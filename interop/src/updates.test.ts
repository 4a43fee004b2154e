import { randomUUID } from 'node:crypto';
import { test } from 'vitest';
import { acceptance, api, commands, commandsFor, connect, eventTypes, expectStatus, fromPayloads, rejection, response, toPayloads, updatesOf } from './harness/index.js'; // prettier-ignore

const environment = await connect();
const { service } = environment;
const stage = api.enums.UpdateWorkflowExecutionLifecycleStage;
const { UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED: accepted, UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED: completed, UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED: admitted } = stage; // prettier-ignore

test('accepted and completed in one task: two events, and the outcome for the caller', async ({ expect }) => {
  const { worker, execution } = await idleWorkflow();
  const outcome = update(execution, 'set', { waitFor: completed, args: ['value'], updateId: 'the-id' });
  const task = await worker.workflowTask();
  const [received] = updatesOf(task);
  expect(received!.request.input!.name).toBe('set');
  expect(fromPayloads(received!.request.input!.args)).toEqual(['value']);
  const messages = [acceptance(received!), response(received!, { success: 'done' })];
  await worker.complete(task, commandsFor(messages), { messages });
  const answer = await outcome;
  expect(fromPayloads(answer.outcome!.success)).toEqual(['done']);
  expect(answer.updateRef).toMatchObject({ updateId: 'the-id', workflowExecution: execution });
  await finish(worker, execution.workflowId);
  const hide = ['protocolInstanceId', 'acceptedRequestMessageId'];
  expect(await environment.closedTranscript(execution, { hide })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowTaskScheduled taskQueue=scripted
    6 WorkflowTaskStarted scheduled=5
    7 WorkflowTaskCompleted scheduled=5 started=6
    8 WorkflowExecutionUpdateAccepted acceptedRequestSequencingEventId=5 acceptedRequest={'meta':{'updateId':'the-id'},'input':'set'}
    9 WorkflowExecutionUpdateCompleted meta={'updateId':'the-id'} outcome={'success':['done']} acceptedEventId=8
    10 WorkflowExecutionSignaled signalName=finish
    11 WorkflowTaskScheduled taskQueue=scripted
    12 WorkflowTaskStarted scheduled=11
    13 WorkflowTaskCompleted scheduled=11 started=12
    14 WorkflowExecutionCompleted completed=13
  `);
});

test('a rejected update leaves no trace in the history', async ({ expect }) => {
  const { worker, execution } = await idleWorkflow();
  const before = await environment.transcript(execution);
  const outcome = update(execution, 'set', { waitFor: completed });
  const task = await worker.workflowTask();
  const messages = updatesOf(task).map((received) => rejection(received, 'not like this'));
  await worker.complete(task, [], { messages });
  expect((await outcome).outcome!.failure).toMatchObject({ message: 'not like this' });
  expect(await environment.transcript(execution)).toBe(before);
});

test('the task of a waiting update is speculative: its events are not in the history until it is accepted', async ({
  expect,
}) => {
  const { worker, execution } = await idleWorkflow();
  const before = await environment.transcript(execution);
  const outcome = update(execution, 'set', { waitFor: completed });
  const task = await worker.workflowTask();
  expect(eventTypes(task.history!.events!).slice(-2)).toEqual(['WorkflowTaskScheduled', 'WorkflowTaskStarted']);
  expect(await environment.transcript(execution)).toBe(before);
  const [received] = updatesOf(task);
  const messages = [acceptance(received!), response(received!, { success: 1 })];
  await worker.complete(task, commandsFor(messages), { messages });
  await outcome;
  expect(eventTypes(await environment.history(execution)).slice(4)).toEqual([
    'WorkflowTaskScheduled',
    'WorkflowTaskStarted',
    'WorkflowTaskCompleted',
    'WorkflowExecutionUpdateAccepted',
    'WorkflowExecutionUpdateCompleted',
  ]);
});

test('waiting for "accepted" answers before the update is complete; polling brings the outcome', async ({ expect }) => {
  const { worker, execution } = await idleWorkflow();
  const accepting = update(execution, 'slow', { waitFor: accepted, updateId: 'slow-one' });
  const task = await worker.workflowTask();
  const [received] = updatesOf(task);
  const acceptedMessages = [acceptance(received!)];
  await worker.complete(task, [...commandsFor(acceptedMessages), commands.startTimer('t', 0.2)], {
    messages: acceptedMessages,
  });
  const answer = await accepting;
  expect(answer.stage).toBe(accepted);
  expect(answer.outcome ?? null).toBeNull();
  const polled = poll(execution, 'slow-one', completed);
  const completion = [response(received!, { success: 'at last' })];
  await worker.step(commandsFor(completion), { messages: completion });
  expect(fromPayloads((await polled).outcome!.success)).toEqual(['at last']);
  await finish(worker, execution.workflowId);
  const hide = ['protocolInstanceId', 'acceptedRequestMessageId'];
  expect(await environment.closedTranscript(execution, { hide })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowTaskScheduled taskQueue=scripted
    6 WorkflowTaskStarted scheduled=5
    7 WorkflowTaskCompleted scheduled=5 started=6
    8 WorkflowExecutionUpdateAccepted acceptedRequestSequencingEventId=5 acceptedRequest={'meta':{'updateId':'slow-one'},'input':'slow'}
    9 TimerStarted timerId=t startToFireTimeout=0.2s completed=7
    10 TimerFired timerId=t started=9
    11 WorkflowTaskScheduled taskQueue=scripted
    12 WorkflowTaskStarted scheduled=11
    13 WorkflowTaskCompleted scheduled=11 started=12
    14 WorkflowExecutionUpdateCompleted meta={'updateId':'slow-one'} outcome={'success':['at last']} acceptedEventId=8
    15 WorkflowExecutionSignaled signalName=finish
    16 WorkflowTaskScheduled taskQueue=scripted
    17 WorkflowTaskStarted scheduled=16
    18 WorkflowTaskCompleted scheduled=16 started=17
    19 WorkflowExecutionCompleted completed=18
  `);
});

test('an update may fail after it was accepted', async ({ expect }) => {
  const { worker, execution } = await idleWorkflow();
  const outcome = update(execution, 'fails', { waitFor: completed });
  const task = await worker.workflowTask();
  const [received] = updatesOf(task);
  const messages = [acceptance(received!), response(received!, { failure: 'handler broke' })];
  await worker.complete(task, commandsFor(messages), { messages });
  expect((await outcome).outcome!.failure).toMatchObject({ message: 'handler broke' });
});

test('the same update id gets the first outcome again', async ({ expect }) => {
  const { worker, execution } = await idleWorkflow();
  const first = update(execution, 'set', { waitFor: completed, updateId: 'same' });
  const duplicate = update(execution, 'set', { waitFor: completed, updateId: 'same' });
  const task = await worker.workflowTask();
  const [received, ...others] = updatesOf(task);
  expect(others).toEqual([]);
  const messages = [acceptance(received!), response(received!, { success: 'once' })];
  await worker.complete(task, commandsFor(messages), { messages });
  const later = await update(execution, 'set', { waitFor: completed, updateId: 'same' });
  for (const answer of [await first, await duplicate, later])
    expect(fromPayloads(answer.outcome!.success)).toEqual(['once']);
  const types = eventTypes(await environment.history(execution));
  expect(types.filter((type) => type === 'WorkflowExecutionUpdateAccepted')).toHaveLength(1);
});

test('several updates at once come in one task', async ({ expect }) => {
  const { worker, execution } = await idleWorkflow();
  await service.signalWorkflowExecution({ namespace: 'default', workflowExecution: execution, signalName: 'wake' });
  const outcomes = ['a', 'b'].map((updateId) => update(execution, 'set', { waitFor: completed, updateId }));
  const seen: string[] = [];
  while (seen.length < 2) {
    const task = await worker.workflowTask();
    const received = updatesOf(task);
    seen.push(...received.map(({ request }) => request.meta!.updateId!));
    const messages = received.flatMap((one) => [
      acceptance(one),
      response(one, { success: one.request.meta!.updateId }),
    ]);
    await worker.complete(task, commandsFor(messages), { messages });
  }
  const results = (await Promise.all(outcomes)).map((answer) => fromPayloads(answer.outcome!.success)[0]);
  expect(results).toEqual(['a', 'b']);
});

test('an accepted update that is in flight when the workflow closes tells so', async ({ expect }) => {
  const { worker, execution } = await idleWorkflow();
  const outcome = update(execution, 'slow', { waitFor: completed, updateId: 'open' });
  const task = await worker.workflowTask();
  const messages = [acceptance(updatesOf(task)[0]!)];
  await worker.complete(task, [...commandsFor(messages), commands.completeWorkflow()], { messages });
  expect((await outcome).outcome!.failure).toMatchInlineSnapshot(`
    {
      applicationFailureInfo: {
        nonRetryable: true,
        type: AcceptedUpdateCompletedWorkflow,
      },
      message: Workflow Update failed because the Workflow completed before the Update completed.,
      source: Server,
    }
  `);
});

test('an update that was not accepted when the workflow closes is refused', async ({ expect }) => {
  const { worker, execution } = await idleWorkflow();
  const refused = expectStatus(update(execution, 'set', { waitFor: completed }), 'NOT_FOUND', /aborted|completed/);
  expect(updatesOf(await worker.workflowTask())).toHaveLength(1);
  const workflowExecution = { workflowId: execution.workflowId };
  await service.terminateWorkflowExecution({ namespace: 'default', workflowExecution });
  await refused;
  expect(eventTypes(await environment.history(execution)).at(-1)).toBe('WorkflowExecutionTerminated');
});

test('an update that the worker ignores while completing the workflow is refused', async ({ expect }) => {
  const { worker, execution } = await idleWorkflow();
  const refused = expectStatus(update(execution, 'set', { waitFor: completed }), 'NOT_FOUND', /aborted|completed/);
  await worker.step([commands.completeWorkflow('done')]);
  await refused;
  expect(eventTypes(await environment.closedHistory(execution)).at(-1)).toBe('WorkflowExecutionCompleted');
});

test('an update needs a running workflow, an id and a name', async () => {
  const { worker, execution } = await idleWorkflow();
  await finish(worker, execution.workflowId);
  await environment.closedHistory(execution);
  await expectStatus(update(execution, 'late', { waitFor: completed }), 'NOT_FOUND', /already completed/i);
  const nobody = { workflowId: environment.uniqueId('nobody'), runId: '' };
  await expectStatus(update(nobody, 'lost', { waitFor: completed }), 'NOT_FOUND');
  await expectStatus(poll(execution, 'no-such-update', completed), 'NOT_FOUND', /update/i);
  const running = await idleWorkflow();
  await expectStatus(update(running.execution, 'x', { waitFor: admitted }), 'PERMISSION_DENIED', /admitted/i);
});

test('polling for the outcome of an update of a closed workflow answers from its history', async ({ expect }) => {
  const { worker, execution } = await idleWorkflow();
  const outcome = update(execution, 'set', { waitFor: completed, updateId: 'kept' });
  const task = await worker.workflowTask();
  const [received] = updatesOf(task);
  const messages = [acceptance(received!), response(received!, { success: 'kept' })];
  await worker.complete(task, [...commandsFor(messages), commands.completeWorkflow()], { messages });
  await outcome;
  await environment.closedHistory(execution);
  expect(fromPayloads((await poll(execution, 'kept', completed)).outcome!.success)).toEqual(['kept']);
});

async function idleWorkflow(): Promise<{
  worker: ReturnType<typeof environment.scriptedWorker>;
  execution: { workflowId: string; runId: string };
}> {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  return { worker, execution };
}

async function finish(worker: ReturnType<typeof environment.scriptedWorker>, workflowId: string): Promise<void> {
  await service.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
    signalName: 'finish',
  });
  await worker.step([commands.completeWorkflow()]);
}

async function update(
  execution: { workflowId: string },
  name: string,
  { waitFor, args = [], updateId = randomUUID() }: { waitFor: number; args?: unknown[]; updateId?: string },
): Promise<api.service.IUpdateWorkflowExecutionResponse> {
  return await service.updateWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: execution.workflowId },
    waitPolicy: { lifecycleStage: waitFor },
    request: {
      meta: { updateId, identity: 'updater' },
      input: { name, args: args.length ? toPayloads(...args) : null },
    },
  });
}

async function poll(
  execution: { workflowId: string },
  updateId: string,
  lifecycleStage: number,
): Promise<api.service.IPollWorkflowExecutionUpdateResponse> {
  return await service.pollWorkflowExecutionUpdate({
    namespace: 'default',
    updateRef: { workflowExecution: { workflowId: execution.workflowId }, updateId },
    waitPolicy: { lifecycleStage },
  });
}
