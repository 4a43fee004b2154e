import { randomUUID } from 'node:crypto';
import { test } from 'vitest';
import type { api } from './harness/index.js';
import { commands, connect, eventTypes, expectStatus, seconds, toPayloads } from './harness/index.js';

const environment = await connect();
const { service } = environment;
const namespace = 'default';
const workflowExecution = { workflowId: 'no-such-workflow' };
const execution = workflowExecution;
const taskToken = Buffer.from('not a token');
const long = 'x'.repeat(1001);
const start: api.service.IStartWorkflowExecutionRequest = {
  namespace,
  workflowId: 'bad-input',
  workflowType: { name: 'scripted' },
  taskQueue: { name: 'bad-input' },
  requestId: 'request',
};

interface BadRequest {
  readonly name: string;
  readonly call: () => Promise<unknown>;
  readonly status: Parameters<typeof expectStatus>[1];
  readonly message: RegExp;
}

const table: readonly BadRequest[] = [
  { name: 'a start without workflow id', call: () => service.startWorkflowExecution({ ...start, workflowId: '' }), status: 'INVALID_ARGUMENT', message: /WorkflowId/i },
  { name: 'a start without type', call: () => service.startWorkflowExecution({ ...start, workflowType: null }), status: 'INVALID_ARGUMENT', message: /WorkflowType/i },
  { name: 'a start without task queue', call: () => service.startWorkflowExecution({ ...start, taskQueue: null }), status: 'INVALID_ARGUMENT', message: /Task ?Queue/i },
  { name: 'a start without namespace', call: () => service.startWorkflowExecution({ ...start, namespace: '' }), status: 'INVALID_ARGUMENT', message: /namespace/i },
  { name: 'a start in an unknown namespace', call: () => service.startWorkflowExecution({ ...start, namespace: 'no-such-namespace' }), status: 'NOT_FOUND', message: /no-such-namespace/ },
  { name: 'a start with an over-long id', call: () => service.startWorkflowExecution({ ...start, workflowId: long }), status: 'INVALID_ARGUMENT', message: /WorkflowId.*length/i },
  { name: 'a start with an over-long type', call: () => service.startWorkflowExecution({ ...start, workflowType: { name: long } }), status: 'INVALID_ARGUMENT', message: /WorkflowType.*length/i },
  { name: 'a start with an over-long task queue', call: () => service.startWorkflowExecution({ ...start, taskQueue: { name: long } }), status: 'INVALID_ARGUMENT', message: /task ?queue.*length/i },
  { name: 'a start with an over-long request id', call: () => service.startWorkflowExecution({ ...start, requestId: long }), status: 'INVALID_ARGUMENT', message: /RequestId.*length/i },
  { name: 'a start with a negative run timeout', call: () => service.startWorkflowExecution({ ...start, workflowRunTimeout: seconds(-1) }), status: 'INVALID_ARGUMENT', message: /RunTimeout/i },
  { name: 'a start with a negative execution timeout', call: () => service.startWorkflowExecution({ ...start, workflowExecutionTimeout: seconds(-1) }), status: 'INVALID_ARGUMENT', message: /ExecutionTimeout/i },
  { name: 'a start with a negative task timeout', call: () => service.startWorkflowExecution({ ...start, workflowTaskTimeout: seconds(-1) }), status: 'INVALID_ARGUMENT', message: /TaskTimeout/i },
  { name: 'a start with a negative delay', call: () => service.startWorkflowExecution({ ...start, workflowStartDelay: seconds(-1) }), status: 'INVALID_ARGUMENT', message: /StartDelay/i },
  { name: 'a start with a bad retry policy', call: () => service.startWorkflowExecution({ ...start, retryPolicy: { backoffCoefficient: 0.5 } }), status: 'INVALID_ARGUMENT', message: /BackoffCoefficient/i },
  { name: 'a start with maximum below initial interval', call: () => service.startWorkflowExecution({ ...start, retryPolicy: { initialInterval: seconds(5), maximumInterval: seconds(1) } }), status: 'INVALID_ARGUMENT', message: /MaximumInterval/i },
  { name: 'a start with negative attempts', call: () => service.startWorkflowExecution({ ...start, retryPolicy: { maximumAttempts: -1 } }), status: 'INVALID_ARGUMENT', message: /MaximumAttempts/i },
  { name: 'a start with a huge input', call: () => service.startWorkflowExecution({ ...start, input: toPayloads('x'.repeat(2 * 1024 * 1024 + 1)) }), status: 'INVALID_ARGUMENT', message: /size/i },
  { name: 'a start with contradicting policies', call: () => service.startWorkflowExecution({ ...start, workflowIdReusePolicy: 4, workflowIdConflictPolicy: 2 }), status: 'INVALID_ARGUMENT', message: /policy/i },
  { name: 'a signal without name', call: () => service.signalWorkflowExecution({ namespace, workflowExecution }), status: 'INVALID_ARGUMENT', message: /Signal ?Name/i },
  { name: 'a signal without execution', call: () => service.signalWorkflowExecution({ namespace, signalName: 's' }), status: 'INVALID_ARGUMENT', message: /Execution/i },
  { name: 'a signal with a malformed run id', call: () => service.signalWorkflowExecution({ namespace, signalName: 's', workflowExecution: { workflowId: 'w', runId: 'no-uuid' } }), status: 'INVALID_ARGUMENT', message: /RunId/i },
  { name: 'a signal with an over-long name', call: () => service.signalWorkflowExecution({ namespace, signalName: long, workflowExecution }), status: 'INVALID_ARGUMENT', message: /Signal.*length/i },
  { name: 'a signal to the unknown', call: () => service.signalWorkflowExecution({ namespace, signalName: 's', workflowExecution }), status: 'NOT_FOUND', message: /workflow.*not found/i },
  { name: 'a signal-with-start without signal name', call: () => service.signalWithStartWorkflowExecution({ ...start }), status: 'INVALID_ARGUMENT', message: /Signal ?Name/i },
  { name: 'a terminate of the unknown', call: () => service.terminateWorkflowExecution({ namespace, workflowExecution }), status: 'NOT_FOUND', message: /not found/i },
  { name: 'a cancel of the unknown', call: () => service.requestCancelWorkflowExecution({ namespace, workflowExecution }), status: 'NOT_FOUND', message: /not found/i },
  { name: 'a cancel without execution', call: () => service.requestCancelWorkflowExecution({ namespace }), status: 'INVALID_ARGUMENT', message: /Execution/i },
  { name: 'a delete of the unknown', call: () => service.deleteWorkflowExecution({ namespace, workflowExecution }), status: 'NOT_FOUND', message: /not found/i },
  { name: 'a reset of the unknown', call: () => service.resetWorkflowExecution({ namespace, workflowExecution, requestId: 'r', workflowTaskFinishEventId: 4 as never }), status: 'NOT_FOUND', message: /not found/i },
  { name: 'a description of the unknown', call: () => service.describeWorkflowExecution({ namespace, execution }), status: 'NOT_FOUND', message: /not found/i },
  { name: 'a description without execution', call: () => service.describeWorkflowExecution({ namespace }), status: 'INVALID_ARGUMENT', message: /Execution/i },
  { name: 'a description of an unknown run', call: () => service.describeWorkflowExecution({ namespace, execution: { ...execution, runId: randomUUID() } }), status: 'NOT_FOUND', message: /not found/i },
  { name: 'a history of the unknown', call: () => service.getWorkflowExecutionHistory({ namespace, execution }), status: 'NOT_FOUND', message: /not found/i },
  { name: 'an update of the unknown', call: () => service.updateWorkflowExecution({ namespace, workflowExecution, request: { meta: { updateId: 'u' }, input: { name: 'n' } } }), status: 'NOT_FOUND', message: /not found/i },
  { name: 'an update without name', call: () => service.updateWorkflowExecution({ namespace, workflowExecution, request: { meta: { updateId: 'u' }, input: {} } }), status: 'INVALID_ARGUMENT', message: /name/i },
  { name: 'an answer with a malformed workflow task token', call: () => service.respondWorkflowTaskCompleted({ namespace, taskToken }), status: 'INVALID_ARGUMENT', message: /token/i },
  { name: 'an answer without a workflow task token', call: () => service.respondWorkflowTaskCompleted({ namespace }), status: 'INVALID_ARGUMENT', message: /token/i },
  { name: 'a failure with a malformed workflow task token', call: () => service.respondWorkflowTaskFailed({ namespace, taskToken }), status: 'INVALID_ARGUMENT', message: /token/i },
  { name: 'an answer with a malformed activity token', call: () => service.respondActivityTaskCompleted({ namespace, taskToken }), status: 'INVALID_ARGUMENT', message: /token/i },
  { name: 'a heartbeat with a malformed token', call: () => service.recordActivityTaskHeartbeat({ namespace, taskToken }), status: 'INVALID_ARGUMENT', message: /token/i },
  { name: 'an activity failure without token', call: () => service.respondActivityTaskFailed({ namespace }), status: 'INVALID_ARGUMENT', message: /token/i },
  { name: 'a query answer with a malformed token', call: () => service.respondQueryTaskCompleted({ namespace, taskToken }), status: 'INVALID_ARGUMENT', message: /token/i },
  { name: 'an activity answer by id without activity id', call: () => service.respondActivityTaskCompletedById({ namespace, workflowId: 'w' }), status: 'INVALID_ARGUMENT', message: /activity ?id/i },
  { name: 'an activity answer by id of the unknown', call: () => service.respondActivityTaskCompletedById({ namespace, workflowId: 'no-such-workflow', activityId: 'a' }), status: 'NOT_FOUND', message: /not found/i },
  { name: 'a workflow poll without task queue', call: () => polling(() => service.pollWorkflowTaskQueue({ namespace })), status: 'INVALID_ARGUMENT', message: /Task ?Queue/i },
  { name: 'an activity poll without task queue', call: () => polling(() => service.pollActivityTaskQueue({ namespace })), status: 'INVALID_ARGUMENT', message: /Task ?Queue/i },
  { name: 'a poll in an unknown namespace', call: () => polling(() => service.pollWorkflowTaskQueue({ namespace: 'no-such-namespace', taskQueue: { name: 'q' } })), status: 'NOT_FOUND', message: /no-such-namespace/ },
]; // prettier-ignore

test.for(table)('$name is refused', async ({ call, status, message }) => {
  await expectStatus(call(), status, message);
});

test('a list with a malformed page token is refused', async ({ expect }) => {
  const refusal = await service
    .listWorkflowExecutions({ namespace, nextPageToken: taskToken })
    .catch((error: unknown) => error);
  // Temporal's server says UNKNOWN here, which tells the caller less.
  expect(refusal).toMatchObject({ code: expect.toSatisfy((code) => code === 3 || code === 2) });
});

test('a token of one namespace is refused in another', async () => {
  const worker = environment.scriptedWorker();
  const other = environment.uniqueId('namespace');
  await service.registerNamespace({ namespace: other, workflowExecutionRetentionPeriod: seconds(86_400) });
  await environment.start(worker.taskQueue);
  const task = await worker.workflowTask();
  const answer = service.respondWorkflowTaskCompleted({ namespace: other, taskToken: task.taskToken });
  await expectStatus(answer, 'INVALID_ARGUMENT', /namespace/i);
  await worker.complete(task, [commands.completeWorkflow()]);
});

test('a heartbeat with huge details ends the activity, not the workflow', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const run = await environment.start(worker.taskQueue);
  await worker.step([commands.scheduleActivity('a', worker.taskQueue)]);
  const { cancelRequested } = await worker.heartbeat(await worker.activityTask(), 'x'.repeat(2 * 1024 * 1024 + 1));
  expect(cancelRequested).toBe(true);
  await worker.step([commands.completeWorkflow()]);
  expect(eventTypes(await environment.closedHistory(run))).toContain('ActivityTaskFailed');
});

async function polling<T>(call: () => Promise<T>): Promise<T> {
  return await environment.rawConnection.withDeadline(Date.now() + 10_000, call);
}
