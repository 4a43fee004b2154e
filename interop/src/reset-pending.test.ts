import { test } from 'vitest';
import { commands, connect, eventTypes, expectStatus, toPayloads, type ScriptedWorker } from './harness/index.js';

const environment = await connect();
const { service } = environment;

test('a timer that runs at the reset point runs on in the new run', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const base = await environment.start(worker.taskQueue);
  await worker.step([commands.startTimer('t', 3)]);
  await signal(base);
  await worker.step();
  const run = await reset(base, 8);
  await completeOnceSeen(worker, 'TimerFired');
  expect(await environment.closedTranscript(run)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=3s completed=4
    6 WorkflowExecutionSignaled signalName=go on
    7 WorkflowTaskScheduled taskQueue=scripted
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskFailed scheduled=7 started=8 cause=RESET_WORKFLOW failure={'message':'a test','resetWorkflowFailureInfo':'{}'} baseRunId=<uuid> newRunId=<uuid>
    10 WorkflowTaskScheduled taskQueue=scripted
    11 WorkflowTaskStarted scheduled=10
    12 WorkflowTaskCompleted scheduled=10 started=11
    13 TimerFired timerId=t started=5
    14 WorkflowTaskScheduled taskQueue=scripted
    15 WorkflowTaskStarted scheduled=14
    16 WorkflowTaskCompleted scheduled=14 started=15
    17 WorkflowExecutionCompleted completed=16
  `);
});

test('a timer that had fired before the reset point does not fire again', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const base = await environment.start(worker.taskQueue);
  await worker.step([commands.startTimer('t', 0.1)]);
  await worker.step([commands.completeWorkflow('first')]);
  const run = await reset(base, 8);
  await worker.step([commands.completeWorkflow('second')]);
  const types = eventTypes(await environment.closedHistory(run));
  expect(types.filter((type) => type === 'TimerFired')).toHaveLength(1);
  expect(types.at(-1)).toBe('WorkflowExecutionCompleted');
});

test('a child that runs at the reset point answers to the new run', async ({ expect }) => {
  const [worker, childWorker] = [environment.scriptedWorker('parent'), environment.scriptedWorker('child')];
  const base = await environment.start(worker.taskQueue);
  const child = { workflowId: environment.uniqueId('child'), taskQueue: { name: childWorker.taskQueue } };
  await worker.step([commands.startChild(child)]);
  // The child has started; the second task of the parent, whose events are 7 to 9, says so.
  await worker.step();
  const run = await reset(base, 9);
  await childWorker.step([commands.completeWorkflow('from the child')]);
  await completeOnceSeen(worker, 'ChildWorkflowExecutionCompleted');
  const types = eventTypes(await environment.closedHistory(run));
  expect(types.filter((type) => type.includes('Child'))).toMatchInlineSnapshot(`
    [
      StartChildWorkflowExecutionInitiated,
      ChildWorkflowExecutionStarted,
      ChildWorkflowExecutionCompleted,
    ]
  `);
});

test('the base run is terminated by the reset, and its worker is told', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const base = await environment.start(worker.taskQueue);
  await worker.step([commands.startTimer('t', 100)]);
  await signal(base);
  const running = await worker.workflowTask();
  await reset(base, 4);
  await expectStatus(worker.complete(running, [commands.completeWorkflow()]), 'NOT_FOUND');
  const text = await environment.closedTranscript(base);
  expect(text.split('\n').at(-1)).toMatchInlineSnapshot(`10 WorkflowExecutionTerminated reason=a test`);
});

test('event ids that end no workflow task are refused', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const base = await environment.start(worker.taskQueue);
  await worker.step([commands.startTimer('t', 100)]);
  const before = await environment.transcript(base);
  for (const eventId of [0, 1, 5, 99]) await expectStatus(reset(base, eventId), 'INVALID_ARGUMENT');
  expect(await environment.transcript(base)).toBe(before);
});

test('a history that was reset can be reset again', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const base = await environment.start(worker.taskQueue, { input: toPayloads('kept') });
  await worker.step([commands.failWorkflow('first')]);
  const second = await reset(base, 4);
  await worker.step([commands.failWorkflow('second')]);
  await environment.closedHistory(second);
  const third = await reset(second, eventTypes(await environment.history(second)).indexOf('WorkflowExecutionFailed'));
  await worker.step([commands.completeWorkflow('third')]);
  expect(await environment.closedTranscript(third)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted input=['kept']
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=RESET_WORKFLOW failure={'message':'a test','resetWorkflowFailureInfo':'{}'} baseRunId=<uuid> newRunId=<uuid>
    5 WorkflowTaskScheduled taskQueue=scripted
    6 WorkflowTaskStarted scheduled=5
    7 WorkflowTaskFailed scheduled=5 started=6 cause=RESET_WORKFLOW failure={'message':'a test','resetWorkflowFailureInfo':'{}'} baseRunId=<uuid> newRunId=<uuid>
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted result=['third'] completed=10
  `);
});

async function reset(
  workflowExecution: { workflowId: string; runId: string },
  eventId: number,
): Promise<{ workflowId: string; runId: string }> {
  const { runId } = await service.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution,
    reason: 'a test',
    workflowTaskFinishEventId: eventId as never,
    requestId: crypto.randomUUID(),
  });
  return { workflowId: workflowExecution.workflowId, runId };
}

async function signal(workflowExecution: { workflowId: string }): Promise<void> {
  await service.signalWorkflowExecution({ namespace: 'default', workflowExecution, signalName: 'go on' });
}

/** Answers workflow tasks with nothing until one of them shows an event of `type`, and completes the workflow then. */
async function completeOnceSeen(worker: ScriptedWorker, type: string): Promise<void> {
  for (let isSeen = false; !isSeen;) {
    const task = await worker.workflowTask();
    isSeen = eventTypes(task.history!.events!).includes(type);
    await worker.complete(task, isSeen ? [commands.completeWorkflow()] : []);
  }
}
