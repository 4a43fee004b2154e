import type { MetricTags } from '@perdure/common';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RecordingLogger } from '../testing/recording-logger.js';
import {
  DefaultLogger,
  type LogEntry,
  LogTimestamp,
  MetricsBuffer,
  NativeConnection,
  Runtime,
  transportForWorker,
} from './index.js';

beforeEach(async () => await Runtime._instance?.shutdown());
afterEach(async () => await Runtime._instance?.shutdown());

const ACTIVITY = { activityType: 'charge', workflowType: 'order' };
const WORKER = { namespace: 'default', taskQueue: 'q' };

async function scrape(runtime: Runtime): Promise<string> {
  const port = await vi.waitUntil(() => runtime.prometheusPort);
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return await response.text();
}

test('there is one runtime at a time, and it is made with what was installed last', async () => {
  const logger = new RecordingLogger();
  const runtime = Runtime.install({ logger });
  expect(Runtime.instance()).toBe(runtime);
  expect(() => Runtime.install({})).toThrow('There is a Runtime already');
  await runtime.shutdown();
  expect(Runtime.instance()).not.toBe(runtime);
  expect(Runtime.instance().logger).toBe(logger);
});

test('it ends with the last of those that hold it', async () => {
  const runtime = Runtime.instance();
  const [letGo, letGoToo] = [runtime.hold(), runtime.hold()];
  await letGo();
  await letGo();
  expect(Runtime._instance).toBe(runtime);
  await letGoToo();
  expect(Runtime._instance).toBeUndefined();
});

test('signals reach those who registered, once', async () => {
  const runtime = Runtime.install({ shutdownSignals: ['SIGUSR2'] });
  const calls: string[] = [];
  runtime.registerShutdownSignalCallback(() => calls.push('a'));
  const notAnyMore = (): void => void calls.push('b');
  runtime.registerShutdownSignalCallback(notAnyMore);
  runtime.deregisterShutdownSignalCallback(notAnyMore);
  process.emit('SIGUSR2');
  await Promise.resolve();
  expect(calls).toEqual(['a']);
  expect(process.listenerCount('SIGUSR2')).toBe(0);
});

test('Prometheus is served the names, tags and buckets of the official SDK', async () => {
  const runtime = Runtime.install({
    telemetryOptions: { metrics: { globalTags: { team: 'x' }, prometheus: { bindAddress: '127.0.0.1:0' } } },
  });
  const metrics = runtime.workerMetrics(WORKER);
  metrics.activityTaskReceived(ACTIVITY, true);
  metrics.activityEnded(ACTIVITY, 'failed', 60, 100);
  metrics.activityEnded(ACTIVITY, 'completed', 40, 100);
  metrics.slots('ActivityWorker', 1, 99);
  metrics.workflowEnded('order', 'completed', 2_000);
  runtime.metricMeter.createCounter('my-counter', '', 'mine').add(2, { 'the-tag': 'a "quoted" \\ one' });
  const text = await scrape(runtime);
  const tags = 'namespace="default",service_name="perdure",task_queue="q",team="x"';
  const activity = `activity_type="charge",${tags},workflow_type="order"`;
  for (const line of [
    '# TYPE temporal_activity_execution_latency histogram',
    `temporal_activity_execution_latency_bucket{${activity},le="50"} 1`,
    `temporal_activity_execution_latency_bucket{${activity},le="100"} 2`,
    `temporal_activity_execution_latency_bucket{${activity},le="+Inf"} 2`,
    `temporal_activity_execution_latency_sum{${activity}} 100`,
    `temporal_activity_execution_failed{activity_type="charge",failure_reason="ActivityError",${tags},workflow_type="order"} 1`,
    `temporal_activity_succeed_endtoend_latency_count{${activity}} 1`,
    `temporal_activity_task_received{activity_type="charge",eager="true",${tags},workflow_type="order"} 1`,
    `temporal_worker_task_slots_available{${tags},worker_type="ActivityWorker"} 99`,
    `temporal_workflow_completed{${tags},workflow_type="order"} 1`,
    `temporal_workflow_endtoend_latency_bucket{${tags},workflow_type="order",le="1500"} 0`,
    `temporal_workflow_endtoend_latency_bucket{${tags},workflow_type="order",le="2000"} 1`,
    '# HELP my_counter mine',
    'my_counter{the_tag="a \\"quoted\\" \\\\ one"} 2',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
});

test('a metric and a tag may have any name', async () => {
  const runtime = Runtime.install({ telemetryOptions: { metrics: { prometheus: { bindAddress: '127.0.0.1:0' } } } });
  runtime.metricMeter.createHistogram('constructor').record(7, JSON.parse('{"__proto__":"x"}') as MetricTags);
  const lines = (await scrape(runtime)).split('\n');
  expect(lines).toContain('constructor_bucket{__proto__="x",le="50"} 1');
});

test('names, units and buckets can be changed', async () => {
  const runtime = Runtime.install({
    telemetryOptions: {
      metrics: {
        metricPrefix: 'my_',
        attachServiceName: false,
        prometheus: {
          bindAddress: '127.0.0.1:0',
          countersTotalSuffix: true,
          unitSuffix: true,
          useSecondsForDurations: true,
          histogramBucketOverrides: { activity_execution_latency: [0.5] },
        },
      },
    },
  });
  const metrics = runtime.workerMetrics(WORKER);
  metrics.activityEnded(ACTIVITY, 'cancelled', 750, 750);
  const text = await scrape(runtime);
  const tags = 'activity_type="charge",namespace="default",task_queue="q",workflow_type="order"';
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      `my_activity_execution_latency_seconds_bucket{${tags},le="0.5"} 0`,
      `my_activity_execution_latency_seconds_sum{${tags}} 0.75`,
      `my_activity_execution_cancelled_total{${tags}} 1`,
    ]),
  );
});

test('buffered metrics are kept until they are fetched, up to a limit', () => {
  const buffer = new MetricsBuffer({ maxBufferSize: 2 });
  const logger = new RecordingLogger();
  const runtime = Runtime.install({ logger, telemetryOptions: { metrics: { buffer } } });
  const metrics = runtime.workerMetrics(WORKER);
  for (let index = 0; index < 4; index++) metrics.workerStarted();
  const updates = [...buffer.retrieveUpdates()];
  expect(updates).toMatchObject([
    { metric: { name: 'temporal_worker_start', kind: 'counter' }, value: 1, attributes: { task_queue: 'q' } },
    { value: 1 },
  ]);
  expect(updates[0]?.metric).toBe(updates[1]?.metric);
  expect(logger.messages('ERROR')).toHaveLength(1);
  expect([...buffer.retrieveUpdates()]).toEqual([]);
});

test('the default logger leaves out what is below its level, and knows when things happened', () => {
  const entries: LogEntry[] = [];
  const logger = new DefaultLogger('WARN', (entry) => entries.push(entry));
  logger.info('no');
  logger.warn('yes', { a: 1, [LogTimestamp]: 5_000_000n });
  logger.log('ERROR', 'too');
  expect(entries).toMatchObject([
    { level: 'WARN', message: 'yes', meta: { a: 1 }, timestampNanos: 5_000_000n },
    { level: 'ERROR', message: 'too', meta: undefined },
  ]);
  expect(() => new DefaultLogger('LOUD' as 'WARN')).toThrow("There is no log level 'LOUD'");
});

test('a connection leads to a server in this process, and cannot be closed while workers use it', async () => {
  const paths: string[] = [];
  const headers: unknown[] = [];
  const connection = await NativeConnection.connect({
    inProcess: {
      begin: (path, _request, options, settle) => {
        paths.push(path.slice(path.lastIndexOf('/') + 1));
        headers.push(options.metadata);
        queueMicrotask(() => settle(undefined, new Uint8Array()));
        return () => undefined;
      },
    },
    metadata: { tenant: 'a' },
    apiKey: 'secret',
  });
  const { transport, release } = connection[transportForWorker]('default', 'q');
  await transport.call('/x/Poll', new Uint8Array(), {});
  await connection.setMetadata({ tenant: 'b' });
  await connection.setApiKey('newer');
  await transport.call('/x/Poll', new Uint8Array(), {});
  expect(paths).toEqual(['GetSystemInfo', 'Poll', 'Poll']);
  expect(headers.slice(1)).toMatchObject([
    { tenant: 'a', authorization: 'Bearer secret', 'temporal-namespace': 'default', 'client-name': expect.any(String) },
    { tenant: 'b', authorization: 'Bearer newer', 'client-name': expect.any(String) },
  ]);
  await expect(connection.close()).rejects.toThrow('Cannot close this connection: 1 worker(s) still use it');
  release();
  await connection.close();
  expect(Runtime._instance).toBeUndefined();
});

test('a connection through a proxy is refused with what to do instead', async () => {
  const options = { proxy: { type: 'http-connect', targetHost: 'proxy:8080' } } as const;
  await expect(NativeConnection.connect(options)).rejects.toThrow('NativeConnectionOptions.proxy is not supported');
});
