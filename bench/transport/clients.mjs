/** The clients that load a transport. Each has `call()`, `poll()` and `close()`. */
import { connect } from 'node:http2';

import { Client, credentials } from '@grpc/grpc-js';
import { workflowservice } from '@perdure/protocol';
import { Connection } from '@temporalio/client';

const SERVICE = '/temporal.api.workflowservice.v1.WorkflowService/';
const request = workflowservice.DescribeNamespaceRequest.encode({ namespace: 'n'.repeat(60), id: 'i'.repeat(84) });
const framedRequest = Buffer.concat([Buffer.alloc(5), request]);
framedRequest.writeUInt32BE(request.length, 1);

/** Bare streams of node:http2 with the headers an SDK sends: the least client CPU per call. */
export async function http2Client(port) {
  const session = connect(`http://127.0.0.1:${port}`, { peerMaxConcurrentStreams: 100_000, maxSessionMemory: 1_000 });
  await new Promise((resolve) => session.once('connect', resolve));
  const open = (method) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': SERVICE + method,
      te: 'trailers',
      'content-type': 'application/grpc',
      'user-agent': 'grpc-node-js/1.14.0',
      'grpc-timeout': `${9_000 + Math.floor(Math.random() * 999)}m`,
      'client-name': 'temporal-typescript',
      'client-version': '1.24.0',
    });
    stream.end(framedRequest);
    return stream;
  };
  return {
    call: () =>
      new Promise((resolve, reject) => {
        const stream = open('DescribeNamespace');
        let status;
        stream.on('trailers', (trailers) => (status = trailers['grpc-status']));
        stream.resume();
        stream.on('error', reject);
        stream.on('end', () => (status === '0' ? resolve() : reject(new Error(`grpc-status ${status}`))));
      }),
    poll: () => open('PollWorkflowTaskQueue').on('error', () => {}),
    close: () => session.destroy(),
  };
}

/** grpc-js, which the official TypeScript client is built on. */
export async function grpcJsClient(port) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const same = (bytes) => bytes;
  return {
    call: () =>
      new Promise((resolve, reject) => {
        const done = (error) => (error === null ? resolve() : reject(error));
        const deadline = { deadline: Date.now() + 10_000 };
        client.makeUnaryRequest(`${SERVICE}DescribeNamespace`, same, same, Buffer.from(request), deadline, done);
      }),
    close: () => client.close(),
  };
}

/** The connection of `@temporalio/client`, as an application uses it. */
export async function officialClient(port) {
  const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
  return {
    call: () => connection.workflowService.describeNamespace({ namespace: 'n'.repeat(60), id: 'i'.repeat(84) }),
    close: () => connection.close(),
  };
}
