import type { Workload } from './index.js';

/** Starts executions that no worker takes. */
export const start: Workload = async ({ sdk, prefix }) => {
  let count = 0;
  return { run: async () => await sdk.startIdle(`${prefix}-${count++}`) };
};
