import { startEmbedded, startInline } from '../sdk/embedded.js';
import { connectOfficial } from '../sdk/official.js';
import { connectPerdure } from '../sdk/perdure.js';
import { RawSdk } from '../sdk/raw.js';
import type { Queues, Sdk } from '../sdk/sdk.js';
import { workloads, type Operation } from '../workloads/index.js';
import { Latencies } from './latencies.js';
import type { DriveResult, DriverMessage, DriveTask } from './messages.js';

// The process that puts the load on. Usage: forked with the task as JSON and the name of the task queue that the worker polls.

const [taskText = '', workQueue = ''] = process.argv.slice(2);
const task = JSON.parse(taskText) as DriveTask;

try {
  const queues = { workQueue, idleQueue: `${workQueue}-idle` };
  const sdk = await openSdk(queues);
  const operation = await workloads[task.workload]({ ...task, sdk, prefix: workQueue });
  if (operation.runs === undefined) await warmUp(operation);
  const goes = new Promise((resolve) => process.once('message', resolve));
  tell({ kind: 'warm' });
  await goes;
  const result = await measure(operation, task.durationMs);
  tell({ kind: 'done', result });
  await operation.finish?.();
} catch (error) {
  tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
}

async function openSdk(queues: Queues): Promise<Sdk> {
  const { address, folder } = task;
  switch (task.sdk) {
    case 'raw':
      return new RawSdk(address, queues);
    case 'official':
      return await connectOfficial(address, queues);
    case 'perdure':
      return await connectPerdure({ address }, queues);
    case 'embedded':
      return await startEmbedded(folder, queues);
    case 'inline':
      return await startInline(folder, queues);
  }
}

function tell(message: DriverMessage): void {
  process.send?.(message);
}

/**
 * Runs the workload until what is measured has been compiled: four thousand operations, or some seconds. Before that, an
 * operation costs every JavaScript process several times as much.
 */
async function warmUp(operation: Operation): Promise<void> {
  const enough = { operations: 4000, ms: Math.max(16_000, task.durationMs / 3) };
  let operations = 0;
  const startedAt = performance.now();
  const sliceMs = task.durationMs / 3;
  do {
    operations += (await measure(operation, sliceMs)).operations;
  } while (operations < enough.operations && performance.now() - startedAt < enough.ms - sliceMs);
}

/** Every lane runs one operation after the other until the time, or the number of runs, is over. */
async function measure(operation: Operation, durationMs: number): Promise<DriveResult> {
  const latencies = new Latencies();
  const startedAt = performance.now();
  let runs = 0;
  const isOver = (): boolean =>
    operation.runs === undefined ? performance.now() - startedAt >= durationMs : runs >= operation.runs;
  const lane = async (index: number): Promise<void> => {
    while (!isOver()) {
      runs++;
      const began = performance.now();
      await operation.run(index);
      latencies.add(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: task.concurrency }, (_, index) => lane(index)));
  const elapsedMs = performance.now() - startedAt;
  const operations = latencies.count * (operation.weight ?? 1);
  return { operations, elapsedMs, p50Ms: latencies.percentile(50), p99Ms: latencies.percentile(99) };
}
