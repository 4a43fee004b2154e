import { sdk, workflowservice } from '@perdure/protocol';
import { fromJson } from '@perdure/protocol/json';
import { Worker } from '@perdure/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cli } from '../../testing/cli.js';
import { eventually } from '../../testing/eventually.js';
import { BUILD_ID, startWorker, WORKFLOWS_PATH, type RunningWorker } from '../../testing/worker.js';

const QUEUE = 'tests';

let cli: Cli;
let worker: RunningWorker;
beforeAll(async () => {
  cli = await Cli.start();
  worker = await startWorker(cli.server.address, QUEUE, cli.namespace);
});
afterAll(async () => {
  await worker.stop();
  await cli.stop();
});

const workflowFlags = (type: string, id: string): string[] => ['-t', QUEUE, '--type', type, '-w', id];

async function startOrder(id: string): Promise<{ readonly runId: string }> {
  return (await cli.json('workflow', 'start', ...workflowFlags('order', id), '-i', '"pizza"')) as { runId: string };
}

const approve = (id: string): Promise<string> =>
  cli.text('workflow', 'signal', '-w', id, '--name', 'approve', '-i', '{"by":"Ada"}');

test('an execution is run to its result, with what happens in between', async () => {
  const out = await cli.text('workflow', 'execute', ...workflowFlags('countdown', 'run'), '-i', '1');
  expect(out).toMatch(/Running execution:\n +WorkflowId +run\n/);
  expect(out).toMatch(/Progress:\n +1 {2}\S+Z {2}WorkflowExecutionStarted\n/);
  expect(out).toMatch(/WorkflowExecutionContinuedAsNew\n +continued as run \S+\n/);
  expect(out).toMatch(/Results:\n +Status +COMPLETED\n +Result +"done"\n$/);
  const json = await cli.json('workflow', 'execute', ...workflowFlags('countdown', 'run-2'), '-i', '1');
  expect(json).toMatchObject({ workflowId: 'run-2', status: 'COMPLETED', result: 'done' });
});

test('what show writes as JSON is what a replayer reads', async () => {
  await cli.text('workflow', 'execute', ...workflowFlags('parent', 'replayed'));
  const history = await cli.text('workflow', 'show', '-w', 'replayed', '-o', 'json');
  await Worker.runReplayHistory({ workflowsPath: WORKFLOWS_PATH }, JSON.parse(history), 'replayed');
  const other = history.replaceAll('"charge"', '"refund"');
  await expect(Worker.runReplayHistory({ workflowsPath: WORKFLOWS_PATH }, JSON.parse(other))).rejects.toThrow(/refund/);
});

test('an execution that fails is exit code 1, with valid JSON and what caused it', async () => {
  const { code, out, err } = await cli.run('workflow', 'execute', ...workflowFlags('broken', 'broken'), '-o', 'json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ workflowId: 'broken', status: 'FAILED' });
  expect(err).toBe('perdure: workflow broken ended as FAILED: it is broken: a pipe burst\n');
  expect(await cli.failure('workflow', 'result', '-w', 'broken')).toMatchObject({ code: 1 });
});

test('an execution is asked for values, its stack and what it can do', async () => {
  await startOrder('asked');
  expect(await cli.text('workflow', 'query', '-w', 'asked', '--type', 'items')).toBe(
    'Query result:\n  QueryResult  ["pizza"]\n',
  );
  expect(await cli.text('workflow', 'stack', '-w', 'asked')).toMatch(/at .*order.*workflows\.ts:\d+/);
  const metadata = await cli.json('workflow', 'metadata', '-w', 'asked');
  expect(metadata).toMatchObject({ definition: { type: 'order' } });
  expect(() => fromJson(sdk.WorkflowMetadata, metadata)).not.toThrow();
  expect((await cli.failure('workflow', 'query', '-w', 'asked', '--name', 'price')).err).toContain('price');
  await approve('asked');
  await cli.text('workflow', 'result', '-w', 'asked');
  const closed = ['workflow', 'query', '-w', 'asked', '--name', 'items', '--reject-condition', 'not_open'];
  expect((await cli.failure(...closed)).err).toBe('the query was not asked: the execution is completed');
});

test('updates are executed, started, waited for and described', async () => {
  await startOrder('updated');
  const at = ['-w', 'updated'];
  const add = ['workflow', 'update', 'execute', ...at, '--name', 'addItem'];
  expect(await cli.json(...add, '-i', '"salad"', '--update-id', 'u1')).toEqual({
    name: 'addItem',
    updateId: 'u1',
    result: 2,
  });
  const refused = await cli.run(...add, '-i', '""', '-o', 'json');
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('an item has a name') as string });
  expect(JSON.parse(refused.out)).toMatchObject({ name: 'addItem', failure: { message: 'an item has a name' } });

  const wait = [...at, '--name', 'waitForApproval', '--update-id', 'u2', '--wait-for-stage', 'accepted'];
  expect(await cli.json('workflow', 'update', 'start', ...wait)).toEqual({
    name: 'waitForApproval',
    updateId: 'u2',
    stage: 'UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED',
  });
  const describe = ['workflow', 'update', 'describe', ...at, '--update-id', 'u2'];
  expect(await cli.text(...describe)).toBe('  UpdateID  u2\n  Stage     Accepted\n');
  const result = cli.json('workflow', 'update', 'result', ...at, '--update-id', 'u2');
  await approve('updated');
  expect(await result).toEqual({ updateId: 'u2', result: 'approved by Ada' });
  const described = await cli.message(workflowservice.PollWorkflowExecutionUpdateResponse, ...describe);
  expect(described).toMatchObject({ stage: 'UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED' });
  expect((await cli.failure('workflow', 'update', 'result', ...at, '--update-id', 'nobody')).code).toBe(1);
});

test('an execution is started with an update, and found running by the next one', async () => {
  const flags = [...workflowFlags('order', 'with-start'), '-i', '"pizza"', '--update-name', 'addItem'];
  const first = await cli.json('workflow', 'execute-update-with-start', ...flags, '--update-input', '"salad"');
  expect(first).toMatchObject({ updateName: 'addItem', workflowId: 'with-start', updateResult: 2 });
  const second = await cli.json('workflow', 'update-with-start', ...flags, '--update-input', '"soup"');
  expect(second).toMatchObject({ runId: (first as { readonly runId: string }).runId, updateResult: 3 });
  const waiting = ['--update-name', 'waitForApproval', '--update-id', 'u', '--update-wait-for-stage', 'accepted'];
  const started = ['workflow', 'start-update-with-start', ...workflowFlags('order', 'with-start'), ...waiting];
  expect(await cli.json(...started)).toMatchObject({ updateId: 'u', workflowId: 'with-start' });
  const conflict = await cli.failure('workflow', 'update-with-start', ...flags, '--id-conflict-policy', 'Fail');
  expect(conflict.err).toMatch(/already/i);
});

test('an execution is started with a signal, and found running by the next one', async () => {
  const words = ['workflow', 'signal-with-start', ...workflowFlags('order', 'signalled'), '-i', '"pizza"'];
  const signal = ['--signal-name', 'unheard', '--signal-input', '1'];
  const first = await cli.json(...words, ...signal);
  expect(first).toMatchObject({ workflowId: 'signalled', args: ['pizza'] });
  expect(await cli.json(...words, ...signal)).toMatchObject({ runId: (first as { readonly runId: string }).runId });
  const signals = async (): Promise<number> =>
    (await cli.text('workflow', 'show', '-w', 'signalled')).split('WorkflowExecutionSignaled').length - 1;
  await eventually(signals).toBe(2);
});

test('executions are reset by event and by each type of place', async () => {
  const { runId } = await startOrder('reset');
  await eventually(() => cli.text('workflow', 'show', '-w', 'reset')).toContain('WorkflowTaskCompleted');
  const reset = ['workflow', 'reset', '-w', 'reset', '--reason', 'again'];
  const byEvent = (await cli.json(...reset, '-e', '4')) as { readonly runId: string };
  expect(byEvent.runId).not.toBe(runId);
  await eventually(() => cli.text('workflow', 'show', '-w', 'reset')).toMatch(/ 7 .*WorkflowTaskCompleted/);
  expect(await cli.text(...reset, '--type', 'FirstWorkflowTask')).toMatch(/^Reset reset to event 7\. The new run is /);
  await eventually(() => cli.text('workflow', 'show', '-w', 'reset')).toMatch(/10 .*WorkflowTaskCompleted/);
  expect(await cli.text(...reset, '-t', 'LastWorkflowTask')).toMatch(/^Reset reset to event 10\. /);
  const refused = await cli.failure(...reset, '--type', 'LastContinuedAsNew');
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('did not continue as new') as string });
  const unknown = await cli.failure(...reset, '--build-id', 'nobody');
  expect(unknown.err).toBe('workflow reset was never worked on by build nobody');
  await approve('reset');
  expect(await cli.json('workflow', 'result', '-w', 'reset')).toMatchObject({ result: 'pizza for Ada' });
});

test('a reset that also sets the version needs to be told which', async () => {
  await startOrder('versioned');
  await eventually(() => cli.text('workflow', 'show', '-w', 'versioned')).toContain('WorkflowTaskCompleted');
  const words = ['workflow', 'reset', 'with-workflow-update-options', '-w', 'versioned', '--type', 'LastWorkflowTask'];
  expect((await cli.failure(...words)).err).toMatch(/required option '--versioning-override-behavior/);
  const behavior = ['--versioning-override-behavior', 'unspecified'];
  expect(await cli.text(...words, ...behavior)).toMatch(/^Reset versioned to event 4\. /);
});

test('a reset goes back to the run before, and to what a build first did', async () => {
  await cli.json('workflow', 'execute', ...workflowFlags('countdown', 'chain'), '-i', '1');
  const back = await cli.text('workflow', 'reset', '-w', 'chain', '--type', 'LastContinuedAsNew');
  expect(back).toMatch(/^Reset chain to event 4\. /);
  expect(await cli.json('workflow', 'result', '-w', 'chain')).toMatchObject({ status: 'COMPLETED', result: 'done' });
  const points = await cli.json('workflow', 'describe', '-w', 'chain', '--reset-points');
  expect(points).toMatchObject([{ buildId: BUILD_ID, firstWorkflowTaskCompletedId: '7' }]);
  const byBuild = await cli.text('workflow', 'reset', '-w', 'chain', '--type', 'BuildId', '--build-id', BUILD_ID);
  expect(byBuild).toMatch(/^Reset chain to event 7\. /);
});

test('all executions that match are reset, each to its own place', async () => {
  for (const id of ['batch-1', 'batch-2']) {
    await startOrder(id);
    await eventually(() => cli.text('workflow', 'show', '-w', id)).toContain('WorkflowTaskCompleted');
  }
  const query = "WorkflowId STARTS_WITH 'batch-'";
  const planned = await cli.json('workflow', 'reset-batch', '-q', query, '--type', 'LastWorkflowTask', '--dry-run');
  expect(planned).toMatchObject([{ eventId: '4' }, { eventId: '4' }]);
  const started = await cli.json('workflow', 'reset', '-q', query, '--type', 'LastWorkflowTask', '--yes');
  const { batchJobId } = started as { readonly batchJobId: string };
  const done = { totalOperationCount: '2', completeOperationCount: '2', state: 'BATCH_OPERATION_STATE_COMPLETED' };
  await eventually(() => cli.json('batch', 'describe', '--job-id', batchJobId)).toMatchObject(done);
});

test('a tree of executions is traced: once at the end, or drawn again and again on a terminal', async () => {
  await cli.text('workflow', 'execute', ...workflowFlags('parent', 'trace'));
  const tree = (await cli.text('workflow', 'trace', '-w', 'trace', '--no-fold')).replaceAll(/\b\d+m?s\b/g, 'TIME');
  expect(tree).toBe(
    [
      '✔ parent (trace) completed TIME',
      '├─ ✔ activity charge (1) completed TIME',
      '└─ ✔ child (trace-child) completed TIME',
      '   └─ ✔ activity charge (1) completed TIME',
      '',
    ].join('\n'),
  );
  expect(await cli.text('workflow', 'trace', '-w', 'trace')).toContain('└─ … 1 below');
  expect(await cli.json('workflow', 'trace', '-w', 'trace')).toMatchObject({
    type: 'parent',
    state: 'completed',
    steps: [{ kind: 'activity' }, { kind: 'child', execution: { workflowId: 'trace-child' } }],
  });
  await startOrder('watched');
  const left = cli.terminal();
  const leaving = cli.runOn(left, 'workflow', 'trace', '-w', 'watched', '-o', 'json');
  await cli.text('workflow', 'query', '-w', 'watched', '--name', 'items');
  left.interrupt();
  expect((await leaving).code).toBe(130);
  expect(JSON.parse(left.outText)).toMatchObject({ workflowId: 'watched', state: 'running' });
  const terminal = cli.terminal({ isTerminal: true });
  const watching = cli.runOn(terminal, 'workflow', 'trace', '-w', 'watched', '--color', 'never');
  await eventually(() => terminal.outText).toMatch(/▶ order \(watched\) running/);
  await approve('watched');
  expect((await watching).code).toBe(0);
  expect(terminal.outText).toMatch(/\r\u001b\[K✔ order \(watched\) completed .*\n\u001b\[J\u001b\[\?25h$/); // eslint-disable-line no-control-regex
});

test('an activity is completed, failed, and reported on by hand', async () => {
  const started = async (id: string): Promise<string[]> => {
    await cli.text('workflow', 'start', ...workflowFlags('manual', id));
    await eventually(() => cli.text('workflow', 'describe', '-w', id)).toMatch(
      /"activityId": "1"[^]*"state": "Started"/,
    );
    return ['-a', '1', '-w', id];
  };
  const completed = await started('by-hand-1');
  expect(await cli.json('activity', 'heartbeat', ...completed, '--detail', '7')).toEqual({ cancelRequested: false });
  await cli.text('activity', 'complete', ...completed, '--result', '"signed"');
  expect(await cli.json('workflow', 'result', '-w', 'by-hand-1')).toMatchObject({ result: 'signed' });
  const failed = await started('by-hand-2');
  await cli.text('activity', 'fail', ...failed, '--reason', 'no pen', '--detail', '{"ink":0}');
  const { err } = await cli.failure('workflow', 'result', '-w', 'by-hand-2');
  expect(err).toBe('workflow by-hand-2 ended as FAILED: Activity task failed: no pen');
  const cancelled = await started('by-hand-3');
  await cli.text('workflow', 'cancel', '-w', 'by-hand-3');
  await eventually(() => cli.json('activity', 'heartbeat', ...cancelled)).toEqual({ cancelRequested: true });
  await cli.text('activity', 'report-cancelled', ...cancelled);
  expect((await cli.failure('workflow', 'result', '-w', 'by-hand-3')).err).toContain('ended as CANCELED');
  expect((await cli.failure('activity', 'complete', ...completed, '--result', '1')).code).toBe(1);
});

test('a task queue says who polls it', async () => {
  const described = workflowservice.DescribeTaskQueueResponse;
  const type = ['--task-queue-type', 'activity'];
  expect(await cli.message(described, 'task-queue', 'describe', '-t', QUEUE, ...type)).toMatchObject({
    pollers: [{ identity: expect.any(String) as string }],
  });
  expect(await cli.text('task-queue', 'describe', '-t', QUEUE)).toMatch(/Type +Identity[^]*workflow[^]*activity/);
  expect(await cli.text('task-queue', 'describe', '-t', 'empty')).toContain('Nobody polls');
  const partitions = workflowservice.ListTaskQueuePartitionsResponse;
  await cli.message(partitions, 'task-queue', 'list-partition', '-t', QUEUE);
  expect(await cli.text('task-queue', 'list-partition', '-t', QUEUE)).toMatch(/Type +Partition +Host/);
});
