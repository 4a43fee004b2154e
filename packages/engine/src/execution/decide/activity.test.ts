import { msToDuration } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { isPending, nextDue, pendingEffects } from '../index.js';
import { applicationFailure, commands, payloads } from '../../testing/commands.js';
import { World } from '../../testing/world.js';

type Attributes = Parameters<typeof commands.activity>[1];

/** A run whose activity `a` is scheduled by event 5. */
function withActivity(attributes: Attributes = {}): World {
  const world = new World();
  world.start();
  world.step(commands.activity('a', attributes));
  return world;
}

/** From the sixth event on: what became of the activity. */
const SINCE_SCHEDULED = 6;

function tail(world: World, options = {}): string {
  return world.transcript(options).split('\n').slice(SINCE_SCHEDULED).join('\n');
}

const done = { kind: 'completed', result: payloads('ok'), identity: 'worker' } as const;
const failed = (message: string, info = {}) =>
  ({ kind: 'failed', failure: applicationFailure(message, info), identity: 'worker' }) as const;
const canceled = { kind: 'canceled', details: payloads('bye'), identity: 'worker' } as const;
const NO_RETRY = { maximumAttempts: 1 };

test('history learns of the start of an activity when it closes', () => {
  const world = withActivity();
  world.pass(100);
  world.startActivity(5);
  expect(world.run().events).toHaveLength(5);
  world.pass(100);
  world.closeActivity(5, done);
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 ActivityTaskStarted scheduled=5 attempt=1
    7 ActivityTaskCompleted result=['ok'] scheduled=5 started=6
    8 WorkflowTaskScheduled attempt=1
    "
  `);
  const [, , , , , start, end] = world.run().events;
  expect([start?.eventTime, end?.eventTime]).toEqual([
    { seconds: 1893456000, nanos: 100_000_000 },
    { seconds: 1893456000, nanos: 200_000_000 },
  ]);
});

test('retries tell of the last failure only; the maximum ends them', () => {
  const world = withActivity({ retryPolicy: { maximumAttempts: 2, initialInterval: msToDuration(2_000) } });
  world.startActivity(5);
  world.closeActivity(5, failed('one'));
  expect(world.startActivity(5)).toMatchObject({ code: 'NOT_FOUND' });
  world.pass(2_000);
  world.startActivity(5);
  world.closeActivity(5, failed('two'));
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 ActivityTaskStarted scheduled=5 attempt=2 lastFailure={'message':'one','applicationFailureInfo':{'type':'Test'}}
    7 ActivityTaskFailed failure={'message':'two','applicationFailureInfo':{'type':'Test'}} scheduled=5 started=6 retryState=MAXIMUM_ATTEMPTS_REACHED
    8 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('the wait doubles up to the maximum, and the worker may ask for another', () => {
  const world = withActivity({
    startToCloseTimeout: msToDuration(100_000),
    retryPolicy: { maximumInterval: msToDuration(3_000) },
  });
  const waitsMs: number[] = [];
  for (const info of [{}, {}, {}, { nextRetryDelay: msToDuration(777) }, {}]) {
    world.startActivity(5);
    world.closeActivity(5, failed('again', info));
    waitsMs.push((nextDue(world.run().state)?.dueMs ?? 0) - world.nowMs);
    world.passToNextDue();
  }
  expect(waitsMs).toEqual([1_000, 2_000, 3_000, 777, 3_000]);
});

test('failures that cannot be retried are final at once', () => {
  const world = withActivity({ retryPolicy: { nonRetryableErrorTypes: ['Fatal'] } });
  world.startActivity(5);
  world.closeActivity(5, failed('typed', { type: 'Fatal' }));
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 ActivityTaskStarted scheduled=5 attempt=1
    7 ActivityTaskFailed failure={'message':'typed','applicationFailureInfo':{'type':'Fatal'}} scheduled=5 started=6 retryState=NON_RETRYABLE_FAILURE
    8 WorkflowTaskScheduled attempt=1
    "
  `);
  const flagged = withActivity();
  flagged.startActivity(5);
  flagged.closeActivity(5, failed('flagged', { nonRetryable: true }));
  expect(tail(flagged)).toMatchInlineSnapshot(`
    "6 ActivityTaskStarted scheduled=5 attempt=1
    7 ActivityTaskFailed failure={'message':'flagged','applicationFailureInfo':{'type':'Test','nonRetryable':true}} scheduled=5 started=6 retryState=NON_RETRYABLE_FAILURE
    8 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('a retry that would pass schedule-to-close is not made', () => {
  const world = withActivity({
    scheduleToCloseTimeout: msToDuration(2_000),
    retryPolicy: { initialInterval: msToDuration(3_000) },
  });
  world.startActivity(5);
  world.closeActivity(5, failed('only'));
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 ActivityTaskStarted scheduled=5 attempt=1
    7 ActivityTaskFailed failure={'message':'only','applicationFailureInfo':{'type':'Test'}} scheduled=5 started=6 retryState=TIMEOUT
    8 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('schedule-to-start: nobody took the activity', () => {
  const world = withActivity({ scheduleToStartTimeout: msToDuration(1_000) });
  world.pass(1_000);
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 ActivityTaskTimedOut failure={'message':'activity ScheduleToStart timeout','timeoutFailureInfo':{'timeoutType':'SCHEDULE_TO_START'}} scheduled=5 retryState=TIMEOUT
    7 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('start-to-close: the last attempt took too long', () => {
  const world = withActivity({ startToCloseTimeout: msToDuration(1_000), retryPolicy: NO_RETRY });
  world.startActivity(5);
  world.pass(1_000);
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 ActivityTaskStarted scheduled=5 attempt=1
    7 ActivityTaskTimedOut failure={'message':'activity StartToClose timeout','timeoutFailureInfo':{'timeoutType':'START_TO_CLOSE'}} scheduled=5 started=6 retryState=MAXIMUM_ATTEMPTS_REACHED
    8 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('start-to-close: an attempt that took too long is followed by another', () => {
  const world = withActivity({ startToCloseTimeout: msToDuration(1_000) });
  world.startActivity(5);
  const stale = world.activityIdentity(5);
  world.pass(1_000);
  expect(world.run().state.activities.get(5)).toMatchObject({ phase: 'backoff', attempt: 2 });
  expect(world.closeActivity(5, done, stale)).toMatchObject({ code: 'NOT_FOUND' });
  world.pass(1_000);
  world.startActivity(5);
  world.closeActivity(5, done);
  expect(tail(world, { show: ['attempt'] })).toMatchInlineSnapshot(`
    "6 ActivityTaskStarted scheduled=5 attempt=2 lastFailure={'message':'activity StartToClose timeout','timeoutFailureInfo':{'timeoutType':'START_TO_CLOSE'}}
    7 ActivityTaskCompleted result=['ok'] scheduled=5 started=6
    8 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('heartbeat: a silent worker loses the activity, and its last details stay', () => {
  const world = withActivity({ heartbeatTimeout: msToDuration(1_000), retryPolicy: NO_RETRY });
  world.startActivity(5);
  world.pass(900);
  expect(world.heartbeat(5, payloads('half way'))).toMatchObject({ result: { cancelRequested: false } });
  world.pass(900);
  world.heartbeat(5);
  world.pass(1_000);
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 ActivityTaskStarted scheduled=5 attempt=1
    7 ActivityTaskTimedOut failure={'message':'activity Heartbeat timeout','timeoutFailureInfo':{'timeoutType':'HEARTBEAT','lastHeartbeatDetails':['half way']}} scheduled=5 started=6 retryState=MAXIMUM_ATTEMPTS_REACHED
    8 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('the silence of an attempt is counted from its own start', () => {
  const world = withActivity({ heartbeatTimeout: msToDuration(1_000) });
  world.startActivity(5);
  world.heartbeat(5);
  world.closeActivity(5, failed('one'));
  world.pass(5_000);
  world.startActivity(5);
  world.pass(999);
  expect(world.run().state.activities.get(5)).toMatchObject({ phase: 'started', attempt: 2 });
  world.pass(1);
  expect(world.run().state.activities.get(5)).toMatchObject({ phase: 'backoff', attempt: 3 });
});

test('a dispatch of an earlier attempt is stale', () => {
  const world = withActivity();
  const early = pendingEffects(world.run().state).find(({ kind }) => kind === 'activityTask');
  world.startActivity(5);
  world.closeActivity(5, failed('one'));
  world.pass(1_000);
  expect(early !== undefined && isPending(world.run().state, early)).toBe(false);
  expect(world.startActivity(5, undefined, 1)).toMatchObject({ code: 'NOT_FOUND' });
  expect(world.startActivity(5, undefined, 2)).toMatchObject({ result: { attempt: 2 } });
});

test('heartbeat details reach the next attempt', () => {
  const world = withActivity({ heartbeatTimeout: msToDuration(1_000) });
  world.startActivity(5);
  world.heartbeat(5, payloads('half way'));
  world.pass(1_000);
  expect(world.run().state.activities.get(5)).toMatchObject({ attempt: 2, heartbeatDetails: payloads('half way') });
});

test('schedule-to-close spans all attempts and tells what they died of', () => {
  const world = withActivity({ scheduleToCloseTimeout: msToDuration(5_000), startToCloseTimeout: msToDuration(5_000) });
  world.startActivity(5);
  world.closeActivity(5, failed('first'));
  world.pass(1_000);
  world.startActivity(5);
  world.pass(4_000);
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 ActivityTaskStarted scheduled=5 attempt=2 lastFailure={'message':'first','applicationFailureInfo':{'type':'Test'}}
    7 ActivityTaskTimedOut failure={'message':'activity ScheduleToClose timeout','cause':{'message':'first','applicationFailureInfo':{'type':'Test'}},'timeoutFailureInfo':{'timeoutType':'SCHEDULE_TO_CLOSE'}} scheduled=5 started=6 retryState=TIMEOUT
    8 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('schedule-to-close may pass while the next attempt waits', () => {
  const world = withActivity({
    scheduleToCloseTimeout: msToDuration(1_500),
    retryPolicy: { initialInterval: msToDuration(1_000) },
  });
  world.startActivity(5);
  world.closeActivity(5, failed('first'));
  world.pass(1_500);
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 ActivityTaskTimedOut failure={'message':'activity ScheduleToClose timeout','cause':{'message':'first','applicationFailureInfo':{'type':'Test'}},'timeoutFailureInfo':{'timeoutType':'SCHEDULE_TO_CLOSE'}} scheduled=5 retryState=TIMEOUT
    7 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('an activity nobody has taken is cancelled at once', () => {
  const world = withActivity();
  world.signal('wake up');
  world.step(commands.cancelActivity(5));
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 WorkflowExecutionSignaled signalName=wake up
    7 WorkflowTaskScheduled attempt=1
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 ActivityTaskCancelRequested scheduled=5 completed=9
    11 ActivityTaskCanceled details=['ACTIVITY_ID_NOT_STARTED'] latestCancelRequestedEventId=10 scheduled=5
    12 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('an activity that waits for its retry is cancelled at once', () => {
  const world = withActivity();
  world.startActivity(5);
  world.closeActivity(5, failed('one'));
  world.signal('wake up');
  world.step(commands.cancelActivity(5));
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 WorkflowExecutionSignaled signalName=wake up
    7 WorkflowTaskScheduled attempt=1
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 ActivityTaskCancelRequested scheduled=5 completed=9
    11 ActivityTaskCanceled details=['ACTIVITY_ID_NOT_STARTED'] latestCancelRequestedEventId=10 scheduled=5
    12 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('a running activity hears of its cancellation in the heartbeat and may answer with it', () => {
  const world = withActivity();
  world.startActivity(5);
  expect(world.closeActivity(5, canceled)).toMatchObject({ code: 'INVALID_ARGUMENT' });
  world.signal('wake up');
  world.step(commands.cancelActivity(5));
  expect(world.heartbeat(5)).toMatchObject({ result: { cancelRequested: true } });
  world.closeActivity(5, canceled);
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 WorkflowExecutionSignaled signalName=wake up
    7 WorkflowTaskScheduled attempt=1
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 ActivityTaskCancelRequested scheduled=5 completed=9
    11 ActivityTaskStarted scheduled=5 attempt=1
    12 ActivityTaskCanceled details=['bye'] latestCancelRequestedEventId=10 scheduled=5 started=11
    13 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('a running activity whose cancellation was asked for is not retried', () => {
  const world = withActivity();
  world.startActivity(5);
  world.signal('wake up');
  world.step(commands.cancelActivity(5));
  world.closeActivity(5, failed('anyway'));
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 WorkflowExecutionSignaled signalName=wake up
    7 WorkflowTaskScheduled attempt=1
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 ActivityTaskCancelRequested scheduled=5 completed=9
    11 ActivityTaskStarted scheduled=5 attempt=1
    12 ActivityTaskFailed failure={'message':'anyway','applicationFailureInfo':{'type':'Test'}} scheduled=5 started=11 retryState=CANCEL_REQUESTED
    13 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('cancelling an activity whose end the worker has not seen still has its event', () => {
  const world = withActivity();
  world.startActivity(5);
  world.signal('wake up');
  world.take();
  world.closeActivity(5, done);
  world.complete({ commands: [commands.cancelActivity(5)] });
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 WorkflowExecutionSignaled signalName=wake up
    7 WorkflowTaskScheduled attempt=1
    8 WorkflowTaskStarted scheduled=7
    9 WorkflowTaskCompleted scheduled=7 started=8
    10 ActivityTaskCancelRequested scheduled=5 completed=9
    11 ActivityTaskStarted scheduled=5 attempt=1
    12 ActivityTaskCompleted result=['ok'] scheduled=5 started=11
    13 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('who completes by id need not wait for a worker to take the activity; who fails by id does', () => {
  const world = withActivity();
  const byId = { scheduledEventId: 5, attempt: undefined };
  expect(world.closeActivity(5, failed('no'), byId)).toMatchObject({ code: 'NOT_FOUND' });
  world.closeActivity(5, done, byId);
  expect(tail(world)).toMatchInlineSnapshot(`
    "6 ActivityTaskStarted scheduled=5 attempt=1
    7 ActivityTaskCompleted result=['ok'] scheduled=5 started=6
    8 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('an activity asked for eagerly goes back with the reply, already running', () => {
  const world = new World();
  world.start();
  const reply = world.step(commands.activity('a', { requestEagerExecution: true }), commands.activity('b'));
  expect(reply).toMatchObject({ result: { eagerActivities: [5] } });
  expect([...world.run().state.activities.values()].map(({ phase }) => phase)).toEqual(['started', 'scheduled']);
});

test('timeouts that are not given follow from those that are, within the run timeout', () => {
  const world = new World();
  world.start({ workflowRunTimeout: msToDuration(60_000) });
  world.step(
    commands.activity('a', { startToCloseTimeout: msToDuration(5_000), heartbeatTimeout: msToDuration(9_000) }),
    commands.activity('b', { startToCloseTimeout: undefined, scheduleToCloseTimeout: msToDuration(90_000) }),
  );
  const show = ['scheduleToCloseTimeout', 'scheduleToStartTimeout', 'startToCloseTimeout', 'heartbeatTimeout'];
  expect(world.transcript({ show }).split('\n').slice(5).join('\n')).toMatchInlineSnapshot(`
    "5 ActivityTaskScheduled activityId=a scheduleToCloseTimeout=60s scheduleToStartTimeout=60s startToCloseTimeout=5s heartbeatTimeout=5s completed=4
    6 ActivityTaskScheduled activityId=b scheduleToCloseTimeout=60s scheduleToStartTimeout=60s startToCloseTimeout=60s completed=4
    "
  `);
});

test('a closed activity, or one of a closed run, cannot be answered', () => {
  const world = withActivity();
  world.startActivity(5);
  world.closeActivity(5, done);
  expect(world.closeActivity(5, done)).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/activity already timed out/) as string,
  });
  world.terminate();
  expect(world.closeActivity(5, done)).toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/^workflow execution already completed/) as string,
  });
});
