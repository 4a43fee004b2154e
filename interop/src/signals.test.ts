import { randomUUID } from 'node:crypto';
import { test } from 'vitest';
import { api, commands, connect, expectStatus, seconds, toPayload, toPayloads } from './harness/index.js';

const environment = await connect();
const { service } = environment;
const reuse = api.enums.WorkflowIdReusePolicy;
const conflict = api.enums.WorkflowIdConflictPolicy;

test('a signal carries input, header, identity and links, and wakes the workflow', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  await service.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: execution,
    signalName: 'ping',
    input: toPayloads('a', 1),
    header: { fields: { trace: toPayload('t') } },
    identity: 'the sender',
    links: [
      {
        workflowEvent: { namespace: 'default', workflowId: 'sender', runId: randomUUID(), eventRef: { eventType: 1 } },
      },
    ],
  });
  await worker.step([commands.completeWorkflow()]);
  const show = ['identity', 'header'];
  expect((await environment.closedTranscript(execution, { show })).split('\n').slice(4, 6).join('\n'))
    .toMatchInlineSnapshot(`
    5 WorkflowExecutionSignaled signalName=ping input=['a',1] identity=the sender header={'trace':'t'}
    6 WorkflowTaskScheduled taskQueue=scripted
  `);
  const signaled = (await environment.history(execution)).find(
    (event) => event.workflowExecutionSignaledEventAttributes,
  );
  expect(signaled?.links?.[0]?.workflowEvent?.workflowId).toBe('sender');
});

test('signals before the first task wait for one task together', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  for (const name of ['one', 'two', 'three']) await signal(execution.workflowId, name);
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowExecutionSignaled signalName=one
    4 WorkflowExecutionSignaled signalName=two
    5 WorkflowExecutionSignaled signalName=three
    6 WorkflowTaskStarted scheduled=2
    7 WorkflowTaskCompleted scheduled=2 started=6
    8 WorkflowExecutionCompleted completed=7
  `);
});

test('a signal with the same request id is taken once', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const requestId = randomUUID();
  for (let count = 0; count < 3; count++) await signal(execution.workflowId, 'once', { requestId });
  await worker.step([commands.completeWorkflow()]);
  const history = await environment.closedHistory(execution);
  expect(history.filter((event) => event.workflowExecutionSignaledEventAttributes)).toHaveLength(1);
});

test('a signal needs a running workflow', async () => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.completeWorkflow()]);
  await environment.closedHistory(execution);
  await expectStatus(signal(execution.workflowId, 'late'), 'NOT_FOUND', /already completed/i);
  await expectStatus(signal(environment.uniqueId('nobody'), 'lost'), 'NOT_FOUND', /not found/i);
});

test('signalWithStart starts and signals in one step', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await signalWithStart(worker.taskQueue, environment.uniqueId('wf'));
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted input=['start input']
    2 WorkflowExecutionSignaled signalName=hello input=['signal input']
    3 WorkflowTaskScheduled taskQueue=scripted
    4 WorkflowTaskStarted scheduled=3
    5 WorkflowTaskCompleted scheduled=3 started=4
    6 WorkflowExecutionCompleted completed=5
  `);
});

test('signalWithStart signals the running workflow', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  const again = await signalWithStart(worker.taskQueue, execution.workflowId);
  expect(again).toEqual(execution);
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionSignaled signalName=hello input=['signal input']
    6 WorkflowTaskScheduled taskQueue=scripted
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 WorkflowExecutionCompleted completed=8
  `);
});

test('signalWithStart starts again after the last run has closed, unless the policy forbids it', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const first = await signalWithStart(worker.taskQueue, environment.uniqueId('wf'));
  await worker.step([commands.completeWorkflow()]);
  await environment.closedHistory(first);
  const second = await signalWithStart(worker.taskQueue, first.workflowId);
  expect(second.runId).not.toBe(first.runId);
  await worker.step([commands.completeWorkflow()]);
  await environment.closedHistory(second);
  const refused = signalWithStart(worker.taskQueue, first.workflowId, {
    workflowIdReusePolicy: reuse.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
  });
  await expectStatus(refused, 'ALREADY_EXISTS');
});

test('signalWithStart can end the running workflow and start another', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const first = await environment.start(worker.taskQueue);
  const second = await signalWithStart(worker.taskQueue, first.workflowId, {
    workflowIdConflictPolicy: conflict.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING,
  });
  expect(second.runId).not.toBe(first.runId);
  expect((await environment.closedHistory(first)).at(-1)?.workflowExecutionTerminatedEventAttributes).toBeTruthy();
  expect(await environment.transcript(second)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted input=['start input']
    2 WorkflowExecutionSignaled signalName=hello input=['signal input']
    3 WorkflowTaskScheduled taskQueue=scripted
  `);
});

test('signalWithStart with the same request id acts once', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const request = { requestId: randomUUID() };
  const workflowId = environment.uniqueId('wf');
  const first = await signalWithStart(worker.taskQueue, workflowId, request);
  expect(await signalWithStart(worker.taskQueue, workflowId, request)).toEqual(first);
  expect(await environment.transcript(first)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted input=['start input']
    2 WorkflowExecutionSignaled signalName=hello input=['signal input']
    3 WorkflowTaskScheduled taskQueue=scripted
  `);
});

test('signalWithStart honours a start delay', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await signalWithStart(worker.taskQueue, environment.uniqueId('wf'), {
    workflowStartDelay: seconds(1),
  });
  expect(await environment.transcript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted input=['start input']
    2 WorkflowExecutionSignaled signalName=hello input=['signal input']
  `);
});

async function signal(
  workflowId: string,
  signalName: string,
  request: api.service.ISignalWorkflowExecutionRequest = {},
): Promise<void> {
  await service.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
    signalName,
    ...request,
  });
}

async function signalWithStart(
  taskQueue: string,
  workflowId: string,
  request: api.service.ISignalWithStartWorkflowExecutionRequest = {},
): Promise<{ workflowId: string; runId: string }> {
  const { runId } = await service.signalWithStartWorkflowExecution({
    namespace: 'default',
    workflowId,
    workflowType: { name: 'scripted' },
    taskQueue: { name: taskQueue },
    input: toPayloads('start input'),
    signalName: 'hello',
    signalInput: toPayloads('signal input'),
    requestId: randomUUID(),
    ...request,
  });
  return { workflowId, runId };
}
