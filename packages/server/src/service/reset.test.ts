import { services as api, type workflowservice } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { continueAsNew } from '../testing/commands.js';
import { codeOf, payloads, TestNode, type TestNodeOptions } from '../testing/test-node.js';

const { methods } = api.WorkflowService;

function reset(
  node: TestNode,
  runId: string,
  request: workflowservice.IResetWorkflowExecutionRequest = {},
): Promise<workflowservice.ResetWorkflowExecutionResponse> {
  return node.call(methods.ResetWorkflowExecution, {
    namespace: 'default',
    workflowExecution: { workflowId: 'w', runId },
    workflowTaskFinishEventId: 4,
    requestId: 'once',
    reason: 'wrong turn',
    ...request,
  });
}

/** The names of the signals in the history of the latest run. */
async function signalsOf(node: TestNode): Promise<string[]> {
  const events = await node.history('w');
  return events.flatMap((event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? []);
}

/** Two runs, the first continued as new, each with a signal after its first workflow task. */
async function twoRuns(options: TestNodeOptions = {}): Promise<{ readonly node: TestNode; readonly runId: string }> {
  const node = await TestNode.open(options);
  const runId = await node.start('w');
  for (const name of ['first', 'second']) {
    await node.complete(await node.pollWorkflowTask());
    await node.signal('w', name);
    if (name === 'first') await node.complete(await node.pollWorkflowTask(), [continueAsNew()]);
  }
  return { node, runId };
}

test('what reached the runs of a chain is sent again, of runs in memory and of runs that left it', async () => {
  const { node, runId } = await twoRuns();
  await reset(node, runId);
  expect(await signalsOf(node)).toEqual(['first', 'second']);

  const evicting = await twoRuns({ cacheSizeBytes: 1 });
  await evicting.node.clock.advance(3000);
  await reset(evicting.node, evicting.runId);
  expect(await signalsOf(evicting.node)).toEqual(['first', 'second']);
});

test('a signal that comes while the chain is being read is not lost', async () => {
  let signalled = false;
  const options: TestNodeOptions = {
    cacheSizeBytes: 1,
    wrapStore: (store) => {
      const readHistory = store.readHistory.bind(store);
      store.readHistory = async (...given) => {
        const page = await readHistory(...given);
        if (!signalled) {
          signalled = true;
          await node.signal('w', 'meanwhile');
        }
        return page;
      };
    },
  };
  const { node, runId } = await twoRuns(options);
  await node.clock.advance(3000);
  await reset(node, runId);
  expect(signalled).toBe(true);
  expect(await signalsOf(node)).toEqual(['first', 'second', 'meanwhile']);
});

test('a run of the chain that is no longer kept ends it', async () => {
  const { node, runId } = await twoRuns();
  const second = (await node.describe('w')).workflowExecutionInfo?.execution?.runId;
  await node.complete(await node.pollWorkflowTask(), [continueAsNew()]);
  await node.delete('w', second);
  await reset(node, runId);
  expect(await signalsOf(node)).toEqual(['first']);
});

test('the new run is signalled and given a priority, and its tasks have it', async () => {
  const { node, runId } = await twoRuns();
  const signalWorkflow = { signalName: 'go', input: payloads(1) };
  const updateWorkflowOptions = {
    workflowExecutionOptions: { priority: { priorityKey: 1 } },
    updateMask: { paths: ['priority'] },
  };
  await reset(node, runId, { postResetOperations: [{ signalWorkflow }, { updateWorkflowOptions }] });
  expect(await signalsOf(node)).toEqual(['first', 'second', 'go']);
  expect((await node.describe('w')).workflowExecutionInfo?.priority).toMatchObject({ priorityKey: 1 });
  await node.start('other');
  expect((await node.pollWorkflowTask()).workflowExecution?.workflowId).toBe('w');
});

test('an operation that cannot be done is refused, and nothing has happened', async () => {
  const { node, runId } = await twoRuns();
  const before = await node.describe('w');
  const versioningOverride = { autoUpgrade: true };
  const pinned = {
    updateWorkflowOptions: {
      workflowExecutionOptions: { versioningOverride },
      updateMask: { paths: ['versioning_override'] },
    },
  };
  expect(await codeOf(reset(node, runId, { postResetOperations: [pinned] }))).toBe('FAILED_PRECONDITION');
  expect(await codeOf(reset(node, runId, { postResetOperations: [{}] }))).toBe('INVALID_ARGUMENT');
  expect(await node.describe('w')).toEqual(before);
});

test('the priority of a run that waits is changed, and its next tasks have it', async () => {
  const node = await TestNode.open();
  for (const workflowId of ['usual', 'urgent']) await node.start(workflowId);
  await node.call(methods.UpdateWorkflowExecutionOptions, {
    namespace: 'default',
    workflowExecution: { workflowId: 'urgent' },
    workflowExecutionOptions: { priority: { priorityKey: 1 } },
    updateMask: { paths: ['priority'] },
  });
  // The task that waits already keeps its place; the next one comes before others.
  const [usual, urgent] = [await node.pollWorkflowTask(), await node.pollWorkflowTask()];
  expect([usual, urgent].map((task) => task.workflowExecution?.workflowId)).toEqual(['usual', 'urgent']);
  for (const task of [usual, urgent]) await node.complete(task);
  for (const workflowId of ['usual', 'urgent']) await node.signal(workflowId);
  expect((await node.pollWorkflowTask()).workflowExecution?.workflowId).toBe('urgent');
  expect(await node.eventNames('urgent')).toContain('WORKFLOW_EXECUTION_OPTIONS_UPDATED');
});
