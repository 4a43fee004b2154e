import type { Workload } from './index.js';

/** Executions of `count` activities in sequence, from their start to their result. */
export function activities(count: number): Workload {
  return async ({ sdk, prefix }) => {
    let started = 0;
    return { run: async () => await sdk.execute(`${prefix}-${started++}`, { type: 'activities', count }) };
  };
}
