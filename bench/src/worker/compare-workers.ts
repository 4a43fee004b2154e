import { Client, Connection } from '@perdure/client';
import { readProcessUsage } from '../server/process-usage.js';
import { startOwnTarget } from '../server/target.js';
import { measureBundling, WorkerProcess, type WorkerSdk } from './worker-process.js';

/** How a comparison is made. */
export interface CompareOptions {
  readonly sdks: readonly WorkerSdk[];
  /** Runs kept in the worker while its memory is measured. */
  readonly cachedWorkflows: number;
  /** How long the throughput is measured, after as long a warm-up. */
  readonly durationMs: number;
  readonly concurrency: number;
}

/** What was measured of a worker. */
export interface WorkerRow {
  readonly name: 'worker';
  readonly sdk: WorkerSdk;
  /** The first bundle in a process, and the best of five later ones. */
  readonly bundleMs: number;
  readonly bundleAgainMs: number;
  /** From the start of the process until the worker polls, and until the result of the first workflow is at the client. */
  readonly readyMs: number;
  readonly firstResultMs: number;
  /** Resident memory that each run in the cache adds, and of it the part in the JavaScript heap of the main thread. */
  readonly cachedWorkflowKb: number;
  readonly cachedWorkflowHeapKb: number;
  readonly rssMb: number;
  /** Of workflows with one activity: throughput, and workflow tasks for each second of the worker's CPU time. */
  readonly workflowsPerS: number;
  readonly workflowTasksPerCpuS: number;
}

/** Measures the workers one after the other on the same server, with the same client. */
export async function compareWorkers(options: CompareOptions, onRow: (row: WorkerRow) => void): Promise<void> {
  const target = await startOwnTarget();
  const connection = await Connection.connect({ address: target.address });
  try {
    const client = new Client({ connection });
    for (const sdk of options.sdks) onRow(await measureWorker(sdk, target.address, client, options));
  } finally {
    await connection.close();
    await target.close();
  }
}

async function measureWorker(
  sdk: WorkerSdk,
  address: string,
  client: Client,
  options: CompareOptions,
): Promise<WorkerRow> {
  const bundling = await measureBundling(sdk);
  const taskQueue = `compare-${sdk}-${Date.now()}`;
  const startedAt = performance.now();
  const worker = await WorkerProcess.start(sdk, address, taskQueue);
  try {
    const runOne = (workflowId: string): Promise<void> =>
      client.workflow.execute('activities', { taskQueue, workflowId, args: [1] });
    await runOne(`${taskQueue}-first`);
    const firstResultMs = performance.now() - startedAt;
    const cached = await measureCache(worker, client, taskQueue, options.cachedWorkflows);
    const { rssBytes } = await worker.memory();
    await runFor(options, (index) => runOne(`${taskQueue}-warm-${index}`));
    const before = readProcessUsage(worker.pid);
    const beganAt = performance.now();
    const count = await runFor(options, (index) => runOne(`${taskQueue}-run-${index}`));
    const elapsedMs = performance.now() - beganAt;
    const cpuS = ((readProcessUsage(worker.pid)?.cpuUs ?? 0) - (before?.cpuUs ?? 0)) / 1e6;
    const tasks = count * (await workflowTasksOf(client, `${taskQueue}-run-0`));
    return {
      name: 'worker',
      sdk,
      bundleMs: round(bundling.firstMs),
      bundleAgainMs: round(bundling.laterMs),
      readyMs: round(worker.readyMs),
      firstResultMs: round(firstResultMs),
      cachedWorkflowKb: round(cached.rssKb),
      cachedWorkflowHeapKb: round(cached.heapKb),
      rssMb: round(rssBytes / 2 ** 20),
      workflowsPerS: round((count * 1000) / elapsedMs),
      workflowTasksPerCpuS: round(tasks / cpuS),
    };
  } finally {
    await worker.end();
  }
}

/** Fills the worker with open workflows; a query of each shows that it is there. */
async function measureCache(
  worker: WorkerProcess,
  client: Client,
  taskQueue: string,
  count: number,
): Promise<{ readonly rssKb: number; readonly heapKb: number }> {
  const add = async (from: number, to: number): Promise<void> => {
    const ids = Array.from({ length: to - from }, (_, index) => `${taskQueue}-open-${from + index}`);
    for (let begin = 0; begin < ids.length; begin += 50) {
      await Promise.all(
        ids.slice(begin, begin + 50).map(async (workflowId) => {
          const handle = await client.workflow.start('open', { taskQueue, workflowId });
          await handle.query('state');
        }),
      );
    }
  };
  // The first ones bring in code and buffers that all later ones share.
  const first = Math.ceil(count / 4);
  await add(0, first);
  const before = await worker.memory();
  await add(first, first + count);
  const after = await worker.memory();
  return {
    rssKb: (after.rssBytes - before.rssBytes) / 1024 / count,
    heapKb: (after.heapBytes - before.heapBytes) / 1024 / count,
  };
}

async function runFor(
  { durationMs, concurrency }: CompareOptions,
  run: (index: number) => Promise<void>,
): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() - startedAt < durationMs) await run(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return next;
}

async function workflowTasksOf(client: Client, workflowId: string): Promise<number> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes != null).length;
}

function round(value: number): number {
  return Number(value.toFixed(value < 100 ? 1 : 0));
}
