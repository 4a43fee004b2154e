import { timestampToMs } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { commands, payloads } from '../../testing/commands.js';
import { messages, updateRequest } from '../../testing/messages.js';
import { RETENTION_MS, World } from '../../testing/world.js';

const runIds = (world: World) => [...world.runs.keys()];
const signalNames = (world: World) =>
  world.run().events.flatMap((event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? []);

/** Three runs, each continued as new but the last, each with a signal named after its place. */
function chain(): World {
  const world = new World();
  world.start();
  for (const name of ['first', 'second']) {
    world.step(commands.timer('t', 1_000));
    world.signal(name);
    world.step(commands.continueAsNew());
  }
  world.signal('third');
  return world;
}

test('what was sent to the runs that continued the base run is sent again, in its order', () => {
  const world = chain();
  const [base] = runIds(world);
  world.reset(4, {}, base);
  expect(signalNames(world)).toEqual(['first', 'second', 'third']);
});

test('what is not to be reapplied is left out of later runs too', () => {
  const world = chain();
  world.reset(4, { reappliesSignals: false }, runIds(world)[0]);
  expect(signalNames(world)).toEqual([]);
});

test('a run that was started anew is no part of the chain', () => {
  const world = new World();
  world.start();
  world.step(commands.complete());
  world.start();
  world.signal('to another execution');
  world.reset(4, {}, runIds(world)[0]);
  expect(signalNames(world)).toEqual([]);
});

test('signals that wait for the end of a workflow task are sent again, of the base run and of a later one', () => {
  const world = new World();
  world.start();
  world.step(commands.timer('t', 1_000));
  world.signal('wakes');
  world.take();
  world.signal('buffered');
  world.reset(4);
  expect(signalNames(world)).toEqual(['wakes', 'buffered']);

  const later = new World();
  later.start();
  later.step(commands.continueAsNew());
  later.take();
  later.signal('buffered');
  later.reset(4, {}, runIds(later)[0]);
  expect(signalNames(later)).toEqual(['buffered']);
});

test('an update that two runs accepted under one id is admitted once', () => {
  const world = new World();
  world.start();
  world.step(commands.timer('t', 100_000));
  const update = (): void => {
    world.update(updateRequest('u', payloads('in')));
    world.take();
    world.complete({ messages: [messages.accept('u'), messages.complete('u')] });
  };
  update();
  world.signal('go on');
  world.step(commands.continueAsNew());
  world.step();
  update();
  world.reset(4, {}, runIds(world)[0]);
  expect(
    world.run().events.filter((event) => event.workflowExecutionUpdateAdmittedEventAttributes != null),
  ).toHaveLength(1);
});

test('a reset can signal the new run and set its priority, after what is sent again and before its first task', () => {
  const world = new World();
  world.start();
  world.step(commands.timer('t', 100_000));
  world.signal('sent before');
  const signal = { name: 'on reset', input: payloads(7), header: undefined, identity: 'client', requestId: '' };
  const update = { options: { priority: { priorityKey: 2 } }, paths: ['priority'], identity: 'client' };
  world.reset(4, {
    operations: [
      { kind: 'options', update },
      { kind: 'signal', signal },
    ],
  });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskFailed scheduled=2 started=3 cause=RESET_WORKFLOW failure={'message':'again'} baseRunId=id-2 newRunId=id-5
    5 WorkflowExecutionSignaled signalName=sent before
    6 WorkflowExecutionOptionsUpdated unsetVersioningOverride=true priority={'priorityKey':2}
    7 WorkflowExecutionSignaled signalName=on reset input=[7]
    8 WorkflowTaskScheduled attempt=1
    "
  `);
  expect(world.run().state.priorityOverride).toMatchObject({ priorityKey: 2 });
});

test('reset points of a run expire when the run itself is forgotten', () => {
  const world = new World();
  world.start();
  world.step(commands.continueAsNew());
  const continuedMs = world.nowMs;
  world.pass(5_000);
  world.step(commands.continueAsNew());
  const points = world.run().events[0]?.workflowExecutionStartedEventAttributes?.prevAutoResetPoints?.points ?? [];
  expect(points.map(({ runId, expireTime }) => ({ runId, expireMs: timestampToMs(expireTime) }))).toEqual([
    { runId: runIds(world)[0], expireMs: continuedMs + RETENTION_MS },
  ]);
});
