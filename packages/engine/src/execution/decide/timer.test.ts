import { expect, test } from 'vitest';
import { nextDue } from '../index.js';
import { commands } from '../../testing/commands.js';
import { World } from '../../testing/world.js';

function withTimers(...timers: readonly [string, number][]): World {
  const world = new World();
  world.start();
  world.step(...timers.map(([timerId, timeoutMs]) => commands.timer(timerId, timeoutMs)));
  return world;
}

test('timers fire in the order of their times, never early', () => {
  const world = withTimers(['late', 2_000], ['soon', 1_000], ['never', 9_000]);
  world.pass(999);
  expect(world.run().events).toHaveLength(7);
  world.pass(1_500);
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=late startToFireTimeout=2s completed=4
    6 TimerStarted timerId=soon startToFireTimeout=1s completed=4
    7 TimerStarted timerId=never startToFireTimeout=9s completed=4
    8 TimerFired timerId=soon started=6
    9 TimerFired timerId=late started=5
    10 WorkflowTaskScheduled attempt=1
    "
  `);
  expect(nextDue(world.run().state)).toMatchObject({ kind: 'timer', timerId: 'never' });
});

test('a timer can be cancelled while it runs', () => {
  const world = withTimers(['t', 1_000]);
  world.signal('wake up');
  world.step(commands.cancelTimer('t'));
  world.pass(5_000);
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=1s completed=4
    6 WorkflowExecutionSignaled signalName=wake up
    7 WorkflowTaskScheduled attempt=1
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 TimerCanceled timerId=t started=5 completed=9
    "
  `);
});

test('cancelling wins over a firing that the worker has not seen, and the run may then close', () => {
  const world = withTimers(['t', 1_000]);
  world.signal('wake up');
  world.take();
  world.pass(1_000);
  expect(world.run().state.bufferedEvents).toHaveLength(1);
  world.complete({ commands: [commands.cancelTimer('t'), commands.complete()] });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=1s completed=4
    6 WorkflowExecutionSignaled signalName=wake up
    7 WorkflowTaskScheduled attempt=1
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 TimerCanceled timerId=t started=5 completed=9
    11 WorkflowExecutionCompleted result=['done'] completed=9
    "
  `);
});

test('a timer without duration fires as soon as time is looked at', () => {
  const world = withTimers(['now', 0]);
  world.pass(0);
  expect(world.run().events.at(-2)?.timerFiredEventAttributes?.timerId).toBe('now');
});

test('an id may be used again after its timer fired, even before the worker has seen that', () => {
  const world = withTimers(['t', 1_000]);
  world.signal('wake up');
  world.take();
  world.pass(1_000);
  world.complete({ commands: [commands.timer('t', 5_000)] });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 TimerStarted timerId=t startToFireTimeout=1s completed=4
    6 WorkflowExecutionSignaled signalName=wake up
    7 WorkflowTaskScheduled attempt=1
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 TimerStarted timerId=t startToFireTimeout=5s completed=9
    11 TimerFired timerId=t started=5
    12 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('a thousand timers due together fire in one go, and fast', () => {
  const world = withTimers(
    ...Array.from({ length: 1_000 }, (_, index): [string, number] => [`timer-${index}`, 1_000 + (index % 7)]),
  );
  const beganMs = performance.now();
  world.pass(2_000);
  expect(performance.now() - beganMs).toBeLessThan(2_000);
  expect(world.run().state.timers.size).toBe(0);
  expect(world.run().events).toHaveLength(2_005);
});
