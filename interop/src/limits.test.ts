import { test } from 'vitest';
import { api, commands, connect, eventTypes, expectStatus, toPayloads } from './harness/index.js';

const environment = await connect();
const { service } = environment;

test('a long history suggests to continue as new', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  await environment.start(worker.taskQueue);
  const markers = Array.from({ length: 4100 }, (_, index) => commands.recordMarker(`m${index}`));
  const reply = await worker.complete(await worker.workflowTask(), markers, {
    forceCreateNewWorkflowTask: true,
    returnNewWorkflowTask: true,
  });
  const { suggestContinueAsNew } = await lastStarted(reply.workflowTask!);
  expect(suggestContinueAsNew).toBe(true);
});

test.for([
  {
    name: 'activities',
    build: (queue: string, index: number) => commands.scheduleActivity(`a${index}`, queue),
    cause: 'PENDING_ACTIVITIES_LIMIT_EXCEEDED',
  },
  {
    name: 'child workflows',
    build: (queue: string, index: number) =>
      commands.startChild({ workflowId: `${queue}-${index}`, taskQueue: { name: queue } }),
    cause: 'PENDING_CHILD_WORKFLOWS_LIMIT_EXCEEDED',
  },
  {
    name: 'signals to others',
    build: (queue: string, index: number) =>
      commands.signalExternal({ execution: { workflowId: `${queue}-${index}` }, signalName: 's' }),
    cause: 'PENDING_SIGNALS_LIMIT_EXCEEDED',
  },
  {
    name: 'cancel requests to others',
    build: (queue: string, index: number) => commands.cancelExternal({ workflowId: `${queue}-${index}` }),
    cause: 'PENDING_REQUEST_CANCEL_LIMIT_EXCEEDED',
  },
])('more than 2,000 pending $name fail the workflow task', async ({ build, cause }, { expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const tooMany = Array.from({ length: 2001 }, (_, index) => build(environment.uniqueId('many'), index));
  await expectStatus(worker.complete(await worker.workflowTask(), tooMany), 'INVALID_ARGUMENT', /limit|pending/i);
  const failed = (await environment.history(execution)).find((event) => event.workflowTaskFailedEventAttributes);
  const actual = failed?.workflowTaskFailedEventAttributes?.cause ?? 0;
  expect(api.enums.WorkflowTaskFailedCause[actual]).toBe(`WORKFLOW_TASK_FAILED_CAUSE_${cause}`);
  await worker.step([commands.completeWorkflow()]);
});

test('a result that is too large ends the activity, and one of a workflow ends the workflow', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const huge = 'x'.repeat(2 * 1024 * 1024 + 1);
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.scheduleActivity('a', worker.taskQueue, { retryPolicy: { maximumAttempts: 1 } })]);
  await worker.completeActivity(await worker.activityTask(), huge).catch(() => undefined);
  const task = await worker.workflowTask();
  expect(eventTypes(task.history!.events!)).toContain('ActivityTaskFailed');
  await worker.complete(task, [commands.completeWorkflow(huge)]).catch(() => undefined);
  expect(eventTypes(await environment.closedHistory(execution)).at(-1)).toBe('WorkflowExecutionTerminated');
});

test('a failure that is too large ends its activity, however often it may be tried, and its heading is kept', async ({
  expect,
}) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([commands.scheduleActivity('a', worker.taskQueue)]);
  await worker.failActivity(await worker.activityTask(), `boom ${'x'.repeat(2 * 1024 * 1024)}`, { type: 'Loud' });
  await worker.step([commands.completeWorkflow()]);
  const events = await environment.closedHistory(execution);
  const { failure } = events.find(
    (event) => event.activityTaskFailedEventAttributes,
  )!.activityTaskFailedEventAttributes!;
  expect(failure).toMatchObject({
    message: expect.stringContaining('Failure exceeds size limit'),
    serverFailureInfo: { nonRetryable: true },
    cause: { message: expect.stringMatching(/^boom x{3995}$/), applicationFailureInfo: { type: 'Loud' } },
  });
});

test('a signal that is too large is refused', async ({ expect }) => {
  const execution = await environment.start(environment.uniqueId('nobody'));
  const input = toPayloads('x'.repeat(2 * 1024 * 1024 + 1));
  const request = { namespace: 'default', workflowExecution: execution, signalName: 's', input };
  await expectStatus(service.signalWorkflowExecution(request), 'INVALID_ARGUMENT', /size/i);
  expect(eventTypes(await environment.history(execution))).toHaveLength(2);
});

async function lastStarted(
  task: api.service.IPollWorkflowTaskQueueResponse,
): Promise<api.history.IWorkflowTaskStartedEventAttributes> {
  const events = [...task.history!.events!];
  let { nextPageToken } = task;
  while (nextPageToken?.length) {
    const request = { namespace: 'default', execution: task.workflowExecution, nextPageToken };
    const page = await service.getWorkflowExecutionHistory(request);
    events.push(...page.history!.events!);
    nextPageToken = page.nextPageToken;
  }
  return events.at(-1)!.workflowTaskStartedEventAttributes!;
}
