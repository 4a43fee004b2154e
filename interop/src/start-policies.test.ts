import { randomUUID } from 'node:crypto';
import { test } from 'vitest';
import { api, commands, connect, errorDetails, expectStatus } from './harness/index.js';

const environment = await connect();
const reuse = api.enums.WorkflowIdReusePolicy;
const conflict = api.enums.WorkflowIdConflictPolicy;

/** Starts a workflow and ends it with `command`. */
async function closedRun(
  command: api.command.ICommand,
): Promise<{ workflowId: string; runId: string; taskQueue: string }> {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([command]);
  await environment.closedHistory(execution);
  return { ...execution, taskQueue: worker.taskQueue };
}

test('a closed id may be used again by default, in a new run', async ({ expect }) => {
  const first = await closedRun(commands.completeWorkflow());
  const second = await environment.start(first.taskQueue, { workflowId: first.workflowId });
  expect(second.runId).not.toBe(first.runId);
  expect(await environment.transcript(second, { show: ['firstExecutionRunId'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted firstExecutionRunId=<uuid>
    2 WorkflowTaskScheduled taskQueue=scripted
  `);
});

test('ALLOW_DUPLICATE_FAILED_ONLY refuses after success and allows after failure', async ({ expect }) => {
  const policy = reuse.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY;
  const succeeded = await closedRun(commands.completeWorkflow());
  const failed = await closedRun(commands.failWorkflow('broken'));
  const again = { workflowIdReusePolicy: policy };
  await expectStatus(
    environment.start(succeeded.taskQueue, { ...again, workflowId: succeeded.workflowId }),
    'ALREADY_EXISTS',
    /WorkflowId.*RunId/,
  );
  const rerun = await environment.start(failed.taskQueue, { ...again, workflowId: failed.workflowId });
  expect(rerun.runId).not.toBe(failed.runId);
});

test('REJECT_DUPLICATE refuses any id that has been used', async ({ expect }) => {
  const policy = reuse.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE;
  const failed = await closedRun(commands.failWorkflow('broken'));
  const error = await expectStatus(
    environment.start(failed.taskQueue, { workflowIdReusePolicy: policy, workflowId: failed.workflowId }),
    'ALREADY_EXISTS',
  );
  expect(error.message).toContain(failed.workflowId);
});

test('TERMINATE_IF_RUNNING ends the running one and starts another', async ({ expect }) => {
  const queue = environment.uniqueId('queue');
  const first = await environment.start(queue);
  const second = await environment.start(queue, {
    workflowId: first.workflowId,
    workflowIdReusePolicy: reuse.WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING,
  });
  expect(second.runId).not.toBe(first.runId);
  expect(await environment.closedTranscript(first)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=queue
    2 WorkflowTaskScheduled taskQueue=queue
    3 WorkflowExecutionTerminated reason=TerminateIfRunning WorkflowIdReusePolicy details=['terminated by new runID: <uuid>']
  `);
  expect(await environment.transcript(second)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=queue
    2 WorkflowTaskScheduled taskQueue=queue
  `);
});

test('a running id is refused by default, and the error names the run', async ({ expect }) => {
  const queue = environment.uniqueId('queue');
  const first = await environment.start(queue);
  const error = await expectStatus(
    environment.start(queue, { workflowId: first.workflowId }),
    'ALREADY_EXISTS',
    /already running/i,
  );
  expect(errorDetails(error)).toMatchObject([{ value: { runId: first.runId } }]);
});

test('conflict policy FAIL refuses, USE_EXISTING answers with the running one', async ({ expect }) => {
  const queue = environment.uniqueId('queue');
  const first = await environment.start(queue);
  const sameId = { workflowId: first.workflowId };
  await expectStatus(
    environment.start(queue, { ...sameId, workflowIdConflictPolicy: conflict.WORKFLOW_ID_CONFLICT_POLICY_FAIL }),
    'ALREADY_EXISTS',
  );
  const response = await environment.service.startWorkflowExecution({
    namespace: 'default',
    ...sameId,
    workflowType: { name: 'other' },
    taskQueue: { name: queue },
    requestId: randomUUID(),
    workflowIdConflictPolicy: conflict.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
  });
  expect(response).toMatchObject({ runId: first.runId, started: false });
  expect(await environment.transcript(first)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=queue
    2 WorkflowTaskScheduled taskQueue=queue
  `);
});

test('conflict policy TERMINATE_EXISTING ends the running one', async ({ expect }) => {
  const queue = environment.uniqueId('queue');
  const first = await environment.start(queue);
  const second = await environment.start(queue, {
    workflowId: first.workflowId,
    workflowIdConflictPolicy: conflict.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING,
  });
  expect(second.runId).not.toBe(first.runId);
  expect(await environment.closedTranscript(first)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=queue
    2 WorkflowTaskScheduled taskQueue=queue
    3 WorkflowExecutionTerminated reason=TerminateIfRunning WorkflowIdReusePolicy details=['terminated by new runID: <uuid>']
  `);
});

test('USE_EXISTING starts a new run when none is running', async ({ expect }) => {
  const first = await closedRun(commands.completeWorkflow());
  const second = await environment.start(first.taskQueue, {
    workflowId: first.workflowId,
    workflowIdConflictPolicy: conflict.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
  });
  expect(second.runId).not.toBe(first.runId);
});

test('on-conflict options attach a request id and links to the running one', async ({ expect }) => {
  const queue = environment.uniqueId('queue');
  const first = await environment.start(queue);
  const link = {
    workflowEvent: { namespace: 'default', workflowId: 'elsewhere', runId: randomUUID(), eventRef: { eventType: 1 } },
  };
  const attach = {
    workflowId: first.workflowId,
    workflowIdConflictPolicy: conflict.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
    onConflictOptions: { attachRequestId: true, attachLinks: true, attachCompletionCallbacks: true },
    links: [link],
    requestId: 'attached-request',
  };
  expect(await environment.start(queue, attach)).toEqual(first);
  expect(await environment.start(queue, attach)).toEqual(first);
  const history = await environment.history(first);
  expect(await environment.transcript(first)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=queue
    2 WorkflowTaskScheduled taskQueue=queue
    3 WorkflowExecutionOptionsUpdated attachedRequestId=attached-request
  `);
  expect(history.at(-1)?.links?.[0]?.workflowEvent?.workflowId).toBe('elsewhere');
});

test('the same request id starts once, whatever the policies say', async ({ expect }) => {
  const queue = environment.uniqueId('queue');
  const requestId = randomUUID();
  const first = await environment.start(queue, { requestId });
  const again = { namespace: 'default', workflowId: first.workflowId, taskQueue: { name: queue }, requestId };
  const workflowType = { name: 'scripted' };
  const repeated = await environment.service.startWorkflowExecution({ ...again, workflowType });
  expect(repeated).toMatchObject({ runId: first.runId, started: true });
  const terminating = conflict.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING;
  const third = { ...again, workflowType, workflowIdConflictPolicy: terminating };
  expect(await environment.service.startWorkflowExecution(third)).toMatchObject({ runId: first.runId });
  expect(await environment.transcript(first)).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=queue
    2 WorkflowTaskScheduled taskQueue=queue
  `);
});

test('the same request id is recognised after the run has closed', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const requestId = randomUUID();
  const first = await environment.start(worker.taskQueue, { requestId });
  await worker.step([commands.completeWorkflow()]);
  await environment.closedHistory(first);
  const again = await environment.start(worker.taskQueue, { requestId, workflowId: first.workflowId });
  expect(again.runId).toBe(first.runId);
});

test('two starts at the same moment give one run', async ({ expect }) => {
  const queue = environment.uniqueId('queue');
  const workflowId = environment.uniqueId('wf');
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => environment.start(queue, { workflowId })));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
});
