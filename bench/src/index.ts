/**
 * The benchmark: one harness, workloads as files, any Temporal-compatible server. It knows a server's address and process, never
 * what is inside.
 */
export { runBench } from './run.js';
export { readOptions, USAGE } from './options.js';
