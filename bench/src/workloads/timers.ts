import type { Workload } from './index.js';

const timersPerExecution = 1000;

/** Executions that start 1,000 timers of one second at once; an operation is one timer, a latency that of all of them. */
export const timers: Workload = async ({ sdk, prefix }) => {
  let started = 0;
  return {
    weight: timersPerExecution,
    run: async () => {
      await sdk.execute(`${prefix}-${started++}`, { type: 'timers', count: timersPerExecution, timeoutMs: 1000 });
    },
  };
};
