import { enums, msToDuration } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { leaveStickyQueue, nextDue, pendingEffects } from '../index.js';
import { commands } from '../../testing/commands.js';
import { World } from '../../testing/world.js';

const { WorkflowTaskFailedCause } = enums;
const STICKY = {
  workerTaskQueue: { name: 'sticky', kind: enums.TaskQueueKind.TASK_QUEUE_KIND_STICKY },
  scheduleToStartTimeout: msToDuration(5_000),
} as never;

function started(request = {}): World {
  const world = new World();
  world.start(request);
  return world;
}

test('a run with one workflow task', () => {
  const world = started();
  world.step(commands.complete('ok'));
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionCompleted result=['ok'] completed=4
    "
  `);
});

test('a failing workflow task is written once; its further attempts leave no trace until one succeeds', () => {
  const world = started();
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    expect(world.take()).toMatchObject({ attempt });
    world.fail();
  }
  world.step(commands.complete());
  expect(world.transcript({ show: ['attempt'] })).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=NON_DETERMINISTIC_ERROR failure={'message':'broken'}
    5 WorkflowTaskScheduled attempt=4
    6 WorkflowTaskStarted scheduled=5
    7 WorkflowTaskCompleted scheduled=5 started=6
    8 WorkflowExecutionCompleted result=['done'] completed=7
    "
  `);
});

test('a signal before a further attempt is taken makes it a first attempt behind the signal', () => {
  const world = started();
  world.take();
  world.fail();
  world.signal('meanwhile');
  world.step(commands.complete());
  expect(world.transcript({ show: ['attempt'] })).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=NON_DETERMINISTIC_ERROR failure={'message':'broken'}
    5 WorkflowExecutionSignaled signalName=meanwhile
    6 WorkflowTaskScheduled attempt=1
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 WorkflowExecutionCompleted result=['done'] completed=8
    "
  `);
});

test('a signal during a further attempt that fails leaves only the signal and a new first attempt', () => {
  const world = started();
  world.take();
  world.fail();
  world.take();
  world.signal('meanwhile');
  world.fail();
  world.step(commands.complete());
  expect(world.transcript({ show: ['attempt'] })).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=NON_DETERMINISTIC_ERROR failure={'message':'broken'}
    5 WorkflowExecutionSignaled signalName=meanwhile
    6 WorkflowTaskScheduled attempt=1
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 WorkflowExecutionCompleted result=['done'] completed=8
    "
  `);
});

test('what happens during a workflow task follows what the task decided', () => {
  const world = started();
  world.take();
  world.signal('one');
  world.signal('two');
  expect(world.run().events).toHaveLength(3);
  world.complete({ commands: [commands.timer('t', 1_000)] });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=1s completed=4
    6 WorkflowExecutionSignaled signalName=one
    7 WorkflowExecutionSignaled signalName=two
    8 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('a run does not close over events its code has not seen', () => {
  const world = started();
  world.take();
  world.signal('unseen');
  expect(world.complete({ commands: [commands.marker('lost'), commands.complete()] })).toMatchObject({
    result: { refused: 'UnhandledCommand' },
  });
  world.step(commands.complete());
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=UNHANDLED_COMMAND failure={'message':'UnhandledCommand'}
    5 WorkflowExecutionSignaled signalName=unseen
    6 WorkflowTaskScheduled attempt=1
    7 WorkflowTaskStarted scheduled=6
    8 WorkflowTaskCompleted scheduled=6 started=7
    9 WorkflowExecutionCompleted result=['done'] completed=8
    "
  `);
});

test('too much in the buffer ends the running task and lets the events in', () => {
  const world = new World({ bufferedEvents: 2 });
  world.start();
  world.take();
  for (const name of ['one', 'two', 'three']) world.signal(name);
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=FORCE_CLOSE_COMMAND
    5 WorkflowExecutionSignaled signalName=one
    6 WorkflowExecutionSignaled signalName=two
    7 WorkflowExecutionSignaled signalName=three
    8 WorkflowTaskScheduled attempt=1
    "
  `);
  expect(world.complete({ commands: [commands.complete()] })).toMatchObject({ code: 'NOT_FOUND' });
});

test('a workflow task that nobody answers times out; from the fourth attempt on the timeout grows', () => {
  const world = started();
  const timeoutsMs: number[] = [];
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    world.take();
    timeoutsMs.push((nextDue(world.run().state)?.dueMs ?? 0) - world.nowMs);
    world.passToNextDue();
  }
  expect(timeoutsMs).toEqual([10_000, 10_000, 10_000, 15_000, 20_000, 30_000]);
  world.step(commands.complete());
  expect(world.transcript({ show: ['attempt'] })).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskTimedOut scheduled=2 started=3 timeoutType=START_TO_CLOSE
    5 WorkflowTaskScheduled attempt=7
    6 WorkflowTaskStarted scheduled=5
    7 WorkflowTaskCompleted scheduled=5 started=6
    8 WorkflowExecutionCompleted result=['done'] completed=7
    "
  `);
});

test('an answer to a task that is over is refused', () => {
  const world = started();
  const task = world.take();
  if ('rejected' in task) throw new Error('expected a task');
  world.pass(10_000);
  expect(world.complete({}, task)).toMatchObject({ code: 'NOT_FOUND', message: 'Workflow task not found.' });
  expect(world.fail({}, task)).toMatchObject({ code: 'NOT_FOUND' });
});

test('a sticky task that nobody polls goes to the normal queue', () => {
  const world = started();
  world.take();
  world.complete({ request: { stickyAttributes: STICKY } });
  world.signal('wake up');
  world.pass(4_999);
  expect(world.run().state.workflowTask?.taskQueue.name).toBe('sticky');
  world.pass(1);
  expect(world.run().state.workflowTask?.taskQueue.name).toBe('queue');
  world.step(commands.complete());
  expect(world.transcript({ show: ['attempt', 'taskQueue'] })).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted taskQueue={'name':'queue','kind':1} attempt=1
    2 WorkflowTaskScheduled taskQueue={'name':'queue','kind':1} attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionSignaled signalName=wake up
    6 WorkflowTaskScheduled taskQueue={'name':'sticky','kind':2,'normalName':'queue'} attempt=1
    7 WorkflowTaskTimedOut scheduled=6 timeoutType=SCHEDULE_TO_START
    8 WorkflowTaskScheduled taskQueue={'name':'queue','kind':1} attempt=1
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted result=['done'] completed=10
    "
  `);
});

test('a sticky queue known to be abandoned is left without a trace', () => {
  const world = started();
  world.take();
  world.complete({ request: { stickyAttributes: STICKY } });
  world.signal('wake up');
  const number = world.run().state.workflowTask?.number ?? 0;
  world.decide(undefined, (state, context) => leaveStickyQueue(state, number, context));
  expect(world.run().state).toMatchObject({ sticky: undefined, workflowTask: { taskQueue: { name: 'queue' } } });
  expect(pendingEffects(world.run().state)).toEqual([{ kind: 'workflowTask', number }]);
});

test('a worker that keeps a task alive for a local activity gets a new task each time, until the limit', () => {
  const world = new World({ workflowTaskHeartbeatTimeoutMs: 10_000 });
  world.start();
  world.take();
  const heartbeat = () =>
    world.complete({ request: { forceCreateNewWorkflowTask: true, returnNewWorkflowTask: true } });
  for (let beat = 0; beat < 2; beat += 1) {
    world.pass(5_000);
    expect(heartbeat()).toMatchObject({ result: { startedNext: true } });
  }
  world.pass(5_000);
  expect(heartbeat()).toMatchObject({ result: { refused: 'workflow task heartbeat timeout' } });
  expect(world.transcript({ show: ['attempt'] })).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowTaskScheduled attempt=1
    6 WorkflowTaskStarted scheduled=5
    7 WorkflowTaskCompleted scheduled=5 started=6
    8 WorkflowTaskScheduled attempt=1
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskTimedOut scheduled=8 started=9 timeoutType=START_TO_CLOSE
    "
  `);
});

test('a forced new task that does something is no heartbeat and begins a new count', () => {
  const world = new World({ workflowTaskHeartbeatTimeoutMs: 10_000 });
  world.start();
  world.take();
  for (let round = 0; round < 4; round += 1) {
    world.pass(5_000);
    const request = { forceCreateNewWorkflowTask: true, returnNewWorkflowTask: true };
    expect(world.complete({ commands: [commands.marker('m')], request })).toMatchObject({
      result: { startedNext: true },
    });
  }
});

test('a large history is told to the worker as advice to continue as new', () => {
  const world = new World({ historyCountSuggestContinueAsNew: 5 });
  world.start();
  world.step(commands.marker('m'));
  world.signal('more');
  world.take();
  expect(world.transcript({ show: ['suggestContinueAsNewReasons'] })).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 MarkerRecorded markerName=m details={'data':[1]} completed=4
    6 WorkflowExecutionSignaled signalName=more
    7 WorkflowTaskScheduled attempt=1
    8 WorkflowTaskStarted scheduled=7 suggestContinueAsNew=true suggestContinueAsNewReasons=[2]
    "
  `);
});

test('each build of the worker leaves one point to reset to', () => {
  const world = started();
  for (const binaryChecksum of ['bad', 'good', 'good']) {
    world.take();
    world.complete({ request: { binaryChecksum } });
    world.signal('more');
  }
  expect(
    world
      .run()
      .state.resetPoints.map(({ binaryChecksum, firstWorkflowTaskCompletedId }) => [
        binaryChecksum,
        firstWorkflowTaskCompletedId,
      ]),
  ).toEqual([
    ['bad', 4],
    ['good', 8],
  ]);
});

test('terminating a run ends its running task first', () => {
  const world = started();
  world.take();
  world.signal('unseen');
  world.terminate();
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=FORCE_CLOSE_COMMAND
    5 WorkflowExecutionSignaled signalName=unseen
    6 WorkflowExecutionTerminated reason=stopped
    "
  `);
  expect(world.signal('late')).toMatchObject({ code: 'NOT_FOUND' });
});

test('a history beyond its limits terminates the run', () => {
  const world = new World({ historyEventCount: 6 });
  world.start();
  world.take();
  for (const name of ['one', 'two', 'three']) world.signal(name);
  world.complete();
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionSignaled signalName=one
    6 WorkflowExecutionSignaled signalName=two
    7 WorkflowExecutionSignaled signalName=three
    8 WorkflowTaskScheduled attempt=1
    9 WorkflowExecutionTerminated reason=Workflow history count exceeds limit.
    "
  `);
  const sized = new World({ historySizeBytes: 200 });
  sized.start();
  sized.signal('large', { input: { payloads: [{ data: new Uint8Array(300) }] } });
  expect(sized.run().events.at(-1)?.workflowExecutionTerminatedEventAttributes?.reason).toBe(
    'Workflow history size exceeds limit.',
  );
});

test('the worker reports why it failed a task', () => {
  const world = started();
  world.take();
  world.fail({
    cause: WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
    failure: { message: 'no such timer' },
  });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=NON_DETERMINISTIC_ERROR failure={'message':'no such timer'}
    "
  `);
});
