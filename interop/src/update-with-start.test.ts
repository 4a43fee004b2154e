import { test } from 'vitest';
import {
  api,
  commands,
  connect,
  errorDetails,
  eventTypes,
  expectStatus,
  fromPayloads,
  toPayloads,
  updateMessages,
} from './harness/index.js';

const environment = await connect();
const { service } = environment;
const { UpdateWorkflowExecutionLifecycleStage: Stage, WorkflowIdConflictPolicy: Conflict } = api.enums;
const useExisting = Conflict.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING;

test('update-with-start starts the workflow and updates it in its first workflow task', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const workflowId = environment.uniqueId('wf');
  const answer = updateWithStart(worker.taskQueue, workflowId);
  const task = await worker.workflowTask();
  expect(updateMessages.requestsOf(task)).toHaveLength(1);
  const [accepting, extras] = updateMessages.acceptAndComplete(task, 'updated');
  await worker.complete(task, [...accepting, commands.completeWorkflow()], extras);
  const [start, update] = (await answer).responses;
  expect(start!.startWorkflow).toMatchObject({ started: true, runId: task.workflowExecution!.runId });
  expect(fromPayloads(update!.updateWorkflow!.outcome!.success)).toEqual(['updated']);
  expect(await environment.closedTranscript({ workflowId })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionUpdateAccepted protocolInstanceId=u1 acceptedRequestMessageId=u1/request acceptedRequestSequencingEventId=2 acceptedRequest={'meta':{'updateId':'u1'},'input':'set'}
    6 WorkflowExecutionUpdateCompleted meta={'updateId':'u1'} outcome={'success':['updated']} acceptedEventId=5
    7 WorkflowExecutionCompleted completed=4
  `);
});

test('update-with-start only updates a workflow that runs', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const { workflowId, runId } = await environment.start(worker.taskQueue);
  await worker.step();
  const answer = updateWithStart(worker.taskQueue, workflowId);
  const task = await worker.workflowTask();
  await worker.complete(task, ...updateMessages.acceptAndComplete(task, 'updated'));
  const [start, update] = (await answer).responses;
  expect(start!.startWorkflow).toMatchObject({ started: false, runId });
  expect(update!.updateWorkflow!.updateRef!.workflowExecution).toMatchObject({ workflowId, runId });
  expect(eventTypes(await environment.history({ workflowId }))).toContain('WorkflowExecutionUpdateCompleted');
});

test('update-with-start under the conflict policy FAIL refuses both, and says which failed why', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const { workflowId } = await environment.start(worker.taskQueue);
  await worker.step();
  const refused = updateWithStart(worker.taskQueue, workflowId, {
    workflowIdConflictPolicy: Conflict.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
  });
  const error = await expectStatus(refused, 'ALREADY_EXISTS', /Update-with-Start|MultiOperation|already running/i);
  expect(withoutIds(errorDetails(error))).toMatchInlineSnapshot(`
    [
     {
      "type": "MultiOperationExecutionFailure",
      "value": {
       "statuses": [
        {
         "code": 6,
         "message": "Workflow execution is already running. WorkflowId: wf, RunId: <uuid>.",
         "details": [
          {
           "startRequestId": "<uuid>",
           "runId": "<uuid>",
           "@type": "type.googleapis.com/temporal.api.errordetails.v1.WorkflowExecutionAlreadyStartedFailure"
          }
         ]
        },
        {
         "code": 10,
         "message": "Operation was aborted.",
         "details": [
          {
           "@type": "type.googleapis.com/temporal.api.failure.v1.MultiOperationExecutionAborted"
          }
         ]
        }
       ]
      }
     }
    ]
  `);
  expect(eventTypes(await environment.history({ workflowId }))).toHaveLength(4);
});

test('update-with-start on a closed workflow opens a new run, unless the reuse policy forbids it', async ({
  expect,
}) => {
  const worker = environment.scriptedWorker();
  const { workflowId, runId } = await environment.start(worker.taskQueue);
  await worker.step([commands.completeWorkflow()]);
  const workflowIdReusePolicy = api.enums.WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE;
  await expectStatus(updateWithStart(worker.taskQueue, workflowId, { workflowIdReusePolicy }), 'ALREADY_EXISTS');
  const answer = updateWithStart(worker.taskQueue, workflowId);
  const task = await worker.workflowTask();
  await worker.complete(task, ...updateMessages.acceptAndComplete(task, 'second run'));
  const [start] = (await answer).responses;
  expect(start!.startWorkflow!.runId).not.toBe(runId);
  expect(eventTypes(await environment.history({ workflowId })).slice(-2)).toEqual([
    'WorkflowExecutionUpdateAccepted',
    'WorkflowExecutionUpdateCompleted',
  ]);
});

test('an update already completed is answered even after its workflow closed', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const workflowId = environment.uniqueId('wf');
  const first = updateWithStart(worker.taskQueue, workflowId);
  const task = await worker.workflowTask();
  const [accepting, extras] = updateMessages.acceptAndComplete(task, 'kept');
  await worker.complete(task, [...accepting, commands.completeWorkflow()], extras);
  await first;
  const again = await updateWithStart(worker.taskQueue, workflowId);
  expect(fromPayloads(again.responses[1]!.updateWorkflow!.outcome!.success)).toEqual(['kept']);
  expect(again.responses[0]!.startWorkflow!.runId).toBe(task.workflowExecution!.runId);
});

test('an update that the validator rejects still leaves the workflow started', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const workflowId = environment.uniqueId('wf');
  const answer = updateWithStart(worker.taskQueue, workflowId);
  const task = await worker.workflowTask();
  await worker.complete(task, [], updateMessages.reject(task, 'no'));
  expect((await answer).responses[1]!.updateWorkflow!.outcome!.failure!.message).toBe('no');
  expect(eventTypes(await environment.history({ workflowId }))).toMatchInlineSnapshot(`
    [
      WorkflowExecutionStarted,
      WorkflowTaskScheduled,
      WorkflowTaskStarted,
      WorkflowTaskCompleted,
    ]
  `);
});

test.for([
  { name: 'no operations', operations: [] },
  { name: 'an update alone', operations: ['update'] },
  { name: 'an update before the start', operations: ['update', 'start'] },
  { name: 'two starts', operations: ['start', 'start'] },
  { name: 'different workflow ids', operations: ['start', 'update of another'] },
  { name: 'a cron start', operations: ['cron start', 'update'] },
])('$name is refused', async ({ operations }, { expect }) => {
  const taskQueue = environment.uniqueId('nobody-polls');
  const workflowId = environment.uniqueId('wf');
  const build: Record<string, api.service.ExecuteMultiOperationRequest.IOperation> = {
    start: startOperation(taskQueue, workflowId),
    'cron start': startOperation(taskQueue, workflowId, { cronSchedule: '@hourly' }),
    update: updateOperation(workflowId),
    'update of another': updateOperation('another'),
  };
  const request = { namespace: 'default', operations: operations.map((key) => build[key]!) };
  await expectStatus(service.executeMultiOperation(request), 'INVALID_ARGUMENT');
  expect(await environment.history({ workflowId }).catch((error: { code: number }) => error.code)).toBe(5);
});

function startOperation(
  taskQueue: string,
  workflowId: string,
  request: api.service.IStartWorkflowExecutionRequest = {},
): api.service.ExecuteMultiOperationRequest.IOperation {
  return {
    startWorkflow: {
      namespace: 'default',
      workflowId,
      workflowType: { name: 'scripted' },
      taskQueue: { name: taskQueue },
      requestId: crypto.randomUUID(),
      workflowIdConflictPolicy: useExisting,
      ...request,
    },
  };
}

function updateOperation(workflowId: string): api.service.ExecuteMultiOperationRequest.IOperation {
  return {
    updateWorkflow: {
      namespace: 'default',
      workflowExecution: { workflowId },
      waitPolicy: { lifecycleStage: Stage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED },
      request: { meta: { updateId: 'u1', identity: 'tester' }, input: { name: 'set', args: toPayloads(1) } },
    },
  };
}

async function updateWithStart(
  taskQueue: string,
  workflowId: string,
  request: api.service.IStartWorkflowExecutionRequest = {},
): Promise<api.service.ExecuteMultiOperationResponse> {
  const operations = [startOperation(taskQueue, workflowId, request), updateOperation(workflowId)];
  return await service.executeMultiOperation({ namespace: 'default', operations });
}

function withoutIds(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) => (key === 'firstExecutionRunId' ? undefined : item), 1)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
    .replace(/wf-[0-9a-f]{8}/g, 'wf');
}
