import * as ours from '@perdure/worker';
import * as theirs from '@temporalio/worker';
import { describe, inject, test } from 'vitest';
import { clientSdks, connect, eventTypes, eventually, PAIRS, SDKS } from './harness/index.js';
import { openTaskTokens, suiteActivities } from './suite-activities.js';

const environment = await connect();
const taskQueues = { perdure: environment.uniqueId('suite'), temporal: environment.uniqueId('suite') } as const;
for (const sdk of SDKS) await environment.worker(sdk, taskQueues[sdk], { activities: suiteActivities(sdk) });

describe.each(PAIRS)('client of $client, worker of $worker', (sdks) => {
  const client = environment.clientOf(sdks.client);
  const taskQueue = taskQueues[sdks.worker];

  type Start = Parameters<typeof client.workflow.start>[1];

  async function start(workflow: string, args: unknown[] = [], options: Partial<Start> = {}) {
    return await client.workflow.start(workflow, {
      taskQueue,
      workflowId: environment.uniqueId(workflow),
      args,
      ...options,
    });
  }

  test('an activity is retried until it succeeds, with one pair of events', async ({ expect }) => {
    const handle = await start('retrying');
    expect(await handle.result()).toBe(3);
    expect(await environment.transcript(handle, { show: ['attempt'], hide: ['lastFailure'] })).toMatchInlineSnapshot(`
    1 WorkflowExecutionStarted workflowType=retrying taskQueue=suite input={} attempt=1
    2 WorkflowTaskScheduled taskQueue=suite attempt=1
    3 WorkflowTaskStarted scheduled=2
    4 WorkflowTaskCompleted scheduled=2 started=3
    5 ActivityTaskScheduled activityId=1 activityType=failTwice taskQueue=suite completed=4
    6 ActivityTaskStarted scheduled=5 attempt=3
    7 ActivityTaskCompleted result=[3] scheduled=5 started=6
    8 WorkflowTaskScheduled taskQueue=<sticky> attempt=1
    9 WorkflowTaskStarted scheduled=8
    10 WorkflowTaskCompleted scheduled=8 started=9
    11 WorkflowExecutionCompleted result=[3] completed=10
  `);
  });

  test('local activities are markers, and a long one keeps its workflow task alive', async ({ expect }) => {
    const handle = await start('local', [4000], { workflowTaskTimeout: '3s' });
    expect(await handle.result()).toEqual(['hello quick', 'hello slow']);
    const types = eventTypes(await environment.history(handle));
    expect(types.filter((type) => type === 'MarkerRecorded')).toHaveLength(2);
    expect(types.filter((type) => type === 'WorkflowTaskCompleted').length).toBeGreaterThan(1);
    expect(types).not.toContain('WorkflowTaskTimedOut');
    expect(types).not.toContain('ActivityTaskScheduled');
  });

  test('cancelling a workflow reaches its activity, and cleaning up still works', async ({ expect }) => {
    const handle = await start('cancellable');
    await eventually('the activity runs', async () => {
      const { raw } = await handle.describe();
      return raw.pendingActivities?.[0]?.lastHeartbeatTime ? true : undefined;
    });
    await handle.cancel();
    expect(await handle.result()).toBe('hello cleanup');
    const types = eventTypes(await environment.history(handle)).filter((type) => !type.startsWith('WorkflowTask'));
    expect(types).toEqual([
      'WorkflowExecutionStarted',
      'ActivityTaskScheduled',
      'WorkflowExecutionCancelRequested',
      'ActivityTaskCancelRequested',
      'ActivityTaskStarted',
      'ActivityTaskCanceled',
      'ActivityTaskScheduled',
      'ActivityTaskStarted',
      'ActivityTaskCompleted',
      'WorkflowExecutionCompleted',
    ]);
  });

  test('an activity is completed by somebody else, by token', async ({ expect }) => {
    const handle = await start('asynchronous');
    const token = await eventually('the activity waits', async () => openTaskTokens.get(handle.workflowId));
    await client.activity.heartbeat(token, 'still at it');
    await client.activity.complete(token, 'from elsewhere');
    expect(await handle.result()).toBe('from elsewhere');
  });

  test('signals and queries meet a running workflow and a closed one', async ({ expect }) => {
    const handle = await start('collecting');
    await handle.signal('add', 'one');
    expect(await handle.query('state')).toEqual(['one']);
    await handle.signal('finish', 'two');
    expect(await handle.result()).toEqual(['one', 'two']);
    expect(await handle.query('state')).toEqual(['one', 'two']);
    await expect(handle.query('no-such-query')).rejects.toThrow(/no-such-query/);
  });

  test('children, external signals and continue-as-new', async ({ expect }) => {
    const handle = await start('family', [1]);
    expect(await handle.result()).toBe('round 0, done');
    const types = (runId: string): Promise<string[]> =>
      environment
        .history({ workflowId: handle.workflowId, runId })
        .then((events) => eventTypes(events).filter((type) => !type.startsWith('WorkflowTask')));
    expect(await types(handle.firstExecutionRunId)).toEqual([
      'WorkflowExecutionStarted',
      'StartChildWorkflowExecutionInitiated',
      'ChildWorkflowExecutionStarted',
      'SignalExternalWorkflowExecutionInitiated',
      'ExternalWorkflowExecutionSignaled',
      'SignalExternalWorkflowExecutionInitiated',
      'ExternalWorkflowExecutionSignaled',
      'ChildWorkflowExecutionCompleted',
      'WorkflowExecutionContinuedAsNew',
    ]);
  });

  test('versions, search attributes and memo', async ({ expect }) => {
    const handle = await start('bookkeeping');
    expect(await handle.result()).toBe(true);
    const description = await handle.describe();
    expect(description.memo).toEqual({ note: 36 });
    expect(description.searchAttributes).toMatchObject({ CustomKeywordField: ['from the workflow'] });
    const types = eventTypes(await environment.history(handle));
    expect(types.slice(4, 7)).toEqual([
      'MarkerRecorded',
      'UpsertWorkflowSearchAttributes',
      'UpsertWorkflowSearchAttributes',
    ]);
    const query = `TemporalChangeVersion = 'first-change' AND WorkflowId = '${handle.workflowId}'`;
    await eventually('the version can be searched for', async () => {
      const { executions } = await environment.service.listWorkflowExecutions({ namespace: 'default', query });
      return executions.length === 1 ? true : undefined;
    });
  });

  test('an application failure fails the workflow, a bug only its task', async ({ expect }) => {
    const failed = await start('failing', ['application']);
    await expect(failed.result()).rejects.toThrow(clientSdks[sdks.client].WorkflowFailedError);
    expect(eventTypes(await environment.history(failed)).at(-1)).toBe('WorkflowExecutionFailed');
    const stuck = await start('failing', ['plain']);
    await eventually('the task has failed', async () => {
      return eventTypes(await environment.history(stuck)).includes('WorkflowTaskFailed') ? true : undefined;
    });
    expect((await stuck.describe()).status.name).toBe('RUNNING');
    await stuck.terminate();
  });

  test('another worker goes on where the first one left', async ({ expect }) => {
    const queue = environment.uniqueId('handover');
    const first = await environment.worker(sdks.worker, queue);
    const handle = await client.workflow.start('collecting', {
      taskQueue: queue,
      workflowId: environment.uniqueId('handover'),
    });
    await handle.signal('add', 'for the first worker');
    expect(await handle.query('state')).toEqual(['for the first worker']);
    await first.stop();
    await environment.worker(sdks.worker, queue);
    await handle.signal('finish', 'for the second');
    expect(await handle.result()).toEqual(['for the first worker', 'for the second']);
  });

  test('every history replays on workers of both', async ({ expect }) => {
    const bundles = inject('workflowBundlePaths');
    for (const handle of [await start('retrying'), await start('bookkeeping'), await start('local', [10])]) {
      await handle.result();
      const history = await handle.fetchHistory();
      const { workflowId } = handle;
      await ours.Worker.runReplayHistory({ workflowBundle: { codePath: bundles.perdure } }, history, workflowId);
      await theirs.Worker.runReplayHistory({ workflowBundle: { codePath: bundles.temporal } }, history, workflowId);
      expect(eventTypes(history.events ?? []).at(-1)).toBe('WorkflowExecutionCompleted');
    }
  });
});
