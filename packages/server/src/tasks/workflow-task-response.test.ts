import { services } from '@perdure/protocol';
import { expect, it } from 'vitest';
import { eventName, TestNode, type WorkflowTask } from '../testing/test-node.js';

const { methods } = services.WorkflowService;

async function fail(node: TestNode, { taskToken }: WorkflowTask): Promise<void> {
  await node.call(methods.RespondWorkflowTaskFailed, { namespace: 'default', taskToken });
}

/** The rest of the history of a task, page by page. */
async function remaining(node: TestNode, { nextPageToken, workflowExecution }: WorkflowTask): Promise<string[]> {
  const names: string[] = [];
  let token = nextPageToken;
  while (token.length > 0) {
    const request = { namespace: 'default', execution: workflowExecution, nextPageToken: token };
    const page = await node.call(methods.GetWorkflowExecutionHistory, request);
    names.push(...(page.history?.events ?? []).map(({ eventType }) => eventName(eventType)));
    token = page.nextPageToken;
  }
  return names;
}

const HISTORY = [
  'WORKFLOW_EXECUTION_STARTED',
  'WORKFLOW_TASK_SCHEDULED',
  'WORKFLOW_TASK_STARTED',
  'WORKFLOW_TASK_FAILED',
];
/** Events that a further attempt would have; history does not have them. */
const VIRTUAL = ['WORKFLOW_TASK_SCHEDULED', 'WORKFLOW_TASK_STARTED'];

it('a further attempt is shown with the events it would have', async () => {
  const node = await TestNode.open();
  await node.start('w');
  await fail(node, await node.pollWorkflowTask());
  const task = await node.pollWorkflowTask();
  const events = task.history?.events ?? [];
  expect(events.map(({ eventType }) => eventName(eventType))).toEqual([...HISTORY, ...VIRTUAL]);
  expect(events.map(({ eventId }) => eventId)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(task.startedEventId).toBe(6);
  expect(await node.eventNames('w')).toEqual(HISTORY);
});

it.each([1, 2, 3, 4])('in pages of %d events, those events come at the end of the last', async (historyPageEvents) => {
  const node = await TestNode.open({ limits: { historyPageEvents } });
  await node.start('w');
  await fail(node, await node.pollWorkflowTask());
  const task = await node.pollWorkflowTask();
  const first = (task.history?.events ?? []).map(({ eventType }) => eventName(eventType));
  expect([...first, ...(await remaining(node, task))]).toEqual([...HISTORY, ...VIRTUAL]);
});
