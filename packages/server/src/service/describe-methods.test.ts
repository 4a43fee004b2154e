import { enums, services as api, timestampToMs, type command } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { json, Served } from './testing/served.js';

const {
  CommandType,
  EventType,
  ParentClosePolicy,
  PendingActivityState,
  PendingWorkflowTaskState,
  WorkflowExecutionStatus,
} = enums;
const { methods } = api.WorkflowService;
const seconds = (count: number): { seconds: number; nanos: number } => ({ seconds: count, nanos: 0 });

function scheduleActivity(attributes: command.IScheduleActivityTaskCommandAttributes = {}): command.ICommand {
  return {
    commandType: CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
    scheduleActivityTaskCommandAttributes: {
      activityId: 'a',
      activityType: { name: 'act' },
      taskQueue: { name: 'queue' },
      startToCloseTimeout: seconds(100),
      scheduleToCloseTimeout: seconds(300),
      retryPolicy: { initialInterval: seconds(30), maximumAttempts: 4 },
      ...attributes,
    },
  };
}

test('a new execution is described with its configuration, deadlines and first workflow task', async () => {
  const served = await Served.start();
  await served.services.namespaces.addSearchAttributes(served.services.namespaces.resolve('default').id, {
    Colour: 'Keyword',
  });
  const runId = await served.startWorkflow('w', {
    requestId: 'request-1',
    workflowExecutionTimeout: seconds(1000),
    workflowRunTimeout: seconds(500),
    memo: { fields: { note: json(1) } },
    searchAttributes: { indexedFields: { Colour: json('blue') } },
    userMetadata: { summary: json('summary') },
    priority: { priorityKey: 2 },
  });
  const described = await served.describe('w');
  expect(described.executionConfig).toMatchObject({
    taskQueue: { name: 'queue', kind: enums.TaskQueueKind.TASK_QUEUE_KIND_NORMAL },
    workflowExecutionTimeout: seconds(1000),
    workflowRunTimeout: seconds(500),
    defaultWorkflowTaskTimeout: seconds(10),
    userMetadata: { summary: { data: json('summary').data } },
  });
  const info = described.workflowExecutionInfo;
  expect(info).toMatchObject({
    execution: { workflowId: 'w', runId },
    rootExecution: { workflowId: 'w', runId },
    firstRunId: runId,
    type: { name: 'type' },
    taskQueue: 'queue',
    status: WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING,
    historyLength: 2,
    closeTime: undefined,
    parentExecution: undefined,
    priority: { priorityKey: 2 },
  });
  expect(info?.searchAttributes?.indexedFields['Colour']?.metadata['type']).toEqual(
    new TextEncoder().encode('Keyword'),
  );
  expect(info?.memo?.fields['note']?.data).toEqual(json(1).data);
  const { pendingWorkflowTask, workflowExtendedInfo } = described;
  expect(pendingWorkflowTask).toMatchObject({
    state: PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_SCHEDULED,
    attempt: 1,
  });
  const startMs = timestampToMs(info?.startTime) ?? 0;
  expect(timestampToMs(workflowExtendedInfo?.runExpirationTime)).toBe(startMs + 500_000);
  expect(timestampToMs(workflowExtendedInfo?.executionExpirationTime)).toBe(startMs + 1_000_000);
  expect(workflowExtendedInfo).toMatchObject({
    cancelRequested: false,
    originalStartTime: info?.startTime,
    lastResetTime: undefined,
    requestIdInfos: { 'request-1': { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, eventId: 1 } },
  });
});

test('an activity is shown scheduled, started with its heartbeat, and waiting for the next attempt', async () => {
  const served = await Served.start();
  await served.startWorkflow('w');
  await served.completeWorkflowTask(scheduleActivity());
  const pending = async () => (await served.describe('w')).pendingActivities;
  const [scheduled] = await pending();
  expect(scheduled).toMatchObject({
    activityId: 'a',
    activityType: { name: 'act' },
    state: PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED,
    attempt: 1,
    maximumAttempts: 4,
    currentRetryInterval: seconds(30),
    lastStartedTime: undefined,
    activityOptions: {
      taskQueue: { name: 'queue' },
      startToCloseTimeout: seconds(100),
      retryPolicy: { maximumAttempts: 4 },
    },
  });
  expect(timestampToMs(scheduled?.expirationTime)).toBe((timestampToMs(scheduled?.scheduledTime) ?? 0) + 300_000);

  const { taskToken } = await served.pollActivityTask();
  await served.call(methods.RecordActivityTaskHeartbeat, {
    namespace: 'default',
    taskToken,
    details: { payloads: [json('half')] },
  });
  const [started] = await pending();
  expect(started).toMatchObject({
    state: PendingActivityState.PENDING_ACTIVITY_STATE_STARTED,
    lastWorkerIdentity: 'activity-worker',
    heartbeatDetails: { payloads: [{ data: json('half').data }] },
    currentRetryInterval: undefined,
  });
  expect(started?.lastStartedTime).toBeDefined();
  expect(started?.lastHeartbeatTime).toBeDefined();

  const failure = { message: 'boom', applicationFailureInfo: { type: 'Boom' } };
  await served.call(methods.RespondActivityTaskFailed, { namespace: 'default', taskToken, failure });
  const [retrying] = await pending();
  expect(retrying).toMatchObject({
    state: PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED,
    attempt: 2,
    lastFailure: { message: 'boom' },
    currentRetryInterval: seconds(30),
    lastStartedTime: undefined,
    heartbeatDetails: { payloads: [{ data: json('half').data }] },
  });
  const completedMs = timestampToMs(retrying?.lastAttemptCompleteTime) ?? 0;
  expect(timestampToMs(retrying?.nextAttemptScheduleTime)).toBe(completedMs + 30_000);
});

test('an activity whose cancellation was asked for says so', async () => {
  const served = await Served.start();
  await served.startWorkflow('w');
  await served.completeWorkflowTask(scheduleActivity());
  await served.pollActivityTask();
  await served.call(methods.RequestCancelWorkflowExecution, {
    namespace: 'default',
    workflowExecution: { workflowId: 'w' },
  });
  await served.completeWorkflowTask({
    commandType: CommandType.COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK,
    requestCancelActivityTaskCommandAttributes: { scheduledEventId: 5 },
  });
  const { pendingActivities, workflowExtendedInfo } = await served.describe('w');
  expect(pendingActivities).toMatchObject([{ state: PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED }]);
  expect(workflowExtendedInfo?.cancelRequested).toBe(true);
});

test('children and parents name each other', async () => {
  const served = await Served.start();
  const runId = await served.startWorkflow('parent');
  await served.completeWorkflowTask({
    commandType: CommandType.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION,
    startChildWorkflowExecutionCommandAttributes: {
      workflowId: 'child',
      workflowType: { name: 'childType' },
      taskQueue: { name: 'elsewhere' },
      parentClosePolicy: ParentClosePolicy.PARENT_CLOSE_POLICY_ABANDON,
    },
  });
  await expect.poll(async () => (await served.describe('parent')).pendingChildren[0]?.runId).not.toBe('');
  const { pendingChildren } = await served.describe('parent');
  const child = (await served.describe('child')).workflowExecutionInfo;
  expect(pendingChildren).toEqual([
    {
      workflowId: 'child',
      runId: child?.execution?.runId,
      workflowTypeName: 'childType',
      initiatedId: 5,
      parentClosePolicy: ParentClosePolicy.PARENT_CLOSE_POLICY_ABANDON,
    },
  ]);
  expect(child).toMatchObject({
    parentExecution: { workflowId: 'parent', runId },
    rootExecution: { workflowId: 'parent', runId },
    parentNamespaceId: served.services.namespaces.resolve('default').id,
  });
});

test('a closed execution has a close time and nothing pending', async () => {
  const served = await Served.start();
  await served.startWorkflow('w');
  await served.completeWorkflowTask(scheduleActivity());
  await served.terminate('w');
  const { workflowExecutionInfo: info, pendingActivities, pendingWorkflowTask } = await served.describe('w');
  expect(info).toMatchObject({
    status: WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED,
    historyLength: 6,
  });
  const durationMs = (timestampToMs(info?.closeTime) ?? 0) - (timestampToMs(info?.startTime) ?? 0);
  expect(info?.executionDuration).toEqual({ seconds: Math.floor(durationMs / 1000), nanos: (durationMs % 1000) * 1e6 });
  expect([pendingActivities, pendingWorkflowTask]).toEqual([[], undefined]);
});

test('a start delay shows in the execution time, before any workflow task', async () => {
  const served = await Served.start();
  await served.startWorkflow('w', { workflowStartDelay: seconds(100) });
  const { workflowExecutionInfo: info, pendingWorkflowTask } = await served.describe('w');
  expect(timestampToMs(info?.executionTime)).toBe((timestampToMs(info?.startTime) ?? 0) + 100_000);
  expect(pendingWorkflowTask).toBeUndefined();
});

test('a run made by a reset tells when it was reset and when its past began', async () => {
  const served = await Served.start();
  const baseRunId = await served.startWorkflow('w');
  await served.completeWorkflowTask();
  const base = await served.describe('w');
  await served.startWorkflow('w', {
    requestId: 'attached',
    workflowIdConflictPolicy: enums.WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
    onConflictOptions: { attachRequestId: true },
  });
  const reset = {
    namespace: 'default',
    workflowExecution: { workflowId: 'w' },
    workflowTaskFinishEventId: 4,
    requestId: 'reset-1',
  };
  const { runId } = await served.call(methods.ResetWorkflowExecution, reset);
  const { workflowExecutionInfo: info, workflowExtendedInfo } = await served.describe('w');
  expect(info).toMatchObject({
    execution: { runId },
    rootExecution: { workflowId: 'w', runId },
    firstRunId: baseRunId,
  });
  expect(workflowExtendedInfo).toMatchObject({
    lastResetTime: info?.startTime,
    originalStartTime: base.workflowExecutionInfo?.startTime,
    requestIdInfos: { 'reset-1': { eventId: 1 }, attached: { eventId: 5 } },
  });
  expect((await served.describe('w', baseRunId)).workflowExtendedInfo?.lastResetTime).toBeUndefined();
});

test('a start that was attached is named with its event, buffered or not', async () => {
  const served = await Served.start();
  await served.startWorkflow('w', { requestId: 'first' });
  const attach = (requestId: string): Promise<string> =>
    served.startWorkflow('w', {
      requestId,
      workflowIdConflictPolicy: enums.WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
      onConflictOptions: { attachRequestId: true },
    });
  await attach('second');
  const eventType = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED;
  const infos = async () => (await served.describe('w')).workflowExtendedInfo?.requestIdInfos;
  expect(await infos()).toMatchObject({ second: { eventType, eventId: 3, buffered: false } });
  const { taskToken } = await served.pollWorkflowTask();
  await attach('third');
  expect(await infos()).toMatchObject({ third: { eventType, eventId: 0, buffered: true } });
  await served.call(methods.RespondWorkflowTaskCompleted, { namespace: 'default', taskToken });
  expect(await infos()).toMatchObject({ third: { eventType, eventId: 6, buffered: false } });
  await attach('__proto__');
  expect(Object.keys((await infos()) ?? {}).sort()).toEqual(['__proto__', 'first', 'second', 'third']);
});

test('executions that are not there, or not named rightly, are refused', async () => {
  const served = await Served.start();
  const refusal = (execution?: { workflowId: string; runId?: string }): Promise<string> =>
    served.refusal(methods.DescribeWorkflowExecution, { namespace: 'default', execution });
  expect(await refusal()).toBe('INVALID_ARGUMENT: Execution is not set on request.');
  expect(await refusal({ workflowId: '' })).toMatch(/^INVALID_ARGUMENT: WorkflowId is not set/);
  expect(await refusal({ workflowId: 'w', runId: 'x' })).toBe('INVALID_ARGUMENT: Invalid RunId.');
  expect(await refusal({ workflowId: 'w' })).toBe('NOT_FOUND: workflow not found for ID: w');
});
