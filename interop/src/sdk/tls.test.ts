import { fileURLToPath } from 'node:url';
import { ServerCredentials } from '@grpc/grpc-js';
import { Client, Connection, type ConnectionOptions } from '@perdure/client';
import { type RunningServer, startServer } from '@perdure/server';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, makeCertificates, RecordingServer } from '../harness/index.js';

const workflowsPath = fileURLToPath(new URL('./order-workflows.ts', import.meta.url));
if (Runtime._instance === undefined) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

/** Long enough for a handshake on a busy machine. Refusals take as long: a connection tries until then. */
const connectTimeout = '5s';

let certificates: Certificates;
let server: RunningServer;
let mutual: RunningServer;
let recorder: RecordingServer;

beforeAll(async () => {
  certificates = await makeCertificates();
  const { crt, key } = certificates.server;
  const tls = { certificate: crt, privateKey: key };
  const store = { kind: 'memory' } as const;
  server = await startServer({ store, grpc: { port: 0, tls } });
  mutual = await startServer({
    store,
    grpc: { port: 0, tls: { ...tls, clientAuthorities: certificates.authority } },
  });
  const credentials = ServerCredentials.createSsl(null, [{ cert_chain: crt, private_key: key }]);
  recorder = await RecordingServer.start({ credentials, recordsMetadata: true });
});

afterAll(async () => {
  await Promise.all([server.stop({ graceMs: 0 }), mutual.stop({ graceMs: 0 })]);
  recorder.stop();
});

const trusting = () => ({ serverRootCACertificate: certificates.authority });

type Connect = (options: Pick<ConnectionOptions, 'address' | 'tls'>) => Promise<Connection | NativeConnection>;

const roads: Readonly<Record<string, Connect>> = {
  'a connection over whatever the server offers': (options) => Connection.connect({ ...options, connectTimeout }),
  'a connection over gRPC': (options) => Connection.connect({ ...options, connectTimeout, transport: 'grpc' }),
  'a connection over a call stream': (options) =>
    Connection.connect({ ...options, connectTimeout, transport: 'call-stream' }),
  "a worker's connection": ({ address, tls }) => NativeConnection.connect({ address, tls }),
};

async function versionOver(connect: Connect, address: string, tls: ConnectionOptions['tls']): Promise<string> {
  const connection = await connect({ address, tls });
  try {
    return (await connection.workflowService.getSystemInfo({})).serverVersion;
  } finally {
    await connection.close();
  }
}

describe.each(Object.keys(roads))('%s', (name) => {
  const connect = roads[name] as Connect;

  test('goes over TLS to a server whose authority it knows', async () => {
    expect(await versionOver(connect, server.address, trusting())).not.toBe('');
  });

  test('refuses a server whose authority it does not know', async () => {
    await expect(versionOver(connect, server.address, true)).rejects.toThrow();
  });

  test('goes over mTLS with a certificate, and is refused without one or with that of a stranger', async () => {
    const { client, stranger } = certificates;
    expect(await versionOver(connect, mutual.address, { ...trusting(), clientCertPair: client })).not.toBe('');
    const refused = [trusting(), { ...trusting(), clientCertPair: stranger }];
    await Promise.all(refused.map((tls) => expect(versionOver(connect, mutual.address, tls)).rejects.toThrow()));
  });
});

test('a workflow runs on a worker over mTLS', async () => {
  const tls = { ...trusting(), clientCertPair: certificates.client };
  const connection = await NativeConnection.connect({ address: mutual.address, tls });
  try {
    const worker = await Worker.create({ connection, taskQueue: 'tls', workflowsPath });
    const result = await worker.runUntil(() =>
      new Client({ connection }).workflow.execute('doubled', { taskQueue: 'tls', workflowId: 'doubled', args: [21] }),
    );
    expect(result).toBe(42);
  } finally {
    await connection.close();
  }
});

test.each(['client', 'worker'])('API keys and metadata of a %s reach the server over TLS', async (kind) => {
  const options = {
    address: recorder.address,
    tls: trusting(),
    apiKey: 'first',
    metadata: { 'x-team': 'blue', 'x-kind': kind },
  };
  const connection = await (kind === 'client' ? Connection.connect(options) : NativeConnection.connect(options));
  try {
    const ask = () => connection.workflowService.describeNamespace({ namespace: kind });
    await ask();
    await connection.withMetadata({ 'x-team': 'red' }, ask);
    await connection.setApiKey('second');
    await ask();
    const calls = recorder.calls.filter(
      ({ method, request }) => method === 'DescribeNamespace' && request.namespace === kind,
    );
    const headers = { 'x-kind': kind, 'temporal-namespace': kind };
    expect(calls.map(({ metadata }) => metadata)).toMatchObject([
      { ...headers, authorization: 'Bearer first', 'x-team': 'blue' },
      { ...headers, authorization: 'Bearer first', 'x-team': 'red' },
      { ...headers, authorization: 'Bearer second', 'x-team': 'blue' },
    ]);
  } finally {
    await connection.close();
  }
});
