import type { Workload } from './index.js';

/** Queries of open executions. */
export const query: Workload = async ({ sdk, prefix, concurrency }) => {
  const ids = Array.from({ length: concurrency }, (_, lane) => `${prefix}-${lane}`);
  await Promise.all(ids.map((id) => sdk.start(id, { type: 'open' })));
  return {
    run: async (lane) => await sdk.query(ids[lane]!),
    finish: async () => void (await Promise.all(ids.map((id) => sdk.terminate(id)))),
  };
};
