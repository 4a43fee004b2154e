import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { Runtime } from '../index.js';

beforeEach(async () => await Runtime._instance?.shutdown());
afterEach(async () => {
  vi.unstubAllEnvs();
  await Runtime._instance?.shutdown();
});

const WORKER = { namespace: 'default', taskQueue: 'orders' };

async function listen(listener: RequestListener): Promise<{ url: string; close: () => void }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1/metrics`, close: () => server.close() };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

function record(runtime: Runtime): void {
  runtime.workerMetrics(WORKER).workflowTaskExecuted('order', 12);
  runtime.metricMeter.createCounter('orders_placed').add(3, { country: 'NZ' });
  runtime.metricMeter.createHistogram('price', 'float', 'eur').record(1.5);
  runtime.metricMeter.createGauge('open_orders').set(7);
  runtime.metricMeter.createUpDownCounter?.('drivers').add(-1);
}

test('metrics reach a collector over HTTP, the last of them when the runtime ends', async () => {
  const exported: { headers: IncomingMessage['headers']; body: string }[] = [];
  const collector = await listen((request, response) => {
    void bodyOf(request).then((body) => {
      exported.push({ headers: request.headers, body });
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  const otel = { url: collector.url, http: true, headers: { tenant: 'a' }, metricsExportInterval: '1 hour' } as const;
  const runtime = Runtime.install({
    telemetryOptions: { metrics: { otel, globalTags: { region: 'eu' } } },
    shutdownSignals: [],
  });
  record(runtime);
  await runtime.shutdown();
  collector.close();
  expect(exported).toHaveLength(1);
  const [{ headers, body } = { headers: {}, body: '' }] = exported;
  expect(headers).toMatchObject({ 'content-type': 'application/x-protobuf', tenant: 'a' });
  for (const text of [
    'temporal_workflow_task_execution_latency',
    ...['service_name', 'region', 'orders_placed', 'country', 'NZ', 'price', 'eur', 'open_orders', 'drivers'],
  ]) {
    expect(body).toContain(text);
  }
});

test('metrics reach a collector over gRPC, which the environment may name', async () => {
  const bodies: string[] = [];
  const metadata: unknown[] = [];
  const server = new grpc.Server();
  const raw = { serialize: (bytes: Buffer) => bytes, deserialize: (bytes: Buffer) => bytes };
  server.addService(
    {
      Export: {
        path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
        requestStream: false,
        responseStream: false,
        ...{ requestSerialize: raw.serialize, requestDeserialize: raw.deserialize },
        ...{ responseSerialize: raw.serialize, responseDeserialize: raw.deserialize },
      },
    },
    {
      Export: (call: grpc.ServerUnaryCall<Buffer, Buffer>, answer: grpc.sendUnaryData<Buffer>) => {
        bodies.push(call.request.toString('latin1'));
        metadata.push(call.metadata.get('tenant'));
        answer(null, Buffer.alloc(0));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `grpc://127.0.0.1:${port}`);
  const otel = {
    url: 'http://127.0.0.1:1',
    headers: { tenant: 'b' },
    metricsExportInterval: 20,
    useSecondsForDurations: true,
  };
  const runtime = Runtime.install({ telemetryOptions: { metrics: { otel } }, shutdownSignals: [] });
  record(runtime);
  await vi.waitUntil(() => bodies.some((body) => body.includes('orders_placed')), { timeout: 10_000 });
  await runtime.shutdown();
  server.forceShutdown();
  expect(bodies[0]).toContain('seconds');
  expect(metadata[0]).toEqual(['b']);
});

test('a collector that is away costs one line in the log, and nothing else', async () => {
  const logger = new RecordingLogger();
  const otel = { url: 'http://127.0.0.1:1/v1/metrics', http: true, metricsExportInterval: 20 };
  const runtime = Runtime.install({ logger, telemetryOptions: { metrics: { otel } }, shutdownSignals: [] });
  record(runtime);
  await vi.waitUntil(() => logger.messages('WARN').length > 0, { timeout: 10_000 });
  await runtime.shutdown();
  expect(logger.messages('WARN')).toEqual([
    expect.stringContaining('Metrics do not reach the collector at http://127.0.0.1:1/v1/metrics'),
  ]);
  expect(Runtime._instance).toBeUndefined();
});

test.for(['collector:4317', 'udp://collector', ''])('the URL "%s" is refused', (url) => {
  const install = (): Runtime =>
    Runtime.install({ telemetryOptions: { metrics: { otel: { url } } }, shutdownSignals: [] });
  expect(install).toThrow(/metrics\.otel\.url must be a URL such as/);
  expect(Runtime._instance).toBeUndefined();
});
