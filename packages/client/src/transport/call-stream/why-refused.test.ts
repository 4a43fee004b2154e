import { once } from 'node:events';
import { createServer, type OutgoingHttpHeaders, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { GrpcServiceError } from '../grpc-service-error.js';
import { GrpcStatus } from '../status.js';
import { CallStream } from './call-stream.js';
import { CallStreamUnsupportedError } from './errors.js';

/** What opening a call stream rejects with where a server answers this. */
async function refusalBy(head: OutgoingHttpHeaders, body = ''): Promise<unknown> {
  const server = createServer();
  const sessions: ServerHttp2Session[] = [];
  server.on('session', (session) => void sessions.push(session));
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.respond(head);
    stream.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return await CallStream.open({ address, tls: undefined }, () => undefined).catch((error: unknown) => error);
}

test('a proxy that answers with a page has no call stream', async () => {
  const refusal = await refusalBy({ ':status': 404, 'content-type': 'text/html' }, '<html>not here</html>');
  expect(refusal).toBeInstanceOf(CallStreamUnsupportedError);
  expect(String(refusal)).toContain('HTTP status 404');
});

test('a server that knows no such method has none, and is quoted', async () => {
  const head = { 'content-type': 'application/grpc', 'grpc-status': '12', 'grpc-message': 'unknown%20service' };
  const refusal = await refusalBy({ ':status': 200, ...head });
  expect(refusal).toBeInstanceOf(CallStreamUnsupportedError);
  expect(String(refusal)).toContain('refused the call stream: unknown service');
});

test('a server on its way out may have one', async () => {
  const head = { 'content-type': 'application/grpc', 'grpc-status': '14', 'grpc-message': 'shutting down' };
  const refusal = await refusalBy({ ':status': 200, ...head });
  expect(refusal).toBeInstanceOf(GrpcServiceError);
  expect(refusal).toMatchObject({ code: GrpcStatus.UNAVAILABLE, details: 'shutting down' });
});
