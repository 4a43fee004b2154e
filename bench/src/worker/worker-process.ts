import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ENDS_WITH_PARENT } from '../ends-with-parent.js';
import type { WorkerQuestion } from '../sdk/footprint.js';

/** The SDKs whose workers are compared. */
export type WorkerSdk = 'official' | 'perdure';

/** What a worker's process holds. */
export interface WorkerMemory {
  readonly rssBytes: number;
  readonly heapBytes: number;
}

const entries: Readonly<Record<WorkerSdk, string>> = {
  official: '../sdk/official-worker.js',
  perdure: '../sdk/perdure-worker-process.js',
};

/** A worker in a process of its own. */
export class WorkerProcess {
  private constructor(
    private readonly child: ChildProcess,
    /** Milliseconds from the start of the process until the worker polls. */
    readonly readyMs: number,
  ) {}

  /** Starts one. */
  static async start(sdk: WorkerSdk, address: string, taskQueue: string): Promise<WorkerProcess> {
    const startedAt = performance.now();
    const child = forkEntry(entries[sdk], [address, taskQueue], ['--expose-gc']);
    await answer(child);
    return new WorkerProcess(child, performance.now() - startedAt);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Its memory after a garbage collection. */
  async memory(): Promise<WorkerMemory> {
    this.child.send('memory' satisfies WorkerQuestion);
    return (await answer(this.child)) as WorkerMemory;
  }

  async end(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}

/** Milliseconds to bundle the workloads' workflows, for the first time in a process and later. */
export async function measureBundling(sdk: WorkerSdk): Promise<{ readonly firstMs: number; readonly laterMs: number }> {
  const child = forkEntry('../sdk/bundle-time.js', [sdk], []);
  return (await answer(child)) as { firstMs: number; laterMs: number };
}

function forkEntry(entry: string, args: readonly string[], execArgv: readonly string[]): ChildProcess {
  const file = fileURLToPath(new URL(entry, import.meta.url));
  return fork(file, [...args], { stdio: 'inherit', execArgv: [...ENDS_WITH_PARENT, ...execArgv] });
}

/** The next message of a process. Rejects if it ends first. */
function answer(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`the process of the worker ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}
