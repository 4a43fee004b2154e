import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ENDS_WITH_PARENT } from '../ends-with-parent.js';
import type { DriveResult, DriverMessage, DriveTask } from './messages.js';

export type { DriveResult, DriveTask } from './messages.js';

/** The processes that put the load on. */
export interface LoadProcesses {
  readonly driver: number | undefined;
  /** Absent where the worker is in the driver's process, or where there is none. */
  readonly worker: number | undefined;
}

const driverEntry = fileURLToPath(new URL('./driver.js', import.meta.url));
const workerEntries: { readonly [sdk in DriveTask['sdk']]?: string } = {
  official: '../sdk/official-worker.js',
  perdure: '../sdk/perdure-worker-process.js',
};

/** Runs one measurement; `onWarm` is called when its measured time begins, `onDone` at the moment it ends. */
export async function drive(
  task: DriveTask,
  onWarm: (processes: LoadProcesses) => void,
  onDone: (processes: LoadProcesses) => void,
): Promise<DriveResult> {
  const queue = `bench-${task.workload}-${process.pid}-${Date.now()}`;
  const entry = needsWorker(task) ? workerEntries[task.sdk] : undefined;
  const worker = entry === undefined ? undefined : await startWorker(entry, task, queue);
  const driver = fork(driverEntry, [JSON.stringify(task), queue], {
    stdio: 'inherit',
    execArgv: [...ENDS_WITH_PARENT, ...task.nodeFlags],
  });
  const processes: LoadProcesses = { driver: driver.pid, worker: worker?.pid };
  try {
    return await new Promise<DriveResult>((resolve, reject) => {
      driver.once('exit', (code) => reject(new Error(`the driver of ${task.workload} ended with ${code}`)));
      driver.on('message', (message: DriverMessage) => {
        switch (message.kind) {
          case 'warm':
            onWarm(processes);
            driver.send('go');
            return;
          case 'done':
            onDone(processes);
            resolve(message.result);
            return;
          case 'failed':
            reject(new Error(`${task.workload} with ${task.sdk}: ${message.reason}`));
            return;
        }
      });
    });
  } finally {
    await end(driver);
    if (worker) await end(worker);
  }
}

function needsWorker({ workload }: DriveTask): boolean {
  return workload !== 'start' && workload !== 'idle';
}

async function startWorker(entry: string, { address, nodeFlags }: DriveTask, queue: string): Promise<ChildProcess> {
  const file = fileURLToPath(new URL(entry, import.meta.url));
  const worker = fork(file, [address, queue], { stdio: 'inherit', execArgv: [...ENDS_WITH_PARENT, ...nodeFlags] });
  await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
  });
  return worker;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
