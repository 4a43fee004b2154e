import { enums, msToDuration } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { isWaitingForFirstWorkflowTask } from '../index.js';
import { commands, payload, payloads } from '../../testing/commands.js';
import { World } from '../../testing/world.js';

const SHOW = { show: ['workflowRunTimeout', 'workflowExecutionTimeout', 'identity'] };

/** The transcript of every run, in the order in which they began. */
function chain(world: World, options = {}): string {
  return [...world.runs.keys()].map((runId) => world.transcript(options, runId)).join('');
}

test('a failed run is retried after its backoff, until its policy says no', () => {
  const world = new World();
  world.start({ retryPolicy: { maximumAttempts: 2 }, input: payloads('in') });
  world.step(commands.fail('first'));
  expect(isWaitingForFirstWorkflowTask(world.run().state)).toBe(true);
  world.signal('during the backoff');
  world.pass(999);
  expect(world.run().state.workflowTask).toBeUndefined();
  world.pass(1);
  world.step(commands.fail('second'));
  expect(chain(world)).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted input=['in'] attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionFailed failure={'message':'first','applicationFailureInfo':{'type':'Test'}} retryState=IN_PROGRESS completed=4 newExecutionRunId=id-4

    1 WorkflowExecutionStarted input=['in'] continuedExecutionRunId=id-2 initiator=RETRY continuedFailure={'message':'first','applicationFailureInfo':{'type':'Test'}} attempt=2 firstWorkflowTaskBackoff=1s
    2 WorkflowExecutionSignaled signalName=during the backoff
    3 WorkflowTaskScheduled attempt=1
    4 WorkflowTaskStarted scheduled=3
    5 WorkflowTaskCompleted scheduled=3 started=4
    6 WorkflowExecutionFailed failure={'message':'second','applicationFailureInfo':{'type':'Test'}} retryState=MAXIMUM_ATTEMPTS_REACHED completed=5
    "
  `);
});

test('a run is not retried after a failure that says so, or of a type its policy excludes', () => {
  for (const [policy, info] of [
    [{}, { nonRetryable: true }],
    [{ nonRetryableErrorTypes: ['Fatal'] }, { type: 'Fatal' }],
  ] as const) {
    const world = new World();
    world.start({ retryPolicy: policy });
    world.step(commands.fail('hopeless', info));
    expect(world.run().events.at(-1)?.workflowExecutionFailedEventAttributes?.retryState).toBe(
      enums.RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE,
    );
  }
});

test('the failure may say when to try again', () => {
  const world = new World();
  world.start({ retryPolicy: {} });
  world.step(commands.fail('later', { nextRetryDelay: msToDuration(7_000) }));
  expect(world.run().state.firstWorkflowTaskDueMs).toBe(world.nowMs + 7_000);
});

test('a run timeout without retry policy is final', () => {
  const world = new World();
  world.start({ workflowRunTimeout: msToDuration(5_000) });
  world.take();
  world.pass(5_000);
  expect(chain(world)).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskTimedOut scheduled=2 started=3 timeoutType=START_TO_CLOSE
    5 WorkflowExecutionTimedOut retryState=RETRY_POLICY_NOT_SET
    "
  `);
});

test('a run timeout is retried while the execution has time, and the execution timeout ends the chain', () => {
  const world = new World();
  world.start({
    retryPolicy: {},
    workflowRunTimeout: msToDuration(5_000),
    workflowExecutionTimeout: msToDuration(9_000),
  });
  world.pass(5_000);
  world.pass(1_000);
  world.pass(3_000);
  expect(chain(world, SHOW)).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted workflowExecutionTimeout=9s workflowRunTimeout=5s identity=client attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowExecutionTimedOut retryState=IN_PROGRESS newExecutionRunId=id-3

    1 WorkflowExecutionStarted workflowExecutionTimeout=9s workflowRunTimeout=3s continuedExecutionRunId=id-2 initiator=RETRY continuedFailure={'message':'workflow timeout','timeoutFailureInfo':{'timeoutType':'START_TO_CLOSE'}} attempt=2 firstWorkflowTaskBackoff=1s
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowExecutionTimedOut retryState=TIMEOUT
    "
  `);
});

test('a retry that would begin after the execution timeout is not made', () => {
  const world = new World();
  world.start({
    retryPolicy: { initialInterval: msToDuration(8_000) },
    workflowRunTimeout: msToDuration(2_000),
    workflowExecutionTimeout: msToDuration(9_000),
  });
  world.pass(2_000);
  expect(world.run().events.at(-1)?.workflowExecutionTimedOutEventAttributes?.retryState).toBe(
    enums.RetryState.RETRY_STATE_TIMEOUT,
  );
});

test('a cron schedule holds back the first run too, and opens the next one on success and on failure', () => {
  const world = new World();
  world.start({ cronSchedule: '@every 10s', identity: 'starter' });
  expect(world.run().events).toHaveLength(1);
  world.pass(10_000);
  world.pass(3_000);
  world.step(commands.complete('first result'));
  world.pass(7_000);
  world.step(commands.fail('second run'));
  world.pass(10_000);
  expect(chain(world, SHOW)).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted initiator=CRON_SCHEDULE identity=starter attempt=1 cronSchedule=@every 10s firstWorkflowTaskBackoff=10s
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2 identity=worker
    4 WorkflowTaskCompleted scheduled=2 started=3 identity=worker
    5 WorkflowExecutionCompleted result=['first result'] completed=4 newExecutionRunId=id-4

    1 WorkflowExecutionStarted continuedExecutionRunId=id-2 initiator=CRON_SCHEDULE lastCompletionResult=['first result'] attempt=1 cronSchedule=@every 10s firstWorkflowTaskBackoff=7s
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2 identity=worker
    4 WorkflowTaskCompleted scheduled=2 started=3 identity=worker
    5 WorkflowExecutionFailed failure={'message':'second run','applicationFailureInfo':{'type':'Test'}} retryState=RETRY_POLICY_NOT_SET completed=4 newExecutionRunId=id-7

    1 WorkflowExecutionStarted continuedExecutionRunId=id-4 initiator=CRON_SCHEDULE continuedFailure={'message':'second run','applicationFailureInfo':{'type':'Test'}} lastCompletionResult=['first result'] attempt=1 cronSchedule=@every 10s firstWorkflowTaskBackoff=10s
    2 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('a retry within a cron schedule still knows the last result', () => {
  const world = new World();
  world.start({ cronSchedule: '@every 10s', retryPolicy: {} });
  world.pass(10_000);
  world.step(commands.complete('kept'));
  world.passToNextDue();
  world.step(commands.fail('once'));
  expect(world.run().state.started).toMatchObject({ attempt: 2, lastCompletionResult: payloads('kept') });
});

test('terminating a cron execution ends the chain', () => {
  const world = new World();
  world.start({ cronSchedule: '* * * * *' });
  world.terminate();
  expect(world.runs.size).toBe(1);
});

test('cancelling a cron run ends the chain', () => {
  const world = new World();
  world.start({ cronSchedule: '@every 1s' });
  world.pass(1_000);
  world.cancel();
  world.step(commands.cancel());
  expect(world.runs.size).toBe(1);
});

test('continue-as-new opens the next run with what the command gives and the rest as it was', () => {
  const world = new World();
  world.start({
    memo: { fields: { m: payload(1) } },
    workflowRunTimeout: msToDuration(60_000),
    retryPolicy: { maximumAttempts: 3 },
    identity: 'starter',
  });
  world.step(
    commands.memo({ added: payload(2) }),
    commands.continueAsNew({ input: payloads('next'), backoffStartInterval: msToDuration(4_000) }),
  );
  world.pass(4_000);
  world.step(commands.continueAsNew({ workflowType: { name: 'other' }, taskQueue: { name: 'other-queue' } }));
  world.step(commands.complete());
  expect(chain(world, { show: [...SHOW.show, 'workflowType', 'taskQueue'] })).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted workflowType=type taskQueue={'name':'queue','kind':1} workflowRunTimeout=60s identity=starter attempt=1 memo={'m':1}
    2 WorkflowTaskScheduled taskQueue={'name':'queue','kind':1} attempt=1
    3 WorkflowTaskStarted scheduled=2 identity=worker
    4 WorkflowTaskCompleted scheduled=2 started=3 identity=worker
    5 WorkflowPropertiesModified completed=4 upsertedMemo={'added':2}
    6 WorkflowExecutionContinuedAsNew newExecutionRunId=id-4 workflowType=type taskQueue={'name':'queue','kind':1} input=['next'] workflowRunTimeout=60s completed=4 backoffStartInterval=4s

    1 WorkflowExecutionStarted workflowType=type taskQueue={'name':'queue','kind':1} input=['next'] workflowRunTimeout=60s continuedExecutionRunId=id-2 initiator=WORKFLOW attempt=1 firstWorkflowTaskBackoff=4s
    2 WorkflowTaskScheduled taskQueue={'name':'queue','kind':1} attempt=1
    3 WorkflowTaskStarted scheduled=2 identity=worker
    4 WorkflowTaskCompleted scheduled=2 started=3 identity=worker
    5 WorkflowExecutionContinuedAsNew newExecutionRunId=id-7 workflowType=other taskQueue={'name':'other-queue','kind':1} workflowRunTimeout=60s completed=4

    1 WorkflowExecutionStarted workflowType=other taskQueue={'name':'other-queue','kind':1} workflowRunTimeout=60s continuedExecutionRunId=id-4 initiator=WORKFLOW attempt=1
    2 WorkflowTaskScheduled taskQueue={'name':'other-queue','kind':1} attempt=1
    3 WorkflowTaskStarted scheduled=2 identity=worker
    4 WorkflowTaskCompleted scheduled=2 started=3 identity=worker
    5 WorkflowExecutionCompleted result=['done'] completed=4
    "
  `);
});

test('continue-as-new keeps the execution deadline of the chain', () => {
  const world = new World();
  world.start({ workflowExecutionTimeout: msToDuration(10_000) });
  world.pass(4_000);
  world.step(commands.continueAsNew());
  expect(world.run().state.executionDeadlineMs).toBe(world.nowMs + 6_000);
  world.pass(6_000);
  expect(world.run().events.at(-1)?.workflowExecutionTimedOutEventAttributes?.retryState).toBe(
    enums.RetryState.RETRY_STATE_TIMEOUT,
  );
});

test('updates that were not accepted end with a run that continues as new', () => {
  const world = new World();
  world.start();
  world.take();
  world.update({ meta: { updateId: 'u' } });
  world.complete({ commands: [commands.continueAsNew()] });
  expect(world.run([...world.runs.keys()][0]).state.updates.size).toBe(0);
});

test('memo fields and search attributes are set, kept and removed as on Temporal', () => {
  const world = new World();
  const empty = { metadata: payload(1).metadata, data: new Uint8Array(0) };
  world.start({ memo: { fields: { keptNull: payload(null) } } });
  world.step(
    commands.memo({ one: payload(1), list: payload([1]), gone: payload(1), alsoGone: payload(1) }),
    commands.memo({ list: payload([]), gone: empty, nothing: payload(null) }),
    commands.searchAttributes({ Known: payload('x') }),
    commands.searchAttributes({ Known: payload([]) }),
  );
  expect(Object.keys(world.run().state.memo).sort()).toEqual(['alsoGone', 'keptNull', 'nothing', 'one']);
  expect(Object.keys(world.run().state.searchAttributes)).toEqual(['BuildIds']);
});

test('a memo field may have any name, and so may a search attribute', () => {
  const world = new World();
  const fields = Object.fromEntries(['__proto__', 'constructor', 'note'].map((name) => [name, payload(name)]));
  world.start({ memo: { fields }, searchAttributes: { indexedFields: fields } });
  expect(Object.keys(world.run().state.memo)).toEqual(Object.keys(fields));
  expect(Object.keys(world.run().state.searchAttributes)).toEqual(Object.keys(fields));
});

test('fields of any name are upserted, and removed again', () => {
  const world = new World();
  const fields = Object.fromEntries(['__proto__', 'toString'].map((name) => [name, payload(name)]));
  const none = Object.fromEntries(Object.keys(fields).map((name) => [name, payload([])]));
  const names = () => [Object.keys(world.run().state.memo), Object.keys(world.run().state.searchAttributes)];
  world.start();
  world.step(commands.memo(fields), commands.searchAttributes(fields));
  expect(names()).toEqual([Object.keys(fields), ['BuildIds', ...Object.keys(fields)]]);
  expect(Object.hasOwn(Object.prototype, 'data')).toBe(false);
  world.signal('again');
  world.step(commands.memo(none), commands.searchAttributes(none));
  expect(names()).toEqual([[], ['BuildIds']]);
});
