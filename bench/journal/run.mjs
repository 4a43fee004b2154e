/**
 * Measures the journal: transitions through the committer into an SQLite file with fsync.
 *
 *   node bench/journal/run.mjs [--json] [--size BYTES] [--seconds N] [--shards N] [--only one-writer|writers|flood|materialise]
 *
 * one-writer   one transition at a time, each waiting for its commit: the latency floor.
 * writers      closed loops side by side: latency under load.
 * flood        as many transitions as are durable, 4,000 kept waiting: the throughput ceiling.
 * materialise  the flood, with every commit followed by its tables: one execution, one history append and one
 *              visibility row for every ten transitions.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Committer } from '@perdure/server/committer';
import { openStore } from '@perdure/server/store';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    size: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '2' },
    shards: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const sizeBytes = Number(options.size);
const durationMs = Number(options.seconds) * 1000;
const shardCount = Number(options.shards);

const scenarios = [
  { name: 'one-writer', writers: 1 },
  { name: 'writers', writers: 8 },
  { name: 'writers', writers: 32 },
  { name: 'writers', writers: 256 },
  { name: 'flood', writers: 4000 },
  { name: 'materialise', writers: 4000, materialise: true },
].filter(({ name }) => options.only === undefined || options.only === name);

for (const scenario of scenarios) report(await measure(scenario));

async function measure({ name, writers, materialise = false }) {
  const folder = mkdtempSync(join(tmpdir(), 'perdure-journal-'));
  const store = await openStore({
    kind: 'sqlite',
    path: join(folder, 'journal.sqlite'),
    clusterId: 'bench',
    shardCount,
  });
  const committer = new Committer({ store });
  const journals = [];
  for (let shardId = 0; shardId < shardCount; shardId++) {
    const shard = await store.acquireShard({ shardId, ownerId: 'bench', leaseUntilMs: 0 });
    journals.push({ journal: committer.attach(shard), shard, run: 0, isMaterialising: false, pending: 0 });
  }
  const latenciesMs = [];
  const cpuBefore = process.cpuUsage();
  const mainBefore = performance.eventLoopUtilization();
  const startMs = performance.now();
  const endMs = startMs + durationMs;
  await Promise.all(Array.from({ length: writers }, (_, index) => write(journals[index % shardCount])));
  const elapsedMs = performance.now() - startMs;
  const cpuUs = Object.values(process.cpuUsage(cpuBefore)).reduce((sum, part) => sum + part, 0);
  const mainBusy = performance.eventLoopUtilization(mainBefore).utilization;
  const { commits, transitions } = committer.metrics();
  await store.close();
  rmSync(folder, { recursive: true });
  latenciesMs.sort((left, right) => left - right);
  const percentile = (share) => latenciesMs[Math.floor(latenciesMs.length * share)];
  return {
    name,
    writers,
    shards: shardCount,
    sizeBytes,
    throughputPerS: Math.round((transitions / elapsedMs) * 1000),
    p50Ms: round(percentile(0.5)),
    p99Ms: round(percentile(0.99)),
    transitionsPerCommit: round(transitions / commits),
    cpuUsPerTransition: round(cpuUs / transitions),
    mainThreadBusy: round(mainBusy),
  };

  function write(lane) {
    return new Promise((resolve, reject) => {
      const step = () => {
        const enqueuedMs = performance.now();
        if (enqueuedMs >= endMs) return resolve();
        const position = lane.journal.enqueue(new Uint8Array(sizeBytes), (failure) => {
          if (failure !== undefined) return reject(failure);
          latenciesMs.push(performance.now() - enqueuedMs);
          if (materialise) materialiseLane(lane, position);
          step();
        });
      };
      step();
    });
  }

  function materialiseLane(lane, throughPosition) {
    lane.pending++;
    if (lane.isMaterialising || lane.pending < 1000) return;
    lane.isMaterialising = true;
    const runs = Array.from({ length: lane.pending / 10 }, () => rowsOfRun(lane.run++));
    lane.pending = 0;
    const { shardId, epoch } = lane.shard;
    const changes = {
      shardId,
      epoch,
      throughPosition: throughPosition - 1,
      executions: runs.map((run) => run.execution),
      historyAppends: runs.map((run) => run.history),
      visibility: runs.map((run) => run.visibility),
    };
    void store.materialise([changes]).then(() => (lane.isMaterialising = false));
  }
}

function rowsOfRun(index) {
  const key = { namespaceId: 'a'.repeat(36), workflowId: `order-${index}`, runId: randomUUID() };
  const entry = new Uint8Array(130);
  entry.set([0x0a, 0x80, 0x01]);
  entry.fill(0, 3);
  const bytes = new Uint8Array(entry.byteLength * 10 + 10);
  for (let event = 0; event < 10; event++) bytes.set([0x0a, 0x80, 0x01], event * 131);
  return {
    execution: {
      ...key,
      sequence: 10,
      snapshot: new Uint8Array(600),
      open: false,
      isCurrent: true,
      needsAttention: false,
    },
    history: { ...key, firstEventId: 1, lastEventId: 10, bytes },
    visibility: {
      ...key,
      workflowType: 'order',
      taskQueue: 'orders',
      status: 2,
      startTimeMs: index,
      executionTimeMs: index,
      closeTimeMs: index + 5,
      searchAttributes: {},
      memo: new Uint8Array(),
      encodedSearchAttributes: new Uint8Array(),
    },
  };
}

function report(row) {
  if (options.json) return console.log(JSON.stringify(row));
  const { name, writers, throughputPerS, p50Ms, p99Ms, transitionsPerCommit, cpuUsPerTransition, mainThreadBusy } = row;
  console.log(
    `${name.padEnd(12)} ${String(writers).padStart(5)} writers  ${String(throughputPerS).padStart(7)}/s  ` +
      `p50 ${p50Ms} ms  p99 ${p99Ms} ms  ${transitionsPerCommit}/commit  ${cpuUsPerTransition} us CPU each  ` +
      `main thread ${Math.round(mainThreadBusy * 100)} % busy`,
  );
}

function round(value) {
  return Number(value.toPrecision(3));
}
