import { test } from 'vitest';
import {
  api,
  commands,
  connect,
  eventTypes,
  eventually,
  expectStatus,
  seconds,
  toPayload,
  toPayloads,
} from './harness/index.js';

const environment = await connect();
const { service } = environment;
const { PARENT_CLOSE_POLICY_TERMINATE: terminate, PARENT_CLOSE_POLICY_ABANDON: abandon, PARENT_CLOSE_POLICY_REQUEST_CANCEL: requestCancel } = api.enums.ParentClosePolicy; // prettier-ignore

type Child = NonNullable<Parameters<typeof commands.startChild>[0]>;

test('a child that completes: every event of parent and child', async ({ expect }) => {
  const { parent, child, execution, childId } = await parentWithChild({
    input: toPayloads('for the child'),
    memo: { fields: { note: toPayload('m') } },
    header: { fields: { trace: toPayload('t') } },
  });
  await child.step([commands.completeWorkflow('from the child')]);
  await parent.step([commands.completeWorkflow()]);
  const show = ['workflowId', 'header'];
  expect(await environment.closedTranscript(execution, { show })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=parent workflowId=wf
    2 WorkflowTaskScheduled taskQueue=parent
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 StartChildWorkflowExecutionInitiated workflowId=child workflowType=child taskQueue=child input=['for the child'] parentClosePolicy=TERMINATE completed=4 workflowIdReusePolicy=ALLOW_DUPLICATE header={'trace':'t'} memo={'note':'m'}
    6 ChildWorkflowExecutionStarted initiated=5 workflowExecution={'workflowId':'child','runId':'<uuid>'} workflowType=child header={'trace':'t'}
    7 WorkflowTaskScheduled taskQueue=parent
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 ChildWorkflowExecutionCompleted result=['from the child'] workflowExecution={'workflowId':'child','runId':'<uuid>'} workflowType=child initiated=5 started=6
    11 WorkflowTaskScheduled taskQueue=parent
    12 WorkflowTaskStarted scheduled=11
    13 WorkflowTaskCompleted scheduled=11 started=12
    14 WorkflowExecutionCompleted completed=13
  `);
  expect(await environment.transcript({ workflowId: childId }, { show })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=child parentWorkflowNamespace=default parentWorkflowExecution={'workflowId':'wf','runId':'<uuid>'} parentInitiatedEventId=5 taskQueue=child input=['for the child'] memo={'note':'m'} header={'trace':'t'} workflowId=child
    2 WorkflowTaskScheduled taskQueue=child
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionCompleted result=['from the child'] completed=4
  `);
});

test('a child that fails tells the parent its failure', async ({ expect }) => {
  const { parent, child, execution } = await parentWithChild();
  await child.step([commands.failWorkflow('child broke')]);
  await parent.step([commands.completeWorkflow()]);
  expect(lineOf(await environment.closedTranscript(execution), 'ChildWorkflowExecutionFailed')).toMatchInlineSnapshot(
    `10 ChildWorkflowExecutionFailed failure={'message':'child broke','applicationFailureInfo':{'type':'Test'}} workflowExecution={'workflowId':'child','runId':'<uuid>'} workflowType=child initiated=5 started=6 retryState=RETRY_POLICY_NOT_SET`,
  );
});

test('a child that times out, is cancelled or terminated tells the parent', async ({ expect }) => {
  const timedOut = await parentWithChild({ workflowRunTimeout: seconds(1) });
  await timedOut.parent.step([commands.completeWorkflow()]);
  expect(
    lineOf(await environment.closedTranscript(timedOut.execution), 'ChildWorkflowExecutionTimedOut'),
  ).toMatchInlineSnapshot(
    `10 ChildWorkflowExecutionTimedOut workflowExecution={'workflowId':'child','runId':'<uuid>'} workflowType=child initiated=5 started=6 retryState=RETRY_POLICY_NOT_SET`,
  );
  const cancelled = await parentWithChild();
  await cancelled.child.step([commands.cancelWorkflow('details')]);
  await cancelled.parent.step([commands.completeWorkflow()]);
  expect(
    lineOf(await environment.closedTranscript(cancelled.execution), 'ChildWorkflowExecutionCanceled'),
  ).toMatchInlineSnapshot(
    `10 ChildWorkflowExecutionCanceled details=['details'] workflowExecution={'workflowId':'child','runId':'<uuid>'} workflowType=child initiated=5 started=6`,
  );
  const terminated = await parentWithChild();
  const workflowExecution = { workflowId: terminated.childId };
  await service.terminateWorkflowExecution({ namespace: 'default', workflowExecution });
  await terminated.parent.step([commands.completeWorkflow()]);
  expect(
    lineOf(await environment.closedTranscript(terminated.execution), 'ChildWorkflowExecutionTerminated'),
  ).toMatchInlineSnapshot(
    `10 ChildWorkflowExecutionTerminated workflowExecution={'workflowId':'child','runId':'<uuid>'} workflowType=child initiated=5 started=6`,
  );
});

test('a child whose id is taken fails to start, and the parent goes on', async ({ expect }) => {
  const parent = environment.scriptedWorker('parent');
  const taken = await environment.start(environment.uniqueId('queue'));
  const execution = await environment.start(parent.taskQueue);
  await parent.step([commands.startChild({ workflowId: taken.workflowId, taskQueue: { name: parent.taskQueue } })]);
  await parent.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution, { show: ['workflowId'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=parent workflowId=wf
    2 WorkflowTaskScheduled taskQueue=parent
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 StartChildWorkflowExecutionInitiated workflowId=wf workflowType=child taskQueue=parent parentClosePolicy=TERMINATE completed=4 workflowIdReusePolicy=ALLOW_DUPLICATE
    6 StartChildWorkflowExecutionFailed workflowId=wf workflowType=child cause=WORKFLOW_ALREADY_EXISTS initiated=5
    7 WorkflowTaskScheduled taskQueue=parent
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 WorkflowExecutionCompleted completed=9
  `);
});

test('two children of one id in one answer: the second is refused', async ({ expect }) => {
  const parent = environment.scriptedWorker('parent');
  const workflowId = environment.uniqueId('child');
  const execution = await environment.start(parent.taskQueue);
  const child = commands.startChild({ workflowId, taskQueue: { name: environment.uniqueId('children') } });
  await parent.step([child, child]);
  await eventually('one child has started and one has not', async () => {
    const types = eventTypes(await environment.history(execution));
    const outcomes = ['ChildWorkflowExecutionStarted', 'StartChildWorkflowExecutionFailed'];
    return outcomes.every((outcome) => types.includes(outcome)) ? true : undefined;
  });
  expect(eventTypes(await environment.history({ workflowId }))[0]).toBe('WorkflowExecutionStarted');
});

test.for([
  { name: 'TERMINATE', parentClosePolicy: terminate, expected: 'WorkflowExecutionTerminated' },
  { name: 'REQUEST_CANCEL', parentClosePolicy: requestCancel, expected: 'WorkflowExecutionCancelRequested' },
])('parent close policy $name', async ({ parentClosePolicy, expected }, { expect }) => {
  const { parent, execution, childId } = await parentWithChild({ parentClosePolicy });
  await closeParent(parent, execution.workflowId);
  const types = await eventually(`the child is told: ${expected}`, async () => {
    const seen = eventTypes(await environment.history({ workflowId: childId }));
    return seen.includes(expected) ? seen : undefined;
  });
  expect(types).toContain(expected);
});

test('parent close policy ABANDON leaves the child alone', async ({ expect }) => {
  const { parent, child, execution, childId } = await parentWithChild({ parentClosePolicy: abandon });
  await closeParent(parent, execution.workflowId);
  await environment.closedHistory(execution);
  await child.step([commands.completeWorkflow('on its own')]);
  expect(await environment.closedTranscript({ workflowId: childId })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=child parentWorkflowNamespace=default parentWorkflowExecution={'workflowId':'wf','runId':'<uuid>'} parentInitiatedEventId=5 taskQueue=child
    2 WorkflowTaskScheduled taskQueue=child
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionCompleted result=['on its own'] completed=4
  `);
});

test('a parent may cancel its child', async ({ expect }) => {
  const { parent, child, execution, childId } = await parentWithChild();
  await wake(execution.workflowId);
  await parent.step([commands.cancelExternal({ workflowId: childId, childWorkflowOnly: true })]);
  await parent.step([]);
  await child.step([commands.cancelWorkflow()]);
  await parent.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=parent
    2 WorkflowTaskScheduled taskQueue=parent
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 StartChildWorkflowExecutionInitiated workflowType=child taskQueue=child parentClosePolicy=TERMINATE completed=4 workflowIdReusePolicy=ALLOW_DUPLICATE
    6 ChildWorkflowExecutionStarted initiated=5 workflowExecution={'workflowId':'child','runId':'<uuid>'} workflowType=child
    7 WorkflowTaskScheduled taskQueue=parent
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 WorkflowExecutionSignaled signalName=wake
    11 WorkflowTaskScheduled taskQueue=parent
    12 WorkflowTaskStarted scheduled=11
    13 WorkflowTaskCompleted scheduled=11 started=12
    14 RequestCancelExternalWorkflowExecutionInitiated completed=13 workflowExecution={'workflowId':'child'} childWorkflowOnly=true
    15 ExternalWorkflowExecutionCancelRequested initiated=14 workflowExecution={'workflowId':'child'}
    16 WorkflowTaskScheduled taskQueue=parent
    17 WorkflowTaskStarted scheduled=16
    18 WorkflowTaskCompleted scheduled=16 started=17
    19 ChildWorkflowExecutionCanceled workflowExecution={'workflowId':'child','runId':'<uuid>'} workflowType=child initiated=5 started=6
    20 WorkflowTaskScheduled taskQueue=parent
    21 WorkflowTaskStarted scheduled=20
    22 WorkflowTaskCompleted scheduled=20 started=21
    23 WorkflowExecutionCompleted completed=22
  `);
});

test('an external workflow is signalled, and the sender learns of it', async ({ expect }) => {
  const receiver = environment.scriptedWorker('receiver');
  const target = await environment.start(receiver.taskQueue);
  const sender = environment.scriptedWorker('sender');
  const execution = await environment.start(sender.taskQueue);
  await sender.step([
    commands.signalExternal({
      execution: { workflowId: target.workflowId },
      signalName: 'hello',
      input: toPayloads('you'),
    }),
  ]);
  await sender.step([commands.completeWorkflow()]);
  await receiver.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=sender
    2 WorkflowTaskScheduled taskQueue=sender
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 SignalExternalWorkflowExecutionInitiated completed=4 workflowExecution={'workflowId':'wf'} signalName=hello input=['you']
    6 ExternalWorkflowExecutionSignaled initiated=5 workflowExecution={'workflowId':'wf'}
    7 WorkflowTaskScheduled taskQueue=sender
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 WorkflowExecutionCompleted completed=9
  `);
  expect(lineOf(await environment.closedTranscript(target), 'WorkflowExecutionSignaled')).toMatchInlineSnapshot(
    `3 WorkflowExecutionSignaled signalName=hello input=['you'] externalWorkflowExecution={'workflowId':'wf','runId':'<uuid>'}`,
  );
});

test('signalling and cancelling what does not exist fails in the history, not in the answer', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const workflowId = environment.uniqueId('nobody');
  await worker.step([commands.signalExternal({ execution: { workflowId }, signalName: 'hello', control: 'c-1' })]);
  await worker.step([commands.cancelExternal({ workflowId })]);
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 SignalExternalWorkflowExecutionInitiated completed=4 workflowExecution={'workflowId':'nobody'} signalName=hello control=c-1
    6 SignalExternalWorkflowExecutionFailed cause=EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND workflowExecution={'workflowId':'nobody'} initiated=5 control=c-1
    7 WorkflowTaskScheduled taskQueue=scripted
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 RequestCancelExternalWorkflowExecutionInitiated completed=9 workflowExecution={'workflowId':'nobody'}
    11 RequestCancelExternalWorkflowExecutionFailed cause=EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND workflowExecution={'workflowId':'nobody'} initiated=10
    12 WorkflowTaskScheduled taskQueue=scripted
    13 WorkflowTaskStarted scheduled=12
    14 WorkflowTaskCompleted scheduled=12 started=13
    15 WorkflowExecutionCompleted completed=14
  `);
});

test('an external workflow is asked to cancel', async ({ expect }) => {
  const receiver = environment.scriptedWorker('receiver');
  const target = await environment.start(receiver.taskQueue);
  const sender = environment.scriptedWorker('sender');
  const execution = await environment.start(sender.taskQueue);
  await sender.step([commands.cancelExternal({ workflowId: target.workflowId, reason: 'not needed' })]);
  await sender.step([commands.completeWorkflow()]);
  await receiver.step([commands.cancelWorkflow()]);
  expect(await environment.closedTranscript(execution)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=sender
    2 WorkflowTaskScheduled taskQueue=sender
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 RequestCancelExternalWorkflowExecutionInitiated completed=4 workflowExecution={'workflowId':'wf'} reason=not needed
    6 ExternalWorkflowExecutionCancelRequested initiated=5 workflowExecution={'workflowId':'wf'}
    7 WorkflowTaskScheduled taskQueue=sender
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 WorkflowExecutionCompleted completed=9
  `);
  expect(lineOf(await environment.closedTranscript(target), 'WorkflowExecutionCancelRequested')).toMatchInlineSnapshot(
    `3 WorkflowExecutionCancelRequested cause=not needed externalInitiatedEventId=5 externalWorkflowExecution={'workflowId':'wf','runId':'<uuid>'}`,
  );
});

test('a pending child is described', async ({ expect }) => {
  const { execution, childId } = await parentWithChild({ parentClosePolicy: abandon });
  const { pendingChildren } = await service.describeWorkflowExecution({ namespace: 'default', execution });
  expect(pendingChildren).toMatchObject([
    { workflowId: childId, workflowTypeName: 'child', parentClosePolicy: abandon },
  ]);
  const child = await service.describeWorkflowExecution({ namespace: 'default', execution: { workflowId: childId } });
  expect(child.workflowExecutionInfo).toMatchObject({ parentExecution: execution, rootExecution: execution });
  await expectStatus(
    service.describeWorkflowExecution({ namespace: 'default', execution: { workflowId: 'nobody' } }),
    'NOT_FOUND',
  );
});

/** A parent that has started a child, and has seen its start. */
async function parentWithChild(attributes: Partial<Child> = {}): Promise<{
  parent: ReturnType<typeof environment.scriptedWorker>;
  child: ReturnType<typeof environment.scriptedWorker>;
  execution: { workflowId: string; runId: string };
  childId: string;
}> {
  const parent = environment.scriptedWorker('parent');
  const child = environment.scriptedWorker('child');
  const childId = environment.uniqueId('child');
  const execution = await environment.start(parent.taskQueue);
  await parent.step([
    commands.startChild({ workflowId: childId, taskQueue: { name: child.taskQueue }, ...attributes }),
  ]);
  await parent.step([]);
  return { parent, child, execution, childId };
}

async function closeParent(parent: ReturnType<typeof environment.scriptedWorker>, workflowId: string): Promise<void> {
  await wake(workflowId);
  await parent.step([commands.completeWorkflow()]);
}

async function wake(workflowId: string): Promise<void> {
  await service.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
    signalName: 'wake',
  });
}

function lineOf(transcript: string, type: string): string | undefined {
  return transcript.split('\n').find((line) => line.includes(` ${type} `));
}
