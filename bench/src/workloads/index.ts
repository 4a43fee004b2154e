/** What is measured, a file each. A workload knows the SDK port only: neither which SDK it is nor which server. */
import type { WorkloadName } from '../options.js';
import type { Sdk } from '../sdk/sdk.js';
import { activities } from './activities.js';
import { history } from './history.js';
import { idle } from './idle.js';
import { query } from './query.js';
import { signal } from './signal.js';
import { start } from './start.js';
import { timers } from './timers.js';

/** What a workload is told. */
export interface WorkloadContext {
  readonly sdk: Sdk;
  /** A part for workflow ids that no other measurement uses. */
  readonly prefix: string;
  readonly concurrency: number;
  readonly idleExecutions: number;
}

/** A prepared workload. */
export interface Operation {
  /** Runs one operation in one of the lanes. */
  run(lane: number): Promise<void>;
  /** How many operations one `run` counts for; 1 when absent. */
  readonly weight?: number;
  /** Runs this often in all, instead of for a time. */
  readonly runs?: number;
  /** Tidies up what would burden the next measurement. */
  finish?(): Promise<void>;
}

/** Prepares what is measured; the preparation itself is not. */
export type Workload = (context: WorkloadContext) => Promise<Operation>;

/** Every workload by its name. */
export const workloads: Readonly<Record<WorkloadName, Workload>> = {
  start,
  'one-activity': activities(1),
  'five-activities': activities(5),
  'ten-activities': activities(10),
  timers,
  signal,
  query,
  history,
  idle,
};
