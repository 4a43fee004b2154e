import type { Workload } from './index.js';

// Events of the timers workflow: 1 started, a timer is two events, and the workflow tasks around them.
const timerCount = 4995;
const leastEvents = 9990;

/** Fetches of one history of about 10,000 events. */
export const history: Workload = async ({ sdk, prefix }) => {
  const workflowId = `${prefix}-long`;
  await sdk.execute(workflowId, { type: 'timers', count: timerCount, timeoutMs: 1000 });
  return {
    run: async () => {
      const count = await sdk.fetchHistory(workflowId);
      if (count < leastEvents) throw new Error(`the history came with ${count} events`);
    },
  };
};
