import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { credentials } from '@grpc/grpc-js';
import { errordetails, rpc, services } from '@perdure/protocol';
import { type RunningServer, startServer } from '@perdure/server';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  callMethod,
  type CallRetryPolicy,
  CallStreamTransport,
  GrpcServiceError,
  GrpcStatus,
  GrpcTransport,
  InProcessTransport,
  RetryingTransport,
  type RpcTransport,
  statusDetailsOf,
} from './index.js';

const { methods } = services.WorkflowService;
const namespace = 'default';
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ store: { kind: 'memory' }, grpc: { port: 0 } });
});
afterAll(() => server.stop({ graceMs: 100 }));

const roads: readonly [string, () => RpcTransport][] = [
  ['gRPC', () => new GrpcTransport({ address: server.address, credentials: credentials.createInsecure() })],
  ['the call stream', () => new CallStreamTransport({ address: server.address, tls: undefined })],
  ['in process', () => new InProcessTransport(server.inProcess)],
];

function opened(open: () => RpcTransport): RpcTransport {
  const transport = open();
  onTestFinished(() => transport.close());
  return transport;
}

function longPoll(transport: RpcTransport, rest: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<unknown> {
  return callMethod(transport, methods.PollWorkflowTaskQueue, { namespace, taskQueue: { name: 'nobody' } }, rest);
}

describe.each(roads)('calls over %s', (name, open) => {
  it('carry messages', async () => {
    const answer = await callMethod(opened(open), methods.DescribeNamespace, { namespace });
    expect(answer.namespaceInfo?.name).toBe(namespace);
  });

  it('reject with one class of error, its details readable', async () => {
    const call = callMethod(opened(open), methods.DescribeNamespace, { namespace: 'nowhere' });
    const error = await call.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GrpcServiceError);
    expect(error).toMatchObject({ code: GrpcStatus.NOT_FOUND, details: expect.stringContaining('nowhere') });
    const bytes = statusDetailsOf(error as GrpcServiceError);
    const [detail] = rpc.Status.decode(bytes ?? new Uint8Array(0)).details;
    expect(detail?.typeUrl).toContain(errordetails.NamespaceNotFoundFailure.typeName);
  });

  it('end at their deadline', async () => {
    const transport = opened(open);
    const workflowId = `queried over ${name}`;
    const taskQueue = { name: 'nobody' };
    const workflowType = { name: 'w' };
    const start = { namespace, workflowId, taskQueue, workflowType, requestId: workflowId };
    await callMethod(transport, methods.StartWorkflowExecution, start);
    // Without a worker nobody answers a query.
    const query = { namespace, execution: { workflowId }, query: { queryType: 'q' } };
    const call = callMethod(transport, methods.QueryWorkflow, query, { timeoutMs: 50 });
    await expect(call).rejects.toMatchObject({ code: GrpcStatus.DEADLINE_EXCEEDED });
  });

  it('end when their signal aborts, before or during the call', async () => {
    const transport = opened(open);
    const controller = new AbortController();
    const call = longPoll(transport, { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: GrpcStatus.CANCELLED });
    await expect(longPoll(transport, { signal: controller.signal })).rejects.toMatchObject({
      code: GrpcStatus.CANCELLED,
    });
  });

  it('end with UNAVAILABLE when the transport closes, and so does every later one', async () => {
    const transport = open();
    const call = longPoll(transport);
    await transport.close();
    await transport.close();
    await expect(call).rejects.toMatchObject({ code: GrpcStatus.UNAVAILABLE });
    await expect(longPoll(transport)).rejects.toMatchObject({ code: GrpcStatus.UNAVAILABLE });
  });
});

describe('a script that forgets to close its connection', () => {
  const script = `
    const { Connection } = await import('@perdure/client');
    const connection = await Connection.connect({ address: process.argv[1], transport: process.argv[2] });
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    console.log(namespaceInfo.name);
  `;

  it.each(['call-stream', 'grpc'])('ends nevertheless, over %s', async (road) => {
    // What is run is what the build left: a script knows nothing of sources.
    const args = ['--input-type=module', '-e', script, server.address, road];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000, cwd: import.meta.dirname });
    expect(stdout.trim()).toBe('default');
  });
});

describe('retries', () => {
  const eager: CallRetryPolicy = {
    shouldRetry: (attempt, error) => attempt < 4 && error.code === GrpcStatus.UNAVAILABLE,
    delayMs: () => 1,
  };

  /** Fails as often as it is told, then answers. */
  function failing(times: number, code: number): RpcTransport & { attempts: number } {
    return {
      attempts: 0,
      call() {
        this.attempts++;
        return this.attempts > times
          ? Promise.resolve(Uint8Array.of(7))
          : Promise.reject(new GrpcServiceError(code, 'not now'));
      },
      close: () => Promise.resolve(),
    };
  }

  it('go on until the call succeeds', async () => {
    const inner = failing(3, GrpcStatus.UNAVAILABLE);
    expect(await new RetryingTransport(inner, eager).call('/a/b', new Uint8Array(0), {})).toEqual(Uint8Array.of(7));
    expect(inner.attempts).toBe(4);
  });

  it('stop where the policy says so', async () => {
    const inner = failing(9, GrpcStatus.UNAVAILABLE);
    await expect(new RetryingTransport(inner, eager).call('/a/b', new Uint8Array(0), {})).rejects.toThrow('not now');
    expect(inner.attempts).toBe(4);
    const other = failing(9, GrpcStatus.NOT_FOUND);
    await expect(new RetryingTransport(other, eager).call('/a/b', new Uint8Array(0), {})).rejects.toThrow('not now');
    expect(other.attempts).toBe(1);
  });

  it('give up at the deadline, when cancelled and when closed', async () => {
    const slow: CallRetryPolicy = { shouldRetry: () => true, delayMs: () => 60_000 };
    const transport = new RetryingTransport(failing(9, GrpcStatus.UNAVAILABLE), slow);
    const call = (options: { timeoutMs?: number; signal?: AbortSignal }) =>
      transport.call('/a/b', new Uint8Array(0), options);
    await expect(call({ timeoutMs: 20 })).rejects.toMatchObject({ code: GrpcStatus.DEADLINE_EXCEEDED });
    const controller = new AbortController();
    const cancelled = call({ signal: controller.signal });
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: GrpcStatus.CANCELLED });
    const closed = call({});
    await transport.close();
    await expect(closed).rejects.toMatchObject({ code: expect.any(Number) });
  });
});
