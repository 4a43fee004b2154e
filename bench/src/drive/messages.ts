import type { SdkName, WorkloadName } from '../options.js';

/** What a driver process is asked to do. */
export interface DriveTask {
  readonly address: string;
  /** An empty folder, for the file of a server in the driver's process. */
  readonly folder: string;
  readonly sdk: SdkName;
  readonly workload: WorkloadName;
  readonly concurrency: number;
  readonly durationMs: number;
  readonly idleExecutions: number;
  /** For Node in the processes of client and worker. */
  readonly nodeFlags: readonly string[];
}

/** What a driver process measured. */
export interface DriveResult {
  readonly operations: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** From a driver process to its parent: the measured time begins (the parent answers "go") and ends. */
export type DriverMessage =
  | { readonly kind: 'warm' }
  | { readonly kind: 'done'; readonly result: DriveResult }
  | { readonly kind: 'failed'; readonly reason: string };
