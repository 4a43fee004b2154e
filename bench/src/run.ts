import { drive, type DriveTask } from './drive/index.js';
import type { BenchOptions, SdkName, WorkloadName } from './options.js';
import { formatHeading, formatRow, type Row } from './report.js';
import { readProcessUsage, type ProcessUsage } from './server/process-usage.js';
import { remoteTarget, startOwnTarget, type Target } from './server/target.js';

/** Runs every measurement that was asked for and prints a row for each as soon as it is there. */
export async function runBench(options: BenchOptions, print: (line: string) => void): Promise<readonly Row[]> {
  const rows: Row[] = [];
  if (!options.json) print(formatHeading());
  for (const workload of options.workloads) {
    for (const open of targetsOf(options, print)) {
      // Every workload gets a fresh server of ours, so that none pays for what another left behind.
      const target = await open();
      try {
        for (const [sdk, concurrency] of combinations(workload, options)) {
          const row = await measure(target, workload, sdk, concurrency, options);
          rows.push(row);
          print(options.json ? JSON.stringify(row) : formatRow(row));
        }
      } finally {
        await target.close();
      }
    }
  }
  return rows;
}

function targetsOf(options: BenchOptions, print: (line: string) => void): (() => Promise<Target>)[] {
  const { address, skipOwn, json } = options;
  const own = async (): Promise<Target> => {
    const target = await startOwnTarget();
    const rssMb = readProcessUsage(target.pid() ?? 0)?.rssMb ?? 0;
    if (!json) print(`(perdure ready after ${target.readyMs.toFixed(0)} ms with ${rssMb.toFixed(0)} MB)`);
    return target;
  };
  const remote = address === undefined ? [] : [async () => remoteTarget(address)];
  return skipOwn ? remote : [own, ...remote];
}

function combinations(workload: WorkloadName, { sdks, concurrencies }: BenchOptions): [SdkName, number][] {
  // So many starts take their time: once is enough, with the cheapest client and some concurrency.
  if (workload === 'idle') return [['raw', Math.max(...concurrencies)]];
  return sdks.flatMap((sdk) => concurrencies.map((concurrency) => [sdk, concurrency] as [SdkName, number]));
}

async function measure(
  target: Target,
  workload: WorkloadName,
  sdk: SdkName,
  concurrency: number,
  { durationMs, idleExecutions }: BenchOptions,
): Promise<Row> {
  const task: DriveTask = { address: target.address, sdk, workload, concurrency, durationMs, idleExecutions };
  const usage = (): ProcessUsage | undefined => {
    const pid = target.pid();
    return pid === undefined ? undefined : readProcessUsage(pid);
  };
  let before: ProcessUsage | undefined;
  let after: ProcessUsage | undefined;
  const result = await drive(task, () => void (before = usage()), () => void (after = usage())); // prettier-ignore
  const cpuUs = before && after ? after.cpuUs - before.cpuUs : null;
  return {
    name: workload,
    server: target.name,
    sdk,
    concurrency,
    throughputPerS: round((result.operations * 1000) / result.elapsedMs, 1),
    p50Ms: round(result.p50Ms, 3),
    p99Ms: round(result.p99Ms, 3),
    serverCpuUsPerOp: cpuUs === null ? null : round(cpuUs / result.operations, 1),
    serverRssMb: after ? round(after.rssMb, 1) : null,
    ...(workload === 'idle' && target.restart ? { restartMs: Math.round(await target.restart()) } : {}),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
