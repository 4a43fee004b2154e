import { randomUUID } from 'node:crypto';
import { test } from 'vitest';
import { acceptance, api, commands, commandsFor, connect, errorDetails, eventTypes, expectStatus, fromPayloads, response, toPayloads, updatesOf } from './harness/index.js'; // prettier-ignore

const environment = await connect();
const { service } = environment;
const conflict = api.enums.WorkflowIdConflictPolicy;
const { UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED: completed } =
  api.enums.UpdateWorkflowExecutionLifecycleStage;

test('update-with-start starts the workflow and delivers the update with its first task', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const workflowId = environment.uniqueId('wf');
  const answer = updateWithStart(worker.taskQueue, workflowId);
  const task = await worker.workflowTask();
  const [received] = updatesOf(task);
  const messages = [acceptance(received!), response(received!, { success: 'both' })];
  await worker.complete(task, [...commandsFor(messages), commands.completeWorkflow()], { messages });
  const [start, update] = (await answer).responses!;
  expect(start!.startWorkflow).toMatchObject({ started: true, runId: task.workflowExecution!.runId });
  expect(fromPayloads(update!.updateWorkflow!.outcome!.success)).toEqual(['both']);
  const hide = ['protocolInstanceId', 'acceptedRequestMessageId', 'acceptedRequestSequencingEventId'];
  expect(await environment.closedTranscript({ workflowId }, { hide })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 WorkflowExecutionUpdateAccepted acceptedRequest={'meta':{'updateId':'<uuid>'},'input':'set'}
    6 WorkflowExecutionUpdateCompleted meta={'updateId':'<uuid>'} outcome={'success':['both']} acceptedEventId=5
    7 WorkflowExecutionCompleted completed=4
  `);
});

test('update-with-start updates the running workflow when told to use it', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await worker.step([]);
  const workflowIdConflictPolicy = conflict.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING;
  const answer = updateWithStart(worker.taskQueue, execution.workflowId, { workflowIdConflictPolicy });
  const task = await worker.workflowTask();
  const [received] = updatesOf(task);
  const messages = [acceptance(received!), response(received!, { success: 'existing' })];
  await worker.complete(task, commandsFor(messages), { messages });
  const [start, update] = (await answer).responses!;
  expect(start!.startWorkflow).toMatchObject({ started: false, runId: execution.runId });
  expect(fromPayloads(update!.updateWorkflow!.outcome!.success)).toEqual(['existing']);
});

test('update-with-start that may not use the running workflow refuses both operations', async ({ expect }) => {
  const queue = environment.uniqueId('queue');
  const execution = await environment.start(queue);
  const error = await expectStatus(updateWithStart(queue, execution.workflowId), 'ALREADY_EXISTS');
  const [failure] = errorDetails(error);
  expect(failure?.type).toBe('MultiOperationExecutionFailure');
  expect(multiOperationStatuses(failure)).toMatchInlineSnapshot(`
    [
      {
        code: 6,
        details: [
          WorkflowExecutionAlreadyStartedFailure,
        ],
        message: Workflow execution is already running. WorkflowId: ...,
      },
      {
        code: 10,
        details: [
          MultiOperationExecutionAborted,
        ],
        message: Operation was aborted.,
      },
    ]
  `);
  expect(eventTypes(await environment.history(execution))).toEqual([
    'WorkflowExecutionStarted',
    'WorkflowTaskScheduled',
  ]);
});

test('update-with-start refuses what is not a start and an update of one workflow', async () => {
  const queue = environment.uniqueId('queue');
  const start = startOperation(queue, 'one');
  const update = updateOperation('one');
  const refused: readonly [api.service.ExecuteMultiOperationRequest.IOperation[], RegExp][] = [
    [[], /./],
    [[start], /./],
    [[start, start], /./],
    [[update, start], /./],
    [[start, updateOperation('another')], /./],
  ];
  for (const [operations, message] of refused) {
    await expectStatus(
      service.executeMultiOperation({ namespace: 'default', operations }),
      'INVALID_ARGUMENT',
      message,
    );
  }
});

test('update-with-start retried with the same ids gets the same answer', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const workflowId = environment.uniqueId('wf');
  const same = { requestId: randomUUID() };
  const first = updateWithStart(worker.taskQueue, workflowId, same, 'the-update');
  const task = await worker.workflowTask();
  const [received] = updatesOf(task);
  const messages = [acceptance(received!), response(received!, { success: 1 })];
  await worker.complete(task, commandsFor(messages), { messages });
  const [started] = (await first).responses!;
  const [again, update] = (await updateWithStart(worker.taskQueue, workflowId, same, 'the-update')).responses!;
  expect(again!.startWorkflow!.runId).toBe(started!.startWorkflow!.runId);
  expect(fromPayloads(update!.updateWorkflow!.outcome!.success)).toEqual([1]);
});

async function updateWithStart(
  taskQueue: string,
  workflowId: string,
  request: api.service.IStartWorkflowExecutionRequest = {},
  updateId: string = randomUUID(),
): Promise<api.service.IExecuteMultiOperationResponse> {
  const operations = [startOperation(taskQueue, workflowId, request), updateOperation(workflowId, updateId)];
  return await service.executeMultiOperation({ namespace: 'default', operations });
}

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
      requestId: randomUUID(),
      workflowIdConflictPolicy: conflict.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
      ...request,
    },
  };
}

function updateOperation(workflowId: string, updateId = 'u'): api.service.ExecuteMultiOperationRequest.IOperation {
  return {
    updateWorkflow: {
      namespace: 'default',
      workflowExecution: { workflowId },
      waitPolicy: { lifecycleStage: completed },
      request: { meta: { updateId }, input: { name: 'set', args: toPayloads('arg') } },
    },
  };
}

/** The code and the kinds of details of each operation's status. */
function multiOperationStatuses(failure: ReturnType<typeof errorDetails>[number] | undefined): unknown {
  const statuses = (failure?.value.statuses ?? []) as {
    code?: number;
    message?: string;
    details?: Record<string, unknown>[];
  }[];
  return statuses.map(({ code, message, details }) => ({
    code,
    message: message?.replace(/WorkflowId: .*/, 'WorkflowId: ...'),
    details: (details ?? []).map((any) => String(any['@type']).replace(/^.*\./, '')),
  }));
}
