import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type RunningServer } from '@perdure/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from './commands/index.js';
import { runProgram } from './program.js';

let server: RunningServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'perdure-cli-'));
  server = await startServer({ store: { kind: 'memory' }, grpc: { port: 0 } });
});
afterAll(async () => {
  await server.stop({ graceMs: 0 });
  rmSync(folder, { recursive: true });
});

async function perdure(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await runProgram(COMMANDS, [...words, '--env-file', join(folder, 'environments.yaml')], {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    isTerminal: false,
    variables: { TEMPORAL_ADDRESS: server.address, TEMPORAL_CONFIG_FILE: join(folder, 'none.toml') },
  });
  return { code, out, err };
}

async function json(...words: string[]): Promise<unknown> {
  const { code, out, err } = await perdure(...words, '-o', 'json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as unknown;
}

test('an execution is started with the short flags, listed, described, signalled, shown and terminated', async () => {
  const started = await json('workflow', 'start', '-t', 'hello', '--type', 'MyWorkflow', '-w', '123', '-i', '456');
  expect(started).toMatchObject({ workflowId: '123', type: 'MyWorkflow', taskQueue: 'hello', args: [456] });
  const execution = { workflowId: '123', runId: (started as { runId: string }).runId };
  expect(await json('workflow', 'list', '--fields', 'long')).toMatchObject([
    { execution, type: { name: 'MyWorkflow' }, status: 'WORKFLOW_EXECUTION_STATUS_RUNNING', taskQueue: 'hello' },
  ]);
  expect((await perdure('workflow', 'list')).out).toMatch(
    /Status +WorkflowId +Name +StartTime\n +Running +123 +MyWorkflow/,
  );
  expect(await json('workflow', 'describe', '-w', '123')).toMatchObject({
    workflowExecutionInfo: { execution },
    pendingWorkflowTask: { state: 'PENDING_WORKFLOW_TASK_STATE_SCHEDULED' },
  });
  await json('workflow', 'signal', '-w', '123', '--name', 'approve', '-i', '{"by":"Ada"}');
  await json('workflow', 'cancel', '-w', '123');
  await json('workflow', 'terminate', '-w', '123', '--reason', 'enough');
  const { events } = (await json('workflow', 'show', '-w', '123')) as { events: { eventType: string }[] };
  expect(events.map(({ eventType }) => eventType.replace('EVENT_TYPE_WORKFLOW_', ''))).toEqual([
    'EXECUTION_STARTED',
    'TASK_SCHEDULED',
    'EXECUTION_SIGNALED',
    'EXECUTION_CANCEL_REQUESTED',
    'EXECUTION_TERMINATED',
  ]);
  expect(await json('workflow', 'count')).toMatchObject({ count: '1' });
});

test('a result is waited for, and an execution that did not complete is exit code 1', async () => {
  await json('workflow', 'start', '-t', 'hello', '--type', 'MyWorkflow', '-w', 'ended');
  await json('workflow', 'terminate', '-w', 'ended', '--reason', 'enough');
  const { code, out, err } = await perdure('workflow', 'result', '-w', 'ended', '-o', 'json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ workflowId: 'ended', status: 'TERMINATED' });
  expect(err).toBe('perdure: workflow ended ended as TERMINATED: enough\n');
});

test('environments are set, listed, read and deleted, and --env takes its address from one', async () => {
  await json('env', 'set', 'prod.address', '127.0.0.1:1');
  await json('env', 'set', 'prod.namespace', 'orders');
  expect(await json('env', 'get', 'prod')).toEqual({ address: '127.0.0.1:1', namespace: 'orders' });
  expect(await json('env', 'list')).toEqual([{ name: 'prod' }]);
  const { code, err } = await perdure('workflow', 'list', '--env', 'prod');
  expect(code).toBe(1);
  expect(err).toMatch(/^perdure: no server answers at 127\.0\.0\.1:1 .*--address\n$/);
  await json('env', 'delete', 'prod');
  expect((await perdure('env', 'get', 'prod')).code).toBe(1);
});

test.each([
  [['worklow', 'list'], /unknown command 'worklow'.*Did you mean workflow/],
  [['workflow', 'list', '--quer', 'x'], /unknown option '--quer'.*Did you mean --query/],
  [['workflow', 'start', '-w', '1'], /required option '--type/],
  [['workflow', 'list', '-o', 'xml'], /--output must be one of/],
  [['workflow', 'start', '-t', 'q', '--type', 'T', '-i', '{'], /not valid JSON/],
  [['workflow', 'cancel'], /either --workflow-id or --query/],
])('%j is wrong usage: one line, exit code 2', async (words, message) => {
  const { code, out, err } = await perdure(...words);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(message);
  expect(err.trimEnd()).not.toContain('\n');
});

test('what the server does not have is said clearly', async () => {
  const { code, err } = await perdure('workflow', 'terminate', '--query', "WorkflowType = 'X'");
  expect(code).toBe(1);
  expect(err).toMatch(/^perdure: the server at .* does not have this/);
});

test('namespaces, task queues and the server itself are looked at', async () => {
  await json('operator', 'namespace', 'create', 'orders', '--retention', '7d');
  expect(await json('operator', 'namespace', 'describe', 'orders')).toMatchObject({
    namespaceInfo: { name: 'orders' },
    config: { workflowExecutionRetentionTtl: '604800s' },
  });
  expect(await json('operator', 'cluster', 'health')).toEqual({ status: 'SERVING' });
  expect(await json('operator', 'cluster', 'system')).toMatchObject({ capabilities: {} });
  await json('task-queue', 'describe', '-t', 'hello');
});
