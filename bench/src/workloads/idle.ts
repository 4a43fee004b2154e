import type { Workload } from './index.js';

/** Starts many executions and leaves them open: what they cost in memory, and how long a restart takes with them. */
export const idle: Workload = async ({ sdk, prefix, idleExecutions }) => {
  let count = 0;
  return { runs: idleExecutions, run: async () => await sdk.startIdle(`${prefix}-${count++}`) };
};
