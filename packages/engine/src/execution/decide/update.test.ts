import { msToDuration } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { updateRequestMessages } from '../index.js';
import { commands, payloads } from '../../testing/commands.js';
import { messages, updateRequest } from '../../testing/messages.js';
import { World } from '../../testing/world.js';

const DISCARDS = { capabilities: { discardSpeculativeWorkflowTaskWithEvents: true } as never };
const STICKY = {
  stickyAttributes: { workerTaskQueue: { name: 'sticky' }, scheduleToStartTimeout: msToDuration(5_000) } as never,
};

/** A run that waits for a timer. */
function waiting(): World {
  const world = new World();
  world.start();
  world.step(commands.timer('t', 100_000));
  return world;
}

const sentNow = (world: World) =>
  updateRequestMessages(world.run().state).map(({ protocolInstanceId }) => protocolInstanceId);
const phases = (world: World) =>
  Object.fromEntries([...world.run().state.updates.values()].map(({ updateId, phase }) => [updateId, phase]));

test('an update that the worker rejects leaves no history, and its worker forgets the task', () => {
  const world = waiting();
  world.update(updateRequest('u'));
  expect(world.run().events).toHaveLength(5);
  world.take();
  expect(sentNow(world)).toEqual(['u']);
  expect(world.complete({ messages: [messages.reject('u')], request: DISCARDS })).toMatchObject({
    result: { rejectedUpdates: [{ updateId: 'u', failure: { message: 'no' } }], resetHistoryEventId: 3 },
  });
  expect(world.run().events).toHaveLength(5);
  expect(world.run().state).toMatchObject({ workflowTask: undefined, nextWorkflowTaskAttempt: 1 });
});

test('a worker that cannot forget events gets its rejection into history', () => {
  const world = waiting();
  world.update(updateRequest('u'));
  world.take();
  world.complete({ messages: [messages.reject('u')] });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=100s completed=4
    6 WorkflowTaskScheduled attempt=1
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    "
  `);
});

test('accepted and completed at once', () => {
  const world = waiting();
  world.update(updateRequest('u', payloads('in')));
  world.take();
  world.complete({
    commands: [commands.message('u/accept'), commands.marker('m'), commands.message('u/complete')],
    messages: [messages.accept('u'), messages.complete('u', payloads('out'))],
  });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=100s completed=4
    6 WorkflowTaskScheduled attempt=1
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 WorkflowExecutionUpdateAccepted protocolInstanceId=u acceptedRequest={'meta':{'updateId':'u','identity':'client'},'input':{'name':'update','args':['in']}}
    10 MarkerRecorded markerName=m details={'data':[1]} completed=8
    11 WorkflowExecutionUpdateCompleted meta={'updateId':'u'} outcome={'success':['out']} acceptedEventId=9
    "
  `);
});

test('accepted first, completed by a later task', () => {
  const world = waiting();
  world.update(updateRequest('u'));
  world.take();
  world.complete({ messages: [messages.accept('u')] });
  expect(phases(world)).toEqual({ u: 'accepted' });
  world.signal('go on');
  world.take();
  expect(sentNow(world)).toEqual([]);
  world.complete({ messages: [messages.complete('u')] });
  expect(phases(world)).toEqual({ u: 'completed' });
  expect(world.update(updateRequest('u'))).toMatchObject({ transitions: [{ facts: [] }] });
});

test('a signal before the update is taken puts the task into history, before the signal', () => {
  const world = waiting();
  world.update(updateRequest('u'));
  world.signal('meanwhile');
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=100s completed=4
    6 WorkflowTaskScheduled attempt=1
    7 WorkflowExecutionSignaled signalName=meanwhile
    "
  `);
});

test('a signal while the worker considers the update is buffered behind a task that is now in history', () => {
  const world = waiting();
  world.update(updateRequest('u'));
  world.take();
  world.signal('meanwhile');
  world.complete({ messages: [messages.reject('u')], request: DISCARDS });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=100s completed=4
    6 WorkflowTaskScheduled attempt=1
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 WorkflowExecutionSignaled signalName=meanwhile
    10 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('when the task fails the update is sent again', () => {
  const world = waiting();
  world.update(updateRequest('u'));
  world.take();
  world.fail();
  expect(phases(world)).toEqual({ u: 'admitted' });
  expect(world.take()).toMatchObject({ attempt: 2 });
  expect(sentNow(world)).toEqual(['u']);
  world.complete({});
  expect(world.transcript({ show: ['attempt'] })).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=100s completed=4
    6 WorkflowTaskScheduled attempt=1
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskFailed scheduled=6 started=7 cause=NON_DETERMINISTIC_ERROR failure={'message':'broken'}
    9 WorkflowTaskScheduled attempt=2
    10 WorkflowTaskStarted scheduled=9
    11 WorkflowTaskCompleted scheduled=9 started=10
    "
  `);
});

test('an update that the worker does not know what to do with is rejected in its place', () => {
  const world = waiting();
  world.update(updateRequest('u'));
  world.take();
  expect(world.complete({ request: DISCARDS })).toMatchObject({
    result: {
      rejectedUpdates: [{ updateId: 'u', failure: { applicationFailureInfo: { type: 'UnprocessedUpdate' } } }],
    },
  });
  expect(world.run().events).toHaveLength(5);
});

test('an update that arrives while a task runs is given to the next one', () => {
  const world = waiting();
  world.signal('wake up');
  world.take();
  world.update(updateRequest('u'));
  world.complete();
  expect(world.run().state.workflowTask).toMatchObject({ kind: 'speculative' });
  world.take();
  expect(sentNow(world)).toEqual(['u']);
});

test('a heartbeat keeps the update with the worker without sending it twice', () => {
  const world = waiting();
  world.update(updateRequest('u'));
  world.take();
  world.complete({ request: { forceCreateNewWorkflowTask: true, returnNewWorkflowTask: true } });
  expect([phases(world), sentNow(world)]).toEqual([{ u: 'sent' }, []]);
  world.complete({ messages: [messages.accept('u'), messages.complete('u')] });
  expect(phases(world)).toEqual({ u: 'completed' });
});

test('an update whose sticky task nobody takes waits for another worker', () => {
  const world = new World();
  world.start();
  world.take();
  world.complete({ commands: [commands.timer('t', 100_000)], request: STICKY });
  world.update(updateRequest('u'));
  world.pass(5_000);
  expect(world.run().state.workflowTask).toMatchObject({ kind: 'speculative', taskQueue: { name: 'queue' } });
  expect(world.run().events).toHaveLength(5);
});

test('answers that make no sense fail the task', () => {
  for (const answer of [
    messages.complete('u'),
    messages.accept('unknown'),
    { id: 'm', protocolInstanceId: 'u', body: { typeUrl: 'other', value: new Uint8Array(0) } },
  ]) {
    const world = waiting();
    world.update(updateRequest('u'));
    world.take();
    expect(world.complete({ messages: [answer] })).toMatchObject({
      result: { refused: expect.stringMatching(/^BadUpdateWorkflowExecutionMessage: /) as string },
    });
  }
});

test('updates wait out a start delay', () => {
  const world = new World();
  world.start({ workflowStartDelay: msToDuration(3_000) });
  world.update(updateRequest('u'));
  expect(world.run().state.workflowTask).toBeUndefined();
  world.pass(3_000);
  world.take();
  expect(sentNow(world)).toEqual(['u']);
});

test('a run whose workflow task keeps failing takes no updates', () => {
  const world = waiting();
  world.signal('wake up');
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    world.take();
    world.fail();
  }
  expect(world.update(updateRequest('u'))).toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: 'Unable to perform workflow execution update due to Workflow Task in failed state.',
  });
});

test('updates are limited in flight and in number', () => {
  const world = new World({ updatesInFlight: 1, updatesPerRun: 2 });
  world.start();
  for (const updateId of ['one', 'two']) {
    world.update(updateRequest(updateId));
    expect(world.update(updateRequest('refused'))).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    world.take();
    world.complete({ messages: [messages.accept(updateId), messages.complete(updateId)] });
  }
  expect(world.update(updateRequest('three'))).toMatchObject({ code: 'FAILED_PRECONDITION' });
  world.signal('wake up');
  world.take();
  expect(world.run().events.at(-1)?.workflowTaskStartedEventAttributes?.suggestContinueAsNew).toBe(true);
});
