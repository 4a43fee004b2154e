/** What a worker costs, of each SDK on the same server. It knows no workloads but its own. */
export { compareWorkers, type CompareOptions, type WorkerRow } from './compare-workers.js';
export type { WorkerSdk } from './worker-process.js';
