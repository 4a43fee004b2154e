import { proxyActivities } from '@perdure/workflow';

const { charge } = proxyActivities<{ charge(what: unknown): Promise<string> }>({
  startToCloseTimeout: '5s',
  retry: { maximumAttempts: 1 },
});

/** Asks for an activity that nobody has. */
export async function charged(): Promise<string> {
  return await charge('pizza');
}

/** Gives an activity what cannot travel. */
export async function chargedTooMuch(): Promise<string> {
  return await charge({ cents: 10n });
}

/** Not a workflow. */
export const price = 3;
