import { randomUUID } from 'node:crypto';
import { describe, test } from 'vitest';
import { commands, connect, eventTypes, expectStatus } from './harness/index.js';

const environment = await connect();
const { service } = environment;
const namespace = 'default';

interface Execution {
  readonly workflowId?: string;
  readonly runId?: string;
}
type Call = (target: Execution | undefined) => Promise<unknown>;

/** Every call that names one execution. */
const CALLS: Readonly<Record<string, Call>> = {
  describe: (execution) => service.describeWorkflowExecution({ namespace, execution }),
  history: (execution) => service.getWorkflowExecutionHistory({ namespace, execution }),
  'history in reverse': (execution) => service.getWorkflowExecutionHistoryReverse({ namespace, execution }),
  query: (execution) => service.queryWorkflow({ namespace, execution, query: { queryType: 'q' } }),
  signal: (workflowExecution) => service.signalWorkflowExecution({ namespace, workflowExecution, signalName: 's' }),
  update: (workflowExecution) => service.updateWorkflowExecution({ namespace, workflowExecution, request: { meta: { updateId: 'u' }, input: { name: 'n' } } }),
  'poll of an update': (workflowExecution) => service.pollWorkflowExecutionUpdate({ namespace, updateRef: { workflowExecution, updateId: 'u' } }),
  terminate: (workflowExecution) => service.terminateWorkflowExecution({ namespace, workflowExecution }),
  cancel: (workflowExecution) => service.requestCancelWorkflowExecution({ namespace, workflowExecution }),
  reset: (workflowExecution) => service.resetWorkflowExecution({ namespace, workflowExecution, requestId: 'r', workflowTaskFinishEventId: 4 as never }),
  delete: (workflowExecution) => service.deleteWorkflowExecution({ namespace, workflowExecution }),
  'change of options': (workflowExecution) => service.updateWorkflowExecutionOptions({ namespace, workflowExecution, workflowExecutionOptions: { priority: { priorityKey: 1 } }, updateMask: { paths: ['priority'] } }),
  'reset of the sticky queue': (execution) => service.resetStickyTaskQueue({ namespace, execution }),
}; // prettier-ignore

const BY_ID: Readonly<Record<string, Call>> = {
  completion: (run) => service.respondActivityTaskCompletedById({ namespace, ...run, activityId: 'a' }),
  failure: (run) => service.respondActivityTaskFailedById({ namespace, ...run, activityId: 'a' }),
  cancellation: (run) => service.respondActivityTaskCanceledById({ namespace, ...run, activityId: 'a' }),
  heartbeat: (run) => service.recordActivityTaskHeartbeatById({ namespace, ...run, activityId: 'a' }),
};

const NOBODY = 'nobody-has-this-id';

describe.for(Object.entries({ ...CALLS, ...BY_ID }))('%s of an execution', ([name, call]) => {
  test('that there is not is told that it was not found', async () => {
    const { workflowId } = await environment.start(environment.scriptedWorker().taskQueue);
    await expectStatus(call({ workflowId: NOBODY }), 'NOT_FOUND', /not found/);
    await expectStatus(call({ workflowId: 'x'.repeat(1001) }), 'NOT_FOUND', /not found/);
    // Of an unknown run Temporal's server says here that the request is invalid, which clients take for their own mistake.
    if (name === 'history' && process.env.PERDURE_TEST_ADDRESS !== undefined) return;
    await expectStatus(call({ workflowId, runId: randomUUID() }), 'NOT_FOUND', /not found/);
    await expectStatus(call({ workflowId: NOBODY, runId: randomUUID() }), 'NOT_FOUND', /not found/);
  });

  test('whose run id is no UUID is refused', async () => {
    const { workflowId } = await environment.start(environment.scriptedWorker().taskQueue);
    for (const each of [workflowId, NOBODY])
      await expectStatus(call({ workflowId: each, runId: 'no-uuid' }), 'INVALID_ARGUMENT', /RunId/);
  });
});

test.for(Object.entries(CALLS))('%s of no execution, or one without workflow id, is refused', async ([, call]) => {
  await expectStatus(call(undefined), 'INVALID_ARGUMENT', /(Execution|WorkflowId)( is)? not set/);
  for (const target of [{}, { runId: randomUUID() }])
    await expectStatus(call(target), 'INVALID_ARGUMENT', /WorkflowId( is)? not set/);
});

test.for(Object.entries(BY_ID))(
  '%s of an activity without a workflow that there is not is not found',
  async ([, call]) => {
    for (const target of [{}, { runId: randomUUID() }])
      await expectStatus(call(target), 'NOT_FOUND', /not found for ID: a/);
  },
);

test('a run id may be written in capitals', async ({ expect }) => {
  const { workflowId, runId } = await environment.start(environment.scriptedWorker().taskQueue);
  const execution = { workflowId, runId: runId.toUpperCase() };
  const { workflowExecutionInfo } = await service.describeWorkflowExecution({ namespace, execution });
  expect(workflowExecutionInfo?.execution?.runId).toBe(runId);
});

describe('a run that is closed', () => {
  async function closed() {
    const worker = environment.scriptedWorker();
    const execution = await environment.start(worker.taskQueue);
    await worker.step([commands.completeWorkflow()]);
    await environment.closedHistory(execution);
    return execution;
  }

  test('takes no signal, no update, no termination, no options and no answer of an activity', async () => {
    const execution = await closed();
    for (const name of ['signal', 'update', 'terminate', 'change of options', 'reset of the sticky queue'])
      await expectStatus(CALLS[name]!(execution), 'NOT_FOUND', /already completed/);
    for (const call of Object.values(BY_ID)) await expectStatus(call(execution), 'NOT_FOUND', /already completed/);
  });

  test('may be asked to cancel itself, by clients and by workflows: nothing is left to do', async ({ expect }) => {
    const execution = await closed();
    const before = await environment.transcript(execution);
    await CALLS['cancel']!(execution);
    await CALLS['cancel']!({ workflowId: execution.workflowId });
    const worker = environment.scriptedWorker();
    const asking = await environment.start(worker.taskQueue);
    await worker.step([commands.cancelExternal({ workflowId: execution.workflowId })]);
    await worker.step([commands.completeWorkflow()]);
    const types = eventTypes(await environment.closedHistory(asking));
    expect(types).toContain('ExternalWorkflowExecutionCancelRequested');
    expect(await environment.transcript(execution)).toBe(before);
  });
});
