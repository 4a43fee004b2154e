import { enums, services as api } from '@perdure/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { completeWorkflow, scheduleActivity, signalExternal, startChild, startTimer } from '../testing/commands.js';
import { objectsLeftBy } from '../testing/objects-alive.js';
import { scheduleOperation, ScriptedHandler } from '../testing/scripted-handler.js';
import { codeOf, payloads, TestNode, type TestNodeOptions } from '../testing/test-node.js';

const { methods } = api.WorkflowService;
const { WorkflowTaskFailedCause } = enums;
const ROUNDS = 60;
/** A few rows of the simulated disk may be left by all rounds together; whatever each of them left would be `ROUNDS` at least. */
const SLACK = ROUNDS / 2;
/** Long enough that what has changed is in the tables. */
const WRITTEN_MS = 10_000;
const namespace = 'default';

async function open(options: TestNodeOptions = {}): Promise<TestNode> {
  const node = await TestNode.open(options);
  onTestFinished(() => node.stop());
  return node;
}

/** Everything that waits for the tables is written. */
function written(node: TestNode): Promise<void> {
  return node.clock.advance(WRITTEN_MS);
}

/** Lets a run do something round after round, and answers how many objects that has left. */
async function leftByRun(node: TestNode, round: (index: number) => Promise<void>): Promise<number> {
  await node.start('w');
  await node.complete(await node.pollWorkflowTask());
  return objectsLeftBy(ROUNDS, async (index) => {
    await node.signal('w');
    await round(index);
    if (index % ROUNDS === ROUNDS - 1) await written(node);
  });
}

test('a run keeps nothing of signals and of activities that have ended, whichever way', async () => {
  const node = await open();
  const once = { retryPolicy: { maximumAttempts: 1 } };
  const left = await leftByRun(node, async () => {
    const commands = [scheduleActivity('completed'), scheduleActivity('failed', once), scheduleActivity('later', once)];
    await node.complete(await node.pollWorkflowTask(), commands);
    for (let polled = 0; polled < commands.length; polled += 1) {
      const { taskToken, activityId } = await node.pollActivityTask();
      await node.call(methods.RecordActivityTaskHeartbeat, { namespace, taskToken, details: payloads(activityId) });
      const { RespondActivityTaskFailed, RespondActivityTaskFailedById } = methods;
      const failure = { message: 'no' };
      if (activityId === 'completed') await node.completeActivity({ taskToken });
      else if (activityId === 'failed') await node.call(RespondActivityTaskFailed, { namespace, taskToken, failure });
      else await node.call(RespondActivityTaskFailedById, { namespace, workflowId: 'w', activityId, failure });
    }
    await node.complete(await node.pollWorkflowTask());
  });
  expect(left).toBeLessThan(SLACK);
});

test('a run keeps nothing of timers, children, signals to others and workflow tasks that failed', async () => {
  const node = await open();
  await node.start('other', { taskQueue: { name: 'elsewhere' } });
  const left = await leftByRun(node, async (index) => {
    const { taskToken } = await node.pollWorkflowTask();
    const cause = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED;
    await node.call(methods.RespondWorkflowTaskFailed, { namespace, taskToken, cause, failure: { message: 'no' } });
    const child = `child-${index}`;
    const commands = [startTimer('t', 1), startChild(child, { taskQueue: { name: 'children' } })];
    await node.complete(await node.pollWorkflowTask(), [...commands, signalExternal('other')]);
    await node.complete(await node.pollWorkflowTask('children'), [completeWorkflow()]);
    await node.clock.advance(1);
    await node.complete(await node.pollWorkflowTask());
    await node.delete(child);
  });
  expect(left).toBeLessThan(SLACK);
});

test('a run keeps nothing of queries that were answered or given up, and of those who waited for its events', async () => {
  const node = await open();
  const left = await leftByRun(node, async () => {
    const asked = node.query('w');
    const givenUp = codeOf(node.query('w', 50));
    const waitNewEvent = { namespace, execution: { workflowId: 'w' }, waitNewEvent: true };
    const { nextPageToken } = await node.call(methods.GetWorkflowExecutionHistory, waitNewEvent);
    const more = node.call(methods.GetWorkflowExecutionHistory, { ...waitNewEvent, nextPageToken });
    const task = await node.pollWorkflowTask();
    await more;
    const [id = ''] = Object.keys(task.queries);
    await node.clock.advance(100);
    const queryResults = {
      [id]: { resultType: enums.QueryResultType.QUERY_RESULT_TYPE_ANSWERED, answer: payloads(1) },
    };
    await node.complete(task, [], { queryResults });
    await Promise.all([asked, givenUp]);
  });
  expect(left).toBeLessThan(SLACK);
});

test('a run keeps nothing of Nexus operations that have ended', async () => {
  const handler = new ScriptedHandler();
  handler.onStart = () => ({ kind: 'completed', result: payloads('done').payloads?.[0], links: [] });
  const node = await open({ nexusCaller: handler });
  const left = await leftByRun(node, async () => {
    await node.complete(await node.pollWorkflowTask(), [scheduleOperation()]);
    await node.complete(await node.pollWorkflowTask());
    handler.starts.length = 0;
  });
  expect(left).toBeLessThan(SLACK);
});

test('nothing is kept of polls that found nothing or were given up', async () => {
  const node = await open();
  const left = await objectsLeftBy(ROUNDS, async () => {
    const polls = new AbortController();
    const givenUp = [node.pollWorkflowTask('queue', polls.signal), node.pollActivityTask('queue', polls.signal)];
    const codes = Promise.all(givenUp.map((poll: Promise<unknown>) => codeOf(poll)));
    const empty = node.call(
      methods.PollWorkflowTaskQueue,
      { namespace, taskQueue: { name: 'queue' } },
      { timeoutMs: 2_000 },
    );
    polls.abort();
    await node.clock.advance(2_100);
    expect([...(await codes), (await empty).taskToken.length]).toEqual(['CANCELLED', 'CANCELLED', 0]);
  });
  expect(left).toBeLessThan(SLACK);
});

test('nothing is kept of runs that were deleted', async () => {
  const node = await open();
  const left = await objectsLeftBy(ROUNDS, async (index) => {
    const workflowId = `w-${index}`;
    await node.start(workflowId);
    const query = codeOf(node.query(workflowId, 5_000));
    await node.complete(await node.pollWorkflowTask(), [startTimer('t', 60_000), scheduleActivity('a')]);
    await node.pollActivityTask();
    await node.delete(workflowId);
    await node.clock.advance(WRITTEN_MS);
    await query;
  });
  expect(left).toBeLessThan(SLACK);
});
