import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { services } from '@perdure/protocol';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { STATUS, type CallableMethod } from '../api/index.js';
import { StoreOpenError } from '../store/index.js';
import { EmbeddedServer, type EmbeddedServerOptions } from './index.js';

const { methods } = services.WorkflowService;
const namespace = 'default';
const taskQueue = { name: 'queue' };
const start = { namespace, workflowType: { name: 't' }, taskQueue };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perdure-embedded-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function started(options: Partial<EmbeddedServerOptions> = {}): Promise<EmbeddedServer> {
  const server = await EmbeddedServer.start({ store: { kind: 'memory' }, grpc: { port: 0 }, ...options });
  onTestFinished(() => server.stop({ graceMs: 100 }));
  return server;
}

/** A call and the function that cancels it. */
function begin<Request, Response>(
  { inProcess }: EmbeddedServer,
  method: CallableMethod<Request, Response>,
  request: Request,
  options: { timeoutMs?: number } = {},
): { readonly response: Promise<Response>; readonly cancel: () => void } {
  let cancel = (): void => undefined;
  const response = new Promise<Response>((resolve, reject) => {
    const bytes = method.requestType.encode(request);
    cancel = inProcess.begin(method.path, bytes, options, (error, answer) => {
      if (error === undefined) resolve(method.responseType.decode(answer));
      else reject(error);
    });
  });
  return { response, cancel };
}

function call<Request, Response>(
  server: EmbeddedServer,
  method: CallableMethod<Request, Response>,
  request: Request,
  options: { timeoutMs?: number } = {},
): Promise<Response> {
  return begin(server, method, request, options).response;
}

async function refusalOf(options: EmbeddedServerOptions): Promise<unknown> {
  try {
    await (await EmbeddedServer.start(options)).stop();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('many calls at once are answered, each with its own answer', async () => {
  const server = await started();
  expect(server.isServing).toBe(true);
  expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
  const ids = Array.from({ length: 300 }, (_, index) => `workflow-${index}`);
  const runs = await Promise.all(
    ids.map((workflowId) => call(server, methods.StartWorkflowExecution, { ...start, workflowId })),
  );
  const described = await Promise.all(
    ids.map((workflowId) => call(server, methods.DescribeWorkflowExecution, { namespace, execution: { workflowId } })),
  );
  const executions = described.map(({ workflowExecutionInfo }) => workflowExecutionInfo?.execution);
  expect(executions).toMatchObject(ids.map((workflowId, index) => ({ workflowId, runId: runs[index]?.runId })));
});

test('what goes wrong comes with its status, its message and its details', async () => {
  const server = await started();
  const unknown = call(server, methods.DescribeWorkflowExecution, { namespace, execution: { workflowId: 'nobody' } });
  await expect(unknown).rejects.toMatchObject({ grpcStatus: STATUS.NOT_FOUND.grpc, name: 'EmbeddedCallError' });
  await expect(call(server, methods.DescribeNamespace, { namespace: 'nowhere' })).rejects.toMatchObject({
    grpcStatus: STATUS.NOT_FOUND.grpc,
    message: expect.stringContaining('nowhere') as string,
    statusDetails: expect.any(Uint8Array) as Uint8Array,
  });
  const missing = { path: '/no.Service/Method', requestType: methods.DescribeNamespace.requestType, responseType: methods.DescribeNamespace.responseType }; // prettier-ignore
  await expect(call(server, missing, {})).rejects.toMatchObject({ grpcStatus: STATUS.UNIMPLEMENTED.grpc });
});

test('a call that is cancelled takes nothing with it, even if it is cancelled in the moment it is made', async () => {
  const server = await started();
  for (const isLater of [false, true]) {
    const poll = begin(server, methods.PollWorkflowTaskQueue, { namespace, taskQueue }, { timeoutMs: 60_000 });
    if (isLater) await call(server, methods.DescribeTaskQueue, { namespace, taskQueue });
    poll.cancel();
    poll.cancel();
    await expect(poll.response).rejects.toMatchObject({ grpcStatus: STATUS.CANCELLED.grpc });
  }
  await call(server, methods.StartWorkflowExecution, { ...start, workflowId: 'after' });
  const task = await call(server, methods.PollWorkflowTaskQueue, { namespace, taskQueue }, { timeoutMs: 10_000 });
  expect(task.workflowExecution?.workflowId).toBe('after');
});

test('a call ends when its time is over', async () => {
  const server = await started();
  await call(server, methods.StartWorkflowExecution, { ...start, workflowId: 'w' });
  const query = { namespace, execution: { workflowId: 'w' }, query: { queryType: 'nobody answers' } };
  await expect(call(server, methods.QueryWorkflow, query, { timeoutMs: 50 })).rejects.toMatchObject({
    grpcStatus: STATUS.DEADLINE_EXCEEDED.grpc,
  });
});

test('what it took is there after a restart; a poll that waits is answered when it stops, calls after it fail', async () => {
  const store = { kind: 'sqlite', path: join(folder, 'embedded.sqlite') } as const;
  const first = await started({ store });
  await call(first, methods.StartWorkflowExecution, { ...start, workflowId: 'survives' });
  const long = { timeoutMs: 60_000 };
  await call(first, methods.PollWorkflowTaskQueue, { namespace, taskQueue }, long);
  const poll = call(first, methods.PollWorkflowTaskQueue, { namespace, taskQueue }, long);
  await first.stop();
  expect((await poll).taskToken).toHaveLength(0);
  expect(first.isServing).toBe(false);
  await expect(call(first, methods.ListNamespaces, {})).rejects.toMatchObject({
    grpcStatus: STATUS.UNAVAILABLE.grpc,
    message: 'the embedded server has stopped',
  });
  const second = await started({ store });
  const execution = { workflowId: 'survives' };
  const { workflowExecutionInfo } = await call(second, methods.DescribeWorkflowExecution, { namespace, execution });
  expect(workflowExecutionInfo?.execution?.workflowId).toBe('survives');
});

test('a store that cannot be opened, a port in use and options that cannot be sent are refused with what is wrong', async () => {
  const store = { kind: 'sqlite', path: join(folder, 'embedded.sqlite') } as const;
  await started({ store });
  const inUse = await refusalOf({ store, grpc: { port: 0 } });
  expect(inUse).toBeInstanceOf(StoreOpenError);
  expect(inUse).toMatchObject({ problem: 'in-use' });
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  const refusal = await refusalOf({ store: { kind: 'memory' }, grpc: { port } });
  expect(refusal).toMatchObject({
    name: 'ListenError',
    message:
      `cannot listen on 127.0.0.1:${port}: the port is in use; ` +
      'stop what uses it or choose another with grpc.port, where 0 takes any free port',
  });
  const clock = { nowMs: () => 0 };
  const options = { store: { kind: 'memory' }, grpc: { port: 0 }, clock } as unknown as EmbeddedServerOptions;
  expect(await refusalOf(options)).toMatchObject({ name: 'DataCloneError' });
});

test('when its thread is lost everybody is told', async () => {
  let fatal: Error | undefined;
  const server = await started({ onFatal: (error) => (fatal = error) });
  const poll = call(server, methods.PollWorkflowTaskQueue, { namespace, taskQueue }, { timeoutMs: 60_000 });
  const { thread } = server as unknown as { thread: { terminate(): Promise<number> } };
  await thread.terminate();
  await expect(poll).rejects.toMatchObject({ grpcStatus: STATUS.UNAVAILABLE.grpc });
  await expect(call(server, methods.ListNamespaces, {})).rejects.toMatchObject({
    message: expect.stringContaining('lost') as string,
  });
  expect(fatal?.message).toContain('ended by itself');
  expect(server.isServing).toBe(false);
  await server.stop();
});

test('a server whose store is lost refuses calls, and can still be stopped', async () => {
  let fatal: Error | undefined;
  const server = await started({ onFatal: (error) => (fatal = error) });
  const { thread } = server as unknown as { thread: NodeJS.EventEmitter };
  thread.emit('message', { kind: 'fatal', message: 'disk full' });
  expect(fatal?.message).toBe('disk full');
  await expect(call(server, methods.ListNamespaces, {})).rejects.toMatchObject({ grpcStatus: STATUS.UNAVAILABLE.grpc });
  await server.stop({ graceMs: 100 });
  expect(server.isServing).toBe(false);
});
