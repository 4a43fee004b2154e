import { fileURLToPath } from 'node:url';
import { ServerCredentials } from '@grpc/grpc-js';
import { Client, Connection, type ConnectionOptions } from '@perdure/client';
import { type RunningServer, startServer } from '@perdure/server';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@perdure/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, makeCertificates, RecordingServer } from '../harness/index.js';

const workflowsPath = fileURLToPath(new URL('./order-workflows.ts', import.meta.url));
if (Runtime._instance === undefined) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

/** Longer than a test may take: who waits for it has not seen that a handshake cannot succeed. */
const connectTimeout = '10 minutes';

let certificates: Certificates;
let server: RunningServer;
let mutual: RunningServer;
let recorder: RecordingServer;
let plain: RunningServer;

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
  plain = await startServer({ store, grpc: { port: 0 } });
  const credentials = ServerCredentials.createSsl(null, [{ cert_chain: crt, private_key: key }]);
  recorder = await RecordingServer.start({ credentials, recordsMetadata: true });
});

afterAll(async () => {
  await Promise.all([server.stop({ graceMs: 0 }), mutual.stop({ graceMs: 0 }), plain.stop({ graceMs: 0 })]);
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

  test('goes over mTLS with a certificate', async () => {
    const tls = { ...trusting(), clientCertPair: certificates.client };
    expect(await versionOver(connect, mutual.address, tls)).not.toBe('');
  });

  test.each<readonly [string, () => readonly [RunningServer, ConnectionOptions['tls']], RegExp]>([
    [
      'an authority that it does not know',
      () => [server, true],
      /authority that is not known.*serverRootCACertificate/,
    ],
    [
      'another name',
      () => [server, { ...trusting(), serverNameOverride: 'other.example' }],
      /other names.*127\.0\.0\.1/,
    ],
    ['no TLS', () => [plain, trusting()], /does not speak TLS/],
    ['mTLS, without a certificate', () => [mutual, trusting()], /client certificate.*clientCertPair/],
    [
      'mTLS, with the certificate of a stranger',
      () => [mutual, { ...trusting(), clientCertPair: certificates.stranger }],
      /client certificate.*clientCertPair/,
    ],
    ['TLS, without', () => [server, undefined], /speaks TLS/],
  ])('fails at once and says why on a server of %s', async (_, given, message) => {
    const [{ address }, tls] = given();
    await expect(versionOver(connect, address, tls)).rejects.toThrow(message);
  });
});

test.each(['grpc', 'call-stream'] as const)('a server that is away is waited for over %s', async (transport) => {
  const { crt, key } = certificates.server;
  const tls = { certificate: crt, privateKey: key };
  const gone = await startServer({ store: { kind: 'memory' }, grpc: { port: 0, tls } });
  const { address } = gone;
  await gone.stop({ graceMs: 0 });
  const connecting = Connection.connect({ address, tls: trusting(), connectTimeout, transport });
  const port = Number(address.split(':')[1]);
  // A check of the handshake that finds nobody says nothing: the connection is still being tried for.
  expect(await Promise.race([connecting, new Promise((resolve) => setTimeout(resolve, 300, 'waiting'))])).toBe(
    'waiting',
  );
  const back = await startServer({ store: { kind: 'memory' }, grpc: { port, tls } });
  const connection = await connecting;
  await connection.close();
  await back.stop({ graceMs: 0 });
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
