import { enums } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { deleteExecution, pendingEffects, recordChildStarted } from '../index.js';
import { commands, payloads } from '../../testing/commands.js';
import { messages, updateRequest } from '../../testing/messages.js';
import { World } from '../../testing/world.js';

const owed = (world: World) => pendingEffects(world.run().state).map(({ kind }) => kind);
const first = (world: World) => world.run([...world.runs.keys()][0]);

/** A run whose second workflow task was completed by event 9. */
function twoTasks(): World {
  const world = new World();
  world.start();
  world.step(commands.timer('t', 5_000), commands.activity('a'));
  world.signal('kept');
  world.step(commands.marker('undone'));
  return world;
}

test('a reset does a workflow task again, in a new run that shares the past', () => {
  const world = twoTasks();
  world.signal('reapplied', { input: payloads(1) });
  const reset = world.reset(10);
  expect(reset).toMatchObject({ result: { runId: world.run().state.key.runId } });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=5s completed=4
    6 ActivityTaskScheduled activityId=a completed=4
    7 WorkflowExecutionSignaled signalName=kept
    8 WorkflowTaskScheduled attempt=1
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskFailed scheduled=8 started=9 cause=RESET_WORKFLOW failure={'message':'again'} baseRunId=id-2 newRunId=id-6
    11 WorkflowExecutionSignaled signalName=reapplied input=[1]
    12 WorkflowTaskScheduled attempt=1
    "
  `);
  expect(first(world).events.at(-1)?.workflowExecutionTerminatedEventAttributes).toMatchObject({ reason: 'again' });
});

test('what is not to be reapplied is left out', () => {
  const world = twoTasks();
  world.signal('left out');
  world.reset(10, { reappliesSignals: false });
  expect(
    world
      .run()
      .events.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName)
      .filter(Boolean),
  ).toEqual(['kept']);
});

test('what was signalled during the task that is done again is reapplied', () => {
  const world = new World();
  world.start();
  world.take();
  world.signal('during');
  world.complete();
  world.reset(4);
  expect(world.run().events[4]?.workflowExecutionSignaledEventAttributes?.signalName).toBe('during');
});

test('a closed run can be reset, and the same request resets it once', () => {
  const world = twoTasks();
  world.terminate();
  const requestId = 'reset-once';
  world.reset(4, { requestId });
  expect(world.reset(4, { requestId })).toMatchObject({
    transitions: [],
    result: { runId: world.run().state.key.runId },
  });
  expect(world.runs.size).toBe(2);
});

test('the same request finds the run it made after that has been continued', () => {
  const world = twoTasks();
  const [base] = world.runs.keys();
  const requestId = 'reset-once';
  world.reset(4, { requestId });
  const made = world.run().state.key.runId;
  world.step(commands.continueAsNew());
  expect(world.reset(4, { requestId }, base)).toMatchObject({ transitions: [], result: { runId: made } });
});

test('timers and activities under way at the point of the reset begin anew in the new run', () => {
  const world = twoTasks();
  world.startActivity(6);
  world.pass(3_000);
  world.reset(10);
  expect(world.run().state.activities.get(6)).toMatchObject({
    phase: 'scheduled',
    attempt: 1,
    scheduledTimeMs: world.nowMs,
  });
  expect(owed(world)).toEqual(['workflowTask', 'activityTask']);
  world.pass(2_000);
  expect(world.run().events.at(-1)?.timerFiredEventAttributes?.timerId).toBe('t');
});

test('accepted updates are admitted again', () => {
  const world = new World();
  world.start();
  world.step(commands.timer('t', 100_000));
  world.update(updateRequest('u', payloads('in')));
  world.take();
  world.complete({ messages: [messages.accept('u')] });
  world.reset(4);
  world.step();
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=RESET_WORKFLOW failure={'message':'again'} baseRunId=id-2 newRunId=id-6
    5 WorkflowExecutionUpdateAdmitted request={'meta':{'updateId':'u','identity':'client'},'input':{'name':'update','args':['in']}} origin=REAPPLY
    6 WorkflowTaskScheduled attempt=1
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    "
  `);
});

test('children that were started stay, and are left to the new run', () => {
  const world = new World();
  world.start();
  world.step(commands.child('child'));
  world.decide(undefined, (state, context) => recordChildStarted(state, 5, 'child-run', context));
  world.step(commands.marker('undone'));
  world.reset(9);
  expect(pendingEffects(first(world).state)).toEqual([]);
  expect(first(world).state.resetRunId).toBe(world.run().state.key.runId);
  expect(world.run().state.children.get(5)).toMatchObject({ startedRunId: 'child-run', startedEventId: 6 });
  world.terminate();
  expect(owed(world)).toEqual(['parentClosePolicy']);
});

test('only the end of a workflow task that was started can be reset to', () => {
  const world = twoTasks();
  for (const eventId of [0, 1, 2, 5, 99]) expect(world.reset(eventId)).toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(world.reset(3)).toMatchObject({ result: {} });
});

test('the run timeout begins again with the reset', () => {
  const world = new World();
  world.start({ workflowRunTimeout: { seconds: 10, nanos: 0 } });
  world.step(commands.marker('m'));
  world.pass(8_000);
  world.reset(4);
  expect(world.run().state.runDeadlineMs).toBe(world.nowMs + 10_000);
});

test('only a closed run can be deleted, once', () => {
  const world = new World();
  world.start();
  expect(world.decide(undefined, deleteExecution)).toMatchObject({ code: 'FAILED_PRECONDITION' });
  world.terminate();
  world.decide(undefined, deleteExecution);
  expect(world.run().state.deleted).toBe(true);
  expect(world.decide(undefined, deleteExecution)).toMatchObject({ transitions: [{ facts: [] }] });
  expect(world.run().events.at(-1)?.eventType).toBe(enums.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED);
});
