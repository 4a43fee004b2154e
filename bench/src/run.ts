import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drive, type DriveTask, type LoadProcesses } from './drive/index.js';
import { isInside, type BenchOptions, type SdkName, type WorkloadName } from './options.js';
import { formatHeading, formatRow, type Row } from './report.js';
import { readProcessUsage, type ProcessUsage } from './server/process-usage.js';
import { remoteTarget, startOwnTarget, type Target } from './server/target.js';

/** What the processes of a measurement have used so far. */
interface Usage {
  readonly server: ProcessUsage | undefined;
  readonly worker: ProcessUsage | undefined;
  readonly client: ProcessUsage | undefined;
}

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
          // Somebody else's server cannot be in our process.
          if (isInside(sdk) && target.restart === undefined) continue;
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
  { durationMs, idleExecutions, nodeFlags }: BenchOptions,
): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'perdure-bench-'));
  const { address } = target;
  const task: DriveTask = { address, folder, sdk, workload, concurrency, durationMs, idleExecutions, nodeFlags };
  const usageOf = ({ driver, worker }: LoadProcesses): Usage => ({
    server: usage(isInside(sdk) ? driver : target.pid()),
    worker: usage(worker),
    client: usage(isInside(sdk) ? undefined : driver),
  });
  let before: Usage | undefined;
  let after: Usage | undefined;
  const result = await drive(
    task,
    (processes) => void (before = usageOf(processes)),
    (processes) => void (after = usageOf(processes)),
  );
  rmSync(folder, { recursive: true, force: true });
  const cpuUsPerOp = (part: keyof Usage): number | null => {
    const [from, to] = [before?.[part], after?.[part]];
    return from && to ? round((to.cpuUs - from.cpuUs) / result.operations, 1) : null;
  };
  const rssMb = (part: keyof Usage): number | null => {
    const used = after?.[part];
    return used ? round(used.rssMb, 1) : null;
  };
  return {
    name: workload,
    server: target.name,
    sdk,
    concurrency,
    throughputPerS: round((result.operations * 1000) / result.elapsedMs, 1),
    p50Ms: round(result.p50Ms, 3),
    p99Ms: round(result.p99Ms, 3),
    serverCpuUsPerOp: cpuUsPerOp('server'),
    workerCpuUsPerOp: cpuUsPerOp('worker'),
    clientCpuUsPerOp: cpuUsPerOp('client'),
    serverRssMb: rssMb('server'),
    workerRssMb: rssMb('worker'),
    ...(workload === 'idle' && target.restart ? { restartMs: Math.round(await target.restart()) } : {}),
  };
}

function usage(pid: number | undefined): ProcessUsage | undefined {
  return pid === undefined ? undefined : readProcessUsage(pid);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
