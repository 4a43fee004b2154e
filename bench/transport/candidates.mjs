/**
 * The transports that were compared, each serving the same calls: any method answers the same encoded message, except
 * those whose name begins with Poll, which are held. Started as a child process by run.mjs.
 */
import { createServer } from 'node:http2';

import { workflowservice } from '@perdure/protocol';

const reply = workflowservice.DescribeNamespaceResponse.encode({
  namespaceInfo: { name: 'default', description: 'x'.repeat(60), id: '3a1f0a4c-0a3d-4b7e-9f0e-2f4c1c2b7e11' },
});
const framedReply = Buffer.concat([Buffer.alloc(5), reply]);
framedReply.writeUInt32BE(reply.length, 1);

const METHODS = ['GetSystemInfo', 'DescribeNamespace', 'PollWorkflowTaskQueue'];
const PREFIX = '/temporal.api.workflowservice.v1.WorkflowService/';
const passThrough = { typeName: 'bytes', encode: (bytes) => bytes, decode: (bytes) => bytes };

const candidates = { perdure, 'node-http2': nodeHttp2, 'grpc-js': grpcJs };

/** The framing of packages/server/src/api/, with metrics, as it is shipped. */
async function perdure() {
  const { GrpcServer, nameOfGrpcStatus } = await import('../../packages/server/dist/api/index.js');
  const { createRpcMetrics, Metrics } = await import('../../packages/server/dist/observability/index.js');
  const server = new GrpcServer({
    observer: createRpcMetrics(new Metrics(), nameOfGrpcStatus),
    methods: METHODS.map((name) => ({
      path: PREFIX + name,
      requestType: passThrough,
      responseType: passThrough,
      handle: async () => (name.startsWith('Poll') ? new Promise(() => {}) : reply),
    })),
  });
  await server.start();
  return Number(new URL(`http://${server.address}`).port);
}

/** The least that answers a unary call on node:http2: no deadlines, no limits, no metrics. */
async function nodeHttp2() {
  const server = createServer({ settings: { maxConcurrentStreams: 100_000 }, maxSessionMemory: 1_000 });
  server.on('stream', (stream, headers) => {
    const chunks = [];
    stream.on('error', () => {});
    stream.on('data', (chunk) => chunks.push(chunk));
    if (headers[':path'].startsWith(`${PREFIX}Poll`)) return;
    stream.on('end', async () => {
      await null;
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.end(framedReply);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

async function grpcJs() {
  const { Server, ServerCredentials } = await import('@grpc/grpc-js');
  const server = new Server({ 'grpc.max_concurrent_streams': 100_000 });
  const same = (bytes) => bytes;
  for (const name of METHODS) {
    const definition = {
      path: PREFIX + name,
      requestStream: false,
      responseStream: false,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    };
    const handle = async (_, callback) => {
      await null;
      if (!name.startsWith('Poll')) callback(null, Buffer.from(reply));
    };
    server.addService({ [name]: definition }, { [name]: handle });
  }
  return new Promise((resolve, reject) => {
    const done = (error, port) => (error === null ? resolve(port) : reject(error));
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), done);
  });
}

let cpuBefore = process.cpuUsage();
process.on('message', (message) => {
  if (message === 'exit') process.exit();
  if (message === 'begin') {
    cpuBefore = process.cpuUsage();
    process.send('begun');
    return;
  }
  globalThis.gc?.();
  const { user, system } = process.cpuUsage(cpuBefore);
  process.send({ cpuUs: user + system, rssBytes: process.memoryUsage().rss });
});
process.send({ port: await candidates[process.argv[2]]() });
