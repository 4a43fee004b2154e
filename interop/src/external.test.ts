import { test } from 'vitest';
import { commands, connect, eventTypes, toPayloads } from './harness/index.js';

const environment = await connect();

test('a workflow signals another one', async ({ expect }) => {
  const [sender, receiver] = [environment.scriptedWorker('sender'), environment.scriptedWorker('receiver')];
  const target = await environment.start(receiver.taskQueue);
  await receiver.step();
  const execution = await environment.start(sender.taskQueue);
  await sender.step([
    commands.signalExternal({
      execution: { workflowId: target.workflowId },
      signalName: 'ping',
      input: toPayloads('from afar'),
      control: 'control',
    }),
  ]);
  await receiver.step([commands.completeWorkflow()]);
  await sender.step([commands.completeWorkflow()]);
  expect(lines(await environment.closedTranscript(execution), 5, 7)).toMatchInlineSnapshot(`
    5 SignalExternalWorkflowExecutionInitiated completed=4 workflowExecution={'workflowId':'wf'} signalName=ping input=['from afar'] control=control
    6 ExternalWorkflowExecutionSignaled initiated=5 workflowExecution={'workflowId':'wf'} control=control
    7 WorkflowTaskScheduled taskQueue=sender
  `);
  expect(lines(await environment.closedTranscript(target), 5, 6)).toMatchInlineSnapshot(`
    5 WorkflowExecutionSignaled signalName=ping input=['from afar'] externalWorkflowExecution={'workflowId':'wf','runId':'<uuid>'}
    6 WorkflowTaskScheduled taskQueue=receiver
  `);
});

test('a workflow cannot signal itself as if it were another one', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const { workflowId } = execution;
  await worker.step([commands.signalExternal({ execution: { workflowId }, signalName: 'note to self' })]);
  await worker.step([commands.completeWorkflow()]);
  const types = eventTypes(await environment.closedHistory(execution));
  expect(types.filter((type) => type.includes('Signal')).sort()).toMatchInlineSnapshot(`
    [
      SignalExternalWorkflowExecutionFailed,
      SignalExternalWorkflowExecutionInitiated,
    ]
  `);
});

test('signalling an execution that does not exist, or has closed, tells the sender', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const closed = await environment.start(worker.taskQueue);
  await worker.step([commands.completeWorkflow()]);
  const execution = await environment.start(worker.taskQueue);
  const unknown = environment.uniqueId('nobody');
  await worker.step([commands.signalExternal({ execution: { workflowId: unknown }, signalName: 'ping' })]);
  await worker.step([
    commands.signalExternal({ execution: { workflowId: closed.workflowId, runId: closed.runId }, signalName: 'late' }),
  ]);
  await worker.step([commands.completeWorkflow()]);
  expect(lines(await environment.closedTranscript(execution), 5, 12)).toMatchInlineSnapshot(`
    5 SignalExternalWorkflowExecutionInitiated completed=4 workflowExecution={'workflowId':'nobody'} signalName=ping
    6 SignalExternalWorkflowExecutionFailed cause=EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND workflowExecution={'workflowId':'nobody'} initiated=5
    7 WorkflowTaskScheduled taskQueue=scripted
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 SignalExternalWorkflowExecutionInitiated completed=9 workflowExecution={'workflowId':'wf','runId':'<uuid>'} signalName=late
    11 SignalExternalWorkflowExecutionFailed cause=EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND workflowExecution={'workflowId':'wf','runId':'<uuid>'} initiated=10
    12 WorkflowTaskScheduled taskQueue=scripted
  `);
});

test('a signal for children only does not reach a stranger', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const stranger = await environment.start(environment.uniqueId('nobody-polls'));
  const execution = await environment.start(worker.taskQueue);
  await worker.step([
    commands.signalExternal({
      execution: { workflowId: stranger.workflowId },
      signalName: 'ping',
      childWorkflowOnly: true,
    }),
  ]);
  await worker.step([commands.completeWorkflow()]);
  expect(lines(await environment.closedTranscript(execution), 5, 7)).toMatchInlineSnapshot(`
    5 SignalExternalWorkflowExecutionInitiated completed=4 workflowExecution={'workflowId':'wf'} signalName=ping childWorkflowOnly=true
    6 SignalExternalWorkflowExecutionFailed cause=EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND workflowExecution={'workflowId':'wf'} initiated=5
    7 WorkflowTaskScheduled taskQueue=scripted
  `);
  expect(eventTypes(await environment.history(stranger))).not.toContain('WorkflowExecutionSignaled');
});

test('a workflow cancels another one', async ({ expect }) => {
  const [sender, receiver] = [environment.scriptedWorker('sender'), environment.scriptedWorker('receiver')];
  const target = await environment.start(receiver.taskQueue);
  await receiver.step();
  const execution = await environment.start(sender.taskQueue);
  await sender.step([commands.cancelExternal({ workflowId: target.workflowId, reason: 'not needed' })]);
  await receiver.step([commands.cancelWorkflow('as you wish')]);
  await sender.step([commands.completeWorkflow()]);
  expect(lines(await environment.closedTranscript(execution), 5, 7)).toMatchInlineSnapshot(`
    5 RequestCancelExternalWorkflowExecutionInitiated completed=4 workflowExecution={'workflowId':'wf'} reason=not needed
    6 ExternalWorkflowExecutionCancelRequested initiated=5 workflowExecution={'workflowId':'wf'}
    7 WorkflowTaskScheduled taskQueue=sender
  `);
  expect(lines(await environment.closedTranscript(target), 5, 9)).toMatchInlineSnapshot(`
    5 WorkflowExecutionCancelRequested cause=not needed externalInitiatedEventId=5 externalWorkflowExecution={'workflowId':'wf','runId':'<uuid>'}
    6 WorkflowTaskScheduled taskQueue=receiver
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 WorkflowExecutionCanceled completed=8 details=['as you wish']
  `);
});

test('cancelling an execution that does not exist tells the sender', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.cancelExternal({ workflowId: environment.uniqueId('nobody') })]);
  await worker.step([commands.completeWorkflow()]);
  expect(lines(await environment.closedTranscript(execution), 5, 7)).toMatchInlineSnapshot(`
    5 RequestCancelExternalWorkflowExecutionInitiated completed=4 workflowExecution={'workflowId':'nobody'}
    6 RequestCancelExternalWorkflowExecutionFailed cause=EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND workflowExecution={'workflowId':'nobody'} initiated=5
    7 WorkflowTaskScheduled taskQueue=scripted
  `);
});

/** The lines of a transcript from event `first` to event `last`. */
function lines(text: string, first: number, last: number): string {
  return text
    .split('\n')
    .slice(first - 1, last)
    .join('\n');
}
