import { enums, msToDuration } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { commands, payloads } from '../../testing/commands.js';
import { World } from '../../testing/world.js';

const { WorkflowIdConflictPolicy: Conflict, WorkflowIdReusePolicy: Reuse } = enums;
const first = (world: World) => world.run([...world.runs.keys()][0]).state;

function closed(...ending: Parameters<World['step']>): World {
  const world = new World();
  world.start();
  world.step(...ending);
  return world;
}

test('the first event tells what was asked for, with defaults filled in', () => {
  const world = new World();
  world.start({
    retryPolicy: {},
    workflowExecutionTimeout: msToDuration(5_000),
    workflowRunTimeout: msToDuration(9_000),
  });
  const show = [
    'workflowRunTimeout',
    'workflowExecutionTimeout',
    'workflowTaskTimeout',
    'retryPolicy',
    'originalExecutionRunId',
    'firstExecutionRunId',
    'workflowId',
    'taskQueue',
    'workflowType',
    'identity',
  ];
  expect(world.transcript({ show })).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted workflowType=type taskQueue={'name':'queue','kind':1} workflowExecutionTimeout=5s workflowRunTimeout=5s workflowTaskTimeout=5s originalExecutionRunId=id-2 identity=client firstExecutionRunId=id-2 retryPolicy={'initialInterval':'1s','backoffCoefficient':2,'maximumInterval':'100s'} attempt=1 workflowId=workflow
    2 WorkflowTaskScheduled taskQueue={'name':'queue','kind':1} attempt=1
    "
  `);
});

test('a closed id may be used again, unless the policy says otherwise', () => {
  const world = closed(commands.complete());
  expect(world.start({ workflowIdReusePolicy: Reuse.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE })).toMatchObject({
    code: 'ALREADY_EXISTS',
    detail: { type: 'WorkflowExecutionAlreadyStartedFailure', fields: { runId: first(world).key.runId } },
  });
  const failedOnly = { workflowIdReusePolicy: Reuse.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY };
  expect(world.start(failedOnly)).toMatchObject({ code: 'ALREADY_EXISTS' });
  expect(closed(commands.fail()).start(failedOnly)).toMatchObject({ result: { started: true } });
  expect(world.start()).toMatchObject({ result: { started: true } });
});

test('a running id is refused by default', () => {
  const world = new World();
  world.start();
  expect(world.start()).toMatchObject({
    code: 'ALREADY_EXISTS',
    message: `Workflow execution is already running. WorkflowId: workflow, RunId: ${first(world).key.runId}.`,
  });
});

test('the same request id is the same start, even after the close and against any policy', () => {
  const world = new World();
  const request = {
    requestId: 'once',
    workflowIdConflictPolicy: Conflict.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING,
  };
  world.start(request);
  const { runId } = first(world).key;
  expect(world.start(request)).toMatchObject({ transitions: [], result: { runId, started: true } });
  world.terminate();
  expect(world.start(request)).toMatchObject({ transitions: [], result: { runId, started: true } });
});

test('USE_EXISTING answers with the running one, and may attach itself to it once', () => {
  const world = new World();
  world.start();
  const use = { workflowIdConflictPolicy: Conflict.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING };
  expect(world.start(use)).toMatchObject({ transitions: [], result: { started: false } });
  const attach = { ...use, requestId: 'attached', onConflictOptions: { attachRequestId: true }, identity: 'second' };
  world.start(attach);
  world.start(attach);
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowExecutionOptionsUpdated attachedRequestId=attached
    "
  `);
});

test('TERMINATE_EXISTING ends the running one and names the run that replaces it', () => {
  for (const request of [
    { workflowIdConflictPolicy: Conflict.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING },
    { workflowIdReusePolicy: Reuse.WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING },
  ]) {
    const world = new World();
    world.start({ requestId: 'one' });
    world.start({ requestId: 'two', ...request });
    const [old, young] = [...world.runs.values()];
    const terminated = old?.events.at(-1)?.workflowExecutionTerminatedEventAttributes;
    expect(terminated).toMatchObject({
      reason: 'TerminateIfRunning WorkflowIdReusePolicy',
      identity: 'history-service',
      details: payloads(`terminated by new runID: ${young?.state.key.runId ?? ''}`),
    });
  }
});

test('a start delay holds back the workflow task, whatever is signalled meanwhile', () => {
  const world = new World();
  world.start({ workflowStartDelay: msToDuration(3_000) });
  world.signal('early');
  world.pass(2_999);
  expect(world.run().state.workflowTask).toBeUndefined();
  world.pass(1);
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1 firstWorkflowTaskBackoff=3s
    2 WorkflowExecutionSignaled signalName=early
    3 WorkflowTaskScheduled attempt=1
    "
  `);
});

test('a cancel request during the start delay waits with the workflow task', () => {
  const world = new World();
  world.start({ workflowStartDelay: msToDuration(3_000) });
  world.cancel();
  expect(world.run().state.workflowTask).toBeUndefined();
});

test('a start with a signal shows the signal to the first workflow task', () => {
  const world = new World();
  const signal = { name: 'first', input: payloads(1), header: undefined, identity: 'client', requestId: '' };
  world.start({}, { signal });
  world.start({}, { signal: { ...signal, name: 'second' } });
  expect(world.runs.size).toBe(1);
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowExecutionSignaled signalName=first input=[1]
    3 WorkflowTaskScheduled attempt=1
    4 WorkflowExecutionSignaled signalName=second input=[1]
    "
  `);
});

test('an eager start hands the first workflow task to the caller', () => {
  const world = new World();
  expect(world.start({}, { eager: true })).toMatchObject({ result: { eagerWorkflowTaskStarted: true } });
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1 eagerExecutionAccepted=true
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowTaskStarted scheduled=2
    "
  `);
  const delayed = new World();
  expect(delayed.start({ workflowStartDelay: msToDuration(1) }, { eager: true })).toMatchObject({
    result: { eagerWorkflowTaskStarted: false },
  });
});

test('a repeated signal request is one signal; too many signals are refused', () => {
  const world = new World({ signalsPerRun: 2 });
  world.start();
  world.signal('s', { requestId: 'same' });
  world.signal('s', { requestId: 'same' });
  world.signal('s');
  expect(world.run().state.signalCount).toBe(2);
  expect(world.signal('s')).toMatchObject({ rejected: true });
});

test('cancellation is asked for once', () => {
  const world = new World();
  world.start();
  for (const requestId of ['a', 'a', 'b']) expect(world.cancel(requestId)).not.toHaveProperty('code');
  expect(world.transcript()).toMatchInlineSnapshot(`
    "
    1 WorkflowExecutionStarted attempt=1
    2 WorkflowTaskScheduled attempt=1
    3 WorkflowExecutionCancelRequested cause=asked
    "
  `);
});
