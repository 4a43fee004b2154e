import { health } from '@perdure/protocol';
import { afterEach, describe, expect, test } from 'vitest';

import { frame, RawClient } from '../testing/raw-client.js';
import { echo, longPoll, until } from '../testing/text-methods.js';
import { GrpcServer } from './server.js';

const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = health.HealthCheckResponse_ServingStatus;
const CHECK = '/grpc.health.v1.Health/Check';
const WATCH = '/grpc.health.v1.Health/Watch';

let server: GrpcServer;
let client: RawClient;

async function start(): Promise<void> {
  server = new GrpcServer({ methods: [echo, longPoll] });
  await server.start();
  client = new RawClient(server.address);
}

afterEach(async () => {
  await client.close();
  await server.stop({ graceMs: 0 });
});

function requestFor(service: string): Buffer {
  return frame(health.HealthCheckRequest.encode({ service }));
}

async function check(service: string) {
  const answer = await client.call(CHECK, requestFor(service));
  return answer.grpcStatus === 0 ? health.HealthCheckResponse.decode(answer.body.subarray(5)).status : answer;
}

/** The statuses in a stream of framed responses. */
function statusesIn(body: Buffer): number[] {
  const statuses: number[] = [];
  for (let offset = 0; offset < body.length;) {
    const end = offset + 5 + body.readUInt32BE(offset + 1);
    statuses.push(health.HealthCheckResponse.decode(body.subarray(offset + 5, end)).status);
    offset = end;
  }
  return statuses;
}

describe('the health service', () => {
  test('checks the server and each service', async () => {
    await start();
    expect(await check('')).toBe(SERVING);
    expect(await check('test.Service')).toBe(SERVING);
    expect(await check('no.Such')).toMatchObject({ grpcStatus: 5 });
    server.health.setServing('test.Service', false);
    expect(await check('test.Service')).toBe(NOT_SERVING);
    expect(await check('')).toBe(SERVING);
  });

  test('streams changes, and ends the stream when the server drains', async () => {
    await start();
    const { stream, answer } = client.open(WATCH);
    let received = Buffer.alloc(0);
    stream.on('data', (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
    stream.end(requestFor('test.Service'));
    const unknown = client.open(WATCH);
    unknown.stream.end(requestFor('no.Such'));
    await until(() => statusesIn(received).length === 1);
    server.health.setServing('test.Service', false);
    server.health.setServing('test.Service', false);
    server.health.setServing('test.Service', true);
    await until(() => statusesIn(received).length === 3);
    await server.stop();
    const { grpcStatus, body } = await answer;
    expect(grpcStatus).toBe(0);
    expect(statusesIn(body)).toEqual([SERVING, NOT_SERVING, SERVING, NOT_SERVING]);
    expect(statusesIn((await unknown.answer).body)).toEqual([SERVICE_UNKNOWN]);
  });

  test('says NOT_SERVING on connections that still finish their calls', async () => {
    await start();
    const held = client.call('/test.Service/LongPoll', '');
    await until(() => server.callsInFlight === 1);
    const late = new RawClient(server.address);
    const watching = late.open(WATCH);
    watching.stream.end(requestFor(''));
    await until(() => server.callsInFlight === 2);
    const stopped = server.stop();
    expect(statusesIn((await watching.answer).body).at(-1)).toBe(NOT_SERVING);
    expect((await held).grpcStatus).toBe(0);
    await stopped;
    await late.close();
  });
});
