import { randomUUID } from 'node:crypto';
import { test } from 'vitest';
import { api, commands, connect, expectStatus } from './harness/index.js';

const environment = await connect();
const { service } = environment;

test('the priority of a running execution is changed, field by field', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue, { priority: { priorityKey: 3, fairnessKey: 'tenant' } });
  const answers = [
    await update(execution, { priority: { priorityKey: 1, fairnessKey: 'x' } }, 'priority.priority_key'),
    await update(execution, { priority: { priorityKey: 1, fairnessKey: 'tenant' } }, 'priority'),
    await update(execution, { priority: { priorityKey: 4 } }, 'priority'),
    await update(execution, {}, 'versioning_override'),
    await update(execution, { priority: { priorityKey: 5 } }),
  ];
  expect(answers).toMatchInlineSnapshot(`
    [
      {
        workflowExecutionOptions: {
          priority: {
            fairnessKey: tenant,
            priorityKey: 1,
          },
        },
      },
      {
        workflowExecutionOptions: {
          priority: {
            fairnessKey: tenant,
            priorityKey: 1,
          },
        },
      },
      {
        workflowExecutionOptions: {
          priority: {
            priorityKey: 4,
          },
        },
      },
      {
        workflowExecutionOptions: {
          priority: {
            priorityKey: 4,
          },
        },
      },
      {
        workflowExecutionOptions: {
          priority: {
            priorityKey: 4,
          },
        },
      },
    ]
  `);
  const task = await worker.workflowTask();
  await update(execution, { priority: { priorityKey: 2 } }, 'priority');
  const described = await service.describeWorkflowExecution({ namespace: 'default', execution });
  expect(described.workflowExecutionInfo!.priority).toMatchObject({ priorityKey: 2 });
  await worker.complete(task);
  await worker.step([commands.completeWorkflow()]);
  expect(await environment.closedTranscript(execution, { show: ['priority'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=scripted taskQueue=scripted priority={'priorityKey':3,'fairnessKey':'tenant'}
    2 WorkflowTaskScheduled taskQueue=scripted
    3 WorkflowExecutionOptionsUpdated unsetVersioningOverride=true priority={'priorityKey':1,'fairnessKey':'tenant'}
    4 WorkflowExecutionOptionsUpdated unsetVersioningOverride=true priority={'priorityKey':4}
    5 WorkflowTaskStarted scheduled=2
    6 WorkflowTaskCompleted scheduled=2 started=5
    7 WorkflowExecutionOptionsUpdated unsetVersioningOverride=true priority={'priorityKey':2}
    8 WorkflowTaskScheduled taskQueue=scripted
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted completed=10
  `);
});

test('a reset keeps a priority that was set after its point, whatever is applied again', async ({ expect }) => {
  const worker = environment.scriptedWorker();
  const { RESET_REAPPLY_TYPE_NONE: reapplyNone } = api.enums.ResetReapplyType;
  for (const request of [{}, { resetReapplyType: reapplyNone }]) {
    const execution = await environment.start(worker.taskQueue);
    await worker.step([]);
    await update(execution, { priority: { priorityKey: 2 } }, 'priority');
    const { runId } = await service.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: execution,
      workflowTaskFinishEventId: 4 as never,
      requestId: randomUUID(),
      ...request,
    });
    const described = await service.describeWorkflowExecution({
      namespace: 'default',
      execution: { ...execution, runId },
    });
    expect(described.workflowExecutionInfo!.priority).toMatchObject({ priorityKey: 2 });
    await worker.step([commands.continueAsNew({ workflowType: { name: 'scripted' } })]);
    const next = await worker.step([commands.completeWorkflow()]);
    const started = next.history!.events![0]!.workflowExecutionStartedEventAttributes!;
    expect(started.priority).toMatchObject({ priorityKey: 2 });
  }
});

test('a workflow does not end over a change of its options that it has not seen', async () => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  const task = await worker.workflowTask();
  await update(execution, { priority: { priorityKey: 2 } }, 'priority');
  await expectStatus(worker.complete(task, [commands.completeWorkflow()]), 'INVALID_ARGUMENT', /UnhandledCommand/);
});

test('options that are not there are refused', async () => {
  const worker = environment.scriptedWorker();
  const execution = await environment.start(worker.taskQueue);
  await expectStatus(update(execution, {}, 'colour'), 'INVALID_ARGUMENT', /./);
  await expectStatus(update(execution, { priority: { priorityKey: -1 } }, 'priority'), 'INVALID_ARGUMENT', /priority/i);
  await worker.step([commands.completeWorkflow()]);
  await environment.closedHistory(execution);
  await expectStatus(update(execution, { priority: { priorityKey: 1 } }, 'priority'), 'NOT_FOUND', /./);
});

async function update(
  workflowExecution: api.common.IWorkflowExecution,
  workflowExecutionOptions: api.workflow.IWorkflowExecutionOptions,
  ...paths: string[]
): Promise<unknown> {
  const response = await service.updateWorkflowExecutionOptions({
    namespace: 'default',
    workflowExecution,
    workflowExecutionOptions,
    updateMask: { paths },
  });
  return response.toJSON();
}
