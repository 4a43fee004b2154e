import {
  type CallOptions,
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
  type ServiceError as GrpcJsError,
  status,
} from '@grpc/grpc-js';
import { errordetails, rpc } from '@perdure/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { ServiceError } from '../service-error.js';
import { deferred, echo, hangingMethod, longPoll, textMethod, until } from '../testing/text-methods.js';
import { GrpcServer } from './server.js';

const cancelled = deferred<string>();
const methods = [
  echo,
  longPoll,
  hangingMethod(),
  textMethod('Watched', (_, context) => {
    context.onCancelled(cancelled.resolve);
    return new Promise(() => undefined);
  }),
  textMethod('Metadata', (_, { metadata }) =>
    Promise.resolve(
      `${metadata.get('authorization')} ${Buffer.from(metadata.getBinary('token-bin') ?? []).toString('hex')}`,
    ),
  ),
  textMethod('Missing', () =>
    Promise.reject(
      new ServiceError('NOT_FOUND', 'größe', { type: 'NamespaceNotFoundFailure', fields: { namespace: 'n' } }),
    ),
  ),
];

let server: GrpcServer;
let client: Client;

beforeEach(async () => {
  server = new GrpcServer({ methods, maxRequestBytes: 20_000_000 });
  await server.start();
  client = connect();
});

afterEach(async () => {
  client.close();
  await server.stop({ graceMs: 0 });
});

function connect(options: object = {}): Client {
  return new Client(server.address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    ...options,
  });
}

async function call(
  method: string,
  request: string,
  metadata = new Metadata(),
  options: CallOptions = {},
): Promise<string> {
  const { promise, resolve } = deferred<string | GrpcJsError>();
  client.makeUnaryRequest(
    `/test.Service/${method}`,
    (message: string) => Buffer.from(message),
    (bytes: Buffer) => bytes.toString(),
    request,
    metadata,
    options,
    (error, response) => resolve(error ?? response ?? ''),
  );
  const outcome = await promise;
  if (typeof outcome === 'string') return outcome;
  throw outcome;
}

test('calls, one after the other and at once', async () => {
  expect(await call('Echo', 'hello')).toBe('hello');
  const texts = Array.from({ length: 500 }, (_, index) => `message ${index}`);
  expect(await Promise.all(texts.map((message) => call('Echo', message)))).toEqual(texts);
});

test('sends metadata', async () => {
  const metadata = new Metadata();
  metadata.set('Authorization', 'Bearer x');
  metadata.set('token-bin', Buffer.from([1, 2, 253]));
  expect(await call('Metadata', '', metadata)).toBe('Bearer x 0102fd');
});

test('reads errors with their details', async () => {
  const error = await call('Missing', '').catch((thrown: unknown) => thrown as GrpcJsError);
  expect(error).toMatchObject({ code: status.NOT_FOUND, details: 'größe' });
  const [packed] = (error as GrpcJsError).metadata.get('grpc-status-details-bin');
  const [detail] = rpc.Status.decode(packed as Buffer).details;
  expect(detail?.typeUrl).toBe('type.googleapis.com/temporal.api.errordetails.v1.NamespaceNotFoundFailure');
  expect(errordetails.NamespaceNotFoundFailure.decode(detail?.value ?? new Uint8Array()).namespace).toBe('n');
});

test('has its deadlines met', async () => {
  const options = { deadline: Date.now() + 30 };
  await expect(call('Hang', '', new Metadata(), options)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
});

test('cancels', async () => {
  const request = client.makeUnaryRequest(
    '/test.Service/Watched',
    () => Buffer.alloc(0),
    () => '',
    '',
    () => undefined,
  );
  await until(() => server.callsInFlight === 1);
  request.cancel();
  expect(await cancelled.promise).toBe('client');
});

test('exchanges messages of 16 MB', async () => {
  const large = 'perdure '.repeat(2_000_000);
  expect((await call('Echo', large)) === large).toBe(true);
});

test('compresses', async () => {
  client.close();
  client = connect({ 'grpc.default_compression_algorithm': compressionAlgorithms.gzip });
  const message = 'again '.repeat(20_000);
  expect((await call('Echo', message)) === message).toBe(true);
});

test('keeps an idle connection alive with pings as often as it likes', async () => {
  client.close();
  client = connect({
    'grpc.keepalive_time_ms': 10,
    'grpc.keepalive_timeout_ms': 1_000,
    'grpc.keepalive_permit_without_calls': 1,
  });
  const poll = call('LongPoll', '', new Metadata(), { deadline: Date.now() + 200 });
  await expect(poll).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  expect(await call('Echo', 'still here')).toBe('still here');
});

test('waits for a server that comes back on its port', async () => {
  await call('Echo', 'before');
  const { port } = new URL(`http://${server.address}`);
  await server.stop();
  server = new GrpcServer({ methods, port: Number(port) });
  await server.start();
  const metadata = new Metadata({ waitForReady: true });
  expect(await call('Echo', 'after', metadata)).toBe('after');
});
