import { enums } from '@perdure/protocol';
import { expect, test } from 'vitest';
import {
  pendingEffects,
  recordChildClosed,
  recordChildStarted,
  recordChildStartFailed,
  recordExternalOutcome,
  recordParentCloseDutyDone,
  recordParentNotified,
} from '../index.js';
import { applicationFailure, commands, payloads } from '../../testing/commands.js';
import { World } from '../../testing/world.js';

const { EventType, ParentClosePolicy } = enums;
const completedEvent = {
  eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
  workflowExecutionCompletedEventAttributes: { result: payloads('child result') },
};

/** A run that has asked for a child in event 5. */
function withChild(attributes: Parameters<typeof commands.child>[1] = {}): World {
  const world = new World();
  world.start();
  world.step(commands.child('child', attributes));
  return world;
}

const childStarted = (world: World, runId = 'child-run') =>
  world.decide(undefined, (state, context) => recordChildStarted(state, 5, runId, context));
const childClosed = (world: World, closeEvent: object = completedEvent, runId = 'child-run') =>
  world.decide(undefined, (state, context) =>
    recordChildClosed(
      state,
      { initiatedEventId: 5, workflowId: 'child', runId, firstRunId: 'child-run', closeEvent },
      context,
    ),
  );
const owed = (world: World) => pendingEffects(world.run().state).map(({ kind }) => kind);

test('a child is asked for, started, and its result reported', () => {
  const world = withChild();
  expect(owed(world)).toEqual(['startChild']);
  childStarted(world);
  childStarted(world);
  childClosed(world);
  childClosed(world);
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 StartChildWorkflowExecutionInitiated parentClosePolicy=TERMINATE completed=4 workflowIdReusePolicy=ALLOW_DUPLICATE
    6 ChildWorkflowExecutionStarted initiated=5 workflowExecution={'workflowId':'child','runId':'child-run'}
    7 WorkflowTaskScheduled attempt=1
    8 ChildWorkflowExecutionCompleted result=['child result'] workflowExecution={'workflowId':'child','runId':'child-run'} initiated=5 started=6
    "
  `);
});

test('how a child closed is told as it is', () => {
  const endings = [
    { workflowExecutionFailedEventAttributes: { failure: applicationFailure('broken'), retryState: 1 } },
    { workflowExecutionCanceledEventAttributes: { details: payloads('bye') } },
    { workflowExecutionTimedOutEventAttributes: { retryState: 5 } },
    { workflowExecutionTerminatedEventAttributes: { reason: 'stopped' } },
  ];
  const lines = endings.map((ending) => {
    const world = withChild();
    childStarted(world);
    childClosed(world, ending);
    return world.transcript().split('\n').at(-2);
  });
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "8 ChildWorkflowExecutionFailed failure={'message':'broken','applicationFailureInfo':{'type':'Test'}} workflowExecution={'workflowId':'child','runId':'child-run'} initiated=5 started=6 retryState=IN_PROGRESS
    8 ChildWorkflowExecutionCanceled details=['bye'] workflowExecution={'workflowId':'child','runId':'child-run'} initiated=5 started=6
    8 ChildWorkflowExecutionTimedOut workflowExecution={'workflowId':'child','runId':'child-run'} initiated=5 started=6 retryState=RETRY_POLICY_NOT_SET
    8 ChildWorkflowExecutionTerminated workflowExecution={'workflowId':'child','runId':'child-run'} initiated=5 started=6"
  `);
});

test('the news of the close may overtake that of the start', () => {
  const world = withChild();
  childClosed(world, completedEvent, 'last-run');
  childStarted(world);
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 StartChildWorkflowExecutionInitiated parentClosePolicy=TERMINATE completed=4 workflowIdReusePolicy=ALLOW_DUPLICATE
    6 ChildWorkflowExecutionStarted initiated=5 workflowExecution={'workflowId':'child','runId':'child-run'}
    7 ChildWorkflowExecutionCompleted result=['child result'] workflowExecution={'workflowId':'child','runId':'last-run'} initiated=5 started=6
    8 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('start and close of a child during one workflow task are buffered and refer to one another', () => {
  const world = withChild();
  world.signal('wake up');
  world.take();
  childStarted(world);
  childClosed(world);
  world.complete();
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 StartChildWorkflowExecutionInitiated parentClosePolicy=TERMINATE completed=4 workflowIdReusePolicy=ALLOW_DUPLICATE
    6 WorkflowExecutionSignaled signalName=wake up
    7 WorkflowTaskScheduled attempt=1
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 ChildWorkflowExecutionStarted initiated=5 workflowExecution={'workflowId':'child','runId':'child-run'}
    11 ChildWorkflowExecutionCompleted result=['child result'] workflowExecution={'workflowId':'child','runId':'child-run'} initiated=5 started=10
    12 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('a child that could not be started', () => {
  const world = withChild();
  world.decide(undefined, (state, context) => recordChildStartFailed(state, 5, 1, context));
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 StartChildWorkflowExecutionInitiated parentClosePolicy=TERMINATE completed=4 workflowIdReusePolicy=ALLOW_DUPLICATE
    6 StartChildWorkflowExecutionFailed cause=WORKFLOW_ALREADY_EXISTS initiated=5
    7 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('the close of the parent reaches its children as their policies say', () => {
  for (const [policy, expected] of [
    [ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE, ['parentClosePolicy']],
    [ParentClosePolicy.PARENT_CLOSE_POLICY_REQUEST_CANCEL, ['parentClosePolicy']],
    [ParentClosePolicy.PARENT_CLOSE_POLICY_ABANDON, []],
    [ParentClosePolicy.PARENT_CLOSE_POLICY_UNSPECIFIED, ['parentClosePolicy']],
  ] as const) {
    const world = withChild({ parentClosePolicy: policy });
    childStarted(world);
    world.step(commands.complete());
    expect(owed(world)).toEqual(expected);
    world.decide(undefined, (state, context) => recordParentCloseDutyDone(state, 5, context));
    expect(owed(world)).toEqual([]);
  }
});

test('an abandoned child is started although its parent has closed', () => {
  const world = withChild({ parentClosePolicy: ParentClosePolicy.PARENT_CLOSE_POLICY_ABANDON });
  world.terminate();
  expect(owed(world)).toEqual(['startChild']);
  childStarted(world);
  expect(owed(world)).toEqual([]);
  expect(world.run().events.at(-1)?.eventType).toBe(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED);
});

test('any other child is not, but if its start was under way it hears of the close', () => {
  const world = withChild();
  world.terminate();
  expect(owed(world)).toEqual([]);
  childStarted(world, 'too-late');
  expect(world.run().state.parentCloseDuties).toMatchObject([{ child: { workflowId: 'child', runId: 'too-late' } }]);
  expect(owed(world)).toEqual(['parentClosePolicy']);
});

test('a child tells its parent of the close of its last run only', () => {
  const world = new World();
  const parent = {
    execution: { namespace: 'default', namespaceId: 'default-id', workflowId: 'parent', runId: 'parent-run' },
    initiatedEventId: 5,
    root: { workflowId: 'parent', runId: 'parent-run' },
  };
  world.start({}, { parent });
  world.step(commands.continueAsNew());
  const [firstRunId] = [...world.runs.keys()];
  expect(world.run(firstRunId).state.parentToNotify).toBe(false);
  world.step(commands.complete());
  expect(owed(world)).toEqual(['notifyParent']);
  expect(world.run().state.started).toMatchObject({
    parentInitiatedEventId: 5,
    parentWorkflowExecution: { workflowId: 'parent' },
  });
  world.decide(undefined, recordParentNotified);
  expect(owed(world)).toEqual([]);
});

test('signals and cancel requests to other executions are owed until their outcome is known', () => {
  const world = new World();
  world.start();
  world.step(
    commands.signalExternal('a'),
    commands.signalExternal('b'),
    commands.cancelExternal('c'),
    commands.cancelExternal('d'),
  );
  expect(owed(world)).toEqual(['externalRequest', 'externalRequest', 'externalRequest', 'externalRequest']);
  for (const [initiatedEventId, outcome] of [
    [5, 'delivered'],
    [6, 'executionNotFound'],
    [7, 'delivered'],
    [8, 'namespaceNotFound'],
    [8, 'delivered'],
  ] as const) {
    world.decide(undefined, (state, context) => recordExternalOutcome(state, initiatedEventId, outcome, context));
  }
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 SignalExternalWorkflowExecutionInitiated completed=4 workflowExecution={'workflowId':'a'} signalName=signal
    6 SignalExternalWorkflowExecutionInitiated completed=4 workflowExecution={'workflowId':'b'} signalName=signal
    7 RequestCancelExternalWorkflowExecutionInitiated completed=4 workflowExecution={'workflowId':'c'}
    8 RequestCancelExternalWorkflowExecutionInitiated completed=4 workflowExecution={'workflowId':'d'}
    9 ExternalWorkflowExecutionSignaled initiated=5 workflowExecution={'workflowId':'a'}
    10 WorkflowTaskScheduled attempt=1
    11 SignalExternalWorkflowExecutionFailed cause=1 workflowExecution={'workflowId':'b'} initiated=6
    12 ExternalWorkflowExecutionCancelRequested initiated=7 workflowExecution={'workflowId':'c'}
    13 RequestCancelExternalWorkflowExecutionFailed cause=2 workflowExecution={'workflowId':'d'} initiated=8
    "
  `);
});

test('a signal asked for by a run that closes in the same breath is still owed', () => {
  const world = new World();
  world.start();
  world.step(commands.signalExternal('other'), commands.complete());
  expect(owed(world)).toEqual(['externalRequest']);
  world.decide(undefined, (state, context) => recordExternalOutcome(state, 5, 'delivered', context));
  expect(owed(world)).toEqual([]);
});
