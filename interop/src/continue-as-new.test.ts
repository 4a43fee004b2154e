import { test } from 'vitest';
import {
  commands,
  connect,
  eventTypes,
  fromPayload,
  fromPayloads,
  seconds,
  toPayload,
  toPayloads,
} from './harness/index.js';

const environment = await connect();

test('a run continues as another with new input, and the chain is followed to its result', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const first = await environment.start(worker.taskQueue, { input: toPayloads(1) });
  const result = environment.client.workflow.getHandle(first.workflowId).result();
  await worker.step([commands.continueAsNew({ workflowType: { name: 'scripted' }, taskQueue: { name: worker.taskQueue }, input: toPayloads(2) })]); // prettier-ignore
  const second = await worker.step([commands.completeWorkflow('the end')]);
  expect(await result).toBe('the end');
  expect(await environment.closedTranscript(first)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted input=[1]
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionContinuedAsNew newExecutionRunId=<uuid> workflowType=scripted taskQueue=scripted input=[2] completed=4
  `);
  expect(await environment.closedTranscript({ workflowId: first.workflowId })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted input=[2] continuedExecutionRunId=<uuid> initiator=WORKFLOW
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionCompleted result=['the end'] completed=4
  `);
  const [started] = second.history!.events!;
  const attributes = started!.workflowExecutionStartedEventAttributes!;
  expect(attributes).toMatchObject({ continuedExecutionRunId: first.runId, firstExecutionRunId: first.runId });
  expect(second.workflowExecution!.runId).not.toBe(first.runId);
});

test('memo, search attributes, timeouts, retry policy and headers are carried on or replaced', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const first = await environment.start(worker.taskQueue, {
    memo: { fields: { kept: toPayload('memo') } },
    searchAttributes: { indexedFields: { CustomKeywordField: toPayload('kept') } },
    workflowRunTimeout: seconds(100),
    workflowTaskTimeout: seconds(7),
    workflowExecutionTimeout: seconds(1000),
    retryPolicy: { maximumAttempts: 5 },
  });
  await worker.step([
    commands.continueAsNew({
      workflowType: { name: 'renamed' },
      taskQueue: { name: worker.taskQueue },
      workflowRunTimeout: seconds(50),
      header: { fields: { trace: toPayload('next') } },
    }),
  ]);
  const task = await worker.workflowTask();
  const attributes = task.history!.events![0]!.workflowExecutionStartedEventAttributes!;
  expect(attributes.workflowType!.name).toBe('renamed');
  expect(Number(attributes.workflowRunTimeout!.seconds)).toBe(50);
  expect(Number(attributes.workflowTaskTimeout!.seconds)).toBe(7);
  expect(Number(attributes.workflowExecutionTimeout!.seconds)).toBeGreaterThan(900);
  expect(attributes.header!.fields!.trace).toBeTruthy();
  const description = await environment.service.describeWorkflowExecution({
    namespace: 'default',
    execution: { workflowId: first.workflowId },
  });
  const info = description.workflowExecutionInfo!;
  expect({
    memo: Object.entries(info.memo?.fields ?? {}).map(([key, value]) => [key, fromPayload(value)]),
    searchAttributes: Object.entries(info.searchAttributes?.indexedFields ?? {})
      .filter(([key]) => key.startsWith('Custom'))
      .map(([key, value]) => [key, fromPayload(value)]),
    retryPolicy: attributes.retryPolicy?.maximumAttempts ?? null,
  }).toMatchInlineSnapshot(`
    {
      memo: [],
      retryPolicy: null,
      searchAttributes: [],
    }
  `);
});

test('a backoff delays the next run', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const first = await environment.start(worker.taskQueue);
  await worker.step([
    commands.continueAsNew({
      workflowType: { name: 'scripted' },
      taskQueue: { name: worker.taskQueue },
      backoffStartInterval: seconds(1),
      initiator: 1,
    }),
  ]);
  expect(eventTypes(await environment.history({ workflowId: first.workflowId }))).toEqual(['WorkflowExecutionStarted']);
  const task = await worker.step([commands.completeWorkflow()]);
  expect(
    Number(task.history!.events![0]!.workflowExecutionStartedEventAttributes!.firstWorkflowTaskBackoff!.seconds),
  ).toBe(1);
});

test('the last completion result is carried to the next run', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  await environment.start(worker.taskQueue);
  await worker.step([
    commands.continueAsNew({
      workflowType: { name: 'scripted' },
      taskQueue: { name: worker.taskQueue },
      lastCompletionResult: toPayloads('so far'),
    }),
  ]);
  const task = await worker.workflowTask();
  const attributes = task.history!.events![0]!.workflowExecutionStartedEventAttributes!;
  expect(fromPayloads(attributes.lastCompletionResult)).toEqual(['so far']);
});

test('a signal that arrives before continuing as new is not lost', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const first = await environment.start(worker.taskQueue);
  const task = await worker.workflowTask();
  const workflowExecution = { workflowId: first.workflowId };
  await environment.service.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution,
    signalName: 'in between',
  });
  const next = commands.continueAsNew({ workflowType: { name: 'scripted' }, taskQueue: { name: worker.taskQueue } });
  await worker.complete(task, [next]).catch(() => undefined);
  const again = await worker.step([next]);
  expect(eventTypes(again.history!.events!)).toContain('WorkflowExecutionSignaled');
  await worker.step([commands.completeWorkflow()]);
});

test('a workflow task tells the size of its history', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  await environment.start(worker.taskQueue);
  await worker.step([commands.recordMarker('big', { text: 'x'.repeat(10_000) })], { forceCreateNewWorkflowTask: true });
  const task = await worker.workflowTask();
  const started = task.history!.events!.at(-1)!.workflowTaskStartedEventAttributes!;
  expect(Number(started.historySizeBytes)).toBeGreaterThan(10_000);
  expect(started.suggestContinueAsNew).toBe(false);
});
