import { deflateSync, gunzipSync, gzipSync } from 'node:zlib';

import { EncodedMessage, errordetails, rpc, workflowservice } from '@perdure/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { CallContext } from '../rpc.js';
import { ServiceError } from '../service-error.js';
import { frame, RawClient } from '../testing/raw-client.js';
import { recordingLogger } from '../testing/recording-logger.js';
import { echo, textMethod } from '../testing/text-methods.js';
import { GrpcServer } from './server.js';

const MAX_REQUEST_BYTES = 100_000;
const ECHO = '/test.Service/Echo';

const contexts: CallContext[] = [];
const log = recordingLogger();
const spliced = {
  ...textMethod('Spliced', () => Promise.resolve('')),
  handle: () => Promise.resolve(new EncodedMessage([Buffer.from('one '), Buffer.from('two')])),
};
const typed = {
  path: '/test.Service/Typed',
  requestType: workflowservice.StartWorkflowExecutionRequest,
  responseType: workflowservice.StartWorkflowExecutionResponse,
  handle: (request: workflowservice.StartWorkflowExecutionRequest) => Promise.resolve({ runId: request.workflowId }),
};
const unencodable = {
  ...typed,
  path: '/test.Service/Unencodable',
  handle: () => Promise.resolve({ runId: 5 as unknown as string }),
};
const methods = [
  echo,
  unencodable,
  spliced,
  typed,
  textMethod('Context', (_, context) => {
    contexts.push(context);
    return Promise.resolve('');
  }),
  textMethod('Large', (request) => Promise.resolve('x'.repeat(Number(request)))),
  textMethod('Missing', () =>
    Promise.reject(
      new ServiceError('NOT_FOUND', 'no workflow “größe” 100% here\n', {
        type: 'NamespaceNotFoundFailure',
        fields: { namespace: 'default' },
      }),
    ),
  ),
  textMethod('Broken', () => Promise.reject(new TypeError('secret of the implementation'))),
  textMethod('BrokenAtOnce', () => {
    throw new TypeError('secret of the implementation');
  }),
  textMethod('LongError', () => Promise.reject(new ServiceError('ABORTED', 'é'.repeat(100_000)))),
  textMethod('BadDetail', () => Promise.reject(new ServiceError('ABORTED', 'x', { type: 'NoSuchDetail', fields: {} }))),
  textMethod('Rejected', () =>
    Promise.reject(Object.assign(new Error(), { rejected: true, code: 'ABORTED', message: 'no' })),
  ),
];

let server: GrpcServer;
let client: RawClient;

beforeAll(async () => {
  server = new GrpcServer({ methods, log, maxRequestBytes: MAX_REQUEST_BYTES, newErrorId: () => 'e1' });
  await server.start();
  client = new RawClient(server.address);
});

afterAll(async () => {
  await client.close();
  await server.stop({ graceMs: 0 });
});

describe('a call', () => {
  test('answers with head, message and status 0', async () => {
    const answer = await client.call(ECHO, 'hello');
    expect(answer).toMatchObject({ httpStatus: 200, grpcStatus: 0, message: 'hello' });
    expect(answer.headers['content-type']).toBe('application/grpc');
    expect(answer.body.subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, 5]));
  });

  test('accepts every form of the content type', async () => {
    for (const type of ['application/grpc', 'application/grpc+proto', 'application/grpc; charset=utf-8']) {
      expect((await client.call(ECHO, 'x', { 'content-type': type })).grpcStatus).toBe(0);
    }
  });

  test('takes an empty message', async () => {
    expect(await client.call(ECHO, '')).toMatchObject({ grpcStatus: 0, message: '' });
  });

  test('joins a message that comes in single bytes', async () => {
    const { stream, answer } = client.open(ECHO);
    for (const byte of frame('fragmented')) stream.write(Buffer.of(byte));
    stream.end();
    expect(await answer).toMatchObject({ grpcStatus: 0, message: 'fragmented' });
  });

  test('splices a response that is encoded already', async () => {
    expect(await client.call('/test.Service/Spliced', '')).toMatchObject({ grpcStatus: 0, message: 'one two' });
  });

  test('passes typed messages through their codecs', async () => {
    const request = workflowservice.StartWorkflowExecutionRequest.encode({ workflowId: 'order-1' });
    const answer = await client.call(typed.path, frame(request));
    const response = workflowservice.StartWorkflowExecutionResponse.decode(answer.body.subarray(5));
    expect(response.runId).toBe('order-1');
  });

  test('tells the first caller of a connection which compressions are read', async () => {
    const fresh = new RawClient(server.address);
    expect((await fresh.call(ECHO, 'x')).headers['grpc-accept-encoding']).toBe('identity,gzip,deflate');
    expect((await fresh.call(ECHO, 'x')).headers['grpc-accept-encoding']).toBeUndefined();
    await fresh.close();
  });
});

describe('the context of a call', () => {
  test('carries method, peer, deadline and metadata', async () => {
    const bytes = Buffer.from([0, 255, 7]);
    const sentAtMs = Date.now();
    await client.call('/test.Service/Context', '', {
      'client-name': 'temporal-typescript',
      'padded-bin': bytes.toString('base64'),
      'bare-bin': bytes.toString('base64').replace(/=/g, ''),
      'joined-bin': `${bytes.toString('base64')},AQ`,
      'grpc-timeout': '5S',
    });
    const context = contexts.at(-1) as CallContext;
    expect(context).toMatchObject({
      method: 'Context',
      path: '/test.Service/Context',
      timeoutMs: 5000,
      cancelled: false,
    });
    expect(context.peer).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(context.deadlineMs).toBeGreaterThanOrEqual(sentAtMs + 4990);
    expect(context.metadata.get('client-name')).toBe('temporal-typescript');
    expect(context.metadata.getBinary('padded-bin')).toEqual(bytes);
    expect(context.metadata.getBinary('bare-bin')).toEqual(bytes);
    expect(context.metadata.getAllBinary('joined-bin')).toEqual([bytes, Buffer.of(1)]);
    expect(context.metadata.get('absent')).toBeUndefined();
  });

  test('of calls with the same head is their own, but for what the head says', async () => {
    const headers = { 'grpc-timeout': '7S', 'client-name': 'again', 'x-bin': 'AQ' };
    for (let time = 0; time < 4; time++) {
      const sentAtMs = Date.now();
      await client.call('/test.Service/Context', '', headers);
      const context = contexts.at(-1) as CallContext;
      expect(context.deadlineMs).toBeGreaterThanOrEqual(sentAtMs + 7_000);
      expect(context).toMatchObject({ method: 'Context', timeoutMs: 7_000, cancelled: false });
      expect(context.metadata.get('client-name')).toBe('again');
      expect(context.metadata.getBinary('x-bin')).toEqual(Buffer.of(1));
    }
    expect(new Set(contexts.slice(-4)).size).toBe(4);
    await client.call('/test.Service/Context', '', { ...headers, 'grpc-timeout': '8S', 'client-name': 'other' });
    expect(contexts.at(-1)?.timeoutMs).toBe(8_000);
    expect(contexts.at(-1)?.metadata.get('client-name')).toBe('other');
  });

  test('an unknown method, a wrong timeout and no gRPC at all are refused each time', async () => {
    for (let time = 0; time < 3; time++) {
      expect((await client.call('/test.Service/Unknown', '')).grpcStatus).toBe(12);
      expect((await client.call(ECHO, '', { 'grpc-timeout': 'soon' })).grpcStatus).toBe(3);
      expect((await client.call(ECHO, '', { 'content-type': 'text/html' })).httpStatus).toBe(415);
    }
  });

  test.each([
    ['1H', 3_600_000],
    ['2M', 120_000],
    ['3S', 3_000],
    ['99999999m', 99_999_999],
    ['5000000u', 5_000],
    ['99999999n', 99.999999],
  ])('understands a timeout of %s', async (header, timeoutMs) => {
    await client.call('/test.Service/Context', '', { 'grpc-timeout': header });
    expect(contexts.at(-1)?.timeoutMs).toBeCloseTo(timeoutMs, 6);
  });

  test.each(['', '1', 'S', '123456789S', '-1S', '1s', '1.5S'])('refuses a timeout of %j', async (header) => {
    const answer = await client.call('/test.Service/Context', '', { 'grpc-timeout': header });
    expect(answer).toMatchObject({ grpcStatus: 3 });
    expect(answer.grpcMessage).toContain('grpc-timeout');
  });
});

describe('an error', () => {
  test('is trailers only, with its message encoded and its detail packed', async () => {
    const answer = await client.call('/test.Service/Missing', '');
    expect(answer).toMatchObject({ httpStatus: 200, grpcStatus: 5, grpcMessage: 'no workflow “größe” 100% here\n' });
    expect(answer.body).toHaveLength(0);
    expect(answer.trailers).toBe(answer.headers);
    const status = rpc.Status.decode(Buffer.from(answer.trailers['grpc-status-details-bin'] ?? '', 'base64'));
    expect(status).toMatchObject({ code: 5, message: 'no workflow “größe” 100% here\n' });
    expect(status.details[0]?.typeUrl).toBe(
      'type.googleapis.com/temporal.api.errordetails.v1.NamespaceNotFoundFailure',
    );
    const detail = errordetails.NamespaceNotFoundFailure.decode(status.details[0]?.value ?? new Uint8Array());
    expect(detail.namespace).toBe('default');
  });

  test.each(['Broken', 'BrokenAtOnce'])(
    'that nobody meant (%s) is INTERNAL, logged in full and not leaked',
    async (method) => {
      const answer = await client.call(`/test.Service/${method}`, '');
      expect(answer.grpcStatus).toBe(13);
      expect(answer.grpcMessage).toBe(`internal error e1 in ${method}; the server's log has the details`);
      const line = log.lines.at(-1);
      expect(line).toMatchObject({ level: 'error', fields: { errorId: 'e1', method: `/test.Service/${method}` } });
      expect((line?.fields['error'] as Error).message).toBe('secret of the implementation');
    },
  );

  test('may be a rejection of the engine', async () => {
    expect(await client.call('/test.Service/Rejected', '')).toMatchObject({ grpcStatus: 10, grpcMessage: 'no' });
  });

  test('is INTERNAL for an answer that cannot be encoded', async () => {
    const answer = await client.call(unencodable.path, '');
    expect(answer).toMatchObject({
      grpcStatus: 13,
      grpcMessage: "internal error e1 in Unencodable; the server's log has the details",
    });
    expect(server.callsInFlight).toBe(0);
  });

  test('is cut to what clients accept as trailers', async () => {
    const answer = await client.call('/test.Service/LongError', '');
    expect(answer.grpcStatus).toBe(10);
    expect(answer.grpcMessage).toHaveLength(1501);
  });

  test('whose detail does not exist is INTERNAL', async () => {
    expect((await client.call('/test.Service/BadDetail', '')).grpcStatus).toBe(13);
  });
});

describe('a bad request', () => {
  test('to an unknown service or method is UNIMPLEMENTED and says which', async () => {
    const service = await client.call('/no.Such/Echo', 'x');
    expect(service).toMatchObject({ grpcStatus: 12, grpcMessage: 'this server does not implement service no.Such' });
    const method = await client.call('/test.Service/Nope', 'x');
    expect(method.grpcStatus).toBe(12);
    expect(method.grpcMessage).toBe('this server does not implement method Nope of service test.Service');
    expect((await client.call('/', 'x')).grpcStatus).toBe(12);
  });

  test('with bytes that are not the message is INVALID_ARGUMENT and names type and field', async () => {
    const answer = await client.call(typed.path, frame(Buffer.from([0x0a, 0x05, 0x61])));
    expect(answer.grpcStatus).toBe(3);
    expect(answer.grpcMessage).toContain('temporal.api.workflowservice.v1.StartWorkflowExecutionRequest');
    expect(answer.grpcMessage).toContain('namespace');
  });

  test.each([
    ['no message', Buffer.alloc(0)],
    ['half a prefix', Buffer.from([0, 0])],
    ['half a message', frame('hello').subarray(0, 7)],
    ['two messages', Buffer.concat([frame('a'), frame('b')])],
    ['an unknown flag', frame('a', 2)],
    ['a compressed message without grpc-encoding', frame(gzipSync('a'), 1)],
  ])('with %s is INTERNAL', async (_, body) => {
    expect((await client.call(ECHO, body)).grpcStatus).toBe(13);
  });

  test('with a second message in a frame of its own is INTERNAL', async () => {
    const { stream, answer } = client.open(ECHO);
    stream.write(frame('a'), () => stream.end(frame('b')));
    expect((await answer).grpcStatus).toBe(13);
  });

  test('beyond the size limit is RESOURCE_EXHAUSTED, before its bytes arrive', async () => {
    const { stream, answer } = client.open(ECHO);
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(MAX_REQUEST_BYTES + 1, 1);
    stream.write(prefix);
    const { grpcStatus, grpcMessage } = await answer;
    expect(grpcStatus).toBe(8);
    expect(grpcMessage).toBe('the request message has 100001 bytes, the limit is 100000');
    expect((await client.call(ECHO, 'y'.repeat(MAX_REQUEST_BYTES))).grpcStatus).toBe(0);
  });

  test('that is not gRPC gets an HTTP status', async () => {
    const json = await client.call(ECHO, 'x', { 'content-type': 'application/json' });
    expect(json).toMatchObject({ httpStatus: 415 });
    expect(json.body.toString()).toContain('application/json');
    expect(await client.call(ECHO, 'x', { 'content-type': 'application/grpc-web' })).toMatchObject({ httpStatus: 415 });
    const put = await client.call(ECHO, 'x', { ':method': 'PUT' });
    expect(put).toMatchObject({ httpStatus: 405 });
    expect(put.headers['allow']).toBe('POST');
  });
});

describe('compression', () => {
  test.each([
    ['gzip', gzipSync('squeezed')],
    ['deflate', deflateSync('squeezed')],
  ])('reads %s', async (encoding, bytes) => {
    const answer = await client.call(ECHO, frame(bytes, 1), { 'grpc-encoding': encoding });
    expect(answer).toMatchObject({ grpcStatus: 0, message: 'squeezed' });
  });

  test.each(['gzip', 'deflate'])('reads %s messages that come again and again', async (encoding) => {
    const compress = encoding === 'gzip' ? gzipSync : deflateSync;
    for (let time = 0; time < 40; time++) {
      const message = `poll ${time % 3} ${'x'.repeat(time % 3)} ${time % 7 === 0 ? time : ''}`;
      const answer = await client.call(ECHO, frame(compress(message), 1), { 'grpc-encoding': encoding });
      expect(answer).toMatchObject({ grpcStatus: 0, message });
    }
  });

  test('reads large compressed messages and those sent as they are under an announced encoding', async () => {
    const noise = Buffer.from(Array.from({ length: 40_000 }, (_, index) => 97 + ((index * index * 7919) % 25)));
    const large = await client.call('/test.Service/Echo', frame(gzipSync(noise, { level: 0 }), 1), {
      'grpc-encoding': 'gzip',
    });
    expect(large.grpcStatus).toBe(0);
    expect(gunzipSync(large.body.subarray(5))).toEqual(noise);
    expect(await client.call(ECHO, 'plain', { 'grpc-encoding': 'gzip' })).toMatchObject({ message: 'plain' });
  });

  test('refuses an unknown encoding and lists those it reads', async () => {
    const answer = await client.call(ECHO, 'x', { 'grpc-encoding': 'snappy' });
    expect(answer.grpcStatus).toBe(12);
    expect(answer.headers['grpc-accept-encoding']).toBe('identity,gzip,deflate');
  });

  test('does not inflate beyond the size limit', async () => {
    for (const padding of [0, 60_000]) {
      const bomb = gzipSync(Buffer.alloc(10_000_000, padding === 0 ? 0 : 1), { level: padding === 0 ? 9 : 1 });
      const answer = await client.call(ECHO, frame(bomb, 1), { 'grpc-encoding': 'gzip' });
      expect(answer.grpcStatus).toBe(8);
    }
  });

  test('of garbage is INTERNAL', async () => {
    const answer = await client.call(ECHO, frame('not gzip', 1), { 'grpc-encoding': 'gzip' });
    expect(answer).toMatchObject({ grpcStatus: 13, grpcMessage: 'the message is not valid gzip data' });
  });

  test('is used in answers only for callers that use it, and only when worthwhile', async () => {
    const compressed = await client.call('/test.Service/Large', frame(gzipSync('50000'), 1), {
      'grpc-encoding': 'gzip',
    });
    expect(compressed.headers['grpc-encoding']).toBe('gzip');
    expect(compressed.body[0]).toBe(1);
    expect(gunzipSync(compressed.body.subarray(5))).toHaveLength(50_000);
    const small = await client.call('/test.Service/Large', frame(gzipSync('50'), 1), { 'grpc-encoding': 'gzip' });
    expect(small.headers['grpc-encoding']).toBeUndefined();
    const unasked = await client.call('/test.Service/Large', '50000', { 'grpc-accept-encoding': 'gzip' });
    expect(unasked.message).toHaveLength(50_000);
  });
});
