import { createServer, type Server } from 'node:net';
import { credentials, Server as GrpcJsServer, ServerCredentials } from '@grpc/grpc-js';
import { services } from '@perdure/protocol';
import { type RunningServer, startServer } from '@perdure/server';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { AgreedTransport, callMethod, CallStreamTransport, GrpcStatus, GrpcTransport } from '../index.js';

const { methods } = services.WorkflowService;
const namespace = 'default';

let servers: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop({ graceMs: 100 })));
  servers = [];
});

async function started(port = 0, limits = {}): Promise<RunningServer> {
  const server = await startServer({ store: { kind: 'memory' }, grpc: { port }, limits });
  servers.push(server);
  return server;
}

function streamTo(address: string): CallStreamTransport {
  const transport = new CallStreamTransport({ address, tls: undefined });
  onTestFinished(() => transport.close());
  return transport;
}

function agreedWith(address: string): AgreedTransport {
  const openUnary = () => new GrpcTransport({ address, credentials: credentials.createInsecure() });
  const transport = new AgreedTransport(new CallStreamTransport({ address, tls: undefined }), openUnary);
  onTestFinished(() => transport.close());
  return transport;
}

const describeNamespace = (transport: CallStreamTransport | AgreedTransport) =>
  callMethod(transport, methods.DescribeNamespace, { namespace });

const poll = (transport: CallStreamTransport, options = {}) =>
  callMethod(transport, methods.PollWorkflowTaskQueue, { namespace, taskQueue: { name: 'nobody' } }, options);

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

describe('a call stream', () => {
  it('carries many calls at once, each answered by its own', async () => {
    const transport = streamTo((await started()).address);
    const ids = Array.from({ length: 500 }, (_, number) => `w-${number}`);
    const start = (workflowId: string) =>
      callMethod(transport, methods.StartWorkflowExecution, {
        namespace,
        workflowId,
        requestId: workflowId,
        workflowType: { name: 't' },
        taskQueue: { name: 'q' },
      });
    await Promise.all(ids.map(start));
    const described = await Promise.all(
      ids.map((workflowId) =>
        callMethod(transport, methods.DescribeWorkflowExecution, { namespace, execution: { workflowId } }),
      ),
    );
    expect(described.map((answer) => answer.workflowExecutionInfo?.execution?.workflowId)).toEqual(ids);
  });

  it('carries messages far larger than a batch, both ways', async () => {
    const transport = streamTo((await started()).address);
    const data = new Uint8Array(1_500_000).fill(7);
    const execution = { workflowId: 'large' };
    await callMethod(transport, methods.StartWorkflowExecution, {
      namespace,
      ...execution,
      requestId: 'r',
      workflowType: { name: 't' },
      taskQueue: { name: 'q' },
      input: { payloads: [{ data }] },
    });
    const pages = await Promise.all(
      Array.from({ length: 10 }, () =>
        callMethod(transport, methods.GetWorkflowExecutionHistory, { namespace, execution }),
      ),
    );
    for (const { history } of pages) {
      const payload = history?.events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads[0];
      expect(Buffer.compare(payload?.data ?? new Uint8Array(0), data)).toBe(0);
    }
  });

  it('refuses a request that is too large without ending the others', async () => {
    const { address } = await started(0, { grpcMessageSizeBytes: 1_000_000 });
    const transport = streamTo(address);
    const waiting = poll(transport, { timeoutMs: 60_000 });
    waiting.catch(() => undefined);
    const tooLarge = transport.call(methods.DescribeNamespace.path, new Uint8Array(1_000_001), {});
    await expect(tooLarge).rejects.toMatchObject({ code: GrpcStatus.RESOURCE_EXHAUSTED });
    expect((await describeNamespace(transport)).namespaceInfo?.name).toBe(namespace);
  });

  it('is opened anew when the server comes back; calls that were under way are told', async () => {
    const first = await started();
    const transport = streamTo(first.address);
    await describeNamespace(transport);
    await first.stop({ graceMs: 0 });
    await expect(describeNamespace(transport)).rejects.toMatchObject({ code: GrpcStatus.UNAVAILABLE });
    await started(portOf(first.address));
    expect((await describeNamespace(transport)).namespaceInfo?.name).toBe(namespace);
  });

  it('lets calls finish when the server drains: a held poll answers empty', async () => {
    const server = await started();
    const transport = streamTo(server.address);
    await describeNamespace(transport);
    const held = poll(transport, { timeoutMs: 60_000 });
    await describeNamespace(transport);
    const startedAtMs = performance.now();
    await server.stop({ graceMs: 10_000 });
    expect((await held).taskToken).toHaveLength(0);
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  });

  it('waits for a server that is not there yet, up to its deadline', async () => {
    const address = await unusedAddress();
    await expect(streamTo(address).whenReady(Date.now() + 100)).rejects.toMatchObject({
      code: GrpcStatus.DEADLINE_EXCEEDED,
      cause: { code: GrpcStatus.UNAVAILABLE, message: expect.stringContaining('ECONNREFUSED') as string },
    });
    const ready = streamTo(address).whenReady(Date.now() + 10_000);
    await started(portOf(address));
    await ready;
  });
});

describe('what is agreed on', () => {
  it('is the call stream with a server that has it', async () => {
    const transport = agreedWith((await started()).address);
    await transport.whenReady(Date.now() + 5_000);
    await describeNamespace(transport);
    expect(transport.road).toBe('call-stream');
  });

  it('is unary gRPC with any other server', async () => {
    const { address, stop } = await otherServer();
    onTestFinished(stop);
    const transport = agreedWith(address);
    await transport.whenReady(Date.now() + 5_000);
    expect((await describeNamespace(transport)).namespaceInfo?.name).toBe('of another server');
    expect(transport.road).toBe('grpc');
  });

  it('may change when another server takes the place of the first', async () => {
    const first = await started();
    const transport = agreedWith(first.address);
    await describeNamespace(transport);
    await first.stop({ graceMs: 0 });
    const { stop } = await otherServer(portOf(first.address));
    onTestFinished(stop);
    // The end of the old stream may not have been noticed before this call.
    await describeNamespace(transport).catch(() => undefined);
    expect((await describeNamespace(transport)).namespaceInfo?.name).toBe('of another server');
    expect(transport.road).toBe('grpc');
  });

  it('is nothing while no server is there', async () => {
    const transport = agreedWith(await unusedAddress());
    await expect(describeNamespace(transport)).rejects.toMatchObject({ code: GrpcStatus.UNAVAILABLE });
    expect(transport.road).toBe('call-stream');
  });
});

/** A server of grpc-js that knows one method. */
async function otherServer(port = 0): Promise<{ address: string; stop: () => void }> {
  const server = new GrpcJsServer();
  const { DescribeNamespace } = methods;
  const service = {
    describeNamespace: {
      path: DescribeNamespace.path,
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes: Buffer) => bytes,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  };
  const answer = DescribeNamespace.responseType.encode({ namespaceInfo: { name: 'of another server' } });
  server.addService(service, {
    describeNamespace: (_: unknown, reply: (error: null, answer: Uint8Array) => void) => reply(null, answer),
  });
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, number) =>
      error === null ? resolve(number) : reject(error),
    );
  });
  return { address: `127.0.0.1:${bound}`, stop: () => server.forceShutdown() };
}

async function unusedAddress(): Promise<string> {
  const occupant: Server = createServer();
  await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
  const { port } = occupant.address() as { port: number };
  await new Promise((resolve) => occupant.close(resolve));
  return `127.0.0.1:${port}`;
}
