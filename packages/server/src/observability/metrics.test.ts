import { afterEach, expect, test } from 'vitest';

import { Metrics } from './metrics.js';
import { MetricsServer } from './metrics-server.js';
import { createRpcMetrics } from './rpc-metrics.js';

let server: MetricsServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

test('counters, gauges and histograms are rendered with their labels', async () => {
  const metrics = new Metrics();
  metrics.counter({ name: 'commits_total', help: 'Durable commits.' }).with({}).add(3);
  const depth = metrics.gauge({ name: 'queue_depth', help: 'Tasks.', labels: ['queue'] });
  depth.with({ queue: 'a' }).set(5);
  depth.with({ queue: 'a' }).add(-1);
  depth.with({ queue: 'say "hi"' }).set(1);
  metrics.readGauge({ name: 'journal_bytes', help: 'Size.' }, () => 42);
  metrics.readCounter({ name: 'reads_total', help: 'Reads.' }, () => 7);
  const sizes = metrics.histogram({ name: 'size_bytes', help: 'Sizes.', labels: ['kind'], bounds: [1, 10] });
  for (const value of [0.5, 1, 2, 11]) sizes.with({ kind: 'k' }).observe(value);
  const text = await metrics.render();
  expect(text).toContain('# HELP perdure_commits_total Durable commits.\n# TYPE perdure_commits_total counter');
  expect(text).toContain('\nperdure_commits_total 3\n');
  expect(text).toContain('perdure_queue_depth{queue="a"} 4\n');
  expect(text).toContain('perdure_queue_depth{queue="say \\"hi\\""} 1\n');
  expect(text).toContain('perdure_journal_bytes 42\n');
  expect(text).toContain('perdure_reads_total 7\n');
  expect(text).toContain('perdure_size_bytes_bucket{kind="k",le="1"} 2\n');
  expect(text).toContain('perdure_size_bytes_bucket{kind="k",le="10"} 3\n');
  expect(text).toContain('perdure_size_bytes_bucket{kind="k",le="+Inf"} 4\n');
  expect(text).toContain('perdure_size_bytes_sum{kind="k"} 14.5\n');
  expect(text).toContain('perdure_size_bytes_count{kind="k"} 4\n');
});

test('a name can be registered once', () => {
  const metrics = new Metrics();
  metrics.gauge({ name: 'x', help: 'X.' });
  expect(() => metrics.gauge({ name: 'x', help: 'X.' })).toThrow('perdure_x');
});

test('calls are counted, timed and weighed by method', async () => {
  const metrics = new Metrics();
  const method = createRpcMetrics(metrics, (status) => (status === 0 ? 'OK' : 'OTHER')).forMethod('s.S', 'M');
  method.started();
  method.started();
  method.finished(0, 2, 10, 20);
  const text = await metrics.render();
  expect(text).toContain('perdure_rpc_calls_total{service="s.S",method="M",status="OK"} 1\n');
  expect(text).toContain('perdure_rpc_in_flight{service="s.S",method="M"} 1\n');
  expect(text).toContain('perdure_rpc_duration_seconds_bucket{service="s.S",method="M",le="0.0025"} 1\n');
  expect(text).toContain('perdure_rpc_request_bytes_total{service="s.S",method="M"} 10\n');
  expect(text).toContain('perdure_rpc_response_bytes_total{service="s.S",method="M"} 20\n');
});

test('scrapers and probes are answered on a port of their own', async () => {
  const metrics = new Metrics();
  await metrics.collectProcessMetrics();
  let isHealthy = true;
  server = new MetricsServer({ metrics, port: 0, isHealthy: () => isHealthy });
  await server.start();
  const get = async (path: string, method = 'GET') => {
    const response = await fetch(`http://${server?.address ?? ''}${path}`, { method });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  const scraped = await get('/metrics');
  expect(scraped).toMatchObject({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
  expect(scraped.text).toContain('process_cpu_seconds_total');
  expect(await get('/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
  isHealthy = false;
  expect(await get('/healthz')).toMatchObject({ status: 503 });
  expect(await get('/')).toMatchObject({ status: 404 });
  expect(await get('/metrics', 'POST')).toMatchObject({ status: 405 });
  const port = Number(new URL(`http://${server.address}`).port);
  const second = new MetricsServer({ metrics, port, isHealthy: () => true });
  await expect(second.start()).rejects.toThrow(`cannot serve metrics on 127.0.0.1:${port}`);
});

test('the process is watched under the names that dashboards know', async () => {
  const metrics = new Metrics();
  await metrics.collectProcessMetrics();
  const text = await metrics.render();
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  expect(value('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  expect(value('nodejs_heap_size_used_bytes')).toBeGreaterThan(1e6);
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
  expect(text).toContain('# TYPE nodejs_gc_duration_seconds histogram');
});

test('what is registered later is rendered too', async () => {
  const metrics = new Metrics();
  expect(await metrics.render()).not.toContain('perdure_late');
  metrics.counter({ name: 'late_total', help: 'Late.' }).with({}).add(2);
  expect(await metrics.render()).toContain('\nperdure_late_total 2\n');
});

test('what has a meaning in the text format is escaped', async () => {
  const metrics = new Metrics();
  metrics
    .gauge({ name: 'odd', help: 'Two\nlines, a \\.', labels: ['of'] })
    .with({ of: 'a\n"\\' })
    .set(Infinity);
  const text = await metrics.render();
  expect(text).toContain('# HELP perdure_odd Two\\nlines, a \\\\.\n');
  expect(text).toContain('perdure_odd{of="a\\n\\"\\\\"} +Inf\n');
});
