import { constants } from 'node:http2';

import { afterEach, describe, expect, test } from 'vitest';

import { createRpcMetrics, Metrics } from '../../observability/index.js';
import type { CallContext, CancelReason, RpcMethod } from '../rpc.js';
import { nameOfGrpcStatus } from '../status.js';
import { frame, RawClient } from '../testing/raw-client.js';
import { deferred, echo, hangingMethod, longPoll, textMethod, until } from '../testing/text-methods.js';
import { GrpcServer, type GrpcServerOptions } from './server.js';

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serve(
  methods: readonly RpcMethod<string, string>[],
  options: Partial<GrpcServerOptions> = {},
): Promise<GrpcServer> {
  const server = new GrpcServer({ methods, ...options });
  await server.start();
  open.push(() => server.stop({ graceMs: 0 }));
  return server;
}

function connectTo(server: GrpcServer): RawClient {
  const client = new RawClient(server.address);
  open.push(() => client.close());
  return client;
}

/** A method that never answers, and what happened to its first call. */
function observedHang() {
  const started = deferred<CallContext>();
  const cancelled = deferred<CancelReason>();
  const method = hangingMethod((context) => {
    context.onCancelled(cancelled.resolve);
    started.resolve(context);
  });
  return { method, started: started.promise, cancelled: cancelled.promise };
}

describe('the end of the caller’s interest', () => {
  test('by RST_STREAM cancels the handler and its signal', async () => {
    const hang = observedHang();
    const client = connectTo(await serve([hang.method]));
    const { stream, answer } = client.open('/test.Service/Hang');
    stream.end(frame(''));
    const context = await hang.started;
    const { signal } = context;
    expect(signal.aborted).toBe(false);
    stream.close(constants.NGHTTP2_CANCEL);
    expect(await hang.cancelled).toBe('client');
    expect(context.cancelled).toBe(true);
    expect(signal.aborted).toBe(true);
    await expect(answer).rejects.toThrow();
  });

  test('by a lost connection cancels every handler of it', async () => {
    const reasons: CancelReason[] = [];
    const started: CallContext[] = [];
    const method = hangingMethod((context) => {
      started.push(context);
      context.onCancelled((reason) => reasons.push(reason));
    });
    const { client, socket } = RawClient.overSocket((await serve([method])).address);
    const calls = Array.from({ length: 10 }, () => client.call('/test.Service/Hang', ''));
    await until(() => started.length === 10);
    socket.destroy();
    await Promise.allSettled(calls);
    await until(() => reasons.length === 10);
    expect(new Set(reasons)).toEqual(new Set(['connection']));
  });

  test('by a passed deadline is answered at once, though the handler hangs', async () => {
    const hang = observedHang();
    const client = connectTo(await serve([hang.method]));
    const startedAtMs = performance.now();
    const answer = await client.call('/test.Service/Hang', '', { 'grpc-timeout': '50m' });
    expect(answer.grpcStatus).toBe(4);
    expect(answer.grpcMessage).toContain('Hang');
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(45);
    expect(await hang.cancelled).toBe('deadline');
  });

  test('by a deadline that had passed before the request was complete', async () => {
    const client = connectTo(await serve([echo]));
    const { answer } = client.open('/test.Service/Echo', { 'grpc-timeout': '10m' });
    expect((await answer).grpcStatus).toBe(4);
  });

  test('tells listeners that come late, and not those that were removed', async () => {
    const hang = observedHang();
    const client = connectTo(await serve([hang.method]));
    const { stream, answer } = client.open('/test.Service/Hang');
    stream.end(frame(''));
    const context = await hang.started;
    let removedWasCalled = false;
    context.onCancelled(() => (removedWasCalled = true))();
    stream.close(constants.NGHTTP2_CANCEL);
    await hang.cancelled;
    const late = deferred<CancelReason>();
    context.onCancelled(late.resolve);
    expect(await late.promise).toBe('client');
    expect(removedWasCalled).toBe(false);
    await expect(answer).rejects.toThrow();
  });

  test('drops what the handler answers afterwards', async () => {
    const gate = deferred<string>();
    const client = connectTo(await serve([textMethod('Late', () => gate.promise), echo]));
    expect((await client.call('/test.Service/Late', '', { 'grpc-timeout': '1m' })).grpcStatus).toBe(4);
    gate.resolve('too late');
    expect((await client.call('/test.Service/Echo', 'still fine')).message).toBe('still fine');
  });

  test('survives a storm of cancelled calls', async () => {
    const metrics = new Metrics();
    const server = await serve([longPoll, echo], { observer: createRpcMetrics(metrics, nameOfGrpcStatus) });
    const client = connectTo(server);
    const answers = Array.from({ length: 2000 }, (_, index) => {
      const { stream, answer } = client.open('/test.Service/LongPoll');
      if (index % 2 === 0) stream.end(frame(''));
      else stream.write(frame(''));
      return { stream, answer };
    });
    await until(() => server.callsInFlight === 2000);
    for (const { stream } of answers) stream.close(constants.NGHTTP2_CANCEL);
    await Promise.allSettled(answers.map(({ answer }) => answer));
    await until(() => server.callsInFlight === 0);
    expect((await client.call('/test.Service/Echo', 'alive')).message).toBe('alive');
    expect(await metrics.render()).toContain('method="LongPoll",status="CANCELLED"} 2000');
  });
});

describe('a connection', () => {
  test('answers pings, also without calls', async () => {
    const client = connectTo(await serve([echo]));
    await new Promise((resolve) => client.session.once('connect', resolve));
    for (let round = 0; round < 20; round++) {
      await new Promise<void>((resolve, reject) => {
        client.session.ping(Buffer.from('12345678'), (error, _, payload) => {
          if (error === null && payload.toString() === '12345678') resolve();
          else reject(error ?? new Error('another payload came back'));
        });
      });
    }
  });

  test('carries messages of 16 MB both ways, for a slow reader too', async () => {
    const server = await serve([echo], { maxRequestBytes: 32_000_000 });
    const client = connectTo(server);
    const large = Buffer.alloc(16_000_000, 'abcdefghij').toString();
    const { stream, answer } = client.open('/test.Service/Echo');
    stream.end(frame(large));
    stream.pause();
    const small = await client.call('/test.Service/Echo', 'overtakes');
    expect(small.message).toBe('overtakes');
    stream.resume();
    const { grpcStatus, message } = await answer;
    expect(grpcStatus).toBe(0);
    expect(message === large).toBe(true);
  });

  test('refuses calls beyond its limit without disturbing the others', async () => {
    const server = await serve([longPoll], { limits: { maxConcurrentStreams: 2 } });
    const client = connectTo(server);
    // All leave before the server's settings arrive: later the client would hold the third back by itself.
    const [first, second, third] = Array.from({ length: 3 }, () => client.call('/test.Service/LongPoll', ''));
    await expect(third).rejects.toThrow('REFUSED_STREAM');
    const stopped = server.stop();
    expect((await first)?.message).toBe('empty: drain');
    expect((await second)?.message).toBe('empty: drain');
    await stopped;
  });
});

describe('draining', () => {
  test('answers long polls empty, finishes calls in flight and closes', async () => {
    const gate = deferred<string>();
    const server = await serve([longPoll, textMethod('Work', () => gate.promise)]);
    const client = connectTo(server);
    const poll = client.call('/test.Service/LongPoll', '');
    const work = client.call('/test.Service/Work', '');
    const goAway = new Promise((resolve) => client.session.once('goaway', resolve));
    await until(() => server.callsInFlight === 2);
    const stopped = server.stop({ graceMs: 5_000 });
    expect(await poll).toMatchObject({ grpcStatus: 0, message: 'empty: drain' });
    await goAway;
    gate.resolve('done');
    expect(await work).toMatchObject({ grpcStatus: 0, message: 'done' });
    await stopped;
    expect(server.callsInFlight).toBe(0);
  });

  test('cuts off what does not finish in time', async () => {
    const hang = observedHang();
    const server = await serve([hang.method]);
    const client = connectTo(server);
    const call = client.call('/test.Service/Hang', '');
    await hang.started;
    await server.stop({ graceMs: 20 });
    await expect(call).rejects.toThrow();
  });

  test('refuses new connections', async () => {
    const server = await serve([echo]);
    await server.stop();
    await expect(connectTo(server).call('/test.Service/Echo', '')).rejects.toThrow();
  });
});
