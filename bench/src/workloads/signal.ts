import type { Workload } from './index.js';

// Long histories would measure themselves; a lane takes a new execution before that.
const signalsPerExecution = 500;

/** Signals to open executions whose worker takes each of them. */
export const signal: Workload = async ({ sdk, prefix, concurrency }) => {
  const lanes = Array.from({ length: concurrency }, () => ({ generation: 0, sent: 0 }));
  const idOf = (lane: number): string => `${prefix}-${lane}-${lanes[lane]!.generation}`;
  await Promise.all(lanes.map((_, lane) => sdk.start(idOf(lane), { type: 'open' })));
  return {
    run: async (lane) => {
      const state = lanes[lane]!;
      if (state.sent === signalsPerExecution) {
        await sdk.terminate(idOf(lane));
        state.generation++;
        state.sent = 0;
        await sdk.start(idOf(lane), { type: 'open' });
      }
      state.sent++;
      await sdk.signal(idOf(lane));
    },
    finish: async () => void (await Promise.all(lanes.map((_, lane) => sdk.terminate(idOf(lane))))),
  };
};
