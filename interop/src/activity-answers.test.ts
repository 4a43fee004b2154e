import type { failure, workflowservice } from '@perdure/protocol';
import { describe } from 'vitest';
import {
  inTurn,
  itIsTheSame,
  payload,
  payloads,
  type Scenarios,
  type Script,
  SEARCH_ATTRIBUTES,
  WRAPPED,
} from './harness/index.js';

const BASE = { id: 'a1', taskQueue: 'orders', startToCloseTimeout: '1 minute' } as const;

const FAILURE: failure.IFailure = {
  message: 'no money',
  source: 'TypeScriptSDK',
  stackTrace: 'at the bank',
  applicationFailureInfo: { type: 'Broke', nonRetryable: true, details: payloads('detail') },
  cause: { message: 'deeper', source: 'other', applicationFailureInfo: { type: 'Cause' } },
};

const DESCRIPTION: workflowservice.IDescribeActivityExecutionResponse = {
  runId: 'r1',
  info: {
    activityId: 'a1',
    runId: 'r1',
    activityType: { name: 'charge' },
    status: 1,
    runState: 2,
    taskQueue: 'orders',
    scheduleToCloseTimeout: { seconds: 60 },
    scheduleToStartTimeout: { seconds: 61 },
    startToCloseTimeout: { seconds: 62 },
    heartbeatTimeout: { seconds: 63 },
    retryPolicy: {
      initialInterval: { seconds: 1 },
      backoffCoefficient: 2,
      maximumInterval: { seconds: 100 },
      maximumAttempts: 5,
      nonRetryableErrorTypes: ['Broke'],
    },
    heartbeatDetails: payloads('beat', 'second beat'),
    lastHeartbeatTime: { seconds: 5 },
    lastStartedTime: { seconds: 6 },
    attempt: 2,
    executionDuration: { seconds: 7, nanos: 500_000_000 },
    scheduleTime: { seconds: 8 },
    expirationTime: { seconds: 9 },
    closeTime: { seconds: 10 },
    lastFailure: FAILURE,
    lastWorkerIdentity: 'worker',
    currentRetryInterval: { seconds: 11 },
    lastAttemptCompleteTime: { seconds: 12 },
    nextAttemptScheduleTime: { seconds: 13 },
    lastDeploymentVersion: { deploymentName: 'shop', buildId: '1.0' },
    priority: { priorityKey: 2, fairnessKey: 'tenant', fairnessWeight: 3 },
    stateTransitionCount: 14,
    stateSizeBytes: 15,
    searchAttributes: SEARCH_ATTRIBUTES,
    userMetadata: { summary: payload('in one line') },
    canceledReason: 'enough',
    totalHeartbeatCount: 16,
    sdkName: 'sdk',
    sdkVersion: '1',
    startDelay: { seconds: 17 },
    executionTime: { seconds: 18 },
  },
  input: payloads(1, 'two'),
  outcome: { result: payloads({ paid: true }) },
};

const CLOSED_WITH_FAILURE: workflowservice.IDescribeActivityExecutionResponse = {
  info: { activityId: 'a1', activityType: { name: 'charge' }, status: 3 },
  outcome: { failure: FAILURE },
};

const PAGES: Script = {
  ListActivityExecutions: ({ nextPageToken }) =>
    (nextPageToken as Uint8Array).length > 0
      ? { executions: [{ activityType: { name: 'charge' } }] }
      : {
          executions: [
            {
              activityId: 'a',
              runId: 'r',
              activityType: { name: 'charge' },
              scheduleTime: { seconds: 1 },
              closeTime: { seconds: 2 },
              status: 6,
              searchAttributes: SEARCH_ATTRIBUTES,
              taskQueue: 'orders',
              executionDuration: { seconds: 3 },
              executionTime: { seconds: 4 },
            },
          ],
          nextPageToken: Buffer.from('second page'),
        },
};

const polls = (...answers: readonly object[]): Script => ({
  StartActivityExecution: { runId: 'r1', started: true },
  PollActivityExecution: inTurn(...answers),
});

const scenarios: Scenarios = {
  'a result after several polls': [
    async (client) => {
      const handle = await client.activity.start('charge', BASE);
      return [await handle.result(), handle.activityId, handle.runId];
    },
    () => polls({}, { runId: 'r9' }, { runId: 'r9', outcome: { result: payloads('paid', 'rest') } }),
  ],
  'a result of nothing': [
    async (client) => [await client.activity.execute('charge', BASE)],
    () => polls({ outcome: { result: {} } }),
  ],
  'a failure': [
    (client, _, attempt) => attempt(() => client.activity.execute('charge', BASE)),
    () => polls({ outcome: { failure: FAILURE } }),
  ],
  'a cancelled activity': [
    (client, _, attempt) => attempt(() => client.activity.getHandle('a1').result()),
    () =>
      polls({
        runId: 'r8',
        outcome: { failure: { message: 'cancelled', canceledFailureInfo: { details: payloads('why') } } },
      }),
  ],
  'an activity that was terminated': [
    (client, _, attempt) => attempt(() => client.activity.getHandle('a1', 'r1').result()),
    () => polls({ outcome: { failure: { message: 'stop', terminatedFailureInfo: {} } } }),
  ],
  'an activity that timed out': [
    (client, _, attempt) => attempt(() => client.activity.getHandle('a1', 'r1').result()),
    () =>
      polls({
        outcome: {
          retryState: 3,
          failure: { message: 'late', timeoutFailureInfo: { timeoutType: 2, lastHeartbeatDetails: payloads('beat') } },
        },
      }),
  ],
  'an outcome of nothing': [
    (client, _, attempt) => attempt(() => client.activity.getHandle('a1', 'r1').result()),
    () => polls({ outcome: {} }, { outcome: { result: payloads(1) } }),
  ],
  descriptions: [
    async (client, _, attempt) => {
      const handle = client.activity.getHandle('a1', 'r1');
      const description = await handle.describe({
        includeInput: true,
        includeOutcome: true,
        includeHeartbeatDetails: true,
        includeLastFailure: true,
      });
      return [
        description,
        'rawListInfo' in description,
        await description.getInput(),
        await description.getResult(),
        await description.getHeartbeatDetails(),
        await description.getLastFailure(),
        await attempt(() => description.getOutcomeFailure()),
        (await handle.describe({ includeInput: true })).hasInput,
        (await client.activity.getHandle('a1').describe({ includeOutcome: true })).hasResult,
      ];
    },
    () => ({ DescribeActivityExecution: DESCRIPTION }),
  ],
  'a description of a failure': [
    async (client) => {
      const description = await client.activity.getHandle('a1').describe({ includeOutcome: true });
      return [description, await description.getOutcomeFailure(), await description.getResult()];
    },
    () => ({ DescribeActivityExecution: CLOSED_WITH_FAILURE }),
  ],
  'a description of next to nothing': [
    async (client, _, attempt) => {
      const description = await client.activity.getHandle('a1').describe();
      return [
        description,
        await attempt(() => description.getInput()),
        await attempt(() => description.getResult()),
        await attempt(() => description.getHeartbeatDetails()),
        await attempt(() => description.getLastFailure()),
        await attempt(() => description.getOutcomeFailure()),
      ];
    },
    () => ({ DescribeActivityExecution: { info: { activityType: { name: 'charge' } } } }),
  ],
  'a description of empty lists': [
    async (client) => {
      const description = await client.activity.getHandle('a1').describe({ includeInput: true });
      return [
        description,
        await description.getInput(),
        await description.getResult(),
        await description.getHeartbeatDetails(),
      ];
    },
    () => ({
      DescribeActivityExecution: {
        info: { activityType: { name: 'charge' }, heartbeatDetails: {} },
        input: {},
        outcome: { result: {} },
      },
    }),
  ],
  'a description of nothing': [(client, _, attempt) => attempt(() => client.activity.getHandle('a1').describe())],
  'a result of an activity with types, described': [
    async (client) => {
      const handle = client.activity.getHandleWithOptions('a1', { typeInfo: { outputType: WRAPPED } });
      const description = await handle.describe({ includeOutcome: true, includeInput: true });
      return [await description.getResult(), await description.getInput()];
    },
    () => ({ DescribeActivityExecution: DESCRIPTION }),
  ],
  lists: [
    async (client) => {
      const listed: unknown[] = [];
      for await (const info of client.activity.list('a = 1')) listed.push(info);
      return listed;
    },
    () => PAGES,
  ],
  counts: [
    async (client) => [await client.activity.count('a = 1'), await client.activity.count('')],
    () => ({
      CountActivityExecutions: { count: 3, groups: [{ count: 2, groupValues: [payload('Running')] }, { count: 1 }] },
    }),
  ],
  'a count of nothing': [(client) => client.activity.count('')],
};

describe('activities that stand alone: the official client makes the same of answers', () => {
  itIsTheSame(scenarios);
});
