import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DriveResult, DriverMessage, DriveTask } from './messages.js';

export type { DriveResult, DriveTask } from './messages.js';

const driverEntry = fileURLToPath(new URL('./driver.js', import.meta.url));
const workerEntry = fileURLToPath(new URL('../sdk/official-worker.js', import.meta.url));

/** Runs one measurement; `onWarm` is called when its measured time begins, `onDone` at the moment it ends. */
export async function drive(task: DriveTask, onWarm: () => void, onDone: () => void): Promise<DriveResult> {
  const queue = `bench-${task.workload}-${process.pid}-${Date.now()}`;
  const worker = task.sdk === 'official' && needsWorker(task) ? await startWorker(task.address, queue) : undefined;
  const driver = fork(driverEntry, [JSON.stringify(task), queue], { stdio: 'inherit' });
  try {
    return await new Promise<DriveResult>((resolve, reject) => {
      driver.once('exit', (code) => reject(new Error(`the driver of ${task.workload} ended with ${code}`)));
      driver.on('message', (message: DriverMessage) => {
        switch (message.kind) {
          case 'warm':
            onWarm();
            driver.send('go');
            return;
          case 'done':
            onDone();
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

async function startWorker(address: string, queue: string): Promise<ChildProcess> {
  const worker = fork(workerEntry, [address, queue], { stdio: 'inherit' });
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
