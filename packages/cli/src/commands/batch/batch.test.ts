import { history, workflowservice } from '@perdure/protocol';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Cli, expectMessage } from '../../testing/cli.js';
import { eventually } from '../../testing/eventually.js';
import { TESTED } from '../../testing/tested-server.js';

let cli: Cli;
let type: string;
let number = 0;
beforeAll(async () => (cli = await Cli.start()));
afterAll(() => cli.stop());

const filter = (): string => `WorkflowType = '${type}'`;
const IDS = ['one', 'two', 'three'];

beforeEach(async () => {
  type = `Type${number++}`;
  for (const id of IDS) await cli.text('workflow', 'start', '-t', 'nobody', '--type', type, '-w', `${type}-${id}`);
  await eventually(statuses).toEqual(IDS.map(() => 'RUNNING'));
});

/** Starts a batch with a command, and waits until it is done. */
async function batch(...words: string[]): Promise<unknown> {
  const { batchJobId } = (await cli.json(...words, '-q', filter(), '-y', '--rps', '50')) as { batchJobId: string };
  const describe = () =>
    cli.message(workflowservice.DescribeBatchOperationResponse, 'batch', 'describe', '--job-id', batchJobId);
  await eventually(describe).not.toMatchObject({ state: 'BATCH_OPERATION_STATE_RUNNING' });
  return describe();
}

const done = (operationType: string, count: number) => ({
  state: 'BATCH_OPERATION_STATE_COMPLETED',
  totalOperationCount: String(count),
  completeOperationCount: String(count),
  // Servers before 1.32 have other words for the types, and do not tell the query.
  ...(TESTED.address === undefined && { operationType: `BATCH_OPERATION_TYPE_${operationType}`, query: filter() }),
});

async function statuses(): Promise<readonly string[]> {
  const listed = await cli.json('workflow', 'list', '-q', filter());
  return (listed as readonly { readonly status: string }[]).map(({ status }) =>
    status.replace('WORKFLOW_EXECUTION_STATUS_', ''),
  );
}

async function eventTypes(id: string): Promise<readonly string[]> {
  const shown = await cli.json('workflow', 'show', '-w', `${type}-${id}`);
  expectMessage(history.History, shown);
  return (shown as { events: readonly { eventType: string }[] }).events.map(({ eventType }) => eventType);
}

test('all that match are terminated', async () => {
  const described = await batch('workflow', 'terminate', '--reason', 'enough');
  expect(described).toMatchObject({ ...done('TERMINATE_WORKFLOW', 3), reason: 'enough' });
  await eventually(statuses).toEqual(['TERMINATED', 'TERMINATED', 'TERMINATED']);
});

test('all that run are signalled', async () => {
  await cli.text('workflow', 'terminate', '-w', `${type}-two`);
  await eventually(statuses).toContain('TERMINATED');
  expect(await batch('workflow', 'signal', '--name', 'go')).toMatchObject(done('SIGNAL_WORKFLOW', 2));
  expect(await eventTypes('one')).toContain('EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED');
  expect(await eventTypes('two')).not.toContain('EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED');
});

test('all that run are cancelled, and all that match deleted', async () => {
  expect(await batch('workflow', 'cancel')).toMatchObject(done('CANCEL_WORKFLOW', 3));
  for (const id of IDS) expect(await eventTypes(id)).toContain('EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED');
  await cli.text('workflow', 'terminate', '-w', `${type}-two`);
  await eventually(statuses).toContain('TERMINATED');
  expect(await batch('workflow', 'delete')).toMatchObject(done('DELETE_WORKFLOW', 3));
  // Other servers delete what was closed a moment ago when they come to it, which can take them longer than a test waits.
  if (TESTED.address === undefined) expect(await statuses()).toEqual([]);
});

test('all that match are reset', async () => {
  // A task that no worker has taken can be gone back to once something has followed it.
  for (const id of IDS) await cli.text('workflow', 'signal', '-w', `${type}-${id}`, '--name', 'go');
  const described = await batch('workflow', 'reset-batch', '--type', 'FirstWorkflowTask', '--reason', 'fixed');
  expect(described).toMatchObject(done('RESET_WORKFLOW', 3));
  await eventually(async () => (await statuses()).toSorted()).toEqual([
    ...IDS.map(() => 'RUNNING'),
    ...IDS.map(() => 'TERMINATED'),
  ]);
});

test('an override of the version that is taken away is none, and one that is set is refused by its name', async () => {
  const words = ['workflow', 'update-options', '--versioning-override-behavior'];
  expect(await batch(...words, 'unspecified')).toMatchObject(done('UPDATE_WORKFLOW_EXECUTION_OPTIONS', 3));
  const answer = await cli.message(
    workflowservice.UpdateWorkflowExecutionOptionsResponse,
    ...words,
    'unspecified',
    '-w',
    `${type}-one`,
  );
  expect(answer).toEqual({ workflowExecutionOptions: {} });
  if (!TESTED.lacks('version overrides')) return;
  const { code, err } = await cli.failure(...words, 'auto_upgrade', '-w', `${type}-one`);
  expect(code).toBe(1);
  expect(err).toContain('versioning_override');
});

/** Servers of others do not hold back the first executions of a batch, and are through with three before they are asked again. */
const runsSlowly = TESTED.address === undefined;

test.runIf(runsSlowly)('batches are listed, and one that runs is stopped', async () => {
  const started = await cli.json('workflow', 'signal', '-q', filter(), '--name', 'go', '-y', '--rps', '0.01');
  const { batchJobId } = started as { batchJobId: string };
  const list = (): Promise<unknown> => cli.json('batch', 'list', '--limit', '1');
  expect(await list()).toMatchObject([{ jobId: batchJobId, state: 'BATCH_OPERATION_STATE_RUNNING' }]);
  expectMessage(workflowservice.ListBatchOperationsResponse, { operationInfo: await list() });
  const stop = ['batch', 'terminate', '--job-id', batchJobId, '--reason', 'wrong ones'];
  await cli.message(workflowservice.StopBatchOperationResponse, ...stop);
  expect(await list()).toMatchObject([{ jobId: batchJobId, state: 'BATCH_OPERATION_STATE_FAILED' }]);
  expect((await cli.failure(...stop)).err).toContain('is not running');
  const text = await cli.text('batch', 'describe', '--job-id', batchJobId);
  expect(text).toMatch(/State +Failed[^]*Done +1 of 3, 0 failed/);
});

test.runIf(runsSlowly)('there can be no second batch while one runs, and the command says so', async () => {
  const started = await cli.json('workflow', 'signal', '-q', filter(), '--name', 'go', '-y', '--rps', '0.01');
  const { err } = await cli.failure('workflow', 'terminate', '-q', filter(), '-y');
  expect(err).toContain('Max concurrent batch operations');
  await cli.text('batch', 'terminate', '--job-id', (started as { batchJobId: string }).batchJobId);
});
