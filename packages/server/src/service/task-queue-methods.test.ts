import { enums, services as api, type workflowservice } from '@perdure/protocol';
import { expect, test } from 'vitest';
import { Served } from './testing/served.js';

const { DescribeTaskQueueMode, RateLimitSource, TaskQueueKind, TaskQueueType } = enums;
const { methods } = api.WorkflowService;
const WORKFLOW = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW;
const ACTIVITY = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY;
const ENHANCED = DescribeTaskQueueMode.DESCRIBE_TASK_QUEUE_MODE_ENHANCED;
const queue = { namespace: 'default', taskQueue: { name: 'queue' } };

test('a queue nobody polls shows its backlog and no pollers', async () => {
  const served = await Served.start();
  for (const id of ['a', 'b']) await served.startWorkflow(id);
  const request = { ...queue, taskQueueType: WORKFLOW, includeTaskQueueStatus: true, reportStats: true };
  const described = await served.call(methods.DescribeTaskQueue, request);
  expect(described).toMatchObject({
    pollers: [],
    taskQueueStatus: { backlogCountHint: 2 },
    stats: { approximateBacklogCount: 2, tasksDispatchRate: 0 },
    versioningInfo: { currentVersion: '__unversioned__' },
  });
  expect(described.stats?.tasksAddRate).toBeGreaterThan(0);
  const activities = await served.call(methods.DescribeTaskQueue, { ...request, taskQueueType: ACTIVITY });
  expect(activities.taskQueueStatus?.backlogCountHint).toBe(0);
});

test('workers that polled are listed, and the backlog is gone', async () => {
  const served = await Served.start();
  await served.startWorkflow('a');
  await served.pollWorkflowTask();
  const described = await served.call(methods.DescribeTaskQueue, { ...queue, includeTaskQueueStatus: true });
  expect(described.pollers).toMatchObject([{ identity: 'worker' }]);
  expect(described.taskQueueStatus?.backlogCountHint).toBe(0);
});

test('a rate set by a worker is shown as such', async () => {
  const served = await Served.start();
  const poll = { ...queue, identity: 'w', taskQueueMetadata: { maxTasksPerSecond: { value: 5 } } };
  const polled = served.call(methods.PollActivityTaskQueue, poll, 5000);
  const describe = () => served.call(methods.DescribeTaskQueue, { ...queue, taskQueueType: ACTIVITY });
  await expect
    .poll(async () => (await describe()).effectiveRateLimit)
    .toEqual({
      requestsPerSecond: 5,
      rateLimitSource: RateLimitSource.RATE_LIMIT_SOURCE_WORKER,
    });
  served.services.matching.answerAllEmpty();
  await polled;
});

test('the enhanced form shows each kind of task of the unversioned workers', async () => {
  const served = await Served.start();
  await served.startWorkflow('a');
  await served.startWorkflow('b');
  await served.pollWorkflowTask();
  const describe = async (request: workflowservice.IDescribeTaskQueueRequest) =>
    (await served.call(methods.DescribeTaskQueue, { ...queue, apiMode: ENHANCED, ...request })).versionsInfo;
  expect(await describe({ reportStats: true, reportPollers: true, reportTaskReachability: true })).toMatchObject({
    '': {
      typesInfo: {
        [WORKFLOW]: { pollers: [{ identity: 'worker' }], stats: { approximateBacklogCount: 1 } },
        [ACTIVITY]: { pollers: [], stats: { approximateBacklogCount: 0 } },
      },
      taskReachability: enums.BuildIdTaskReachability.BUILD_ID_TASK_REACHABILITY_REACHABLE,
    },
  });
  expect(Object.keys((await describe({ taskQueueTypes: [ACTIVITY] }))['']?.typesInfo ?? {})).toEqual([
    String(ACTIVITY),
  ]);
  expect(await describe({ versions: { buildIds: ['x'] }, reportStats: true })).toMatchObject({
    x: { typesInfo: { [WORKFLOW]: { stats: { approximateBacklogCount: 0 } } } },
  });
});

test('requests that make no sense are refused', async () => {
  const served = await Served.start();
  const refusal = (request: workflowservice.IDescribeTaskQueueRequest): Promise<string> =>
    served.refusal(methods.DescribeTaskQueue, { ...queue, ...request });
  expect(await refusal({ taskQueue: null })).toBe('INVALID_ARGUMENT: taskQueue is not set');
  expect(await refusal({ taskQueue: { name: '' } })).toMatch(/^INVALID_ARGUMENT: TaskQueue is not set/);
  expect(await refusal({ taskQueueType: 9 as never })).toMatch(/^INVALID_ARGUMENT: TaskQueueType 9/);
  expect(await refusal({ apiMode: 9 as never })).toMatch(/^INVALID_ARGUMENT: ApiMode 9/);
  const sticky = { name: 's', kind: TaskQueueKind.TASK_QUEUE_KIND_STICKY };
  expect(await refusal({ taskQueue: sticky, apiMode: ENHANCED })).toMatch(
    /^INVALID_ARGUMENT: Enhanced DescribeTaskQueue/,
  );
  expect(await refusal({ taskQueue: sticky })).toBe('OK');
});

test('a queue is one partition', async () => {
  const served = await Served.start();
  const { activityTaskQueuePartitions, workflowTaskQueuePartitions } = await served.call(
    methods.ListTaskQueuePartitions,
    queue,
  );
  expect(workflowTaskQueuePartitions).toMatchObject([{ key: 'queue' }]);
  expect(activityTaskQueuePartitions).toEqual(workflowTaskQueuePartitions);
});
